//! The loader and one Vulkan instance.

use std::ffi::CStr;
use std::sync::Arc;

use ash::{ext, khr, vk};

use super::{Check, Error, Physical, Result};

/// An instance, shared by what is made from it; destroyed with its last user.
#[derive(Clone)]
pub struct Instance(Arc<Shared>);

struct Shared {
    raw: ash::Instance,
    enabled: Vec<&'static CStr>,
    properties2: khr::get_physical_device_properties2::Instance,
    device_groups: Option<khr::device_group_creation::Instance>,
    /// Keeps libvulkan loaded until the instance is destroyed: fields drop after `Drop::drop` ran.
    entry: ash::Entry,
}

impl Instance {
    /// Loads the system's Vulkan loader and creates an instance of the version that the loader offers, 1.3 at most.
    ///
    /// # Errors
    /// No loader, no usable driver, or a driver without `VK_KHR_get_physical_device_properties2`.
    pub fn new() -> Result<Self> {
        // SAFETY: libvulkan.so.1 is the system's Vulkan loader; its initialisation has no preconditions.
        let entry = unsafe { ash::Entry::load() }?;
        // SAFETY: takes no arguments beyond a place to write to.
        let version = unsafe { entry.try_enumerate_instance_version() }
            .at("vkEnumerateInstanceVersion")?
            .unwrap_or(vk::API_VERSION_1_0)
            .min(vk::API_VERSION_1_3);
        let listed = Self::extensions(&entry)?;
        let wanted: Vec<&'static CStr> = [
            khr::get_physical_device_properties2::NAME,
            khr::device_group_creation::NAME,
            khr::external_memory_capabilities::NAME,
            khr::surface::NAME,
            khr::get_surface_capabilities2::NAME,
            khr::xcb_surface::NAME,
            khr::wayland_surface::NAME,
            ext::headless_surface::NAME,
            ext::surface_maintenance1::NAME,
            ext::debug_utils::NAME,
        ]
        .into_iter()
        .filter(|name| listed.iter().any(|l| l == name))
        .collect();
        if !wanted.contains(&khr::get_physical_device_properties2::NAME) {
            return Err(Error::NotSupported("VK_KHR_get_physical_device_properties2".into()));
        }
        let names: Vec<_> = wanted.iter().map(|name| name.as_ptr()).collect();
        let application = vk::ApplicationInfo::default().application_name(c"cts-runner").api_version(version);
        let info =
            vk::InstanceCreateInfo::default().application_info(&application).enabled_extension_names(&names);
        // SAFETY: `info` and what it points to outlive the call; `entry` is kept in `Shared`.
        let raw = unsafe { entry.create_instance(&info, None) }.at("vkCreateInstance")?;
        let properties2 = khr::get_physical_device_properties2::Instance::new(&entry, &raw);
        let device_groups = wanted
            .contains(&khr::device_group_creation::NAME)
            .then(|| khr::device_group_creation::Instance::new(&entry, &raw));
        Ok(Self(Arc::new(Shared { raw, enabled: wanted, properties2, device_groups, entry })))
    }

    fn extensions(entry: &ash::Entry) -> Result<Vec<std::ffi::CString>> {
        // SAFETY: no layer name; `ash` follows the two-call protocol.
        let list = unsafe { entry.enumerate_instance_extension_properties(None) }
            .at("vkEnumerateInstanceExtensionProperties")?;
        Ok(list.iter().filter_map(|e| e.extension_name_as_c_str().ok()).map(Into::into).collect())
    }

    /// The physical devices, in the loader's order.
    ///
    /// # Errors
    /// What the driver's queries return; [`Error::NoPhysicalDevice`] when there is none.
    pub fn physical_devices(&self) -> Result<Vec<Physical>> {
        // SAFETY: the instance is alive.
        let handles = unsafe { self.raw().enumerate_physical_devices() };
        let handles = match handles {
            // The loader of Debian 12 says so when the only driver offers no device.
            Err(vk::Result::ERROR_INITIALIZATION_FAILED) => Vec::new(),
            other => other.at("vkEnumeratePhysicalDevices")?,
        };
        if handles.is_empty() {
            return Err(Error::NoPhysicalDevice);
        }
        handles.into_iter().map(|handle| Physical::query(self, handle)).collect()
    }

    /// The first physical device.
    ///
    /// # Errors
    /// As [`Instance::physical_devices`].
    pub fn first(&self) -> Result<Physical> {
        self.physical_devices()?.into_iter().next().ok_or(Error::NoPhysicalDevice)
    }

    /// The physical devices of each group; none where groups are not supported.
    ///
    /// # Errors
    /// What the driver returns.
    pub fn groups(&self) -> Result<Vec<Vec<vk::PhysicalDevice>>> {
        let Some(commands) = &self.0.device_groups else { return Ok(Vec::new()) };
        // SAFETY: the instance is alive.
        let count = unsafe { commands.enumerate_physical_device_groups_len() };
        let mut groups =
            vec![vk::PhysicalDeviceGroupProperties::default(); count.at("vkEnumeratePhysicalDeviceGroups")?];
        // SAFETY: the instance is alive, the structures are default ones.
        unsafe { commands.enumerate_physical_device_groups(&mut groups) }
            .at("vkEnumeratePhysicalDeviceGroups")?;
        let devices = |group: &vk::PhysicalDeviceGroupProperties<'_>| {
            group.physical_devices[..group.physical_device_count as usize].to_vec()
        };
        Ok(groups.iter().map(devices).collect())
    }

    /// The function table of the instance.
    #[must_use]
    pub fn raw(&self) -> &ash::Instance {
        &self.0.raw
    }

    /// The loader.
    #[must_use]
    pub fn entry(&self) -> &ash::Entry {
        &self.0.entry
    }

    /// Whether an extension is there, and hence enabled.
    #[must_use]
    pub fn has(&self, extension: &CStr) -> bool {
        self.0.enabled.contains(&extension)
    }

    /// The commands of `VK_KHR_get_physical_device_properties2`.
    #[must_use]
    pub fn properties2(&self) -> &khr::get_physical_device_properties2::Instance {
        &self.0.properties2
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        // SAFETY: the last owner goes; devices hold an `Instance`, so none is left.
        unsafe { self.raw.destroy_instance(None) };
    }
}
