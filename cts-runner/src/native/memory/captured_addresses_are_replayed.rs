//! Memory and sparse buffers are made again at addresses that were captured, and refused there while somebody has them.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::CaptureReplay];

const SIZE: u64 = 200 << 10;
const REPLAY: vk::BufferCreateFlags = vk::BufferCreateFlags::DEVICE_ADDRESS_CAPTURE_REPLAY;

pub(super) fn run(cx: &Context) -> Outcome {
    memory(cx)?;
    if cx.device.physical.features.sparse_binding == vk::TRUE { sparse(cx) } else { Ok(()) }
}

fn memory(cx: &Context) -> Outcome {
    let device = &cx.device;
    let (first, other) = (Replayed::new(device, 0)?, Replayed::new(device, 0)?);
    let captured = first.capture()?;
    check!(captured != 0 && captured != other.capture()?, "two memories have the address {captured:#x}");
    check_eq!(refusal(Replayed::new(device, captured)), TAKEN, "the address is in use");
    let address = first.buffer.address()?;
    cx.run(|r| r.fill(&first.buffer, 0, SIZE, 3))?;
    drop(first);
    let again = Replayed::new(device, captured)?;
    check_eq!(again.capture()?, captured, "of the memory");
    check_eq!(again.buffer.address()?, address, "of the buffer in it");
    cx.scribble(Bound::whole(&again.buffer), 0, 1, (SIZE / 4) as u32, 50)?;
    let expected: Vec<u32> = (50..50 + (SIZE / 4) as u32).collect();
    same("what is written there", &cx.fetch(&again.buffer, 0, SIZE)?, &expected)
}

fn sparse(cx: &Context) -> Outcome {
    let device = &cx.device;
    let make = |captured: u64| {
        let mut address =
            vk::BufferOpaqueCaptureAddressCreateInfo::default().opaque_capture_address(captured);
        let flags = REPLAY | vk::BufferCreateFlags::SPARSE_BINDING;
        let info = vk::BufferCreateInfo::default().size(SIZE).usage(Buffer::USAGE | ADDRESS).flags(flags);
        Buffer::with_info(device, &info.push_next(&mut address))
    };
    let first = make(0)?;
    let (captured, address) = (capture(device, &first)?, first.address()?);
    check_eq!(refusal(make(captured)), TAKEN, "the addresses are in use");
    drop(first);
    let unrelated = SparseBuffer::new(device, SIZE)?;
    let again = make(captured)?;
    check_eq!(again.address()?, address, "of the sparse buffer");
    check!(unrelated.address()? != address, "an unrelated buffer was put where the captured one was");
    Ok(())
}

const ADDRESS: vk::BufferUsageFlags = vk::BufferUsageFlags::SHADER_DEVICE_ADDRESS;
const TAKEN: Option<vk::Code> = Some(vk::Code::ERROR_INVALID_OPAQUE_CAPTURE_ADDRESS);

/// Why there is none.
fn refusal<T>(result: vk::Result<T>) -> Option<vk::Code> {
    result.err().and_then(|error| error.code())
}

fn capture(device: &Device, buffer: &Buffer) -> vk::Result<u64> {
    let info = vk::BufferDeviceAddressInfo::default().buffer(buffer.handle);
    // SAFETY: a buffer of this device that was made to be captured.
    Ok(unsafe { device.device_address()?.get_buffer_opaque_capture_address(&info) })
}

/// A buffer in memory whose address is, or was, captured.
struct Replayed<'a> {
    device: &'a Device,
    buffer: Buffer,
    memory: vk::DeviceMemory,
}

impl<'a> Replayed<'a> {
    fn new(device: &'a Device, captured: u64) -> vk::Result<Self> {
        let usage = Buffer::USAGE | ADDRESS;
        let buffer = Buffer::with_info(
            device,
            &vk::BufferCreateInfo::default().size(SIZE).usage(usage).flags(REPLAY),
        )?;
        let mut flags = vk::MemoryAllocateFlagsInfo::default().flags(
            vk::MemoryAllocateFlags::DEVICE_ADDRESS | vk::MemoryAllocateFlags::DEVICE_ADDRESS_CAPTURE_REPLAY,
        );
        let mut address =
            vk::MemoryOpaqueCaptureAddressAllocateInfo::default().opaque_capture_address(captured);
        let info = vk::MemoryAllocateInfo::default()
            .allocation_size(buffer.requirements.size)
            .memory_type_index(buffer.requirements.memory_type_bits.trailing_zeros())
            .push_next(&mut flags)
            .push_next(&mut address);
        // SAFETY: `info` and its chain outlive the call.
        let memory = unsafe { device.raw.allocate_memory(&info, None) }.at("vkAllocateMemory")?;
        let replayed = Self { device, buffer, memory };
        // SAFETY: both are alive and of this device.
        unsafe { device.raw.bind_buffer_memory(replayed.buffer.handle, memory, 0) }
            .at("vkBindBufferMemory")?;
        Ok(replayed)
    }

    fn capture(&self) -> vk::Result<u64> {
        let info = vk::DeviceMemoryOpaqueCaptureAddressInfo::default().memory(self.memory);
        // SAFETY: memory of this device that was made to be captured.
        Ok(unsafe { self.device.device_address()?.get_device_memory_opaque_capture_address(&info) })
    }
}

impl Drop for Replayed<'_> {
    fn drop(&mut self) {
        // SAFETY: allocated from this device, freed once.
        unsafe { self.device.raw.free_memory(self.memory, None) };
    }
}
