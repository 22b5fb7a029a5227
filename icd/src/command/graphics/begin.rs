//! How passes begin: render pass objects with framebuffers, and dynamic rendering, become one form.

use std::ffi::c_void;
use std::sync::Arc;

use ash::vk;
use lacuna_gpu::draw::ColorLocations;
use lacuna_gpu::memory::address_space::Gpu;

use crate::command::recording::{Command, Recording};
use crate::error::Error;
use crate::guard::slice;
use crate::handle::Object;
use crate::object::framebuffer::Framebuffer;
use crate::object::image_view::ImageView;
use crate::object::render_pass::{Attachment, RenderPass, Resolve, Subpass};
use crate::pnext;

/// A pass with its attachments.
pub struct Begin {
    /// What it does.
    pub(super) pass: Arc<RenderPass>,
    /// By attachment; `None` where dynamic rendering names none.
    pub(super) views: Box<[Arc<ImageView>]>,
    /// Clear values by attachment; those that are missing are zero.
    pub(super) clears: Box<[vk::ClearValue]>,
    /// Pixels that may change.
    pub(super) area: vk::Rect2D,
    /// The same by GPU of a group, where they have areas of their own.
    pub(super) areas: Box<[vk::Rect2D]>,
    /// Layers of a framebuffer without multiview.
    pub(super) layers: u32,
}

/// Estimate of what beginning and ending takes for each pixel.
const NANOSECONDS_PER_PIXEL: f64 = 0.25;

impl Begin {
    /// Pixels that a GPU may change.
    pub(super) fn area_of(&self, gpu: Gpu) -> vk::Rect2D {
        self.areas.get(gpu.index() as usize).copied().unwrap_or(self.area)
    }
}

impl Recording {
    /// `vkCmdBeginRenderPass` and its relatives.
    ///
    /// # Errors
    /// [`Error::InvalidHandle`], [`Error::InvalidUsage`] for fewer views than the pass has attachments.
    ///
    /// # Safety
    /// `info` is a valid structure.
    pub unsafe fn begin_render_pass(&mut self, info: &vk::RenderPassBeginInfo<'_>) -> Result<(), Error> {
        let (pass, framebuffer) = (RenderPass::get(info.render_pass)?, Framebuffer::get(info.framebuffer)?);
        let views = match &framebuffer.views {
            Some(views) => views.clone(),
            // SAFETY: the chain of a valid structure.
            None => unsafe { late_views(info)? },
        };
        if views.len() < pass.attachments.len() {
            return Err(Error::InvalidUsage(
                "VUID-VkRenderPassBeginInfo-framebuffer-03207 or -renderPass-00904",
            ));
        }
        // SAFETY: members of a valid structure.
        let clears = unsafe { slice(info.p_clear_values, info.clear_value_count) }.into();
        // SAFETY: the chain of a valid structure.
        let (mask, areas) = unsafe { group(info.p_next) };
        let (area, layers) = (info.render_area, framebuffer.layers);
        self.begin(Begin { pass, views, clears, area, areas, layers }, mask)
    }

    /// `vkCmdBeginRendering`.
    ///
    /// # Errors
    /// [`Error::InvalidHandle`].
    ///
    /// # Safety
    /// `info` is a valid structure.
    pub unsafe fn begin_rendering(&mut self, info: &vk::RenderingInfo<'_>) -> Result<(), Error> {
        // SAFETY: this function's contract.
        let (begin, mask) = unsafe { (rendering(info)?, group(info.p_next).0) };
        self.begin(begin, mask)
    }

    /// `vkCmdSetRenderingAttachmentLocationsKHR`: without a list each attachment takes the location of its number.
    ///
    /// # Errors
    /// [`Error::OutOfHostMemory`].
    ///
    /// # Safety
    /// `info` is a valid structure.
    pub unsafe fn set_color_locations(
        &mut self,
        info: &vk::RenderingAttachmentLocationInfoKHR<'_>,
    ) -> Result<(), Error> {
        let mut locations = ColorLocations::default();
        // SAFETY: null or a member of a valid structure.
        let named = unsafe { slice(info.p_color_attachment_locations, info.color_attachment_count) };
        for (location, &named) in locations.0.iter_mut().zip(named) {
            *location = u8::try_from(named).unwrap_or(ColorLocations::UNUSED);
        }
        self.push(Command::SetColorLocations(locations), 0)
    }

    /// A pass of the GPUs of `mask`, or of those of the command buffer.
    fn begin(&mut self, begin: Begin, mask: Option<u32>) -> Result<(), Error> {
        let pixels = f64::from(begin.area.extent.width) * f64::from(begin.area.extent.height);
        let attachments = begin.views.len() as f64 * f64::from(begin.layers.max(1));
        let nanoseconds = (pixels * attachments * NANOSECONDS_PER_PIXEL) as u64;
        self.begin_pass_of(mask)?;
        self.push(Command::BeginPass(Arc::new(begin)), nanoseconds)
    }

    /// `vkCmdNextSubpass`.
    ///
    /// # Errors
    /// [`Error::OutOfHostMemory`].
    pub fn next_subpass(&mut self) -> Result<(), Error> {
        self.by_all_of_pass(Command::NextSubpass)
    }

    /// `vkCmdEndRenderPass`, `vkCmdEndRendering`.
    ///
    /// # Errors
    /// [`Error::OutOfHostMemory`].
    pub fn end_pass(&mut self) -> Result<(), Error> {
        self.by_all_of_pass(Command::EndPass)
    }
}

/// The device mask and the render areas of a pass of a device group.
///
/// # Safety
/// `chain` is a valid chain.
unsafe fn group(chain: *const c_void) -> (Option<u32>, Box<[vk::Rect2D]>) {
    // SAFETY: this function's contract.
    match unsafe { pnext::find::<vk::DeviceGroupRenderPassBeginInfo<'_>>(chain) } {
        // SAFETY: members of a valid structure.
        Some(group) => (Some(group.device_mask), unsafe {
            slice(group.p_device_render_areas, group.device_render_area_count).into()
        }),
        None => (None, Box::default()),
    }
}

/// The views of an imageless framebuffer.
///
/// # Safety
/// `info` is a valid structure.
unsafe fn late_views(info: &vk::RenderPassBeginInfo<'_>) -> Result<Box<[Arc<ImageView>]>, Error> {
    // SAFETY: the chain of a valid structure.
    let list = unsafe { pnext::find::<vk::RenderPassAttachmentBeginInfo<'_>>(info.p_next) };
    // SAFETY: members of a valid structure.
    let views = list.map_or(&[][..], |list| unsafe { slice(list.p_attachments, list.attachment_count) });
    views.iter().map(|&view| ImageView::get(view)).collect()
}

/// Dynamic rendering as a pass with one subpass and an attachment for each view that is named.
///
/// # Safety
/// `info` is a valid structure.
unsafe fn rendering(info: &vk::RenderingInfo<'_>) -> Result<Begin, Error> {
    let resumes = info.flags.contains(vk::RenderingFlags::RESUMING);
    let suspends = info.flags.contains(vk::RenderingFlags::SUSPENDING);
    let mut list = List { resumes, suspends, ..List::default() };
    // SAFETY: members of a valid structure.
    let (colors, depth, stencil) = unsafe {
        (
            slice(info.p_color_attachments, info.color_attachment_count),
            info.p_depth_attachment.as_ref(),
            info.p_stencil_attachment.as_ref(),
        )
    };
    let mut subpass = Subpass { view_mask: info.view_mask, ..Subpass::default() };
    let colors = colors.iter().map(|color| list.add(color, false)).collect::<Result<Vec<_>, _>>()?;
    let (colors, resolves): (Vec<_>, Vec<_>) = colors.into_iter().map(Added::split).unzip();
    (subpass.colors, subpass.resolves) = (colors.into(), resolves.into());
    if let Some(depth) = depth {
        (subpass.depth, subpass.depth_resolve) = list.add(depth, false)?.split();
    }
    if let Some(stencil) = stencil {
        (subpass.stencil, subpass.stencil_resolve) = list.add(stencil, true)?.split();
    }
    let pass = RenderPass { attachments: list.attachments.into(), subpasses: [subpass].into() };
    Ok(Begin {
        pass: Arc::new(pass),
        views: list.views.into(),
        clears: list.clears.into(),
        area: info.render_area,
        // SAFETY: the chain of a valid structure.
        areas: unsafe { group(info.p_next).1 },
        layers: info.layer_count,
    })
}

/// The attachments of dynamic rendering.
#[derive(Default)]
struct List {
    attachments: Vec<Attachment>,
    views: Vec<Arc<ImageView>>,
    clears: Vec<vk::ClearValue>,
    resumes: bool,
    suspends: bool,
}

/// The numbers of an attachment and of what it resolves to.
#[derive(Default)]
struct Added(Option<usize>, Option<Resolve>);

impl Added {
    fn split(self) -> (Option<usize>, Option<Resolve>) {
        (self.0, self.1)
    }
}

impl List {
    fn add(&mut self, info: &vk::RenderingAttachmentInfo<'_>, is_stencil: bool) -> Result<Added, Error> {
        if info.image_view == vk::ImageView::null() {
            return Ok(Added::default());
        }
        let clears = info.load_op == vk::AttachmentLoadOp::CLEAR && !self.resumes;
        let attachment = Attachment { clears: clears && !is_stencil, clears_stencil: clears && is_stencil };
        let index = self.push(info.image_view, attachment, info.clear_value)?;
        let mut resolve = None;
        if info.resolve_mode != vk::ResolveModeFlags::NONE
            && info.resolve_image_view != vk::ImageView::null()
            && !self.suspends
        {
            let target =
                self.push(info.resolve_image_view, Attachment::default(), vk::ClearValue::default())?;
            resolve = Some(Resolve { target, mode: info.resolve_mode });
        }
        Ok(Added(Some(index), resolve))
    }

    fn push(
        &mut self,
        view: vk::ImageView,
        attachment: Attachment,
        clear: vk::ClearValue,
    ) -> Result<usize, Error> {
        self.views.push(ImageView::get(view)?);
        self.attachments.push(attachment);
        self.clears.push(clear);
        Ok(self.views.len() - 1)
    }
}
