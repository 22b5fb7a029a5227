//! `VK_EXT_device_fault`.

use ash::vk;

use crate::caps::extensions::write_name;
use crate::guard::guard;
use crate::handle;
use crate::object::device::Device;

/// `vkGetDeviceFaultInfoEXT`. Nothing is told of a device that is not lost.
pub(super) unsafe extern "system" fn get_device_fault_info(
    device: vk::Device,
    counts: *mut vk::DeviceFaultCountsEXT<'_>,
    info: *mut vk::DeviceFaultInfoEXT<'_>,
) -> vk::Result {
    guard(|| {
        // SAFETY: VUID-vkGetDeviceFaultInfoEXT-device-parameter.
        let report = unsafe { handle::get::<Device>(device)? }.fault_report();
        let addresses = report.addresses();
        // SAFETY: VUID-vkGetDeviceFaultInfoEXT-pFaultCounts-parameter.
        let Some(counts) = (unsafe { counts.as_mut() }) else { return Ok(vk::Result::SUCCESS) };
        let room = counts.address_info_count as usize;
        counts.vendor_info_count = 0;
        counts.vendor_binary_size = 0;
        // SAFETY: VUID-vkGetDeviceFaultInfoEXT-pFaultInfo-parameter.
        let Some(info) = (unsafe { info.as_mut() }) else {
            counts.address_info_count = addresses.len() as u32;
            return Ok(vk::Result::SUCCESS);
        };
        let told = addresses.len().min(room);
        counts.address_info_count = told as u32;
        write_name(&mut info.description, &std::ffi::CString::new(report.why).unwrap_or_default());
        if !info.p_address_infos.is_null() {
            // SAFETY: room for as many as the caller counted (VUID-vkGetDeviceFaultInfoEXT-pFaultCounts-07336).
            unsafe { info.p_address_infos.copy_from_nonoverlapping(addresses.as_ptr(), told) };
        }
        Ok(if told < addresses.len() { vk::Result::INCOMPLETE } else { vk::Result::SUCCESS })
    })
}
