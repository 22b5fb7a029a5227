//! A messenger hears the addresses of memory, buffers and images when they get them, and the same when they give them back.

use std::ffi::c_void;
use std::sync::Mutex;

use ash::ext;

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Extension("VK_EXT_device_address_binding_report")];

/// Kind of object, handle, address, size.
type Binding = (vk::ObjectType, u64, u64, u64);

#[derive(Default)]
struct Heard {
    bound: Vec<Binding>,
    unbound: Vec<Binding>,
}

unsafe extern "system" fn hear(
    _: vk::DebugUtilsMessageSeverityFlagsEXT,
    _: vk::DebugUtilsMessageTypeFlagsEXT,
    data: *const vk::DebugUtilsMessengerCallbackDataEXT<'_>,
    heard: *mut c_void,
) -> vk::Bool32 {
    // SAFETY: the driver calls with valid structures; `heard` is what the messenger was made with and outlives it.
    let (data, heard) = unsafe { (&*data, &*heard.cast::<Mutex<Heard>>()) };
    // SAFETY: the first structure of the chain, and the objects, of a message of this type.
    let (binding, object) =
        unsafe { (&*data.p_next.cast::<vk::DeviceAddressBindingCallbackDataEXT<'_>>(), &*data.p_objects) };
    let told = (object.object_type, object.object_handle, binding.base_address, binding.size);
    if let Ok(mut heard) = heard.lock() {
        match binding.binding_type {
            vk::DeviceAddressBindingTypeEXT::BIND => heard.bound.push(told),
            _ => heard.unbound.push(told),
        }
    }
    vk::FALSE
}

pub(super) fn run(cx: &Context) -> Outcome {
    let instance = &cx.device.physical.instance;
    if !instance.has(ext::debug_utils::NAME) {
        return Err(vk::Error::NotSupported("VK_EXT_debug_utils".into()).into());
    }
    let heard = Mutex::new(Heard::default());
    let commands = ext::debug_utils::Instance::new(instance.entry(), instance.raw());
    let info = vk::DebugUtilsMessengerCreateInfoEXT::default()
        .message_severity(vk::DebugUtilsMessageSeverityFlagsEXT::INFO)
        .message_type(vk::DebugUtilsMessageTypeFlagsEXT::DEVICE_ADDRESS_BINDING)
        .pfn_user_callback(Some(hear))
        .user_data((&raw const heard).cast_mut().cast());
    // SAFETY: `heard` outlives the messenger.
    let messenger =
        unsafe { commands.create_debug_utils_messenger(&info, None) }.at("vkCreateDebugUtilsMessengerEXT")?;
    let outcome = objects(cx);
    // SAFETY: made above; no other call goes on.
    unsafe { commands.destroy_debug_utils_messenger(messenger, None) };
    outcome?;
    let heard = heard.into_inner().unwrap_or_default();
    for kind in [vk::ObjectType::DEVICE_MEMORY, vk::ObjectType::BUFFER, vk::ObjectType::IMAGE] {
        let count = heard.bound.iter().filter(|(object, ..)| *object == kind).count();
        check!(count > 0, "nothing is told of {kind:?}");
    }
    let (mut bound, mut unbound) = (heard.bound, heard.unbound);
    let key = |told: &Binding| (told.0.as_raw(), told.1, told.2, told.3);
    bound.sort_by_key(key);
    unbound.sort_by_key(key);
    check_eq!(unbound, bound, "what is given back");
    Ok(())
}

fn objects(cx: &Context) -> vk::Result<()> {
    let buffer = vk::LocalBuffer::new(&cx.device, 1000)?;
    let image = StorageImage::new(&cx.device, ImageShape::flat(vk::Format::R32_UINT, 64, 64))?;
    drop((buffer, image));
    Ok(())
}
