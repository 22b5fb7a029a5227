//! A descriptor update template writes what separate writes would, from a structure of the application's own.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::Extension("VK_KHR_descriptor_update_template")];

#[repr(C)]
struct Own {
    result: vk::DescriptorBufferInfo,
    unrelated: [u64; 3],
    inputs: [vk::DescriptorBufferInfo; 2],
}

pub(super) fn run(cx: &Context) -> Outcome {
    let (a, b) = (HostBuffer::of(&cx.device, &[5u32; 32])?, HostBuffer::of(&cx.device, &[7u32; 32])?);
    let out = cx.host(128)?;
    let kernel = cx.kernel(vk::COPY_BUFFERS, 3, 0)?;
    let set = kernel.empty_set(0)?;
    let info = |buffer: &Buffer| vk::DescriptorBufferInfo {
        buffer: buffer.handle,
        offset: 0,
        range: vk::WHOLE_SIZE,
    };
    let own = Own { result: info(&out), unrelated: [u64::MAX; 3], inputs: [info(&a), info(&b)] };
    let entry = |binding: u32, offset: usize| vk::DescriptorUpdateTemplateEntry {
        dst_binding: binding,
        dst_array_element: 0,
        descriptor_count: 1,
        descriptor_type: vk::DescriptorType::STORAGE_BUFFER,
        offset,
        stride: size_of::<vk::DescriptorBufferInfo>(),
    };
    let inputs = std::mem::offset_of!(Own, inputs);
    let entries = [
        entry(2, std::mem::offset_of!(Own, result)),
        entry(0, inputs),
        entry(1, inputs + size_of::<vk::DescriptorBufferInfo>()),
    ];
    let create = vk::DescriptorUpdateTemplateCreateInfo::default()
        .descriptor_update_entries(&entries)
        .template_type(vk::DescriptorUpdateTemplateType::DESCRIPTOR_SET)
        .descriptor_set_layout(kernel.set_layout(0));
    // `ash` has the commands of this extension as plain pointers only.
    let templates = cx.device.update_templates()?.fp();
    let device = cx.device.raw.handle();
    let mut template = vk::DescriptorUpdateTemplate::null();
    // SAFETY: `create` outlives the call, `template` is a place to write to.
    unsafe {
        (templates.create_descriptor_update_template_khr)(device, &create, std::ptr::null(), &mut template)
    }
    .result()
    .at("vkCreateDescriptorUpdateTemplate")?;
    // SAFETY: set and template are alive; the entries describe `own`.
    unsafe {
        let data = (&raw const own).cast();
        (templates.update_descriptor_set_with_template_khr)(device, set.handle, template, data);
        (templates.destroy_descriptor_update_template_khr)(device, template, std::ptr::null());
    }
    check_eq!(own.unrelated, [u64::MAX; 3], "the application's own data");
    cx.run(|r| {
        r.run(&kernel, &set, &[], 1);
        r.barrier();
    })?;
    uniform("the result", &out.words(), 19)
}
