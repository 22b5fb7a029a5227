//! What graphics cases share.

use crate::native::prelude::*;

pub(super) const RED: u32 = 0xff00_00ff;
pub(super) const GREEN: u32 = 0xff00_ff00;
pub(super) const BLUE: u32 = 0xffff_0000;
pub(super) const BLACK: u32 = 0xff00_0000;

/// The color of a word like [`RED`].
pub(super) fn color(word: u32) -> [f32; 4] {
    word.to_le_bytes().map(|channel| f32::from(channel) / 255.0)
}

/// An attachment of dynamic rendering that is cleared to a word like [`RED`] and kept.
pub(super) fn cleared(
    image: &vk::Attachment,
    layout: vk::ImageLayout,
    word: u32,
) -> vk::RenderingAttachmentInfo<'static> {
    vk::RenderingAttachmentInfo::default()
        .image_view(image.view)
        .image_layout(layout)
        .load_op(vk::AttachmentLoadOp::CLEAR)
        .store_op(vk::AttachmentStoreOp::STORE)
        .clear_value(vk::ClearValue { color: vk::ClearColorValue { float32: color(word) } })
}

/// Rendering to all of some attachments.
pub(super) fn rendering_to<'a>(
    [width, height]: [u32; 2],
    attachments: &'a [vk::RenderingAttachmentInfo<'a>],
) -> vk::RenderingInfo<'a> {
    let extent = vk::Extent2D { width, height };
    vk::RenderingInfo::default()
        .render_area(vk::Rect2D { extent, ..Default::default() })
        .layer_count(1)
        .color_attachments(attachments)
}

/// A vertex of `colored.vert`.
pub(super) fn vertex(x: f32, y: f32, word: u32) -> [f32; 8] {
    let [r, g, b, a] = color(word);
    [x, y, 0.0, 1.0, r, g, b, a]
}

/// A buffer of vertices.
pub(super) fn vertices(cx: &Context, list: &[[f32; 8]]) -> vk::Result<HostBuffer> {
    let words: Vec<u32> = list.as_flattened().iter().map(|value| value.to_bits()).collect();
    HostBuffer::of(&cx.device, &words)
}

/// Clears a canvas to black, draws, and gives the pixels of all layers.
pub(super) fn picture(
    cx: &Context,
    canvas: &vk::Canvas,
    draw: impl FnOnce(&vk::Recorder<'_>),
) -> vk::Result<Vec<u32>> {
    let host = cx.host(canvas.color.texels() * 4)?;
    cx.draw(|r| {
        canvas.begin(r, color(BLACK), vk::SubpassContents::INLINE);
        draw(r);
        r.end_pass();
        r.barrier();
        r.copy_from_attachment(&canvas.color, &host);
        r.barrier();
    })?;
    Ok(host.words())
}

/// Compares pixels of a picture, row by row, with what a function says of each.
pub(super) fn each_pixel(found: &[u32], width: u32, expected: impl Fn(u32, u32) -> u32) -> Outcome {
    let pixels = (0..).zip(found).map(|(i, _)| expected(i % width, i / width));
    same("pixels", found, &pixels.collect::<Vec<_>>())
}

/// A canvas and a pipeline that draws one screen-filling triangle in the color that is pushed.
pub(super) fn screen<'a>(
    cx: &Context,
    shape: vk::CanvasShape,
    change: impl FnOnce(&mut vk::PainterOptions<'a>),
) -> vk::Result<(vk::Canvas, vk::Painter)> {
    let canvas = vk::Canvas::new(&cx.device, shape)?;
    let mut options = vk::PainterOptions::colored(vk::SCREEN_VERT, vk::COLOR_FRAG, canvas.pass, shape.extent);
    options.samples = shape.samples;
    change(&mut options);
    let painter = vk::Painter::new(&cx.device, &options)?;
    Ok((canvas, painter))
}

/// A canvas and a pipeline that draws vertices with colors.
pub(super) fn colored<'a>(
    cx: &Context,
    shape: vk::CanvasShape,
    change: impl FnOnce(&mut vk::PainterOptions<'a>),
) -> vk::Result<(vk::Canvas, vk::Painter)> {
    screen(cx, shape, |options| {
        options.vertex = vk::COLORED_VERT;
        options.has_vertices = true;
        change(options);
    })
}

/// Binds binding 0.
pub(super) fn bind_vertices(r: &vk::Recorder<'_>, buffer: &Buffer) {
    // SAFETY: recording; the buffer is alive.
    unsafe { r.device.raw.cmd_bind_vertex_buffers(r.handle, 0, &[buffer.handle], &[0]) };
}
