//! A shader object that is made from another one's binary does the same, and what is no binary is refused.

use super::support::{BLACK, GREEN, RED, color, each_pixel, screen};
use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Graphics, Need::DynamicRendering, Need::ShaderObject];

pub(super) fn run(cx: &Context) -> Outcome {
    let scene = Scene::new(cx)?;
    let (vertex, fragment) = (vk::ShaderStageFlags::VERTEX, vk::ShaderStageFlags::FRAGMENT);
    let binaries = [
        vk::ShaderObject::new(&cx.device, vertex, vk::SCREEN_VERT)?.binary()?,
        vk::ShaderObject::new(&cx.device, fragment, vk::COLOR_FRAG)?.binary()?,
    ];
    let shaders = [
        vk::ShaderObject::from_binary(&cx.device, vertex, &binaries[0])?,
        vk::ShaderObject::from_binary(&cx.device, fragment, &binaries[1])?,
    ];
    let (_, painter) = screen(cx, scene.canvas.shape, |options| options.pass = (vk::RenderPass::null(), 0))?;
    let found = scene.picture(cx, |r| {
        stripe(r, &shaders, &painter, 0, RED);
        stripe(r, &shaders, &painter, 4, GREEN);
    })?;
    each_pixel(&found, 8, |x, _| match x {
        0..2 => RED,
        4..6 => GREEN,
        _ => BLACK,
    })?;
    let garbage = vk::ShaderObject::from_binary(&cx.device, vertex, &[0x5a; 64]);
    let refused = garbage.err().and_then(|error| error.code());
    check_eq!(refused, Some(vk::Code::INCOMPATIBLE_SHADER_BINARY_EXT), "what garbage gives");
    Ok(())
}

/// A picture that is drawn by dynamic rendering.
pub(super) struct Scene {
    pub(super) canvas: vk::Canvas,
}

impl Scene {
    pub(super) fn new(cx: &Context) -> vk::Result<Self> {
        Self::of(cx, 8, 8)
    }

    pub(super) fn of(cx: &Context, width: u32, height: u32) -> vk::Result<Self> {
        Ok(Self { canvas: vk::Canvas::new(&cx.device, vk::CanvasShape::flat(width, height))? })
    }

    /// The pixels of a picture that begins black.
    pub(super) fn picture(&self, cx: &Context, draw: impl FnOnce(&vk::Recorder<'_>)) -> vk::Result<Vec<u32>> {
        let attachments = [vk::RenderingAttachmentInfo::default()
            .image_view(self.canvas.color.view)
            .image_layout(vk::ImageLayout::TRANSFER_SRC_OPTIMAL)
            .load_op(vk::AttachmentLoadOp::CLEAR)
            .store_op(vk::AttachmentStoreOp::STORE)
            .clear_value(vk::ClearValue { color: vk::ClearColorValue { float32: color(BLACK) } })];
        let info = vk::RenderingInfo::default()
            .render_area(self.canvas.area())
            .layer_count(1)
            .color_attachments(&attachments);
        let rendering = cx.device.dynamic_rendering()?;
        let host = cx.host(self.canvas.color.texels() * 4)?;
        cx.draw(|r| {
            // SAFETY: recording; the view is alive.
            unsafe { rendering.cmd_begin_rendering(r.handle, &info) };
            draw(r);
            // SAFETY: recording, in rendering.
            unsafe { rendering.cmd_end_rendering(r.handle) };
            r.barrier();
            r.copy_from_attachment(&self.canvas.color, &host);
            r.barrier();
        })?;
        Ok(host.words())
    }
}

/// Two columns.
pub(super) fn columns(x: i32) -> vk::Rect2D {
    vk::Rect2D { offset: vk::Offset2D { x, y: 0 }, extent: vk::Extent2D { width: 2, height: 8 } }
}

/// Draws two columns in a color with shader objects; the layout is that of a painter.
pub(super) fn stripe(
    r: &vk::Recorder<'_>,
    shaders: &[vk::ShaderObject; 2],
    painter: &vk::Painter,
    x: i32,
    word: u32,
) {
    r.bind_shaders(&[&shaders[0], &shaders[1]]);
    r.set_plain_state(&shaders[0], [8, 8], columns(x));
    r.push_color(painter, color(word), 0.5);
    r.draw(3);
}
