//! Every physical device is in one group, and each has an identifier of its own.

use std::collections::BTreeSet;

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::DeviceGroup(2)];

pub(super) fn run(cx: &Context) -> Outcome {
    let instance = &cx.device.physical.instance;
    let devices = instance.physical_devices()?;
    let mut found: Vec<vk::PhysicalDevice> = instance.groups()?.concat();
    let mut listed: Vec<_> = devices.iter().map(|device| device.handle).collect();
    found.sort_unstable();
    listed.sort_unstable();
    check_eq!(found, listed, "the devices of all groups");
    let mut identifiers = BTreeSet::new();
    for device in &devices {
        let mut id = vk::PhysicalDeviceIDProperties::default();
        let mut chain = vk::PhysicalDeviceProperties2::default().push_next(&mut id);
        // SAFETY: the chain outlives the call; the device is of this instance.
        unsafe { instance.properties2().get_physical_device_properties2(device.handle, &mut chain) };
        identifiers.insert(id.device_uuid);
    }
    check_eq!(identifiers.len(), devices.len(), "different identifiers");
    Ok(())
}
