//! `VkRenderPass`: which attachments each subpass draws to, resolves and clears.
//!
//! All three ways of beginning a render pass (version 1, version 2, dynamic rendering) become this form. Image layouts mean
//! nothing to this device, nor do dependencies (commands execute one after the other), nor store operations: what a draw
//! wrote is in memory. A load operation either clears or does nothing.

mod version_1;
mod version_2;

use ash::vk;

/// A render pass.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct RenderPass {
    /// The attachments, in the order of the framebuffer.
    pub attachments: Box<[Attachment]>,
    /// The subpasses in order.
    pub subpasses: Box<[Subpass]>,
}

crate::object!(RenderPass, vk::RenderPass);

/// What happens to an attachment before its first use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Attachment {
    /// Color or depth are cleared.
    pub clears: bool,
    /// Stencil is cleared.
    pub clears_stencil: bool,
}

/// Which attachments a subpass uses. Attachments are indices of [`RenderPass::attachments`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subpass {
    /// By the location of the fragment shader's output.
    pub colors: Box<[Option<usize>]>,
    /// What each color attachment is resolved to when the subpass ends; empty or as many as `colors`.
    pub resolves: Box<[Option<Resolve>]>,
    /// The depth attachment.
    pub depth: Option<usize>,
    /// The stencil attachment: in a render pass object that of depth.
    pub stencil: Option<usize>,
    /// What depth is resolved to.
    pub depth_resolve: Option<Resolve>,
    /// What stencil is resolved to.
    pub stencil_resolve: Option<Resolve>,
    /// Read by fragment shaders; their first use is this subpass.
    pub inputs: Box<[usize]>,
    /// A bit for each view; zero without multiview.
    pub view_mask: u32,
}

/// A resolve of a multisampled attachment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resolve {
    /// The attachment that is written.
    pub target: usize,
    /// How samples become one; of several bits the one that the format allows.
    pub mode: vk::ResolveModeFlags,
}

impl Subpass {
    /// Every attachment that the subpass uses, in any role.
    pub fn used(&self) -> impl Iterator<Item = usize> + '_ {
        let resolves = self.resolves.iter().flatten().chain(&self.depth_resolve).chain(&self.stencil_resolve);
        let drawn = self.colors.iter().flatten().chain(&self.depth).chain(&self.stencil).copied();
        drawn.chain(self.inputs.iter().copied()).chain(resolves.map(|resolve| resolve.target))
    }

    /// Whether a pipeline's depth and stencil state means anything in it.
    pub fn has_depth_or_stencil(&self) -> bool {
        self.depth.is_some() || self.stencil.is_some()
    }
}

impl Attachment {
    /// An attachment of a render pass object.
    fn new(load: vk::AttachmentLoadOp, stencil_load: vk::AttachmentLoadOp) -> Self {
        let clear = vk::AttachmentLoadOp::CLEAR;
        Self { clears: load == clear, clears_stencil: stencil_load == clear }
    }
}

/// An attachment of a reference.
fn used(attachment: u32) -> Option<usize> {
    (attachment != vk::ATTACHMENT_UNUSED).then_some(attachment as usize)
}

/// Resolves of colors take the average.
fn averaged(attachment: u32) -> Option<Resolve> {
    used(attachment).map(|target| Resolve { target, mode: vk::ResolveModeFlags::AVERAGE })
}

/// Refuses attachments that the pass does not have: they are followed without a check later.
fn check(pass: RenderPass) -> Result<RenderPass, crate::error::Error> {
    let mut used = pass.subpasses.iter().flat_map(Subpass::used);
    if used.any(|attachment| attachment >= pass.attachments.len()) {
        return Err(crate::error::Error::InvalidUsage("VUID-VkRenderPassCreateInfo-attachment-00834"));
    }
    drop(used);
    Ok(pass)
}
