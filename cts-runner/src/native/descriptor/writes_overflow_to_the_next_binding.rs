//! A write of more descriptors than a binding has goes on with the next binding.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute];

pub(super) fn run(cx: &Context) -> Outcome {
    let (a, b) = (HostBuffer::of(&cx.device, &[5u32; 32])?, HostBuffer::of(&cx.device, &[7u32; 32])?);
    let out = cx.host(128)?;
    let kernel = cx.kernel(vk::COPY_BUFFERS, 3, 0)?;
    let set = kernel.empty_set(0)?;
    set.write(0, 0, &[Bound::whole(&a), Bound::whole(&b), Bound::whole(&out)]);
    cx.run(|r| {
        r.run(&kernel, &set, &[], 1);
        r.barrier();
    })?;
    uniform("the result", &out.words(), 19)
}
