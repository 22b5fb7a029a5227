//! Memory that runs short: bytes survive wherever they are kept meanwhile.
//!
//! Some cases need a small heap (`LACUNA_VRAM=64M`), most of them show more when memory moves without need
//! (`LACUNA_EVICT=chaos`). They know nothing of either: what they check holds on every driver.

mod a_forked_child_changes_nothing;
mod a_texture_larger_than_the_heap;
mod allocations_end_with_an_error;
mod budgets_follow_allocations;
mod buffers_larger_than_the_heap;
mod mapped_memory_stays_where_it_is;
mod one_dispatch_over_more_than_the_heap;
mod priorities_may_change;
mod programs_inherit_no_files;
mod refused_memory_is_an_error;
mod sparse_memory_keeps_its_bytes;
mod streams_of_many_heaps;
mod threads_share_a_full_heap;
mod unmapped_memory_keeps_its_bytes;

use super::support::same;
use super::{Context, Outcome};
use crate::vk::{self, Bind, Bound, Buffer, Memory, SparseBuffer};

super::cases!("paging":
    a_forked_child_changes_nothing,
    a_texture_larger_than_the_heap,
    allocations_end_with_an_error,
    buffers_larger_than_the_heap,
    budgets_follow_allocations,
    mapped_memory_stays_where_it_is,
    one_dispatch_over_more_than_the_heap,
    priorities_may_change,
    programs_inherit_no_files,
    refused_memory_is_an_error,
    sparse_memory_keeps_its_bytes,
    streams_of_many_heaps,
    threads_share_a_full_heap,
    unmapped_memory_keeps_its_bytes,
);

/// Heaps that are filled on purpose are not larger than this.
const SMALL: u64 = 128 << 20;
/// Bytes of one allocation of many.
const PIECE: u64 = 4 << 20;
/// Bytes that are looked at in one go.
const LOOK: u64 = 1 << 20;

/// Checks that word `i` of `size` bytes from `offset` on is `first + i`.
fn expect_ascending(cx: &Context, buffer: &Buffer, offset: u64, size: u64, first: u32) -> Outcome {
    for start in (0..size).step_by(LOOK as usize) {
        let count = LOOK.min(size - start);
        let words = cx.fetch(buffer, offset + start, count)?;
        let first = first.wrapping_add((start / 4) as u32);
        let expected: Vec<u32> = (0..(count / 4) as u32).map(|i| first.wrapping_add(i)).collect();
        same(&format!("{count} bytes from {}", offset + start), &words, &expected)?;
    }
    Ok(())
}

/// A sparse buffer whose pages are bound one after the other to as many pieces of memory as it takes.
struct Patchwork {
    buffer: SparseBuffer,
    _memory: Vec<Memory>,
}

impl Patchwork {
    fn new(cx: &Context, size: u64, piece: u64) -> vk::Result<Self> {
        let buffer = SparseBuffer::new(&cx.device, size)?;
        let bits = buffer.requirements.memory_type_bits;
        let count = size.div_ceil(piece);
        let memory =
            (0..count).map(|_| Memory::local(&cx.device, piece, bits)).collect::<vk::Result<Vec<_>>>()?;
        let binds: Vec<_> =
            (0..).zip(&memory).map(|(i, memory)| Bind::to(i * piece, piece, memory, 0)).collect();
        cx.sparse()?.bind(&cx.device, &buffer, &binds)?;
        Ok(Self { buffer, _memory: memory })
    }

    /// Writes ascending words over a part of it in one dispatch.
    fn write(&self, cx: &Context, offset: u64, size: u64, first: u32) -> vk::Result<()> {
        cx.scribble(Bound::part(&self.buffer, offset, size), 0, 1, (size / 4) as u32, first)
    }
}
