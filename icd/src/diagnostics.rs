//! What the driver tells: log lines, messages to `VK_EXT_debug_utils` messengers, and the names of objects in both.
//!
//! Messengers and names belong to the process, not to an instance: an error is noticed where no instance is at hand.
//! Without messengers and names everything here costs one relaxed load.

use std::collections::BTreeMap;
use std::ffi::{CString, c_void};
use std::sync::atomic::{AtomicUsize, Ordering};

use ash::vk;
use parking_lot::RwLock;

use crate::binding_report;
use crate::error::Error;

/// `VkDebugUtilsMessengerEXT`: who is called for which messages.
#[derive(Clone, Copy)]
pub struct Messenger {
    severities: vk::DebugUtilsMessageSeverityFlagsEXT,
    types: vk::DebugUtilsMessageTypeFlagsEXT,
    callback: vk::PFN_vkDebugUtilsMessengerCallbackEXT,
    user_data: UserData,
}

/// The application's pointer, which is only handed back to it.
#[derive(Clone, Copy)]
struct UserData(*mut c_void);

// SAFETY: never dereferenced here; the application knows that its callback is called from any thread.
unsafe impl Send for UserData {}
// SAFETY: as above.
unsafe impl Sync for UserData {}

/// An object as `VK_EXT_debug_utils` names it: type and raw handle.
type ObjectKey = (i32, u64);

static MESSENGERS: RwLock<Vec<(u64, Messenger)>> = RwLock::new(Vec::new());
static NAMES: RwLock<BTreeMap<ObjectKey, CString>> = RwLock::new(BTreeMap::new());
/// Length of `NAMES`, so that nobody locks it for nothing.
static NAME_COUNT: AtomicUsize = AtomicUsize::new(0);

impl Messenger {
    /// `vkCreateDebugUtilsMessengerEXT`.
    pub fn register(info: &vk::DebugUtilsMessengerCreateInfoEXT<'_>) -> vk::DebugUtilsMessengerEXT {
        static NEXT: AtomicUsize = AtomicUsize::new(1);
        let handle = NEXT.fetch_add(1, Ordering::Relaxed) as u64;
        let messenger = Self {
            severities: info.message_severity,
            types: info.message_type,
            callback: info.pfn_user_callback,
            user_data: UserData(info.p_user_data),
        };
        MESSENGERS.write().push((handle, messenger));
        binding_report::listen(info.message_type, true);
        vk::Handle::from_raw(handle)
    }

    /// `vkDestroyDebugUtilsMessengerEXT`.
    pub fn unregister(handle: vk::DebugUtilsMessengerEXT) {
        let mut messengers = MESSENGERS.write();
        let Some(index) = messengers.iter().position(|(raw, _)| *raw == vk::Handle::as_raw(handle)) else {
            return;
        };
        let (_, messenger) = messengers.remove(index);
        binding_report::listen(messenger.types, false);
    }
}

/// Logs an error and tells the messengers.
pub fn report(error: &Error) {
    let level = error.level();
    log::log!(level, "{error}");
    let severity = match level {
        log::Level::Error => vk::DebugUtilsMessageSeverityFlagsEXT::ERROR,
        log::Level::Warn => vk::DebugUtilsMessageSeverityFlagsEXT::WARNING,
        _ => return,
    };
    if MESSENGERS.read().is_empty() {
        return;
    }
    let text = CString::new(error.to_string()).unwrap_or_default();
    let data = vk::DebugUtilsMessengerCallbackDataEXT::default().message_id_name(c"lacuna").message(&text);
    // SAFETY: a valid structure, alive during the call.
    unsafe { send(severity, vk::DebugUtilsMessageTypeFlagsEXT::GENERAL, &data) };
}

/// `vkSubmitDebugUtilsMessageEXT`: calls every messenger that wants such messages.
///
/// # Safety
/// `data` is a valid structure.
pub unsafe fn send(
    severity: vk::DebugUtilsMessageSeverityFlagsEXT,
    types: vk::DebugUtilsMessageTypeFlagsEXT,
    data: &vk::DebugUtilsMessengerCallbackDataEXT<'_>,
) {
    // Copied out: a callback may create or destroy messengers.
    let messengers = MESSENGERS.read().clone();
    for (_, messenger) in messengers {
        let wanted = messenger.severities.contains(severity) && messenger.types.intersects(types);
        if let Some(callback) = messenger.callback.filter(|_| wanted) {
            // SAFETY: the application's function with what it was registered with; `data` is valid. Its result only
            // matters to layers.
            unsafe { callback(severity, types, data, messenger.user_data.0) };
        }
    }
}

/// `vkSetDebugUtilsObjectNameEXT`; `None` takes the name away.
pub fn set_name(kind: vk::ObjectType, handle: u64, name: Option<CString>) {
    let mut names = NAMES.write();
    match name {
        Some(name) => names.insert((kind.as_raw(), handle), name),
        None => names.remove(&(kind.as_raw(), handle)),
    };
    NAME_COUNT.store(names.len(), Ordering::Relaxed);
}

/// Forgets the name of an object that is destroyed.
pub fn forget<H: vk::Handle>(handle: H) {
    if NAME_COUNT.load(Ordering::Relaxed) > 0 {
        set_name(H::TYPE, handle.as_raw(), None);
    }
}

/// How a log line calls an object: its name where it has one, else its handle.
pub fn describe<H: vk::Handle>(handle: H) -> String {
    let handle = handle.as_raw();
    let names = NAMES.read();
    let name = names.get(&(H::TYPE.as_raw(), handle));
    name.map_or_else(|| format!("{:?} {handle:#x}", H::TYPE), |name| format!("{:?} {name:?}", H::TYPE))
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    static HEARD: Mutex<Vec<String>> = Mutex::new(Vec::new());

    unsafe extern "system" fn hear(
        _severity: vk::DebugUtilsMessageSeverityFlagsEXT,
        _types: vk::DebugUtilsMessageTypeFlagsEXT,
        data: *const vk::DebugUtilsMessengerCallbackDataEXT<'_>,
        _user_data: *mut c_void,
    ) -> vk::Bool32 {
        // SAFETY: `report` calls with valid data.
        let text = unsafe { (*data).message_as_c_str() }.unwrap().to_str().unwrap().to_owned();
        HEARD.lock().unwrap().push(text);
        vk::FALSE
    }

    #[test]
    fn a_messenger_hears_misuse_until_it_is_destroyed_and_no_ordinary_refusal() {
        let info = vk::DebugUtilsMessengerCreateInfoEXT::default()
            .message_severity(vk::DebugUtilsMessageSeverityFlagsEXT::WARNING)
            .message_type(vk::DebugUtilsMessageTypeFlagsEXT::GENERAL)
            .pfn_user_callback(Some(hear));
        let handle = Messenger::register(&info);
        report(&Error::InvalidUsage("the one that is heard"));
        report(&Error::OutOfDeviceMemory);
        Messenger::unregister(handle);
        report(&Error::InvalidUsage("not heard"));
        let heard = HEARD.lock().unwrap();
        let count = |what: &str| heard.iter().filter(|text| text.contains(what)).count();
        assert_eq!((count("the one that is heard"), count("not heard"), count("memory")), (1, 0, 0));
    }

    #[test]
    fn a_name_lasts_as_long_as_its_object() {
        let buffer: vk::Buffer = vk::Handle::from_raw(0x7777_0001);
        set_name(vk::ObjectType::BUFFER, 0x7777_0001, Some(c"vertices".into()));
        assert!(describe(buffer).contains("vertices"));
        forget(buffer);
        assert!(describe(buffer).contains("0x77770001"));
    }
}
