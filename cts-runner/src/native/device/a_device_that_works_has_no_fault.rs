//! `vkGetDeviceFaultInfoEXT` of a device that is not lost succeeds and tells of no address.

use ash::ext;

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Extension("VK_EXT_device_fault")];

pub(super) fn run(cx: &Context) -> Outcome {
    let commands = ext::device_fault::Device::new(cx.device.physical.instance.raw(), &cx.device.raw);
    let get = commands.fp().get_device_fault_info_ext;
    let mut counts = vk::DeviceFaultCountsEXT { address_info_count: 9, ..Default::default() };
    // SAFETY: valid structures; without the second one only the counts are told, with it as many as was told before.
    let (counted, told) = unsafe {
        let counted = get(cx.device.raw.handle(), &mut counts, std::ptr::null_mut());
        let mut info = vk::DeviceFaultInfoEXT::default();
        (counted, get(cx.device.raw.handle(), &mut counts, &mut info))
    };
    check_eq!((counted, told), (vk::Code::SUCCESS, vk::Code::SUCCESS), "results");
    check_eq!((counts.address_info_count, counts.vendor_info_count), (0, 0), "faults");
    Ok(())
}
