//! Draws whose parameters are in buffers. They are read when the draw executes.

use std::sync::Arc;

use ash::vk;
use lacuna_gpu::draw::DrawCommand;
use lacuna_gpu::memory::address_space::Gpu;

use crate::command::execute::State;
use crate::command::recording::{Command, Recording};
use crate::command::transfer;
use crate::error::Error;
use crate::handle::Object;
use crate::object::buffer::Buffer;
use crate::queue::submission::Failed;

/// What such a draw takes is not known when it is recorded.
const UNKNOWN: u64 = 1_000_000;

/// Draws from a buffer.
pub struct Indirect {
    indexed: bool,
    buffer: Arc<Buffer>,
    offset: u64,
    /// Bytes from one draw to the next.
    stride: u32,
    /// The most draws.
    count: u32,
    /// Where the number of draws is.
    counter: Option<(Arc<Buffer>, u64)>,
}

/// A part of `vkCmdDraw*Indirect*`.
#[derive(Clone, Copy)]
pub struct Place {
    /// The buffer.
    pub buffer: vk::Buffer,
    /// Offset in bytes.
    pub offset: u64,
}

impl Recording {
    /// `vkCmdDrawIndirect`, `vkCmdDrawIndexedIndirect` and those with a count in a buffer.
    ///
    /// # Errors
    /// [`Error::InvalidHandle`], [`Error::InvalidUsage`] for draws and counts that are not in their buffers.
    pub fn draw_indirect(
        &mut self,
        indexed: bool,
        draws: Place,
        counter: Option<Place>,
        count: u32,
        stride: u32,
    ) -> Result<(), Error> {
        let buffer = Buffer::get(draws.buffer)?;
        let counter =
            counter.map(|place| Ok::<_, Error>((Buffer::get(place.buffer)?, place.offset))).transpose()?;
        let in_counter = |(buffer, offset): &(Arc<Buffer>, u64)| fits(buffer, *offset, 4);
        if !draws.offset.is_multiple_of(4) || counter.as_ref().is_some_and(|counter| !in_counter(counter)) {
            return Err(Error::InvalidUsage("VUID-vkCmdDrawIndirect-offset-02710, countBufferOffset"));
        }
        let offset = draws.offset;
        let indirect = Indirect { indexed, buffer, offset, stride, count, counter };
        self.push(Command::DrawIndirect(Box::new(indirect)), UNKNOWN)
    }
}

fn fits(buffer: &Buffer, offset: u64, size: u64) -> bool {
    offset.checked_add(size).is_some_and(|end| end <= buffer.size())
}

impl State<'_> {
    pub(in crate::command) fn draw_indirect(&mut self, indirect: &Indirect) -> Result<(), Failed> {
        let gpu = self.gpu;
        let counted = match &indirect.counter {
            Some((buffer, offset)) => read::<1>(self.gpu, buffer, *offset).map_or(0, |[count]| count),
            None => u32::MAX,
        };
        for index in 0..indirect.count.min(counted) {
            let offset = u64::from(index) * u64::from(indirect.stride);
            let Some(draw) =
                indirect.offset.checked_add(offset).and_then(|offset| indirect.read(gpu, offset))
            else {
                log::warn!("indirect draws beyond the end of their buffer: skipped");
                break;
            };
            self.draw(draw, index)?;
        }
        Ok(())
    }
}

impl Indirect {
    /// The parameters at an offset.
    fn read(&self, gpu: Gpu, offset: u64) -> Option<DrawCommand> {
        Some(if self.indexed {
            let [indices, instances, first_index, vertex_offset, first_instance] =
                read(gpu, &self.buffer, offset)?;
            let vertex_offset = vertex_offset.cast_signed();
            DrawCommand::Indexed { indices, instances, first_index, vertex_offset, first_instance }
        } else {
            let [vertices, instances, first_vertex, first_instance] = read(gpu, &self.buffer, offset)?;
            DrawCommand::Direct { vertices, instances, first_vertex, first_instance }
        })
    }
}

/// Words of a buffer; `None` where it has none or no memory.
pub(super) fn read<const N: usize>(gpu: Gpu, buffer: &Arc<Buffer>, offset: u64) -> Option<[u32; N]> {
    let address = transfer::address(gpu, buffer)?;
    if !fits(buffer, offset, 4 * N as u64) {
        return None;
    }
    let mut words = [0; N];
    let bytes: &mut [[u8; 4]; N] = &mut [[0; 4]; N];
    // SAFETY: inside the buffer, which this command holds with its memory.
    unsafe { lacuna_gpu::copy::read(address + offset, bytes.as_flattened_mut()) }
    words.iter_mut().zip(bytes).for_each(|(word, bytes)| *word = u32::from_ne_bytes(*bytes));
    Some(words)
}
