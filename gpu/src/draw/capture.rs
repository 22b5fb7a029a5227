//! Transform feedback: outputs of the last stage before rasterization, into buffers.
//!
//! Source: Vulkan specification, "Transform Feedback". A primitive is written whole or not at all.
#![expect(unsafe_code, reason = "writes the application's memory")]

use core::sync::atomic::Ordering;

use lacuna_shaders::stage::{Interface, XfbForm};

use super::setup::Assembly;
use super::targets::{CaptureBuffer, StreamCounters, TransformFeedback};
use super::vertices::Vertices;
use crate::format::small_float::f32_to_half;
use crate::memory::span::{Access, spans};

/// What is captured in a draw.
#[derive(Clone, Copy)]
pub(super) struct Capture<'a> {
    pub(super) interface: &'a Interface,
    pub(super) feedback: Option<&'a TransformFeedback>,
    pub(super) counters: Option<&'a [StreamCounters; 4]>,
    /// Vertices of a primitive: 1, 2 or 3.
    pub(super) corners: usize,
}

impl Capture<'_> {
    /// Captures primitives of a stream, in order.
    ///
    /// # Safety
    /// The buffers and their counters live.
    pub(super) unsafe fn write(&self, vertices: &Vertices, primitives: &[Assembly], stream: u32) {
        let counters = self.counters.and_then(|all| all.get(stream as usize));
        if let Some(counters) = counters {
            counters.needed.fetch_add(primitives.len() as u64, Ordering::Relaxed);
        }
        let Some(feedback) = self.feedback else { return };
        // Buffers that the stream goes to, and their strides.
        let strides: [u64; 4] = core::array::from_fn(|buffer| {
            let of_buffer = self
                .interface
                .xfb
                .iter()
                .find(|output| output.stream == stream && output.buffer as usize == buffer);
            of_buffer.map_or(0, |output| output.stride.into())
        });
        let mut written = 0;
        for primitive in primitives {
            let fits = (0..4).filter(|&n| strides[n] != 0).all(|n| {
                // SAFETY: the caller's promise.
                feedback.buffers[n].is_some_and(|buffer| unsafe {
                    let end = (*buffer.written).load(Ordering::Relaxed) + strides[n] * self.corners as u64;
                    end <= buffer.size
                })
            });
            if !fits {
                break;
            }
            written += 1;
            // Where the last vertex provokes, it is captured last.
            let first = match usize::from(primitive.provoking) {
                0 => 0,
                provoking => (provoking + 1) % self.corners,
            };
            for n in 0..self.corners {
                let vertex = primitive.vertices[(first + n) % self.corners];
                // SAFETY: the caller's promise; there is room.
                unsafe { self.vertex(vertices, vertex, stream, &strides, feedback) };
            }
        }
        if let Some(counters) = counters {
            counters.written.fetch_add(written, Ordering::Relaxed);
        }
    }

    /// # Safety
    /// As [`write`](Self::write), and there is room for a vertex in each buffer.
    unsafe fn vertex(
        &self,
        vertices: &Vertices,
        vertex: u32,
        stream: u32,
        strides: &[u64; 4],
        feedback: &TransformFeedback,
    ) {
        for output in self.interface.xfb.iter().filter(|output| output.stream == stream) {
            let Some(buffer) = feedback.buffers.get(output.buffer as usize).copied().flatten() else {
                continue;
            };
            for n in 0..output.count {
                let value = vertices.get(vertex, output.slot + n);
                let value = match output.form {
                    XfbForm::Word | XfbForm::Short => value,
                    XfbForm::Half => f32_to_half(f32::from_bits(value)),
                };
                let bytes = output.form.bytes();
                // SAFETY: the caller's promise.
                unsafe {
                    let start = (*buffer.written).load(Ordering::Relaxed);
                    let at = start + u64::from(output.offset) + u64::from(n * bytes);
                    store(&buffer, at, &value.to_le_bytes()[..bytes as usize]);
                }
            }
        }
        for (buffer, stride) in feedback.buffers.iter().zip(strides).filter(|(_, stride)| **stride != 0) {
            if let Some(buffer) = buffer {
                // SAFETY: the caller's promise.
                unsafe { (*buffer.written).fetch_add(*stride, Ordering::Relaxed) };
            }
        }
    }
}

/// # Safety
/// The buffer is mapped.
unsafe fn store(buffer: &CaptureBuffer, at: u64, bytes: &[u8]) {
    if at + bytes.len() as u64 > buffer.size {
        return;
    }
    let mut rest = bytes;
    for span in spans(buffer.address + at, bytes.len() as u64, Access::Write) {
        let (part, behind) = rest.split_at(span.size as usize);
        rest = behind;
        if let Some(host) = span.host {
            // SAFETY: the caller's promise; the range is inside of the buffer.
            unsafe { host.as_ptr().copy_from(part.as_ptr(), part.len()) };
        }
    }
}
