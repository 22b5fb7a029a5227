//! `VkInstance`.

use std::sync::Arc;

use ash::vk;

use crate::caps::extensions::{InstanceExtension, Set};
use crate::error::Error;
use crate::guard;
use crate::handle::{Dispatchable, DispatchableObject};
use crate::object::physical_device::PhysicalDevice;
use crate::settings;

/// An instance and its physical devices.
pub struct Instance {
    /// The enabled extensions.
    pub extensions: Set<InstanceExtension>,
    /// The version that the application was written for.
    pub version: u32,
    physical_devices: Box<[Box<Dispatchable<PhysicalDevice>>]>,
}

impl DispatchableObject for Instance {
    type Handle = vk::Instance;
}

impl Instance {
    /// `vkCreateInstance`. Cheap: reads the settings the first time, starts nothing.
    ///
    /// # Errors
    /// [`Error::ExtensionNotPresent`], [`Error::LayerNotPresent`].
    ///
    /// # Safety
    /// `info` is a valid structure.
    pub unsafe fn new(info: &vk::InstanceCreateInfo<'_>) -> Result<Arc<Self>, Error> {
        let count = settings::get().devices;
        if info.enabled_layer_count != 0 {
            return Err(Error::LayerNotPresent);
        }
        // SAFETY: members of a valid structure.
        let extensions =
            unsafe { Set::from_names(info.pp_enabled_extension_names, info.enabled_extension_count)? };
        // SAFETY: a member of a valid structure: null or a valid structure.
        let application = unsafe { info.p_application_info.as_ref() };
        let version = application.map_or(0, |application| application.api_version).max(vk::API_VERSION_1_0);
        let physical_device = |index| {
            Dispatchable::new(Arc::new(PhysicalDevice { index, version, instance_extensions: extensions }))
        };
        Ok(Arc::new(Self {
            extensions,
            version,
            physical_devices: (0..count).map(physical_device).collect(),
        }))
    }

    /// The handles of the physical devices.
    pub fn physical_devices(&self) -> impl ExactSizeIterator<Item = vk::PhysicalDevice> {
        self.physical_devices.iter().map(|device| device.handle())
    }

    /// `vkEnumeratePhysicalDevices`.
    ///
    /// # Safety
    /// As [`guard::fill`].
    pub unsafe fn enumerate(
        &self,
        count: *mut u32,
        devices: *mut vk::PhysicalDevice,
    ) -> Result<vk::Result, Error> {
        // SAFETY: the same contract.
        unsafe { guard::fill(self.physical_devices(), count, devices, |slot, handle| *slot = handle) }
    }

    /// `vkEnumeratePhysicalDeviceGroups`: one group of all devices. All heaps are shared, so that allocations have one instance
    /// whatever their device mask is.
    ///
    /// # Safety
    /// As [`guard::fill`].
    pub unsafe fn enumerate_groups(
        &self,
        count: *mut u32,
        groups: *mut vk::PhysicalDeviceGroupProperties<'_>,
    ) -> Result<vk::Result, Error> {
        // SAFETY: the same contract.
        unsafe {
            guard::fill([self.physical_devices()].into_iter(), count, groups, |group, devices| {
                group.physical_device_count = devices.len() as u32;
                group.physical_devices.iter_mut().zip(devices).for_each(|(slot, device)| *slot = device);
                group.subset_allocation = vk::FALSE;
            })
        }
    }
}
