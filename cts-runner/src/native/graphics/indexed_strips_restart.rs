//! An index of all ones begins a new strip, whatever the width of indices; `vertexOffset` is added to the others.

use super::support::{BLACK, GREEN, RED, bind_vertices, colored, each_pixel, picture, vertex, vertices};
use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Graphics];

pub(super) fn run(cx: &Context) -> Outcome {
    let (canvas, painter) = colored(cx, vk::CanvasShape::flat(8, 4), |options| {
        options.topology = vk::PrimitiveTopology::TRIANGLE_STRIP;
        options.restart = true;
    })?;
    let quad = |left: f32, word| {
        [(left, -1.0), (left, 1.0), (left + 0.5, -1.0), (left + 0.5, 1.0)].map(|(x, y)| vertex(x, y, word))
    };
    // The first vertex is skipped by the offset.
    let mut list = vec![vertex(9.0, 9.0, BLACK)];
    list.extend(quad(-1.0, RED));
    list.extend(quad(0.5, GREEN));
    let buffer = vertices(cx, &list)?;
    let wide = HostBuffer::of(&cx.device, &[0, 1, 2, 3, u32::MAX, 4, 5, 6, 7])?;
    let pack = |low: u32, high: u32| low | high << 16;
    let restart = 0xffff;
    let narrow =
        HostBuffer::of(&cx.device, &[pack(0, 1), pack(2, 3), pack(restart, 4), pack(5, 6), pack(7, 0)])?;
    for (indices, width) in [(&wide, vk::IndexType::UINT32), (&narrow, vk::IndexType::UINT16)] {
        let found = picture(cx, &canvas, |r| {
            r.paint(&painter);
            bind_vertices(r, &buffer);
            let raw = &r.device.raw;
            // SAFETY: recording; the buffer is alive.
            unsafe {
                raw.cmd_bind_index_buffer(r.handle, indices.handle, 0, width);
                raw.cmd_draw_indexed(r.handle, 9, 1, 0, 1, 0);
            }
        })?;
        each_pixel(&found, 8, |x, _| match x {
            0..2 => RED,
            6..8 => GREEN,
            _ => BLACK,
        })?;
    }
    Ok(())
}
