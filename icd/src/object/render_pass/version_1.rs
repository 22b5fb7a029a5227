//! `vkCreateRenderPass`.

use ash::vk;

use super::{Attachment, RenderPass, Subpass, averaged, check, used};
use crate::error::Error;
use crate::guard::slice;
use crate::pnext;

impl RenderPass {
    /// `vkCreateRenderPass`.
    ///
    /// # Errors
    /// [`Error::InvalidUsage`] for references to attachments that the pass does not have.
    ///
    /// # Safety
    /// `info` is a valid structure.
    pub unsafe fn new(info: &vk::RenderPassCreateInfo<'_>) -> Result<Self, Error> {
        // SAFETY: members of a valid structure.
        let (attachments, subpasses) = unsafe {
            (slice(info.p_attachments, info.attachment_count), slice(info.p_subpasses, info.subpass_count))
        };
        // SAFETY: the chain of a valid structure.
        let multiview = unsafe { pnext::find::<vk::RenderPassMultiviewCreateInfo<'_>>(info.p_next) };
        // SAFETY: members of a valid structure.
        let view_masks =
            multiview.map_or(&[][..], |views| unsafe { slice(views.p_view_masks, views.subpass_count) });
        let views = view_masks.iter().copied().chain(std::iter::repeat(0));
        check(Self {
            attachments: attachments.iter().map(|a| Attachment::new(a.load_op, a.stencil_load_op)).collect(),
            // SAFETY: elements of a valid structure.
            subpasses: subpasses.iter().zip(views).map(|(s, views)| unsafe { subpass(s, views) }).collect(),
        })
    }
}

/// # Safety
/// `info` is a valid structure.
unsafe fn subpass(info: &vk::SubpassDescription<'_>, view_mask: u32) -> Subpass {
    // SAFETY: members of a valid structure; resolve attachments are null or as many as colors.
    let (colors, resolves, inputs, depth) = unsafe {
        (
            slice(info.p_color_attachments, info.color_attachment_count),
            slice(info.p_resolve_attachments, info.color_attachment_count),
            slice(info.p_input_attachments, info.input_attachment_count),
            info.p_depth_stencil_attachment.as_ref(),
        )
    };
    let depth = depth.and_then(|depth| used(depth.attachment));
    Subpass {
        colors: colors.iter().map(|color| used(color.attachment)).collect(),
        resolves: resolves.iter().map(|resolve| averaged(resolve.attachment)).collect(),
        depth,
        stencil: depth,
        inputs: inputs.iter().filter_map(|input| used(input.attachment)).collect(),
        view_mask,
        ..Subpass::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::render_pass::Resolve;

    const fn reference(attachment: u32) -> vk::AttachmentReference {
        vk::AttachmentReference { attachment, layout: vk::ImageLayout::GENERAL }
    }

    #[test]
    fn references_become_indices_and_unused_ones_nothing() {
        let attachments = [vk::AttachmentDescription::default().load_op(vk::AttachmentLoadOp::CLEAR); 3];
        let colors = [reference(1), reference(vk::ATTACHMENT_UNUSED)];
        let resolves = [reference(vk::ATTACHMENT_UNUSED), reference(2)];
        let depth = reference(0);
        let subpass = vk::SubpassDescription::default()
            .color_attachments(&colors)
            .resolve_attachments(&resolves)
            .depth_stencil_attachment(&depth);
        let subpasses = [subpass];
        let info = vk::RenderPassCreateInfo::default().attachments(&attachments).subpasses(&subpasses);
        // SAFETY: valid structures on this stack.
        let pass = unsafe { RenderPass::new(&info) }.unwrap();
        assert!(pass.attachments[0].clears);
        let subpass = &pass.subpasses[0];
        assert_eq!(*subpass.colors, [Some(1), None]);
        let resolve = Resolve { target: 2, mode: vk::ResolveModeFlags::AVERAGE };
        assert_eq!(*subpass.resolves, [None, Some(resolve)]);
        assert_eq!((subpass.depth, subpass.stencil), (Some(0), Some(0)));
        assert_eq!(subpass.used().collect::<Vec<_>>(), [1, 0, 0, 2]);
    }

    #[test]
    fn attachments_that_do_not_exist_are_refused() {
        let colors = [reference(3)];
        let subpasses = [vk::SubpassDescription::default().color_attachments(&colors)];
        let info = vk::RenderPassCreateInfo::default().subpasses(&subpasses);
        // SAFETY: valid structures on this stack.
        assert!(matches!(unsafe { RenderPass::new(&info) }, Err(Error::InvalidUsage(_))));
    }
}
