//! Allocating large pieces until no more can be had, be it of the heap or of the process's addresses, is an out-of-memory error;
//! what was allocated works, and what is freed can be had again.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute];

/// Nothing is used of most of it, so that it is addresses more than memory.
const PIECE: u64 = 256 << 20;
/// More than that is enough for anybody.
const MOST: usize = 64;

pub(super) fn run(cx: &Context) -> Outcome {
    use vk::Code;
    let host = cx.host(4096)?;
    let mut buffers = Vec::new();
    let refusal = loop {
        match vk::LocalBuffer::new(&cx.device, PIECE) {
            Ok(buffer) if buffers.len() < MOST => buffers.push(buffer),
            Ok(_) => break None,
            Err(error) => break error.code(),
        }
    };
    let refusals = [None, Some(Code::ERROR_OUT_OF_DEVICE_MEMORY), Some(Code::ERROR_OUT_OF_HOST_MEMORY)];
    check!(refusals.contains(&refusal), "{refusal:?} after {} pieces", buffers.len());
    let look = |buffer: &vk::LocalBuffer, word: u32| {
        cx.run(|r| {
            r.fill(buffer, PIECE - 4096, 4096, word);
            r.barrier();
            r.copy(buffer, PIECE - 4096, &host, 0, 4096);
            r.barrier();
        })?;
        uniform(&format!("buffer {word}"), &host.words(), word)
    };
    (0..).zip(&buffers).try_for_each(|(i, buffer)| look(buffer, i))?;
    if buffers.pop().is_some() {
        buffers.push(vk::LocalBuffer::new(&cx.device, PIECE)?);
    }
    buffers.last().map_or(Ok(()), |buffer| look(buffer, 99))
}
