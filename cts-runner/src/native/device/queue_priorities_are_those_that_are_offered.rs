//! A queue of a family gets a global priority that the family offers, and none that is higher than all of them.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Extension("VK_KHR_global_priority")];

pub(super) fn run(cx: &Context) -> Outcome {
    let physical = &cx.device.physical;
    let mut offered = vk::QueueFamilyGlobalPriorityPropertiesKHR::default();
    let mut family = [vk::QueueFamilyProperties2::default().push_next(&mut offered)];
    // SAFETY: a chain of structures on this stack.
    unsafe {
        physical
            .instance
            .properties2()
            .get_physical_device_queue_family_properties2(physical.handle, &mut family);
    }
    let count = offered.priority_count as usize;
    check!((1..=offered.priorities.len()).contains(&count), "{count} priorities");
    let offered = &offered.priorities[..count];
    check!(offered.is_sorted(), "priorities are not in ascending order: {offered:?}");

    let create = |priority| {
        let priorities = [1.0];
        let mut global = vk::DeviceQueueGlobalPriorityCreateInfoKHR::default().global_priority(priority);
        let queues = [vk::DeviceQueueCreateInfo::default()
            .queue_family_index(0)
            .queue_priorities(&priorities)
            .push_next(&mut global)];
        let names = [c"VK_KHR_global_priority".as_ptr()];
        let info =
            vk::DeviceCreateInfo::default().queue_create_infos(&queues).enabled_extension_names(&names);
        // SAFETY: `info` outlives the call.
        let made = unsafe { physical.instance.raw().create_device(physical.handle, &info, None) };
        made.map(|device| {
            // SAFETY: just made, used by nobody.
            unsafe { device.destroy_device(None) };
        })
    };
    check_eq!(create(offered[0]), Ok(()), "vkCreateDevice with the lowest priority that is offered");
    let realtime = vk::QueueGlobalPriorityKHR::REALTIME;
    if !offered.contains(&realtime) {
        check_eq!(
            create(realtime),
            Err(vk::Code::ERROR_NOT_PERMITTED_KHR),
            "vkCreateDevice with a priority that is not offered"
        );
    }
    Ok(())
}
