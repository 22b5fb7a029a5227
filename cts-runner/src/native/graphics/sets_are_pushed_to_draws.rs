//! Descriptors pushed for draws are those of the draws behind them.

use ash::khr;

use super::support::{BLACK, GREEN, RED, bind_vertices, colored, picture, vertex, vertices};
use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Graphics, Need::Extension("VK_KHR_push_descriptor")];

pub(super) fn run(cx: &Context) -> Outcome {
    let (canvas, painter) = colored(cx, vk::CanvasShape::flat(8, 8), |options| {
        options.vertex = vk::TRANSFORMED_VERT;
        options.bindings = &[(vk::DescriptorType::UNIFORM_BUFFER, 1)];
        options.pushes = true;
    })?;
    let square = |word| {
        [(0.0, 0.0), (0.5, 0.0), (0.0, 2.0), (0.0, 2.0), (0.5, 0.0), (0.5, 2.0)]
            .map(|(x, y)| vertex(x, y, word))
    };
    let corners = vertices(cx, &[square(RED), square(GREEN)].concat())?;
    // The first matrix moves by -1, -1, the second one by 0, -1.
    let matrix = |x: f32| -> [f32; 16] {
        [1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, x, -1.0, 0.0, 1.0]
    };
    let matrices = [HostBuffer::of(&cx.device, &matrix(-1.0))?, HostBuffer::of(&cx.device, &matrix(0.0))?];
    let commands = khr::push_descriptor::Device::new(cx.device.physical.instance.raw(), &cx.device.raw);
    let found = picture(cx, &canvas, |r| {
        r.paint(&painter);
        bind_vertices(r, &corners);
        for (first, buffer) in (0..).zip(&matrices) {
            let info = [vk::DescriptorBufferInfo { buffer: buffer.handle, offset: 0, range: vk::WHOLE_SIZE }];
            let write = vk::WriteDescriptorSet::default()
                .descriptor_type(vk::DescriptorType::UNIFORM_BUFFER)
                .buffer_info(&info);
            let point = vk::PipelineBindPoint::GRAPHICS;
            // SAFETY: recording; layout and buffer are alive.
            unsafe {
                commands.cmd_push_descriptor_set(r.handle, point, painter.layout, 0, &[write]);
                r.device.raw.cmd_draw(r.handle, 6, 1, first * 6, 0);
            }
        }
    })?;
    super::support::each_pixel(&found, 8, |x, _| match x {
        0..2 => RED,
        4..6 => GREEN,
        _ => BLACK,
    })
}
