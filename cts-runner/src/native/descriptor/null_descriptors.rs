//! Reads through a null descriptor give zero, writes through it vanish.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::NullDescriptor];

pub(super) fn run(cx: &Context) -> Outcome {
    let (a, out) = (HostBuffer::of(&cx.device, &[5u32; 32])?, cx.host(128)?);
    let kernel = cx.kernel(vk::COPY_BUFFERS, 3, 0)?;
    let set = kernel.set(&[Bound::whole(&a), Bound::null(), Bound::whole(&out)])?;
    cx.run(|r| {
        r.run(&kernel, &set, &[], 1);
        r.barrier();
    })?;
    uniform("a value plus twice nothing", &out.words(), 5)?;
    let set = kernel.set(&[Bound::whole(&a), Bound::whole(&a), Bound::null()])?;
    cx.run(|r| {
        r.run(&kernel, &set, &[], 1);
        r.barrier();
    })?;
    uniform("the input", &a.words(), 5)
}
