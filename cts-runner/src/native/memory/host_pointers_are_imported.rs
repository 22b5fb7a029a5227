//! A buffer in the application's own memory: host and device see each other's writes, and the memory stays the application's.

use ash::ext;
use std::alloc::{Layout, alloc_zeroed, dealloc};

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::Extension("VK_EXT_external_memory_host")];

const HOST: vk::ExternalMemoryHandleTypeFlags = vk::ExternalMemoryHandleTypeFlags::HOST_ALLOCATION_EXT;
/// No driver may want a larger alignment.
const SIZE: usize = 64 << 10;

pub(super) fn run(cx: &Context) -> Outcome {
    let layout =
        Layout::from_size_align(SIZE, SIZE).map_err(|error| vk::Error::NotSupported(error.to_string()))?;
    // SAFETY: the layout is not empty.
    let words = unsafe { alloc_zeroed(layout) }.cast::<u32>();
    check!(!words.is_null(), "no host memory for the test");
    let outcome = share(cx, words);
    // SAFETY: allocated above with this layout; the device's use of it has ended.
    unsafe { dealloc(words.cast(), layout) };
    outcome
}

fn share(cx: &Context, words: *mut u32) -> Outcome {
    let (device, count) = (&cx.device, (SIZE / 4) as u32);
    let commands = ext::external_memory_host::Device::new(device.physical.instance.raw(), &device.raw);
    let mut found = vk::MemoryHostPointerPropertiesEXT::default();
    // SAFETY: memory of this process.
    let result = unsafe {
        let (get, raw) = (commands.fp().get_memory_host_pointer_properties_ext, device.raw.handle());
        get(raw, HOST, words.cast(), &mut found)
    };
    result.result().at("vkGetMemoryHostPointerPropertiesEXT")?;
    let mut external = vk::ExternalMemoryBufferCreateInfo::default().handle_types(HOST);
    let info =
        vk::BufferCreateInfo::default().size(SIZE as u64).usage(Buffer::USAGE).push_next(&mut external);
    let buffer = Buffer::with_info(device, &info)?;
    let bits = buffer.requirements.memory_type_bits & found.memory_type_bits;
    check!(bits != 0, "no memory type for a buffer in host memory");
    let mut import =
        vk::ImportMemoryHostPointerInfoEXT::default().handle_type(HOST).host_pointer(words.cast());
    let info = vk::MemoryAllocateInfo::default()
        .allocation_size(SIZE as u64)
        .memory_type_index(bits.trailing_zeros())
        .push_next(&mut import);
    // SAFETY: `info` and its chain outlive the call; the memory outlives the import.
    let memory = unsafe { device.raw.allocate_memory(&info, None) }.at("vkAllocateMemory")?;
    // SAFETY: both are alive and of this device.
    unsafe { device.raw.bind_buffer_memory(buffer.handle, memory, 0) }.at("vkBindBufferMemory")?;
    // SAFETY: `SIZE` bytes; the device does not use them now, as below.
    unsafe { words.add(5).write_volatile(99) };
    check_eq!(cx.fetch(&buffer, 0, 32)?, [0, 0, 0, 0, 0, 99, 0, 0], "what the device sees");
    cx.scribble(Bound::whole(&buffer), 0, 1, count, 3)?;
    cx.device.wait_idle()?;
    drop(buffer);
    // SAFETY: nothing uses it any more.
    unsafe { device.raw.free_memory(memory, None) };
    // SAFETY: as above.
    let seen: Vec<u32> = (0..count as usize).map(|i| unsafe { words.add(i).read_volatile() }).collect();
    same("what the host sees", &seen, &(3..3 + count).collect::<Vec<_>>())
}
