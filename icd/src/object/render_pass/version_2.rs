//! `vkCreateRenderPass2`.

use ash::vk;

use super::{Attachment, RenderPass, Resolve, Subpass, averaged, check, used};
use crate::error::Error;
use crate::guard::slice;
use crate::pnext;

impl RenderPass {
    /// `vkCreateRenderPass2`.
    ///
    /// # Errors
    /// As [`RenderPass::new`].
    ///
    /// # Safety
    /// `info` is a valid structure.
    pub unsafe fn new2(info: &vk::RenderPassCreateInfo2<'_>) -> Result<Self, Error> {
        // SAFETY: members of a valid structure.
        let (attachments, subpasses) = unsafe {
            (slice(info.p_attachments, info.attachment_count), slice(info.p_subpasses, info.subpass_count))
        };
        check(Self {
            attachments: attachments.iter().map(|a| Attachment::new(a.load_op, a.stencil_load_op)).collect(),
            // SAFETY: elements of a valid structure.
            subpasses: subpasses.iter().map(|info| unsafe { subpass(info) }).collect(),
        })
    }
}

/// # Safety
/// `info` is a valid structure.
unsafe fn subpass(info: &vk::SubpassDescription2<'_>) -> Subpass {
    // SAFETY: members of a valid structure; resolve attachments are null or as many as colors.
    let (colors, resolves, inputs, depth) = unsafe {
        (
            slice(info.p_color_attachments, info.color_attachment_count),
            slice(info.p_resolve_attachments, info.color_attachment_count),
            slice(info.p_input_attachments, info.input_attachment_count),
            info.p_depth_stencil_attachment.as_ref(),
        )
    };
    // SAFETY: the chain of a valid structure.
    let resolve = unsafe { pnext::find::<vk::SubpassDescriptionDepthStencilResolve<'_>>(info.p_next) };
    // SAFETY: a member of a valid structure.
    let target = resolve.and_then(|resolve| unsafe { resolve.p_depth_stencil_resolve_attachment.as_ref() });
    let target = target.and_then(|target| used(target.attachment));
    let resolve_by = |mode: Option<vk::ResolveModeFlags>| {
        let mode = mode.filter(|&mode| mode != vk::ResolveModeFlags::NONE)?;
        Some(Resolve { target: target?, mode })
    };
    let depth = depth.and_then(|depth| used(depth.attachment));
    Subpass {
        colors: colors.iter().map(|color| used(color.attachment)).collect(),
        resolves: resolves.iter().map(|resolve| averaged(resolve.attachment)).collect(),
        depth,
        stencil: depth,
        depth_resolve: resolve_by(resolve.map(|resolve| resolve.depth_resolve_mode)),
        stencil_resolve: resolve_by(resolve.map(|resolve| resolve.stencil_resolve_mode)),
        inputs: inputs.iter().filter_map(|input| used(input.attachment)).collect(),
        view_mask: info.view_mask,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_and_stencil_are_resolved_each_by_its_mode() {
        let depth = vk::AttachmentReference2::default().attachment(0);
        let target = vk::AttachmentReference2::default().attachment(1);
        let mut resolve = vk::SubpassDescriptionDepthStencilResolve::default()
            .depth_resolve_mode(vk::ResolveModeFlags::MIN)
            .depth_stencil_resolve_attachment(&target);
        let attachments = [vk::AttachmentDescription2::default(); 2];
        let subpasses = [vk::SubpassDescription2::default()
            .depth_stencil_attachment(&depth)
            .view_mask(5)
            .push_next(&mut resolve)];
        let info = vk::RenderPassCreateInfo2::default().attachments(&attachments).subpasses(&subpasses);
        // SAFETY: valid structures on this stack.
        let pass = unsafe { RenderPass::new2(&info) }.unwrap();
        let subpass = &pass.subpasses[0];
        assert_eq!(subpass.depth_resolve, Some(Resolve { target: 1, mode: vk::ResolveModeFlags::MIN }));
        assert_eq!((subpass.stencil_resolve, subpass.view_mask), (None, 5));
    }
}
