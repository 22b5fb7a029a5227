//! Clears of attachments: those of load operations, and `vkCmdClearAttachments`.

use std::ops::Range;

use ash::vk;
use lacuna_gpu::surface::Surface;

use super::pass::{Pass, cut, intersect};
use crate::command::execute::State;
use crate::command::recording::{Command, Recording};
use crate::error::Error;
use crate::queue::submission::Failed;

/// `vkCmdClearAttachments`.
pub struct ClearAttachments {
    attachments: Box<[vk::ClearAttachment]>,
    rects: Box<[vk::ClearRect]>,
}

impl Recording {
    /// `vkCmdClearAttachments`.
    ///
    /// # Errors
    /// [`Error::OutOfHostMemory`].
    pub fn clear_attachments(
        &mut self,
        attachments: &[vk::ClearAttachment],
        rects: &[vk::ClearRect],
    ) -> Result<(), Error> {
        let clear = ClearAttachments { attachments: attachments.into(), rects: rects.into() };
        self.push(Command::ClearAttachments(Box::new(clear)), 0)
    }
}

impl State<'_> {
    pub(in crate::command) fn clear_attachments(&mut self, command: &ClearAttachments) -> Result<(), Failed> {
        if self.skips() {
            return Ok(());
        }
        let Some(pass) = &self.inherited.pass else {
            log::warn!("vkCmdClearAttachments without a pass: skipped");
            return Ok(());
        };
        command.attachments.iter().try_for_each(|attachment| pass.clear(attachment, &command.rects))
    }
}

impl Pass {
    fn clear(&self, attachment: &vk::ClearAttachment, rects: &[vk::ClearRect]) -> Result<(), Failed> {
        let targets = self.targets();
        let color = targets.colors.get(attachment.color_attachment as usize).copied().flatten();
        let aspects = [
            (vk::ImageAspectFlags::COLOR, color),
            (vk::ImageAspectFlags::DEPTH, targets.depth),
            (vk::ImageAspectFlags::STENCIL, targets.stencil),
        ];
        for (_, surface) in aspects.into_iter().filter(|(aspect, _)| attachment.aspect_mask.contains(*aspect))
        {
            let Some(surface) = surface else { continue };
            for rect in rects {
                let area = intersect(rect.rect, targets.area);
                for layers in self.clear_layers(rect, &surface) {
                    clear(&surface, area, layers, &attachment.clear_value)?;
                }
            }
        }
        Ok(())
    }

    /// With multiview those of the views, else those of the rectangle.
    fn clear_layers(&self, rect: &vk::ClearRect, surface: &Surface) -> Vec<Range<u32>> {
        if self.targets().view_mask != 0 {
            return self.layers(self.views(), surface);
        }
        let end = rect.base_array_layer.saturating_add(rect.layer_count).min(surface.layers);
        std::iter::once(rect.base_array_layer.min(end)..end).collect()
    }
}

/// Gives texels of a surface a value. What the surface does not have is left out.
pub(super) fn clear(
    surface: &Surface,
    area: vk::Rect2D,
    layers: Range<u32>,
    value: &vk::ClearValue,
) -> Result<(), Failed> {
    let area = cut(area, surface);
    if area.extent.width == 0 || area.extent.height == 0 || layers.is_empty() {
        return Ok(());
    }
    // SAFETY: the surface is of an image that the pass holds with its memory; area and layers are inside of it.
    unsafe { lacuna_gpu::copy::clear::clear(surface, area, layers, value)? }
    Ok(())
}

/// Makes one sample of several, in a part that both surfaces have.
pub(super) fn resolve(
    from: &Surface,
    to: &Surface,
    area: vk::Rect2D,
    layers: Range<u32>,
    mode: vk::ResolveModeFlags,
) -> Result<(), Failed> {
    if area.extent.width == 0 || area.extent.height == 0 || layers.is_empty() {
        return Ok(());
    }
    // SAFETY: both surfaces are of images that the pass holds with their memory; area and layers are inside of both.
    unsafe { lacuna_gpu::copy::resolve::resolve(from, to, area, layers, mode)? }
    Ok(())
}
