//! Descriptors pushed into the command buffer: what is pushed again changes, everything else stays as it was.

use ash::khr;

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::Extension("VK_KHR_push_descriptor")];

pub(super) fn run(cx: &Context) -> Outcome {
    let bindings = [(vk::DescriptorType::STORAGE_BUFFER, 1); 3];
    let sets = [bindings.as_slice()];
    let options = vk::KernelOptions { sets: &sets, push_sets: true, ..Default::default() };
    let kernel = Kernel::new(&cx.device, vk::COPY_BUFFERS, options)?;
    let (a, b) = (HostBuffer::of(&cx.device, &[5u32; 32])?, HostBuffer::of(&cx.device, &[7u32; 32])?);
    let (first, second) = (cx.host(128)?, cx.host(128)?);
    let instance = cx.device.physical.instance.raw();
    let commands = khr::push_descriptor::Device::new(instance, &cx.device.raw);
    cx.run(|r| {
        let push = |binding: u32, buffer: &Buffer| {
            let info = [vk::DescriptorBufferInfo { buffer: buffer.handle, offset: 0, range: vk::WHOLE_SIZE }];
            let write = vk::WriteDescriptorSet::default()
                .dst_binding(binding)
                .descriptor_type(vk::DescriptorType::STORAGE_BUFFER)
                .buffer_info(&info);
            let point = vk::PipelineBindPoint::COMPUTE;
            // SAFETY: recording; layout and buffer are alive.
            unsafe { commands.cmd_push_descriptor_set(r.handle, point, kernel.layout, 0, &[write]) };
        };
        r.bind(&kernel, &[], &[], &[]);
        push(0, &a);
        push(1, &b);
        push(2, &first);
        r.dispatch([1, 1, 1]);
        push(0, &b);
        push(2, &second);
        r.dispatch([1, 1, 1]);
        r.barrier();
    })?;
    uniform("a + 2 b", &first.words(), 19)?;
    uniform("b + 2 b", &second.words(), 21)
}
