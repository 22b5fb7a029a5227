//! Command buffers: each with its own pool, recorded once by a closure.

use ash::vk;

use super::{Buffer, Check, DescriptorSet, Device, Kernel, Result};

/// One primary command buffer and its pool.
pub struct Commands {
    device: Device,
    pool: vk::CommandPool,
    /// The handle.
    pub handle: vk::CommandBuffer,
}

/// Records into a command buffer.
pub struct Recorder<'a> {
    /// The device, for commands that have no wrapper here.
    pub device: &'a Device,
    /// The command buffer in recording state.
    pub handle: vk::CommandBuffer,
}

impl Commands {
    /// Records a reusable command buffer for queues of `family`.
    ///
    /// # Errors
    /// What the driver returns.
    pub fn record(device: &Device, family: u32, record: impl FnOnce(&Recorder<'_>)) -> Result<Self> {
        let commands = Self::allocate(device, family)?;
        commands.rerecord(record)?;
        Ok(commands)
    }

    /// A command buffer in the initial state.
    ///
    /// # Errors
    /// What the driver returns.
    pub fn allocate(device: &Device, family: u32) -> Result<Self> {
        let info = vk::CommandPoolCreateInfo::default()
            .queue_family_index(family)
            .flags(vk::CommandPoolCreateFlags::RESET_COMMAND_BUFFER);
        // SAFETY: `info` outlives the call.
        let pool = unsafe { device.raw.create_command_pool(&info, None) }.at("vkCreateCommandPool")?;
        let mut commands = Self { device: device.clone(), pool, handle: vk::CommandBuffer::null() };
        let info = vk::CommandBufferAllocateInfo::default().command_pool(pool).command_buffer_count(1);
        // SAFETY: `info` outlives the call; the pool was just made.
        let handles = unsafe { device.raw.allocate_command_buffers(&info) }.at("vkAllocateCommandBuffers")?;
        commands.handle = handles[0];
        Ok(commands)
    }

    /// A secondary command buffer of the same pool, in the initial state.
    ///
    /// # Errors
    /// What the driver returns.
    pub fn secondary(&self) -> Result<vk::CommandBuffer> {
        let info = vk::CommandBufferAllocateInfo::default()
            .command_pool(self.pool)
            .level(vk::CommandBufferLevel::SECONDARY)
            .command_buffer_count(1);
        // SAFETY: `info` outlives the call; the pool is alive and frees what it gave.
        let made =
            unsafe { self.device.raw.allocate_command_buffers(&info) }.at("vkAllocateCommandBuffers")?;
        Ok(made[0])
    }

    /// Records anew; what was recorded before is forgotten.
    ///
    /// # Errors
    /// What the driver returns.
    pub fn rerecord(&self, record: impl FnOnce(&Recorder<'_>)) -> Result<()> {
        let info = vk::CommandBufferBeginInfo::default();
        // SAFETY: the command buffer is alive and not pending: `Queue::run` and the tests wait first.
        unsafe { self.device.raw.begin_command_buffer(self.handle, &info) }.at("vkBeginCommandBuffer")?;
        record(&Recorder { device: &self.device, handle: self.handle });
        // SAFETY: in recording state.
        unsafe { self.device.raw.end_command_buffer(self.handle) }.at("vkEndCommandBuffer")
    }
}

impl Drop for Commands {
    fn drop(&mut self) {
        // SAFETY: created from this device, destroyed once; frees its command buffer.
        unsafe { self.device.raw.destroy_command_pool(self.pool, None) };
    }
}

impl Recorder<'_> {
    /// Copies `size` bytes.
    pub fn copy(&self, from: &Buffer, from_offset: u64, to: &Buffer, to_offset: u64, size: u64) {
        self.copy_regions(from, to, &[(from_offset, to_offset, size)]);
    }

    /// Copies regions of (source offset, target offset, size) in bytes, in one command.
    pub fn copy_regions(&self, from: &Buffer, to: &Buffer, regions: &[(u64, u64, u64)]) {
        let regions: Vec<_> = regions
            .iter()
            .map(|&(from, to, size)| vk::BufferCopy { src_offset: from, dst_offset: to, size })
            .collect();
        // SAFETY: recording; both buffers are alive.
        unsafe { self.device.raw.cmd_copy_buffer(self.handle, from.handle, to.handle, &regions) };
    }

    /// Fills with a word; `size` may be `VK_WHOLE_SIZE`.
    pub fn fill(&self, buffer: &Buffer, offset: u64, size: u64, word: u32) {
        // SAFETY: recording; the buffer is alive.
        unsafe { self.device.raw.cmd_fill_buffer(self.handle, buffer.handle, offset, size, word) };
    }

    /// Writes bytes that travel in the command buffer (at most 65,536).
    pub fn update(&self, buffer: &Buffer, offset: u64, bytes: &[u8]) {
        // SAFETY: recording; the buffer is alive; the driver copies `bytes` during the call.
        unsafe { self.device.raw.cmd_update_buffer(self.handle, buffer.handle, offset, bytes) };
    }

    /// Orders everything before against everything after, on the device and for the host.
    pub fn barrier(&self) {
        let access = vk::AccessFlags::MEMORY_READ | vk::AccessFlags::MEMORY_WRITE;
        let barrier = vk::MemoryBarrier::default().src_access_mask(access).dst_access_mask(access);
        let stages = vk::PipelineStageFlags::ALL_COMMANDS;
        // SAFETY: recording; `barrier` outlives the call.
        unsafe {
            self.device.raw.cmd_pipeline_barrier(
                self.handle,
                stages,
                stages | vk::PipelineStageFlags::HOST,
                vk::DependencyFlags::empty(),
                &[barrier],
                &[],
                &[],
            );
        }
    }

    /// Binds pipeline, descriptor sets (from set 0 on) and push constants.
    pub fn bind(&self, kernel: &Kernel, sets: &[&DescriptorSet], offsets: &[u32], push: &[u32]) {
        let raw = &self.device.raw;
        // SAFETY: recording; pipeline, layout and sets are alive.
        unsafe {
            raw.cmd_bind_pipeline(self.handle, vk::PipelineBindPoint::COMPUTE, kernel.pipeline);
        }
        if !sets.is_empty() {
            let sets: Vec<_> = sets.iter().map(|s| s.handle).collect();
            let point = vk::PipelineBindPoint::COMPUTE;
            // SAFETY: as above.
            unsafe { raw.cmd_bind_descriptor_sets(self.handle, point, kernel.layout, 0, &sets, offsets) };
        }
        self.push(kernel, 0, push);
    }

    /// Sets push constants from byte `offset` on.
    pub fn push(&self, kernel: &Kernel, offset: u32, words: &[u32]) {
        if words.is_empty() {
            return;
        }
        let bytes: Vec<u8> = words.iter().flat_map(|w| w.to_ne_bytes()).collect();
        let stage = vk::ShaderStageFlags::COMPUTE;
        // SAFETY: recording; the layout is alive; the driver copies `bytes`.
        unsafe { self.device.raw.cmd_push_constants(self.handle, kernel.layout, stage, offset, &bytes) };
    }

    /// Dispatches what is bound.
    pub fn dispatch(&self, groups: [u32; 3]) {
        // SAFETY: recording, with a compute pipeline bound by the caller.
        unsafe { self.device.raw.cmd_dispatch(self.handle, groups[0], groups[1], groups[2]) };
    }

    /// Binds and dispatches in one.
    pub fn run(&self, kernel: &Kernel, set: &DescriptorSet, push: &[u32], groups: u32) {
        self.bind(kernel, &[set], &[], push);
        self.dispatch([groups, 1, 1]);
    }
}
