//! Draws whose numbers are in a buffer: several in one command, with a stride between them.

use super::support::{BLACK, RED, bind_vertices, colored, each_pixel, picture, vertex, vertices};
use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Graphics];

pub(super) fn run(cx: &Context) -> Outcome {
    let (canvas, painter) = colored(cx, vk::CanvasShape::flat(8, 4), |_| {})?;
    let quad = |left: f32| {
        let right = left + 0.25;
        let corners = [(left, -1.0), (left, 1.0), (right, -1.0), (right, -1.0), (left, 1.0), (right, 1.0)];
        corners.map(|(x, y)| vertex(x, y, RED))
    };
    let list: Vec<_> = (0..8_u8).flat_map(|column| quad(f32::from(column) / 4.0 - 1.0)).collect();
    let buffer = vertices(cx, &list)?;
    let indices = HostBuffer::of(&cx.device, &(0..48).collect::<Vec<u32>>())?;
    // Vertices, instances, first vertex, first instance, and 12 bytes that are nobody's; the second draws nothing.
    let draws = [[6, 1, 6, 0, 9, 9, 9], [6, 0, 12, 0, 9, 9, 9], [12, 1, 24, 0, 9, 9, 9]];
    let draws = HostBuffer::of(&cx.device, draws.as_flattened())?;
    let indexed = HostBuffer::of(&cx.device, &[[6, 1, 6, 6, 0], [6, 1, 42, -36_i32 as u32, 0]].concat())?;
    let found = picture(cx, &canvas, |r| {
        r.paint(&painter);
        bind_vertices(r, &buffer);
        let raw = &r.device.raw;
        // SAFETY: recording; the buffers are alive.
        unsafe {
            raw.cmd_draw_indirect(r.handle, draws.handle, 0, 3, 28);
            raw.cmd_bind_index_buffer(r.handle, indices.handle, 0, vk::IndexType::UINT32);
            raw.cmd_draw_indexed_indirect(r.handle, indexed.handle, 0, 2, 20);
        }
    })?;
    // Columns 1, 4 and 5; then 2 (vertex 6 + 6) and 1 again (vertex 42 - 36).
    each_pixel(&found, 8, |x, _| if [1, 2, 4, 5].contains(&x) { RED } else { BLACK })
}
