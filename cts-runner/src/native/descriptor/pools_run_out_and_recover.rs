//! A pool gives out at least what it promised; sets freed or reset can be allocated again.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute];

pub(super) fn run(cx: &Context) -> Outcome {
    let raw = &cx.device.raw;
    let kernel = cx.kernel(vk::COPY_BUFFERS, 3, 0)?;
    let sizes = [vk::DescriptorPoolSize { ty: vk::DescriptorType::STORAGE_BUFFER, descriptor_count: 30 }];
    let info = vk::DescriptorPoolCreateInfo::default()
        .max_sets(10)
        .pool_sizes(&sizes)
        .flags(vk::DescriptorPoolCreateFlags::FREE_DESCRIPTOR_SET);
    // SAFETY: `info` outlives the call.
    let pool = unsafe { raw.create_descriptor_pool(&info, None) }.at("vkCreateDescriptorPool")?;
    let layouts = vec![kernel.set_layout(0); 10];
    let info = vk::DescriptorSetAllocateInfo::default().descriptor_pool(pool).set_layouts(&layouts);
    // SAFETY: pool and layouts are alive, here and below.
    let allocate = || unsafe { raw.allocate_descriptor_sets(&info) }.at("vkAllocateDescriptorSets");
    for _ in 0..20 {
        let mut sets = allocate()?;
        check_eq!(sets.len(), 10, "number of sets");
        sets.sort_unstable();
        sets.dedup();
        check_eq!(sets.len(), 10, "number of different sets");
        // SAFETY: not in use.
        unsafe { raw.free_descriptor_sets(pool, &sets) }.at("vkFreeDescriptorSets")?;
        allocate()?;
        // SAFETY: not in use.
        unsafe { raw.reset_descriptor_pool(pool, vk::DescriptorPoolResetFlags::empty()) }
            .at("vkResetDescriptorPool")?;
    }
    // SAFETY: not in use.
    unsafe { raw.destroy_descriptor_pool(pool, None) };
    Ok(())
}
