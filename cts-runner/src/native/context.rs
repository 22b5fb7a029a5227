//! What a case works with: its own device, and the few operations that most cases share.

use crate::vk::{
    self, Bound, Buffer, Device, DeviceOptions, HostBuffer, Instance, Kernel, KernelOptions, Queue, Recorder,
};

/// One storage image in [`Context::kernel_with`].
pub(super) const IMAGE: (vk::DescriptorType, u32) = (vk::DescriptorType::STORAGE_IMAGE, 1);

/// The surroundings of one running case.
pub struct Context {
    /// A device with all features and queues, used by this case alone.
    pub device: Device,
    /// Seed for cases that try random things.
    pub seed: u64,
}

impl Context {
    pub(super) fn new(instance: &Instance, seed: u64) -> vk::Result<Self> {
        let device = Device::new(&instance.first()?, DeviceOptions { robust: true, members: 0 })?;
        Ok(Self { device, seed })
    }

    /// The first compute queue.
    pub(super) fn compute(&self) -> vk::Result<&Queue> {
        self.device.compute()
    }

    /// The first queue that binds sparse memory.
    pub(super) fn sparse(&self) -> vk::Result<&Queue> {
        self.device.sparse()
    }

    /// The first graphics queue.
    pub(super) fn graphics(&self) -> vk::Result<&Queue> {
        self.device.queue(vk::QueueFlags::GRAPHICS)
    }

    /// Records, submits to the first graphics queue, waits.
    pub(super) fn draw(&self, record: impl FnOnce(&Recorder<'_>)) -> vk::Result<()> {
        self.graphics()?.run(&self.device, record)
    }

    /// Records, submits to the first compute queue, waits.
    pub(super) fn run(&self, record: impl FnOnce(&Recorder<'_>)) -> vk::Result<()> {
        self.compute()?.run(&self.device, record)
    }

    /// A zeroed buffer in host-visible memory.
    pub(super) fn host(&self, size: u64) -> vk::Result<HostBuffer> {
        HostBuffer::new(&self.device, size)
    }

    /// A buffer in host-visible memory full of what nobody expects: for results, so that those that are not written show.
    pub(super) fn dirty(&self, size: u64) -> vk::Result<HostBuffer> {
        let buffer = self.host(size)?;
        buffer.memory.fill(0xee);
        Ok(buffer)
    }

    /// A kernel over storage buffers.
    pub(super) fn kernel(&self, code: &[u32], buffers: usize, push_bytes: u32) -> vk::Result<Kernel> {
        Kernel::storage(&self.device, code, buffers, push_bytes)
    }

    /// A kernel whose set 0 has descriptors of these types.
    pub(super) fn kernel_with(&self, code: &[u32], set: &[(vk::DescriptorType, u32)]) -> vk::Result<Kernel> {
        Kernel::new(&self.device, code, KernelOptions { sets: &[set], ..KernelOptions::default() })
    }

    /// Runs a kernel over whole storage buffers once and waits.
    pub(super) fn compute_once(
        &self,
        code: &[u32],
        buffers: &[&Buffer],
        push: &[u32],
        groups: u32,
    ) -> vk::Result<()> {
        let kernel = self.kernel(code, buffers.len(), push.len() as u32 * 4)?;
        let bound: Vec<_> = buffers.iter().map(|b| Bound::whole(b)).collect();
        let set = kernel.set(&bound)?;
        self.run(|r| {
            r.run(&kernel, &set, push, groups);
            r.barrier();
        })
    }

    /// Words `first`, `first + stride`, … of a range, read by a compute shader.
    pub(super) fn probe(&self, data: Bound, first: u32, stride: u32, count: u32) -> vk::Result<Vec<u32>> {
        let kernel = self.kernel(vk::PROBE, 2, 12)?;
        let result = self.host(u64::from(count) * 4)?;
        let set = kernel.set(&[data, Bound::whole(&result)])?;
        self.run(|r| {
            r.run(&kernel, &set, &[first, stride, count], count.div_ceil(64));
            r.barrier();
        })?;
        Ok(result.words())
    }

    /// Writes `value`, `value + 1`, … to words `first`, `first + stride`, … with a compute shader.
    pub(super) fn scribble(
        &self,
        data: Bound,
        first: u32,
        stride: u32,
        count: u32,
        value: u32,
    ) -> vk::Result<()> {
        let kernel = self.kernel(vk::SCRIBBLE, 1, 16)?;
        let set = kernel.set(&[data])?;
        self.run(|r| {
            r.run(&kernel, &set, &[first, stride, count, value], count.div_ceil(64));
            r.barrier();
        })
    }

    /// Bytes of a buffer, fetched by `vkCmdCopyBuffer`.
    pub(super) fn fetch(&self, buffer: &Buffer, offset: u64, size: u64) -> vk::Result<Vec<u32>> {
        let host = self.host(size)?;
        self.run(|r| {
            r.barrier();
            r.copy(buffer, offset, &host, 0, size);
            r.barrier();
        })?;
        Ok(host.words())
    }
}
