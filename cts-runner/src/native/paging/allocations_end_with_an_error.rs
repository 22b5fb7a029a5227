//! Allocating on and on ends with an out-of-memory error; what was allocated works, and what is freed can be had again.

use super::SMALL;
use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::HeapAtMost(SMALL)];

pub(super) fn run(cx: &Context) -> Outcome {
    let heap = cx.device.physical.local_heap();
    let piece = heap / 4;
    // Before everything is taken.
    let host = cx.host(4096)?;
    let look = |buffer: &vk::LocalBuffer, at: u64, expected: u32| {
        cx.run(|r| {
            r.copy(buffer, at, &host, 0, 4096);
            r.barrier();
        })?;
        uniform(&format!("the buffer of {expected} at {at}"), &host.words(), expected)
    };
    let mut buffers = Vec::new();
    // Some drivers have far more than their heap; then there is nothing to see.
    let refusal = loop {
        match vk::LocalBuffer::new(&cx.device, piece) {
            Ok(buffer) if buffers.len() < 64 => buffers.push(buffer),
            Ok(_) => return Err(vk::Error::NotSupported("memory that ends within 16 heaps".into()).into()),
            Err(error) => break error,
        }
    };
    check_eq!(refusal.code(), Some(vk::Code::ERROR_OUT_OF_DEVICE_MEMORY), "allocating more than there is");
    check!(buffers.len() >= 3, "only {} quarters of the heap could be had", buffers.len());
    let write = |buffers: &[vk::LocalBuffer]| {
        (0..).zip(buffers).try_for_each(|(i, buffer)| cx.run(|r| r.fill(buffer, 0, vk::WHOLE_SIZE, i)))
    };
    write(&buffers)?;
    for (i, buffer) in (0..).zip(&buffers) {
        for at in [0, piece / 2, piece - 4096] {
            look(buffer, at, i)?;
        }
    }
    let count = buffers.len();
    buffers.truncate(count / 2);
    while buffers.len() < count {
        buffers.push(vk::LocalBuffer::new(&cx.device, piece)?);
    }
    write(&buffers)?;
    look(&buffers[count - 1], 0, count as u32 - 1)
}
