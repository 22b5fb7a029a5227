//! Copies, fills and updates of buffers.
//!
//! Ranges are checked against the buffers when they are recorded. What memory lies behind them is looked up when they are
//! executed: a sparse buffer may be bound between the two.

use std::sync::Arc;

use ash::vk;
use lacuna_gpu::memory::address_space::Gpu;

use super::execute::State;
use super::recording::{Command, Recording, Slice};
use crate::error::Error;
use crate::handle::Object;
use crate::object::buffer::Buffer;
use crate::queue::submission::Failed;

/// Bytes that one core copies in a nanosecond, for estimates.
pub(super) const BYTES_PER_NANOSECOND: u64 = 8;

impl Recording {
    /// `vkCmdCopyBuffer`.
    pub fn copy_buffer(
        &mut self,
        source: vk::Buffer,
        destination: vk::Buffer,
        regions: &[vk::BufferCopy],
    ) -> Result<(), Error> {
        let (source, destination) = (Buffer::get(source)?, Buffer::get(destination)?);
        for region in regions {
            check(&source, region.src_offset, region.size, "VUID-vkCmdCopyBuffer-size-00115")?;
            check(&destination, region.dst_offset, region.size, "VUID-vkCmdCopyBuffer-size-00116")?;
        }
        let bytes = regions.iter().fold(0, |sum: u64, region| sum.saturating_add(region.size));
        let regions = self.store_regions(regions)?;
        self.push(Command::CopyBuffer { source, destination, regions }, bytes / BYTES_PER_NANOSECOND)
    }

    /// `vkCmdFillBuffer`. `VK_WHOLE_SIZE` ends at the last whole word of the buffer.
    pub fn fill_buffer(
        &mut self,
        buffer: vk::Buffer,
        offset: u64,
        size: u64,
        word: u32,
    ) -> Result<(), Error> {
        let buffer = Buffer::get(buffer)?;
        let size = match size {
            vk::WHOLE_SIZE => buffer.size().saturating_sub(offset) & !3,
            size => size,
        };
        if !(offset | size).is_multiple_of(4) {
            return Err(Error::InvalidUsage("VUID-vkCmdFillBuffer-dstOffset-00025, -size-00028"));
        }
        check(&buffer, offset, size, "VUID-vkCmdFillBuffer-size-00027")?;
        self.push(Command::FillBuffer { buffer, offset, size, word }, size / BYTES_PER_NANOSECOND)
    }

    /// `vkCmdUpdateBuffer`.
    pub fn update_buffer(&mut self, buffer: vk::Buffer, offset: u64, data: &[u8]) -> Result<(), Error> {
        let buffer = Buffer::get(buffer)?;
        check(&buffer, offset, data.len() as u64, "VUID-vkCmdUpdateBuffer-dataSize-00033")?;
        let data = self.store_bytes(data)?;
        self.push(Command::UpdateBuffer { buffer, offset, data }, 0)
    }
}

fn check(buffer: &Buffer, offset: u64, size: u64, rule: &'static str) -> Result<(), Error> {
    let inside = offset.checked_add(size).is_some_and(|end| end <= buffer.size());
    if inside { Ok(()) } else { Err(Error::InvalidUsage(rule)) }
}

impl State<'_> {
    pub(super) fn copy_buffer(
        &mut self,
        source: &Arc<Buffer>,
        destination: &Arc<Buffer>,
        regions: Slice,
    ) -> Result<(), Failed> {
        let (Some(from), Some(to)) = (address(self.gpu, source), address(self.gpu, destination)) else {
            return Ok(());
        };
        for region in self.recording().regions(regions) {
            // SAFETY: the region is inside both buffers, which the recording holds with their memory.
            unsafe { lacuna_gpu::copy::copy(to + region.dst_offset, from + region.src_offset, region.size)? }
        }
        Ok(())
    }

    pub(super) fn fill_buffer(
        &mut self,
        buffer: &Arc<Buffer>,
        offset: u64,
        size: u64,
        word: u32,
    ) -> Result<(), Failed> {
        let Some(address) = address(self.gpu, buffer) else { return Ok(()) };
        // SAFETY: the range is inside the buffer, which the recording holds with its memory.
        unsafe { lacuna_gpu::copy::fill(address + offset, size, word)? }
        Ok(())
    }

    pub(super) fn update_buffer(&mut self, buffer: &Arc<Buffer>, offset: u64, data: Slice) {
        let Some(address) = address(self.gpu, buffer) else { return };
        // SAFETY: the range is inside the buffer, which the recording holds with its memory.
        unsafe { lacuna_gpu::copy::update(address + offset, self.recording().bytes(data)) }
    }
}

/// Where a buffer is for a GPU; a buffer that is not sparse and never got memory is skipped.
pub(super) fn address(gpu: Gpu, buffer: &Buffer) -> Option<u64> {
    let address = buffer.address().map(|address| gpu.resolve(address));
    if address.is_none() {
        log::warn!("a command uses a buffer without memory: skipped");
    }
    address
}
