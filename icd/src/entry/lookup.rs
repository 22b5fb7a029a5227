//! Commands by name: what `vkGetInstanceProcAddr` and its relatives answer.

use std::ffi::CStr;
use std::sync::LazyLock;

use ash::vk;

use crate::caps::extensions::{DeviceExtension, InstanceExtension, Set};

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
    /// Vulkan 1.1: instance and physical-device commands only, since devices are of version 1.0.
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
}

impl Enabled {
    fn provides(&self, provider: Provider) -> bool {
        match provider {
            Provider::Core10 | Provider::Core11 => true,
            Provider::Instance(extension) => self.instance.contains(extension),
            Provider::Device(extension) => self.device.is_none_or(|set| set.contains(extension)),
        }
    }
}

/// The table sorted by name, made with the first look-up.
static SORTED: LazyLock<Vec<&'static Command>> = LazyLock::new(|| {
    let mut commands: Vec<_> = super::COMMANDS.iter().collect();
    commands.sort_unstable_by_key(|command| command.name);
    commands
});

/// The command of this name, whatever is enabled.
pub fn find(name: &CStr) -> Option<&'static Command> {
    let found = SORTED.binary_search_by_key(&name.to_bytes(), |command| command.name.as_bytes());
    found.ok().map(|index| SORTED[index])
}

/// `vkGetInstanceProcAddr` without an instance: global commands only.
pub fn global(name: &CStr) -> vk::PFN_vkVoidFunction {
    find(name).filter(|command| command.scope == Scope::Global).map(|command| command.function)
}

/// `vkGetInstanceProcAddr`: everything that can be called with this instance or a child of it.
pub fn instance(name: &CStr, enabled: Enabled) -> vk::PFN_vkVoidFunction {
    find(name).filter(|command| enabled.provides(command.provider)).map(|command| command.function)
}

/// `vkGetDeviceProcAddr`: device commands of what the device has enabled.
pub fn device(name: &CStr, enabled: Enabled) -> vk::PFN_vkVoidFunction {
    let command = find(name).filter(|command| command.scope == Scope::Device);
    command.filter(|command| enabled.provides(command.provider)).map(|command| command.function)
}

/// `vk_icdGetPhysicalDeviceProcAddr`: physical-device commands only, so that the loader can tell them from others.
pub fn physical_device(name: &CStr) -> vk::PFN_vkVoidFunction {
    find(name).filter(|command| command.scope == Scope::PhysicalDevice).map(|command| command.function)
}

/// Whether `name` is what the function type `PFN_<stem>` says, with at most a vendor suffix in capitals: the check
/// that a table line cannot pair a name with another command's type.
pub const fn names_agree(pfn: &str, name: &str) -> bool {
    let (pfn, name) = (pfn.as_bytes(), name.as_bytes());
    let stem = pfn.len() - "PFN_".len();
    if name.len() < stem {
        return false;
    }
    let mut index = 0;
    while index < stem {
        if pfn[index + "PFN_".len()] != name[index] {
            return false;
        }
        index += 1;
    }
    while index < name.len() {
        if !name[index].is_ascii_uppercase() {
            return false;
        }
        index += 1;
    }
    true
}
