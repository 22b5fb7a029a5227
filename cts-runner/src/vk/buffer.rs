//! Buffers, and buffers with their own mapped memory.

use std::ops::Deref;

use ash::vk;

use super::{Check, Device, Memory, Result};

/// One `VkBuffer`; memory is bound by the caller.
pub struct Buffer {
    device: Device,
    /// The handle.
    pub handle: vk::Buffer,
    /// Size in bytes.
    pub size: u64,
    /// What `vkGetBufferMemoryRequirements` said.
    pub requirements: vk::MemoryRequirements,
}

impl Buffer {
    /// Every use that tests make of a buffer.
    pub const USAGE: vk::BufferUsageFlags = vk::BufferUsageFlags::from_raw(
        vk::BufferUsageFlags::TRANSFER_SRC.as_raw()
            | vk::BufferUsageFlags::TRANSFER_DST.as_raw()
            | vk::BufferUsageFlags::STORAGE_BUFFER.as_raw()
            | vk::BufferUsageFlags::UNIFORM_BUFFER.as_raw()
            | vk::BufferUsageFlags::UNIFORM_TEXEL_BUFFER.as_raw()
            | vk::BufferUsageFlags::STORAGE_TEXEL_BUFFER.as_raw()
            | vk::BufferUsageFlags::INDIRECT_BUFFER.as_raw()
            | vk::BufferUsageFlags::VERTEX_BUFFER.as_raw()
            | vk::BufferUsageFlags::INDEX_BUFFER.as_raw(),
    );

    /// Creates a buffer with [`Buffer::USAGE`], and with a device address where that is supported.
    ///
    /// # Errors
    /// What the driver returns.
    pub fn new(device: &Device, size: u64, flags: vk::BufferCreateFlags) -> Result<Self> {
        let mut usage = Self::USAGE;
        if device.physical.extra.device_address {
            usage |= vk::BufferUsageFlags::SHADER_DEVICE_ADDRESS;
        }
        Self::with_usage(device, size, flags, usage)
    }

    /// Creates a buffer.
    ///
    /// # Errors
    /// What the driver returns.
    pub fn with_usage(
        device: &Device,
        size: u64,
        flags: vk::BufferCreateFlags,
        usage: vk::BufferUsageFlags,
    ) -> Result<Self> {
        let families: Vec<u32> = (0..device.physical.families.len() as u32).collect();
        let mut info = vk::BufferCreateInfo::default().size(size).flags(flags).usage(usage);
        // Tests move buffers freely between queues.
        if families.len() > 1 {
            info = info.sharing_mode(vk::SharingMode::CONCURRENT).queue_family_indices(&families);
        }
        Self::with_info(device, &info)
    }

    /// Creates a buffer of any kind.
    ///
    /// # Errors
    /// What the driver returns.
    pub fn with_info(device: &Device, info: &vk::BufferCreateInfo<'_>) -> Result<Self> {
        // SAFETY: `info` outlives the call; the device is alive.
        let handle = unsafe { device.raw.create_buffer(info, None) }.at("vkCreateBuffer")?;
        // SAFETY: just created from this device.
        let requirements = unsafe { device.raw.get_buffer_memory_requirements(handle) };
        Ok(Self { device: device.clone(), handle, size: info.size, requirements })
    }

    /// Binds memory; not for sparse buffers.
    ///
    /// # Errors
    /// What the driver returns.
    pub fn bind(&self, memory: &Memory, offset: u64) -> Result<()> {
        // SAFETY: both belong to this device and are alive.
        unsafe { self.device.raw.bind_buffer_memory(self.handle, memory.handle, offset) }
            .at("vkBindBufferMemory")
    }

    /// The device address.
    ///
    /// # Errors
    /// Not supported without `VK_KHR_buffer_device_address`.
    pub fn address(&self) -> Result<u64> {
        let info = vk::BufferDeviceAddressInfo::default().buffer(self.handle);
        // SAFETY: the buffer was made with `SHADER_DEVICE_ADDRESS` when the extension is enabled.
        Ok(unsafe { self.device.device_address()?.get_buffer_device_address(&info) })
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        // SAFETY: created from this device, destroyed once.
        unsafe { self.device.raw.destroy_buffer(self.handle, None) };
    }
}

/// A buffer in memory that nobody maps.
pub struct LocalBuffer {
    buffer: Buffer,
    /// Its memory.
    pub memory: Memory,
}

impl LocalBuffer {
    /// A buffer of `size` bytes.
    ///
    /// # Errors
    /// What the driver returns.
    pub fn new(device: &Device, size: u64) -> Result<Self> {
        let buffer = Buffer::new(device, size, vk::BufferCreateFlags::empty())?;
        let memory = Memory::local(device, buffer.requirements.size, buffer.requirements.memory_type_bits)?;
        buffer.bind(&memory, 0)?;
        Ok(Self { buffer, memory })
    }
}

impl Deref for LocalBuffer {
    type Target = Buffer;

    fn deref(&self) -> &Buffer {
        &self.buffer
    }
}

/// A buffer whose memory the host sees.
pub struct HostBuffer {
    buffer: Buffer,
    /// Its memory, mapped.
    pub memory: Memory,
}

impl HostBuffer {
    /// A buffer of `size` bytes, all zero.
    ///
    /// # Errors
    /// What the driver returns.
    pub fn new(device: &Device, size: u64) -> Result<Self> {
        Self::of_buffer(Buffer::new(device, size, vk::BufferCreateFlags::empty())?)
    }

    /// A buffer with a use of its own beside copies, all zero.
    ///
    /// # Errors
    /// What the driver returns.
    pub fn with_usage(device: &Device, size: u64, usage: vk::BufferUsageFlags) -> Result<Self> {
        let usage = usage | vk::BufferUsageFlags::TRANSFER_SRC | vk::BufferUsageFlags::TRANSFER_DST;
        Self::of_buffer(Buffer::with_usage(device, size, vk::BufferCreateFlags::empty(), usage)?)
    }

    fn of_buffer(buffer: Buffer) -> Result<Self> {
        let requirements = buffer.requirements;
        let memory = Memory::host(&buffer.device, requirements.size, requirements.memory_type_bits)?;
        memory.fill(0);
        buffer.bind(&memory, 0)?;
        Ok(Self { buffer, memory })
    }

    /// A buffer that holds `words`.
    ///
    /// # Errors
    /// What the driver returns.
    pub fn of<T: super::Word>(device: &Device, words: &[T]) -> Result<Self> {
        let buffer = Self::new(device, size_of_val(words).max(4) as u64)?;
        buffer.memory.write(0, words);
        Ok(buffer)
    }

    /// All of its contents that make whole words.
    #[must_use]
    pub fn words(&self) -> Vec<u32> {
        self.memory.read(0, (self.size / 4) as usize)
    }
}

impl Deref for HostBuffer {
    type Target = Buffer;

    fn deref(&self) -> &Buffer {
        &self.buffer
    }
}
