//! Lacuna's Vulkan driver: the library that the Vulkan loader opens (an ICD).
//!
//! The loader calls the exported `vk_icd*` functions below, gets every other command by name from the table in
//! [`entry`], and calls it. An entry point turns handles into [`mod@object`]s and calls them inside [`mod@guard`]; objects use
//! `lacuna-gpu` (memory, execution), `lacuna-shaders` (pipelines) and `lacuna-vm` (sparse binding).
//!
//! ```text
//!   loader ──► lib.rs ──► entry/ ──► object/  queue/  command/  sync/  sparse/  wsi/
//!                           │            └──► caps/ (what is advertised)
//!                           └── guard, handle, pnext, error
//! ```

pub mod binding_report;
pub mod caps;
pub mod command;
pub mod diagnostics;
pub mod entry;
pub mod error;
pub mod faults;
pub mod guard;
pub mod handle;
pub mod newer;
pub mod object;
pub mod pnext;
pub mod queue;
pub mod ram;
pub mod settings;
pub mod sparse;
pub mod sync;
pub mod trace;
pub mod wsi;

use std::ffi::{CStr, c_char};

use ash::vk;

use crate::error::Error;
use crate::guard::guard;

/// The newest version of the loader interface that this driver speaks: 7 lets it return physical-device functions
/// and be asked for its version without exporting anything else.
const LOADER_INTERFACE_VERSION: u32 = 7;

/// `vk_icdNegotiateLoaderICDInterfaceVersion`: lowers `*version` to what both sides speak. Called first.
///
/// # Safety
/// `version` is valid for reads and writes.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn vk_icdNegotiateLoaderICDInterfaceVersion(version: *mut u32) -> vk::Result {
    // SAFETY: this function's contract.
    guard(|| match unsafe { version.as_mut() } {
        Some(version) => {
            *version = (*version).min(LOADER_INTERFACE_VERSION);
            Ok(())
        }
        None => Err(Error::InvalidUsage("the version pointer is null")),
    })
}

/// `vk_icdGetInstanceProcAddr`: how the loader finds everything else.
///
/// # Safety
/// `instance` is null or a live instance; `name` is a null-terminated string.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn vk_icdGetInstanceProcAddr(
    instance: vk::Instance,
    name: *const c_char,
) -> vk::PFN_vkVoidFunction {
    // SAFETY: the same contract.
    unsafe { entry::instance::get_instance_proc_addr(instance, name) }
}

/// `vk_icdGetPhysicalDeviceProcAddr`: as above, null for everything that is not called on a physical device.
///
/// # Safety
/// `name` is a null-terminated string.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn vk_icdGetPhysicalDeviceProcAddr(
    _instance: vk::Instance,
    name: *const c_char,
) -> vk::PFN_vkVoidFunction {
    guard(|| {
        if name.is_null() {
            return Ok(None);
        }
        // SAFETY: not null, and a string by this function's contract.
        Ok(entry::lookup::physical_device(unsafe { CStr::from_ptr(name) }))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn negotiation_takes_the_lower_version() {
        for (asked, agreed) in [(5, 5), (7, 7), (99, 7)] {
            let mut version = asked;
            // SAFETY: a valid pointer.
            let result = unsafe { vk_icdNegotiateLoaderICDInterfaceVersion(&mut version) };
            assert_eq!(result, vk::Result::SUCCESS);
            assert_eq!(version, agreed);
        }
    }
}
