//! A program that the application executes while memory is in a file has no descriptor of that file.

use std::process::Command;

use super::{PIECE, SMALL};
use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::HeapAtMost(SMALL)];

pub(super) fn run(cx: &Context) -> Outcome {
    let count = (2 * cx.device.physical.local_heap() / PIECE) as u32;
    let buffers =
        (0..count).map(|_| vk::LocalBuffer::new(&cx.device, PIECE)).collect::<vk::Result<Vec<_>>>()?;
    (0..).zip(&buffers).try_for_each(|(i, buffer)| cx.run(|r| r.fill(buffer, 0, vk::WHOLE_SIZE, i)))?;
    let listed = Command::new("ls").args(["-l", "/proc/self/fd"]).output();
    let listed = listed.map_err(|_| vk::Error::NotSupported("ls".into()))?;
    let text = String::from_utf8_lossy(&listed.stdout);
    check!(listed.status.success() && !text.contains("(deleted)"), "a program has {text}");
    let look = cx.host(4096)?;
    for (i, buffer) in (0..).zip(&buffers) {
        cx.run(|r| {
            r.copy(buffer, 0, &look, 0, 4096);
            r.barrier();
        })?;
        uniform(&format!("buffer {i}"), &look.words(), i)?;
    }
    Ok(())
}
