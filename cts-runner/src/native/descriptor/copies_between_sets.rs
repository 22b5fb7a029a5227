//! Descriptors copied from another set show the same buffers.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute];

pub(super) fn run(cx: &Context) -> Outcome {
    let (a, b) = (HostBuffer::of(&cx.device, &[5u32; 32])?, HostBuffer::of(&cx.device, &[7u32; 32])?);
    let out = cx.host(128)?;
    let kernel = cx.kernel(vk::COPY_BUFFERS, 3, 0)?;
    let from = kernel.set(&[Bound::whole(&a), Bound::whole(&b), Bound::whole(&out)])?;
    let to = kernel.empty_set(0)?;
    let copy = |from_binding, to_binding| {
        vk::CopyDescriptorSet::default()
            .src_set(from.handle)
            .src_binding(from_binding)
            .dst_set(to.handle)
            .dst_binding(to_binding)
            .descriptor_count(1)
    };
    // SAFETY: both sets are alive and not in use.
    unsafe { cx.device.raw.update_descriptor_sets(&[], &[copy(0, 1), copy(1, 0), copy(2, 2)]) };
    cx.run(|r| {
        r.run(&kernel, &to, &[], 1);
        r.barrier();
    })?;
    uniform("the inputs exchanged", &out.words(), 7 + 2 * 5)
}
