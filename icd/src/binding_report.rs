//! `VK_EXT_device_address_binding_report`: messengers hear which addresses objects get and give back.
//!
//! Told of are memory, and resources: when they are bound to memory, or get addresses of the sparse space. Without a messenger
//! that wants it this costs one relaxed load.

use std::sync::atomic::{AtomicUsize, Ordering};

use ash::vk;

use crate::diagnostics;

const TYPE: vk::DebugUtilsMessageTypeFlagsEXT = vk::DebugUtilsMessageTypeFlagsEXT::DEVICE_ADDRESS_BINDING;

/// Messengers that want to hear it.
static LISTENERS: AtomicUsize = AtomicUsize::new(0);

/// A messenger begins to listen, or ceases to.
pub fn listen(types: vk::DebugUtilsMessageTypeFlagsEXT, begins: bool) {
    if types.intersects(TYPE) {
        if begins {
            LISTENERS.fetch_add(1, Ordering::Relaxed)
        } else {
            LISTENERS.fetch_sub(1, Ordering::Relaxed)
        };
    }
}

/// Addresses that an object has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Addresses {
    /// The first one.
    pub base: u64,
    /// Bytes.
    pub size: u64,
}

/// An object got addresses.
pub fn bound<H: vk::Handle>(handle: H, addresses: Option<Addresses>) {
    tell(handle, addresses, vk::DeviceAddressBindingTypeEXT::BIND);
}

/// An object gives its addresses back.
pub fn unbound<H: vk::Handle>(handle: H, addresses: Option<Addresses>) {
    tell(handle, addresses, vk::DeviceAddressBindingTypeEXT::UNBIND);
}

fn tell<H: vk::Handle>(handle: H, addresses: Option<Addresses>, kind: vk::DeviceAddressBindingTypeEXT) {
    let Some(Addresses { base, size }) = addresses.filter(|_| LISTENERS.load(Ordering::Relaxed) > 0) else {
        return;
    };
    let mut binding = vk::DeviceAddressBindingCallbackDataEXT {
        base_address: base,
        size,
        binding_type: kind,
        ..Default::default()
    };
    let objects = [vk::DebugUtilsObjectNameInfoEXT {
        object_type: H::TYPE,
        object_handle: handle.as_raw(),
        ..Default::default()
    }];
    let text =
        if kind == vk::DeviceAddressBindingTypeEXT::BIND { c"addresses bound" } else { c"addresses unbound" };
    let data = vk::DebugUtilsMessengerCallbackDataEXT::default()
        .message_id_name(c"lacuna-address-binding")
        .message(text)
        .objects(&objects)
        .push_next(&mut binding);
    // SAFETY: a valid structure, alive during the call.
    unsafe { diagnostics::send(vk::DebugUtilsMessageSeverityFlagsEXT::INFO, TYPE, &data) };
}
