//! What test suites of applications do all day: make everything, draw a triangle, look at it, destroy everything.

use std::time::Duration;

use super::cost::cost;
use super::setup::{fresh, marked};
use super::{BenchError, Options, Reading, timed};
use crate::vk::{self, Bound, Canvas, CanvasShape, Device, HostBuffer, Painter, PainterOptions};

const SIZE: u32 = 128;

/// The loop with new shaders each time, and with the same ones.
pub(super) fn both(device: &Device, _: &Options) -> Result<Vec<Reading>, BenchError> {
    let seed = fresh();
    let cold = cost(101, |n| round(device, seed + n as u32))?;
    round(device, seed)?;
    let warm = cost(301, |_| round(device, seed))?;
    Ok(vec![cold.time("ci_mix_ms"), warm.time("ci_mix_warm_ms")])
}

/// One test: the time it takes, everything included.
fn round(device: &Device, mark: u32) -> Result<Duration, BenchError> {
    let fragment = marked(vk::MARKED_FRAG, mark);
    let mut seen = [0; 2];
    let time = timed(|| {
        let canvas = Canvas::new(device, CanvasShape::flat(SIZE, SIZE))?;
        let options = PainterOptions {
            has_vertices: true,
            bindings: &[(vk::DescriptorType::UNIFORM_BUFFER, 1)],
            ..PainterOptions::colored(vk::TRANSFORMED_VERT, &fragment, canvas.pass, [SIZE; 2])
        };
        let painter = Painter::new(device, &options)?;
        let corner = |x: f32, y: f32| [x, y, 0.5, 1.0, 0.0, 1.0, 0.0, 1.0];
        let corners = [corner(-0.9, -0.9), corner(0.9, -0.9), corner(0.0, 0.9)];
        let vertices = HostBuffer::of(device, corners.as_flattened())?;
        let matrix: [f32; 16] = std::array::from_fn(|n| if n % 5 == 0 { 1.0 } else { 0.0 });
        let matrix = HostBuffer::of(device, &matrix)?;
        let set = painter.set()?;
        set.write(0, 0, &[Bound::whole(&matrix)]);
        let host = HostBuffer::new(device, canvas.color.texels() * 4)?;
        device.queue(vk::QueueFlags::GRAPHICS)?.run(device, |r| {
            canvas.begin(r, [0.0, 0.0, 1.0, 1.0], vk::SubpassContents::INLINE);
            r.paint(&painter);
            r.paint_with(&painter, &set);
            // SAFETY: recording; the buffer is alive.
            unsafe { device.raw.cmd_bind_vertex_buffers(r.handle, 0, &[vertices.handle], &[0]) };
            r.draw(3);
            r.end_pass();
            r.barrier();
            r.copy_from_attachment(&canvas.color, &host);
            r.barrier();
        })?;
        let words = host.words();
        seen = [words[0], words[(SIZE / 2 * SIZE + SIZE / 2) as usize]];
        Ok(())
    })?;
    if seen == [0xffff_0000, 0xff00_ff00] {
        Ok(time)
    } else {
        Err(BenchError::Wrong(format!("pixels are {seen:08x?}")))
    }
}
