//! Creating a device with an extension or a feature that is not offered fails as Vulkan prescribes.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[];

pub(super) fn run(cx: &Context) -> Outcome {
    let physical = &cx.device.physical;
    let priorities = [1.0];
    let queues = [vk::DeviceQueueCreateInfo::default().queue_family_index(0).queue_priorities(&priorities)];
    let create = |info: &vk::DeviceCreateInfo<'_>| {
        // SAFETY: `info` outlives the call.
        let made = unsafe { physical.instance.raw().create_device(physical.handle, info, None) };
        made.map(|device| {
            // SAFETY: just made, used by nobody.
            unsafe { device.destroy_device(None) };
        })
    };
    let names = [c"VK_NOBODY_made_this".as_ptr()];
    let info = vk::DeviceCreateInfo::default().queue_create_infos(&queues);
    check_eq!(
        create(&info.enabled_extension_names(&names)),
        Err(vk::Code::ERROR_EXTENSION_NOT_PRESENT),
        "vkCreateDevice with an unknown extension"
    );
    let mut wanted = vk::PhysicalDeviceFeatures::default();
    let offered = &physical.features;
    if offered.shader_resource_min_lod == vk::FALSE {
        wanted.shader_resource_min_lod = vk::TRUE;
    } else if offered.sparse_residency16_samples == vk::FALSE {
        wanted.sparse_residency16_samples = vk::TRUE;
    } else if offered.multi_viewport == vk::FALSE {
        wanted.multi_viewport = vk::TRUE;
    } else {
        return Ok(());
    }
    check_eq!(
        create(&info.enabled_features(&wanted)),
        Err(vk::Code::ERROR_FEATURE_NOT_PRESENT),
        "vkCreateDevice with a feature that is not offered"
    );
    Ok(())
}
