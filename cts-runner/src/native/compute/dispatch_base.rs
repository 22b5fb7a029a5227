//! A dispatch with a base numbers its groups from there.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::Extension("VK_KHR_device_group")];

pub(super) fn run(cx: &Context) -> Outcome {
    let output = cx.host(4096)?;
    let sets = [[(vk::DescriptorType::STORAGE_BUFFER, 1)].as_slice()];
    let flags = vk::PipelineCreateFlags::DISPATCH_BASE;
    let options = vk::KernelOptions { sets: &sets, push_bytes: 16, flags, ..Default::default() };
    let kernel = Kernel::new(&cx.device, vk::SCRIBBLE, options)?;
    let set = kernel.set(&[Bound::whole(&output)])?;
    let group = cx.device.device_group()?;
    cx.run(|r| {
        r.bind(&kernel, &[&set], &[], &[0, 1, 1024, 1]);
        // SAFETY: recording, with pipeline and set bound.
        unsafe { group.cmd_dispatch_base(r.handle, (5, 0, 0), (3, 1, 1)) };
        r.barrier();
    })?;
    let expected: Vec<u32> = (0..1024).map(|i| if (320..512).contains(&i) { i + 1 } else { 0 }).collect();
    same("groups 5 to 7", &output.words(), &expected)
}
