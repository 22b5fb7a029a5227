//! How fast small triangles are drawn.

use super::cost::cost;
use super::{BenchError, Options, Reading, timed};
use crate::vk::{self, Bound, Commands, Device, HostBuffer, Painter, PainterOptions};

const SIZE: u32 = 1024;
/// Squares of the mesh in each direction; each is two triangles of four pixels.
const SQUARES: u32 = 362;
/// How often the mesh is drawn.
const DRAWS: u32 = 4;
const ROUNDS: usize = 9;

/// 1,048,352 indexed triangles of four pixels, each vertex multiplied by a matrix.
pub(super) fn small(device: &Device, _: &Options) -> Result<Vec<Reading>, BenchError> {
    let canvas = vk::Canvas::new(device, vk::CanvasShape::flat(SIZE, SIZE))?;
    let options = PainterOptions {
        has_vertices: true,
        bindings: &[(vk::DescriptorType::UNIFORM_BUFFER, 1)],
        ..PainterOptions::colored(vk::TRANSFORMED_VERT, vk::COLOR_FRAG, canvas.pass, canvas.shape.extent)
    };
    let painter = Painter::new(device, &options)?;
    let (vertices, indices, matrix) = mesh(device)?;
    let set = painter.set()?;
    set.write(0, 0, &[Bound::whole(&matrix)]);
    let queue = device.queue(vk::QueueFlags::GRAPHICS)?;
    let count = SQUARES * SQUARES * 6;
    let draws = Commands::record(device, queue.family, |r| {
        canvas.begin(r, [0.0; 4], vk::SubpassContents::INLINE);
        r.paint(&painter);
        r.paint_with(&painter, &set);
        let raw = &r.device.raw;
        // SAFETY: recording, in a pass; the buffers are alive.
        unsafe {
            raw.cmd_bind_vertex_buffers(r.handle, 0, &[vertices.handle], &[0]);
            raw.cmd_bind_index_buffer(r.handle, indices.handle, 0, vk::IndexType::UINT32);
            (0..DRAWS).for_each(|_| raw.cmd_draw_indexed(r.handle, count, 1, 0, 0, 0));
        }
        r.end_pass();
    })?;
    queue.run_recorded(device, &[&draws])?;
    let host = HostBuffer::new(device, canvas.color.texels() * 4)?;
    queue.run(device, |r| {
        r.copy_from_attachment(&canvas.color, &host);
        r.barrier();
    })?;
    if host.words().iter().any(|&word| word != 0xff00_ff00) {
        return Err(BenchError::Wrong("the mesh has holes".into()));
    }
    let cost = cost(ROUNDS, |_| timed(|| queue.run_recorded(device, &[&draws])))?;
    Ok(vec![cost.rate("tri_mtris", f64::from(count / 3 * DRAWS), "Mtri/s")])
}

/// Vertices from 0 to 2 in both directions, indices, and the matrix that moves them to where they are seen.
fn mesh(device: &Device) -> vk::Result<(HostBuffer, HostBuffer, HostBuffer)> {
    let side = SQUARES + 1;
    let place = |n: u32| n as f32 * 2.0 / SQUARES as f32;
    let vertices: Vec<f32> = (0..side * side)
        .flat_map(|n| [place(n % side), place(n / side), 0.5, 1.0, 0.0, 1.0, 0.0, 1.0])
        .collect();
    let indices: Vec<u32> = (0..SQUARES * SQUARES)
        .flat_map(|n| {
            let first = n / SQUARES * side + n % SQUARES;
            [first, first + 1, first + side, first + side, first + 1, first + side + 1]
        })
        .collect();
    let matrix: [[f32; 4]; 4] =
        [[1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0], [-1.0, -1.0, 0.0, 1.0]];
    Ok((
        HostBuffer::of(device, &vertices)?,
        HostBuffer::of(device, &indices)?,
        HostBuffer::of(device, matrix.as_flattened())?,
    ))
}
