//! 16-bit outputs are captured in two bytes each, at offsets that are no multiples of four.

use ash::ext;

use super::support::screen;
use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Graphics, Need::TransformFeedback, Need::HalvesBetweenStages];

/// Bytes of a vertex in the buffer.
const STRIDE: u64 = 12;

pub(super) fn run(cx: &Context) -> Outcome {
    let (canvas, painter) = screen(cx, vk::CanvasShape::flat(8, 8), |options| {
        options.vertex = vk::HALVES_VERT;
        options.topology = vk::PrimitiveTopology::POINT_LIST;
    })?;
    let usage = vk::BufferUsageFlags::TRANSFORM_FEEDBACK_BUFFER_EXT;
    let buffer = Buffer::with_usage(&cx.device, 3 * STRIDE, vk::BufferCreateFlags::empty(), usage)?;
    let memory =
        vk::Memory::host(&cx.device, buffer.requirements.size, buffer.requirements.memory_type_bits)?;
    memory.fill(0xee);
    buffer.bind(&memory, 0)?;
    let commands = ext::transform_feedback::Device::new(cx.device.physical.instance.raw(), &cx.device.raw);
    super::support::picture(cx, &canvas, |r| {
        r.paint(&painter);
        let (buffers, offsets) = ([buffer.handle], [0]);
        let none = std::ptr::null();
        // SAFETY: recording, in a pass; the buffer is alive; without a size, all of it; without counters, from the start.
        unsafe {
            let commands = commands.fp();
            let bind = commands.cmd_bind_transform_feedback_buffers_ext;
            bind(r.handle, 0, 1, buffers.as_ptr(), offsets.as_ptr(), std::ptr::null());
            (commands.cmd_begin_transform_feedback_ext)(r.handle, 0, 0, none, std::ptr::null());
            r.draw(3);
            (commands.cmd_end_transform_feedback_ext)(r.handle, 0, 0, none, std::ptr::null());
        }
    })?;
    let found: Vec<[u8; STRIDE as usize]> = memory.read::<u8>(0, 3 * STRIDE as usize).as_chunks().0.to_vec();
    // 0, 1 and 2, with a half added, and negated.
    let halves = [[0, 0x3800, 0x8000], [0x3c00, 0x3e00, 0xbc00], [0x4000, 0x4100, 0xc000]];
    let expected: Vec<[u8; STRIDE as usize]> = (0..)
        .zip(halves)
        .map(|(vertex, [a, b, c]): (u16, [u16; 3])| {
            let words = [0xeeee, a, b, c, 40000 + vertex, 7];
            let mut bytes = [0; STRIDE as usize];
            bytes
                .as_chunks_mut::<2>()
                .0
                .iter_mut()
                .zip(words)
                .for_each(|(to, word)| *to = word.to_ne_bytes());
            bytes
        })
        .collect();
    check_eq!(found, expected, "captured vertices");
    Ok(())
}
