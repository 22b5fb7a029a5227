//! Commands by name: what `vkGetInstanceProcAddr` and its relatives answer.

use std::collections::HashMap;
use std::ffi::CStr;
use std::sync::LazyLock;

use ash::vk;

use crate::caps::extensions::{DeviceExtension, InstanceExtension, Set};
use crate::caps::limits::DEVICE_VERSION;

/// One entry point.
pub struct Command {
    /// The command's name.
    pub name: &'static str,
    /// What it is called on.
    pub scope: Scope,
    /// What makes it available.
    pub provider: Provider,
    /// The function, its type erased; checked against `PFN_*` where the table is written.
    pub function: unsafe extern "system" fn(),
}

impl Command {
    /// The version that the extension it came with is part of.
    fn core_version(&self) -> Option<u32> {
        match self.provider {
            Provider::Device(extension) => extension.core_version(),
            _ => None,
        }
    }
}

/// What a command's first parameter is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Nothing: can be called before an instance exists.
    Global,
    /// `VkInstance`.
    Instance,
    /// `VkPhysicalDevice`.
    PhysicalDevice,
    /// `VkDevice` or a child of it.
    Device,
}

/// What makes a command available.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provider {
    /// Vulkan 1.0.
    Core10,
    /// Vulkan 1.1. Device commands that were an extension's before are found by their core name without a line of their own.
    Core11,
    /// An instance extension.
    Instance(InstanceExtension),
    /// A device extension.
    Device(DeviceExtension),
}

/// What is enabled where a command is looked up.
#[derive(Clone, Copy)]
pub struct Enabled {
    /// The instance's extensions.
    pub instance: Set<InstanceExtension>,
    /// The device's extensions; `None` when asked through the instance, which answers for every possible device.
    pub device: Option<Set<DeviceExtension>>,
    /// The version that the application was written for: a device has no commands of later ones.
    pub version: u32,
}

impl Enabled {
    fn provides(&self, provider: Provider) -> bool {
        match provider {
            Provider::Core10 => true,
            Provider::Core11 => self.device.is_none() || self.version >= vk::API_VERSION_1_1,
            Provider::Instance(extension) => self.instance.contains(extension),
            Provider::Device(extension) => self.device.is_none_or(|set| {
                let comes_with_shaders =
                    extension.is_part_of_shader_objects() && set.contains(DeviceExtension::ShaderObject);
                set.contains(extension) || comes_with_shaders
            }),
        }
    }
}

/// What a name stands for.
#[derive(Clone, Copy, Default)]
struct Named {
    /// The command of exactly this name.
    exact: Option<&'static Command>,
    /// An extension's command that became core under this name: a version that `vkTrimCommandPoolKHR` is part of has
    /// `vkTrimCommandPool`.
    promoted: Option<&'static Command>,
}

/// The table by name, made with the first look-up: a loader asks for some 700 names whenever a device is made.
static BY_NAME: LazyLock<HashMap<&'static [u8], Named>> = LazyLock::new(|| {
    let mut names = HashMap::<_, Named>::with_capacity(2 * super::COMMANDS.len());
    for command in super::COMMANDS {
        names.entry(command.name.as_bytes()).or_default().exact = Some(command);
        if command.core_version().is_some() {
            let core = command.name.strip_suffix("KHR").or_else(|| command.name.strip_suffix("EXT"));
            if let Some(core) = core {
                names.entry(core.as_bytes()).or_default().promoted = Some(command);
            }
        }
    }
    names
});

fn named(name: &CStr) -> Named {
    BY_NAME.get(name.to_bytes()).copied().unwrap_or_default()
}

/// The command of this name, whatever is enabled.
pub fn find(name: &CStr) -> Option<&'static Command> {
    named(name).exact
}

/// The command of this name if it is provided, also as the core form of an extension's command.
fn find_enabled(name: &CStr, enabled: Enabled) -> Option<&'static Command> {
    let Named { exact, promoted } = named(name);
    let most = if enabled.device.is_some() { enabled.version.min(DEVICE_VERSION) } else { DEVICE_VERSION };
    let is_core = |command: &&Command| command.core_version().is_some_and(|core| core <= most);
    exact.filter(|command| enabled.provides(command.provider)).or_else(|| promoted.filter(is_core))
}

/// `vkGetInstanceProcAddr` without an instance: global commands only.
pub fn global(name: &CStr) -> vk::PFN_vkVoidFunction {
    find(name).filter(|command| command.scope == Scope::Global).map(|command| command.function)
}

/// `vkGetInstanceProcAddr`: everything that can be called with this instance or a child of it.
pub fn instance(name: &CStr, enabled: Enabled) -> vk::PFN_vkVoidFunction {
    find_enabled(name, enabled).map(|command| command.function)
}

/// `vkGetDeviceProcAddr`: device commands of what the device has enabled.
pub fn device(name: &CStr, enabled: Enabled) -> vk::PFN_vkVoidFunction {
    let command = find_enabled(name, enabled).filter(|command| command.scope == Scope::Device);
    command.map(|command| command.function)
}

/// `vk_icdGetPhysicalDeviceProcAddr`: physical-device commands only, so that the loader can tell them from others.
pub fn physical_device(name: &CStr) -> vk::PFN_vkVoidFunction {
    find(name).filter(|command| command.scope == Scope::PhysicalDevice).map(|command| command.function)
}

/// Whether `name` is what the function type `PFN_<name>` says, but for vendor suffixes in capitals: the check that a table
/// line cannot pair a name with another command's type.
pub const fn names_agree(pfn: &str, name: &str) -> bool {
    let (pfn, name) = (pfn.as_bytes(), name.as_bytes());
    let (pfn_end, end) = (without_suffix(pfn), without_suffix(name));
    if pfn_end != end + "PFN_".len() {
        return false;
    }
    let mut index = 0;
    while index < end {
        if pfn[index + "PFN_".len()] != name[index] {
            return false;
        }
        index += 1;
    }
    true
}

/// Length of a command's name without its vendor suffix.
const fn without_suffix(name: &[u8]) -> usize {
    let mut end = name.len();
    while end > 0 && name[end - 1].is_ascii_uppercase() {
        end -= 1;
    }
    end
}

#[cfg(test)]
mod tests {
    use std::ffi::{c_char, c_void};
    use std::ptr::null;

    use super::*;
    use crate::caps::extensions::Extension;

    /// Every name that one of `ash`'s function tables asks for.
    fn names<T>(load: impl FnOnce(&mut dyn FnMut(&CStr) -> *const c_void) -> T) -> Vec<String> {
        let mut names = Vec::new();
        load(&mut |name| {
            names.push(name.to_str().unwrap().to_owned());
            null()
        });
        names
    }

    /// The names among `wanted` that the table does not provide by `provider`.
    fn missing(wanted: Vec<String>, provider: Provider) -> Vec<String> {
        let provided =
            |name: &String| super::super::COMMANDS.iter().any(|c| c.name == name && c.provider == provider);
        wanted.into_iter().filter(|name| !provided(name)).collect()
    }

    const NONE: [String; 0] = [];

    /// Commands that exist only where a second, unlisted extension does too.
    const COME_WITH_OTHERS: [&str; 5] = [
        "vkCmdSetDescriptorBufferOffsets2EXT",
        "vkCmdBindDescriptorBufferEmbeddedSamplers2EXT",
        "vkCmdPushDescriptorSetWithTemplateKHR",
        "vkCmdWriteBufferMarker2AMD",
        "vkGetQueueCheckpointData2NV",
    ];

    #[test]
    fn no_command_is_listed_twice_and_every_one_is_found() {
        for command in super::super::COMMANDS {
            let name = std::ffi::CString::new(command.name).unwrap();
            assert!(
                find(&name).is_some_and(|found| std::ptr::eq(found, command)),
                "{} is listed twice",
                command.name
            );
        }
        assert!(find(c"vkNoSuchCommand").is_none() && find(c"").is_none());
    }

    #[test]
    fn every_command_of_vulkan_1_0_exists() {
        let instance = names(|load| ash::InstanceFnV1_0::load(load));
        let device = names(|load| ash::DeviceFnV1_0::load(load));
        assert_eq!(missing(instance, Provider::Core10), NONE);
        assert_eq!(missing(device, Provider::Core10), NONE);
    }

    #[test]
    fn every_command_of_the_devices_version_exists() {
        // SAFETY: no names.
        let nothing = unsafe { (Set::from_names(null(), 0).unwrap(), Set::from_names(null(), 0).unwrap()) };
        let enabled = Enabled { instance: nothing.0, device: Some(nothing.1), version: DEVICE_VERSION };
        let absent = |wanted: Vec<String>| -> Vec<String> {
            let name = |name: &String| std::ffi::CString::new(name.as_str()).unwrap();
            wanted.into_iter().filter(|wanted| device(&name(wanted), enabled).is_none()).collect()
        };
        let versions = [
            (vk::API_VERSION_1_1, names(|load| ash::DeviceFnV1_1::load(load))),
            (vk::API_VERSION_1_2, names(|load| ash::DeviceFnV1_2::load(load))),
            (vk::API_VERSION_1_3, names(|load| ash::DeviceFnV1_3::load(load))),
        ];
        for (version, wanted) in versions.into_iter().filter(|(version, _)| *version <= DEVICE_VERSION) {
            assert_eq!(absent(wanted), NONE, "{version:#x}");
        }
    }

    #[test]
    fn every_command_of_every_listed_extension_exists() {
        macro_rules! check {
            ($($provider:expr => $vendor:ident :: $module:ident :: $table:ident;)*) => {$(
                let mut wanted = names(|load| ash::$vendor::$module::$table::load(load));
                wanted.retain(|name| !COME_WITH_OTHERS.contains(&name.as_str()));
                assert_eq!(missing(wanted, $provider), NONE, "{}", stringify!($module));
            )*};
        }
        use DeviceExtension as D;
        use InstanceExtension as I;
        use Provider::{Device, Instance};
        check! {
            Instance(I::DebugUtils) => ext::debug_utils::InstanceFn;
            Instance(I::DebugUtils) => ext::debug_utils::DeviceFn;
            Instance(I::DeviceGroupCreation) => khr::device_group_creation::InstanceFn;
            Instance(I::ExternalFenceCapabilities) => khr::external_fence_capabilities::InstanceFn;
            Instance(I::ExternalMemoryCapabilities) => khr::external_memory_capabilities::InstanceFn;
            Instance(I::ExternalSemaphoreCapabilities) => khr::external_semaphore_capabilities::InstanceFn;
            Instance(I::GetPhysicalDeviceProperties2) => khr::get_physical_device_properties2::InstanceFn;
            Instance(I::Surface) => khr::surface::InstanceFn;
            Instance(I::GetSurfaceCapabilities2) => khr::get_surface_capabilities2::InstanceFn;
            Instance(I::HeadlessSurface) => ext::headless_surface::InstanceFn;
            Instance(I::XcbSurface) => khr::xcb_surface::InstanceFn;
            Instance(I::XlibSurface) => khr::xlib_surface::InstanceFn;
            Instance(I::WaylandSurface) => khr::wayland_surface::InstanceFn;
            Device(D::Swapchain) => khr::swapchain::DeviceFn;
            Device(D::SwapchainMaintenance1) => ext::swapchain_maintenance1::DeviceFn;
            Device(D::PresentWait) => khr::present_wait::DeviceFn;
            Device(D::BindMemory2) => khr::bind_memory2::DeviceFn;
            Device(D::BufferDeviceAddress) => khr::buffer_device_address::DeviceFn;
            Device(D::DynamicRenderingLocalRead) => khr::dynamic_rendering_local_read::DeviceFn;
            Device(D::LineRasterizationKhr) => khr::line_rasterization::DeviceFn;
            Device(D::CopyCommands2) => khr::copy_commands2::DeviceFn;
            Device(D::DescriptorUpdateTemplate) => khr::descriptor_update_template::DeviceFn;
            Device(D::GetMemoryRequirements2) => khr::get_memory_requirements2::DeviceFn;
            Device(D::DeviceFault) => ext::device_fault::DeviceFn;
            Device(D::ExternalMemoryFd) => khr::external_memory_fd::DeviceFn;
            Device(D::ExternalMemoryHost) => ext::external_memory_host::DeviceFn;
            Device(D::PageableDeviceLocalMemory) => ext::pageable_device_local_memory::DeviceFn;
            Device(D::MapMemory2) => khr::map_memory2::DeviceFn;
            Device(D::HostQueryReset) => ext::host_query_reset::DeviceFn;
            Device(D::Maintenance1) => khr::maintenance1::DeviceFn;
            Device(D::Maintenance3) => khr::maintenance3::DeviceFn;
            Device(D::Maintenance4) => khr::maintenance4::DeviceFn;
            Device(D::Maintenance5) => khr::maintenance5::DeviceFn;
            Device(D::Maintenance6) => khr::maintenance6::DeviceFn;
            Device(D::PrivateData) => ext::private_data::DeviceFn;
            Device(D::PushDescriptor) => khr::push_descriptor::DeviceFn;
            Device(D::Synchronization2) => khr::synchronization2::DeviceFn;
            Device(D::TimelineSemaphore) => khr::timeline_semaphore::DeviceFn;
        }
        // Its other commands come with `VK_KHR_surface` and `VK_KHR_swapchain`.
        let group =
            ["vkGetDeviceGroupPeerMemoryFeaturesKHR", "vkCmdSetDeviceMaskKHR", "vkCmdDispatchBaseKHR"];
        assert_eq!(missing(group.map(str::to_owned).to_vec(), Device(D::DeviceGroup)), NONE);
    }

    #[test]
    fn shader_objects_bring_all_commands_that_set_state() {
        let extension: [*const c_char; 1] = [DeviceExtension::ShaderObject.name().as_ptr()];
        // SAFETY: static strings.
        let (instance, set) =
            unsafe { (Set::from_names(null(), 0).unwrap(), Set::from_names(extension.as_ptr(), 1).unwrap()) };
        let enabled = Enabled { instance, device: Some(set), version: DEVICE_VERSION };
        let absent = names(|load| ash::ext::shader_object::DeviceFn::load(load))
            .into_iter()
            .filter(|name| device(&std::ffi::CString::new(name.as_str()).unwrap(), enabled).is_none());
        assert_eq!(absent.collect::<Vec<_>>(), NONE);
    }

    #[test]
    fn a_device_answers_only_for_what_it_has_enabled() {
        let names: [*const c_char; 1] = [DeviceExtension::BindMemory2.name().as_ptr()];
        // SAFETY: static strings.
        let (nothing, instance) =
            unsafe { (Set::from_names(null(), 0).unwrap(), Set::from_names(null(), 0).unwrap()) };
        // SAFETY: static strings.
        let some = unsafe { Set::from_names(names.as_ptr(), 1) }.unwrap();
        let with = |set| Enabled { instance, device: Some(set), version: DEVICE_VERSION };
        assert!(device(c"vkBindBufferMemory2KHR", with(nothing)).is_none());
        assert!(device(c"vkBindBufferMemory2KHR", with(some)).is_some());
        let is_core = vk::API_VERSION_1_1 <= DEVICE_VERSION;
        assert_eq!(device(c"vkBindBufferMemory2", with(nothing)).is_some(), is_core);
        let old = Enabled { version: vk::API_VERSION_1_0, ..with(some) };
        assert!(device(c"vkBindBufferMemory2", old).is_none(), "the application knows Vulkan 1.0 only");
        assert!(
            device(c"vkGetDeviceQueue2", old).is_none() && device(c"vkBindBufferMemory2KHR", old).is_some()
        );
        assert!(device(c"vkCreateInstance", with(some)).is_none());
        assert!(device(c"vkCreateDevice", with(some)).is_none());
        assert!(device(c"vkSetDebugUtilsObjectNameEXT", with(some)).is_none());
    }

    #[test]
    fn the_loader_can_tell_physical_device_commands() {
        assert!(physical_device(c"vkCreateDevice").is_some());
        assert!(physical_device(c"vkGetPhysicalDeviceFeatures2KHR").is_some());
        assert!(physical_device(c"vkEnumeratePhysicalDevices").is_none());
        assert!(physical_device(c"vkDestroyDevice").is_none());
        assert!(global(c"vkCreateInstance").is_some() && global(c"vkDestroyInstance").is_none());
    }

    #[test]
    fn a_line_that_pairs_a_name_with_another_type_is_noticed() {
        assert!(names_agree("PFN_vkQueueSubmit2", "vkQueueSubmit2KHR"));
        assert!(names_agree("PFN_vkQueueSubmit", "vkQueueSubmit"));
        assert!(!names_agree("PFN_vkQueueSubmit", "vkQueueSubmit2"));
        assert!(!names_agree("PFN_vkQueueSubmit2", "vkQueueSubmit"));
        assert!(!names_agree("PFN_vkQueueSubmit", "vkQueueWaitIdle"));
    }
}
