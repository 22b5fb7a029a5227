//! A structure of an unknown type in a `pNext` chain is neither written nor an obstacle to what comes after it.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Timeline];

#[repr(C)]
struct Unknown {
    s_type: vk::StructureType,
    p_next: *mut std::ffi::c_void,
    contents: [u64; 8],
}

pub(super) fn run(cx: &Context) -> Outcome {
    let mut known = vk::PhysicalDeviceTimelineSemaphoreFeatures::default();
    let mut unknown = Unknown {
        s_type: vk::StructureType::from_raw(1_999_999_000),
        p_next: (&raw mut known).cast(),
        contents: [0x5a5a; 8],
    };
    let mut features =
        vk::PhysicalDeviceFeatures2 { p_next: (&raw mut unknown).cast(), ..Default::default() };
    let physical = &cx.device.physical;
    // SAFETY: the chain's structures outlive the call; the unknown one begins as every Vulkan structure does.
    unsafe { physical.instance.properties2().get_physical_device_features2(physical.handle, &mut features) };
    check_eq!(unknown.contents, [0x5a5a; 8], "contents of the unknown structure");
    check_eq!(known.timeline_semaphore, vk::TRUE, "timelineSemaphore behind the unknown structure");
    Ok(())
}
