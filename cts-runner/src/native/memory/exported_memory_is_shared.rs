//! Memory that one device exports as a file descriptor and another imports is the same memory, also when the first is gone.

use ash::khr;

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::Extension("VK_KHR_external_memory_fd")];

const OPAQUE: vk::ExternalMemoryHandleTypeFlags = vk::ExternalMemoryHandleTypeFlags::OPAQUE_FD;
const SIZE: u64 = 256 << 10;

pub(super) fn run(cx: &Context) -> Outcome {
    let words = (SIZE / 4) as u32;
    let first = Shared::new(&cx.device, None)?;
    let fd = first.export(&cx.device)?;
    let other = Context { device: Device::new(&cx.device.physical, vk::DeviceOptions::default())?, seed: 0 };
    let second = Shared::new(&other.device, Some(fd))?;
    cx.scribble(Bound::whole(&first.buffer), 0, 1, words, 1000)?;
    let expected: Vec<u32> = (1000..1000 + words).collect();
    same("what the importer sees", &other.fetch(&second.buffer, 0, SIZE)?, &expected)?;
    other.run(|r| r.fill(&second.buffer, 0, 4, 7))?;
    check_eq!(cx.fetch(&first.buffer, 0, 4)?, [7], "what the exporter sees");
    let again = Shared::new(&other.device, Some(second.export(&other.device)?))?;
    drop((first, second));
    same("after both are gone", &other.fetch(&again.buffer, 4, SIZE - 4)?, &expected[1..])
}

/// A buffer in memory that has a file descriptor.
struct Shared<'a> {
    device: &'a Device,
    buffer: Buffer,
    memory: vk::DeviceMemory,
}

impl<'a> Shared<'a> {
    fn new(device: &'a Device, import: Option<i32>) -> vk::Result<Self> {
        let mut external = vk::ExternalMemoryBufferCreateInfo::default().handle_types(OPAQUE);
        let usage = Buffer::USAGE;
        let info = vk::BufferCreateInfo::default().size(SIZE).usage(usage).push_next(&mut external);
        let buffer = Buffer::with_info(device, &info)?;
        let mut export = vk::ExportMemoryAllocateInfo::default().handle_types(OPAQUE);
        let mut from = vk::ImportMemoryFdInfoKHR::default().handle_type(OPAQUE).fd(import.unwrap_or(-1));
        let mut info = vk::MemoryAllocateInfo::default()
            .allocation_size(buffer.requirements.size)
            .memory_type_index(buffer.requirements.memory_type_bits.trailing_zeros());
        info = if import.is_some() { info.push_next(&mut from) } else { info.push_next(&mut export) };
        // SAFETY: `info` and its chain outlive the call; the descriptor is one that was exported.
        let memory = unsafe { device.raw.allocate_memory(&info, None) }.at("vkAllocateMemory")?;
        let shared = Self { device, buffer, memory };
        // SAFETY: both are alive and of this device.
        unsafe { device.raw.bind_buffer_memory(shared.buffer.handle, memory, 0) }.at("vkBindBufferMemory")?;
        Ok(shared)
    }

    fn export(&self, device: &Device) -> vk::Result<i32> {
        let commands = khr::external_memory_fd::Device::new(device.physical.instance.raw(), &device.raw);
        let info = vk::MemoryGetFdInfoKHR::default().memory(self.memory).handle_type(OPAQUE);
        // SAFETY: memory of this device, made to be exported or imported.
        unsafe { commands.get_memory_fd(&info) }.at("vkGetMemoryFdKHR")
    }
}

impl Drop for Shared<'_> {
    fn drop(&mut self) {
        // SAFETY: allocated from this device, freed once.
        unsafe { self.device.raw.free_memory(self.memory, None) };
    }
}
