//! `VkFramebuffer`: the image views of a render pass, or only their number where the views come when the pass begins.

use std::sync::Arc;

use ash::vk;

use super::image_view::ImageView;
use crate::error::Error;
use crate::guard;
use crate::handle::Object;

/// A framebuffer.
pub struct Framebuffer {
    /// By attachment. `None` of an imageless one.
    pub views: Option<Box<[Arc<ImageView>]>>,
    /// Pixels in each direction.
    pub extent: vk::Extent2D,
    /// Array layers.
    pub layers: u32,
}

crate::object!(Framebuffer, vk::Framebuffer);

impl Framebuffer {
    /// `vkCreateFramebuffer`.
    ///
    /// # Errors
    /// [`Error::InvalidHandle`] for views that do not exist.
    ///
    /// # Safety
    /// `info` is a valid structure.
    pub unsafe fn new(info: &vk::FramebufferCreateInfo<'_>) -> Result<Self, Error> {
        let views = if info.flags.contains(vk::FramebufferCreateFlags::IMAGELESS) {
            None
        } else {
            // SAFETY: a member of a valid structure; without the flag an array of views.
            let views = unsafe { guard::slice(info.p_attachments, info.attachment_count) };
            Some(views.iter().map(|&view| ImageView::get(view)).collect::<Result<_, _>>()?)
        };
        Ok(Self {
            views,
            extent: vk::Extent2D { width: info.width, height: info.height },
            layers: info.layers,
        })
    }
}
