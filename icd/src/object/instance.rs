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
    physical_device: Box<Dispatchable<PhysicalDevice>>,
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
        let _ = settings::get();
        if info.enabled_layer_count != 0 {
            return Err(Error::LayerNotPresent);
        }
        // SAFETY: members of a valid structure.
        let extensions =
            unsafe { Set::from_names(info.pp_enabled_extension_names, info.enabled_extension_count)? };
        let physical_device = Dispatchable::new(Arc::new(PhysicalDevice { instance_extensions: extensions }));
        Ok(Arc::new(Self { extensions, physical_device }))
    }

    /// The handles of the physical devices.
    pub fn physical_devices(&self) -> [vk::PhysicalDevice; 1] {
        [self.physical_device.handle()]
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
        unsafe {
            guard::fill(self.physical_devices().into_iter(), count, devices, |slot, handle| *slot = handle)
        }
    }

    /// `vkEnumeratePhysicalDeviceGroups`: one group of one device.
    ///
    /// # Safety
    /// As [`guard::fill`].
    pub unsafe fn enumerate_groups(
        &self,
        count: *mut u32,
        groups: *mut vk::PhysicalDeviceGroupProperties<'_>,
    ) -> Result<vk::Result, Error> {
        let devices = self.physical_devices();
        // SAFETY: the same contract.
        unsafe {
            guard::fill([devices].into_iter(), count, groups, |group, devices| {
                group.physical_device_count = devices.len() as u32;
                group.physical_devices[..devices.len()].copy_from_slice(&devices);
                group.subset_allocation = vk::FALSE;
            })
        }
    }
}
