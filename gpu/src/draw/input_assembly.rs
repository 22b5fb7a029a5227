//! The stream of vertex indices that a draw names, cut at restarts.
//!
//! ```text
//!   indices     4 5 6 7 R 8 9 R 1 2 3        a triangle strip, R = restart
//!   segments    [4 5 6 7] [1 2 3]            what is too short for a primitive is dropped
//!   primitives   0 1       2
//! ```
#![expect(unsafe_code, reason = "reads the application's memory")]

use core::ops::Range;

use ash::vk;

use super::buffer::Source;
use super::targets::{DrawCommand, DrawInputs};
use super::topology::Cut;

/// Part of the stream without a restart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Segment {
    /// Position of its first vertex in the stream.
    pub(super) first: u32,
    /// Vertices.
    pub(super) vertices: u32,
    /// Primitives of the segments before.
    pub(super) primitives_before: u32,
}

/// Vertex indices by position, and what primitives they make.
#[derive(Debug)]
pub(super) struct Stream {
    indices: Indices,
    /// Without empty ones.
    segments: Vec<Segment>,
    /// Of one instance.
    pub(super) primitives: u32,
    pub(super) instances: u32,
    pub(super) first_instance: u32,
    /// `BaseVertex`.
    pub(super) base_vertex: u32,
}

#[derive(Debug)]
enum Indices {
    /// The position plus a number.
    Counted(u32),
    Buffer {
        source: Source,
        first: u32,
        bytes: u32,
        offset: u32,
    },
}

impl Indices {
    /// As it is in the buffer.
    fn raw(&self, position: u32) -> u32 {
        let Self::Buffer { source, first, bytes, .. } = self else { return position };
        let at = (u64::from(*first) + u64::from(position)) * u64::from(*bytes);
        // SAFETY: `with` gives a pointer to that many bytes.
        source.with(at, *bytes, |from| unsafe { read_index(from, *bytes) }).unwrap_or(0)
    }

    /// Indices from the first one on that are in the buffer.
    fn available(&self) -> u32 {
        match self {
            Self::Counted(_) => u32::MAX,
            Self::Buffer { source, first, bytes, .. } => {
                let all = source.size() / u64::from(*bytes);
                all.saturating_sub(u64::from(*first)).min(u32::MAX.into()) as u32
            }
        }
    }

    fn restart(&self) -> Option<u32> {
        match self {
            Self::Counted(_) => None,
            Self::Buffer { bytes: 1, .. } => Some(0xff),
            Self::Buffer { bytes: 2, .. } => Some(0xffff),
            Self::Buffer { .. } => Some(u32::MAX),
        }
    }
}

impl Stream {
    /// # Safety
    /// The index buffer is mapped as long as the stream is used.
    pub(super) unsafe fn new(inputs: &DrawInputs, cut: Cut, primitive_restart: bool) -> Self {
        let (indices, count, instances, first_instance, base_vertex) = match inputs.draw {
            DrawCommand::Direct { vertices, instances, first_vertex, first_instance } => {
                (Indices::Counted(first_vertex), vertices, instances, first_instance, first_vertex)
            }
            DrawCommand::Indexed { indices, instances, first_index, vertex_offset, first_instance } => {
                let offset = vertex_offset as u32;
                let buffer = match inputs.index_buffer {
                    // SAFETY: the caller's promise.
                    Some(buffer) => unsafe { Source::new(buffer.address, buffer.size) },
                    None => Source::EMPTY,
                };
                let bytes = inputs.index_buffer.map_or(4, |buffer| index_bytes(buffer.index_type));
                let indices_of = Indices::Buffer { source: buffer, first: first_index, bytes, offset };
                (indices_of, indices, instances, first_instance, offset)
            }
        };
        let segments = match indices.restart().filter(|_| primitive_restart) {
            Some(restart) => split(&indices, count, restart, cut),
            None => {
                vec![Segment { first: 0, vertices: count, primitives_before: 0 }]
            }
        };
        let primitives =
            segments.last().map_or(0, |last| last.primitives_before + cut.primitives(last.vertices));
        Self { indices, segments, primitives, instances, first_instance, base_vertex }
    }

    /// Primitives of all instances.
    pub(super) fn total(&self) -> u64 {
        u64::from(self.primitives) * u64::from(self.instances)
    }

    /// `VertexIndex` of the vertex at a position.
    #[inline(always)]
    pub(super) fn vertex(&self, position: u32) -> u32 {
        match &self.indices {
            Indices::Counted(first) => first.wrapping_add(position),
            indices @ Indices::Buffer { offset, .. } => indices.raw(position).wrapping_add(*offset),
        }
    }

    /// [`vertex`](Self::vertex) for positions one after the other.
    pub(super) fn read(&self, positions: Range<u32>, to: &mut Vec<u32>) {
        to.clear();
        let Indices::Buffer { source, first, bytes, offset } = &self.indices else {
            return to.extend(positions.map(|position| self.vertex(position)));
        };
        let at = (u64::from(*first) + u64::from(positions.start)) * u64::from(*bytes);
        let size = (positions.len() as u64 * u64::from(*bytes)).try_into().unwrap_or(u32::MAX);
        let Some(host) = source.host(at, size) else {
            return to.extend(positions.map(|position| self.vertex(position)));
        };
        to.extend((0..positions.len()).map(|n| {
            // SAFETY: `host` gives a pointer to so many bytes for each position.
            unsafe { read_index(host.add(n * *bytes as usize), *bytes) }.wrapping_add(*offset)
        }));
    }

    /// The segment that a primitive is in.
    pub(super) fn segment(&self, primitive: u32) -> Segment {
        let behind = self.segments.partition_point(|segment| segment.primitives_before <= primitive);
        self.segments[behind.saturating_sub(1)]
    }

    /// Vertices that belong to complete primitives, of one instance.
    pub(super) fn vertices(&self, cut: Cut) -> u64 {
        self.segments.iter().map(|segment| u64::from(cut.vertices(cut.primitives(segment.vertices)))).sum()
    }
}

fn split(indices: &Indices, count: u32, restart: u32, cut: Cut) -> Vec<Segment> {
    let mut segments = Vec::new();
    let mut primitives_before = 0;
    let mut first = 0;
    // Indices outside of the buffer are zero, hence no restarts.
    let looked_at = count.min(indices.available());
    for position in (0..looked_at).chain([count]) {
        if position < count && indices.raw(position) != restart {
            continue;
        }
        let vertices = position - first;
        let primitives = cut.primitives(vertices);
        if primitives > 0 {
            segments.push(Segment { first, vertices, primitives_before });
            primitives_before += primitives;
        }
        first = position.wrapping_add(1);
    }
    segments
}

/// An index of one, two or four bytes.
///
/// # Safety
/// It is there.
#[inline(always)]
unsafe fn read_index(from: *const u8, bytes: u32) -> u32 {
    // SAFETY: the caller's promise.
    unsafe {
        match bytes {
            1 => u32::from(*from),
            2 => from.cast::<u16>().read_unaligned().into(),
            _ => from.cast::<u32>().read_unaligned(),
        }
    }
}

fn index_bytes(index_type: vk::IndexType) -> u32 {
    match index_type {
        vk::IndexType::UINT8_KHR => 1,
        vk::IndexType::UINT16 => 2,
        _ => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::targets::IndexBuffer;

    fn stream(indices: &[u16], count: u32, topology: vk::PrimitiveTopology, restart: bool) -> Stream {
        let inputs = DrawInputs {
            vertex_buffers: Default::default(),
            index_buffer: Some(IndexBuffer {
                address: indices.as_ptr() as u64,
                size: indices.len() as u64 * 2,
                index_type: vk::IndexType::UINT16,
            }),
            draw: DrawCommand::Indexed {
                indices: count,
                instances: 2,
                first_index: 0,
                vertex_offset: 100,
                first_instance: 0,
            },
            draw_index: 0,
            transform_feedback: None,
        };
        // SAFETY: the callers keep the indices.
        unsafe { Stream::new(&inputs, Cut::new(topology, 0), restart) }
    }

    #[test]
    fn restarts_cut_strips() {
        let indices = [4, 5, 6, 7, 0xffff, 8, 9, 0xffff, 1, 2, 3, 0xffff];
        let cut = stream(&indices, 12, vk::PrimitiveTopology::TRIANGLE_STRIP, true);
        assert_eq!((cut.primitives, cut.total()), (3, 6));
        assert_eq!(cut.segment(1), Segment { first: 0, vertices: 4, primitives_before: 0 });
        assert_eq!(cut.segment(2), Segment { first: 8, vertices: 3, primitives_before: 2 });
        assert_eq!(cut.vertex(8), 101);
        let whole = stream(&indices, 12, vk::PrimitiveTopology::TRIANGLE_STRIP, false);
        assert_eq!(whole.primitives, 10);
    }

    #[test]
    fn indices_outside_of_the_buffer_are_zero() {
        let stream = stream(&[7, 8], 6, vk::PrimitiveTopology::TRIANGLE_LIST, true);
        assert_eq!([0, 1, 2, 5].map(|position| stream.vertex(position)), [107, 108, 100, 100]);
    }

    #[test]
    fn vertices_are_read_at_once_as_they_are_one_by_one() {
        let bytes: Vec<u8> = (0..64u8).map(|n| n.wrapping_mul(37)).collect();
        for (index_type, first_index) in
            [(vk::IndexType::UINT8_KHR, 3), (vk::IndexType::UINT16, 1), (vk::IndexType::UINT32, 0)]
        {
            let inputs = DrawInputs {
                vertex_buffers: Default::default(),
                index_buffer: Some(IndexBuffer { address: bytes.as_ptr() as u64 + 1, size: 40, index_type }),
                draw: DrawCommand::Indexed {
                    indices: 60,
                    instances: 1,
                    first_index,
                    vertex_offset: -5,
                    first_instance: 0,
                },
                draw_index: 0,
                transform_feedback: None,
            };
            // SAFETY: the bytes live to the end of the test.
            let stream =
                unsafe { Stream::new(&inputs, Cut::new(vk::PrimitiveTopology::TRIANGLE_LIST, 0), false) };
            let mut read = Vec::new();
            for positions in [0..7, 2..9, 5..60, 58..60, 3..3] {
                stream.read(positions.clone(), &mut read);
                let one_by_one: Vec<u32> = positions.map(|position| stream.vertex(position)).collect();
                assert_eq!(read, one_by_one, "{index_type:?}");
            }
        }
    }
}
