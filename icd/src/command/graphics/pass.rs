//! Passes as they execute: attachments are cleared at their first use, drawn to, and resolved at the end of a subpass.
//!
//! # Invariants
//! 1. `subpass` is one that the pass has.
//! 2. Targets never reach beyond the images that they name: the area is cut to the smallest one.

use std::ops::Range;
use std::sync::Arc;

use ash::vk;
use lacuna_gpu::draw::{ColorLocations, Targets};
use lacuna_gpu::memory::address_space::Gpu;
use lacuna_gpu::surface::Surface;

use super::begin::Begin;
use crate::command::execute::State;
use crate::object::render_pass::{Resolve, Subpass};
use crate::queue::submission::Failed;

/// A pass that has begun and not ended.
pub(in crate::command) struct Pass {
    begin: Arc<Begin>,
    /// Who draws.
    gpu: Gpu,
    /// Pixels that may change, of this GPU.
    area: vk::Rect2D,
    subpass: usize,
    /// By attachment, a bit for each view that has been used; without multiview all bits or none.
    used_views: Vec<u32>,
    /// What draws of this subpass draw to.
    targets: Targets,
}

/// Views of a subpass without multiview.
const ALL_VIEWS: u32 = u32::MAX;

impl State<'_> {
    pub(in crate::command) fn begin_pass(&mut self, begin: &Arc<Begin>) -> Result<(), Failed> {
        if begin.pass.subpasses.is_empty() {
            return Ok(());
        }
        let mut pass = Pass {
            begin: Arc::clone(begin),
            gpu: self.gpu,
            area: begin.area_of(self.gpu),
            subpass: 0,
            used_views: vec![0; begin.pass.attachments.len()],
            targets: no_targets(),
        };
        pass.begin_subpass()?;
        self.inherited.pass = Some(pass);
        self.graphics.targets_changed();
        Ok(())
    }

    pub(in crate::command) fn next_subpass(&mut self) -> Result<(), Failed> {
        let Some(pass) = &mut self.inherited.pass else { return Ok(()) };
        pass.end_subpass()?;
        if pass.subpass + 1 < pass.begin.pass.subpasses.len() {
            pass.subpass += 1;
            pass.begin_subpass()?;
            self.graphics.targets_changed();
        } else {
            log::warn!("vkCmdNextSubpass in the last subpass: ignored");
        }
        Ok(())
    }

    /// Holds until the pass ends, in secondary command buffers too.
    pub(in crate::command) fn set_color_locations(&mut self, locations: ColorLocations) {
        if let Some(pass) = &mut self.inherited.pass {
            pass.targets.color_locations = locations;
        }
    }

    pub(in crate::command) fn end_pass(&mut self) -> Result<(), Failed> {
        self.graphics.targets_changed();
        self.inherited.pass.take().map_or(Ok(()), |pass| pass.end_subpass())
    }
}

impl Pass {
    /// What draws draw to.
    pub(super) fn targets(&self) -> &Targets {
        &self.targets
    }

    /// Samples of the targets; `None` without targets.
    pub(super) fn samples(&self) -> Option<u32> {
        let Targets { colors, depth, stencil, .. } = &self.targets;
        colors.iter().flatten().chain(depth).chain(stencil).map(|surface| surface.samples).next()
    }

    fn subpass(&self) -> &Subpass {
        &self.begin.pass.subpasses[self.subpass]
    }

    fn begin_subpass(&mut self) -> Result<(), Failed> {
        let begin = Arc::clone(&self.begin);
        let subpass = &begin.pass.subpasses[self.subpass];
        for attachment in subpass.used() {
            self.load(attachment, subpass.view_mask)?;
        }
        self.targets = self.make_targets();
        Ok(())
    }

    /// Clears an attachment where this is its first use.
    fn load(&mut self, index: usize, view_mask: u32) -> Result<(), Failed> {
        let views = if view_mask == 0 { ALL_VIEWS } else { view_mask };
        let new = views & !self.used_views[index];
        self.used_views[index] |= views;
        let attachment = self.begin.pass.attachments[index];
        let color_or_depth = [vk::ImageAspectFlags::COLOR, vk::ImageAspectFlags::DEPTH];
        let stencil = [vk::ImageAspectFlags::STENCIL];
        let aspects = color_or_depth.into_iter().filter(|_| attachment.clears);
        for aspect in aspects.chain(stencil.into_iter().filter(|_| attachment.clears_stencil)) {
            let Some(surface) = self.surface(index, aspect) else { continue };
            let value = self.begin.clears.get(index).copied().unwrap_or_default();
            for layers in self.layers(new, &surface) {
                super::clear::clear(&surface, self.area, layers, &value)?;
            }
        }
        Ok(())
    }

    /// The layers of views, in runs; without multiview those of the framebuffer.
    pub(super) fn layers(&self, views: u32, surface: &Surface) -> Vec<Range<u32>> {
        if views == ALL_VIEWS && self.subpass().view_mask == 0 {
            return std::iter::once(0..self.begin.layers.min(surface.layers)).collect();
        }
        (0..surface.layers.min(u32::BITS))
            .filter(|view| views >> view & 1 != 0)
            .map(|view| view..view + 1)
            .collect()
    }

    /// The views of this subpass.
    pub(super) fn views(&self) -> u32 {
        match self.subpass().view_mask {
            0 => ALL_VIEWS,
            views => views,
        }
    }

    /// How many queries a query of this subpass takes.
    pub(super) fn view_count(&self) -> u32 {
        self.subpass().view_mask.count_ones().max(1)
    }

    fn surface(&self, attachment: usize, aspect: vk::ImageAspectFlags) -> Option<Surface> {
        let surface = self.begin.views.get(attachment)?.surface(aspect)?;
        Some(Surface { address: self.gpu.resolve(surface.address), ..surface })
    }

    fn make_targets(&self) -> Targets {
        let subpass = self.subpass();
        let of = |attachment: &Option<usize>, aspect| self.surface((*attachment)?, aspect);
        let layers = match subpass.view_mask {
            0 => self.begin.layers,
            views => u32::BITS - views.leading_zeros(),
        };
        let mut targets = Targets {
            area: self.area,
            layers,
            view_mask: subpass.view_mask,
            colors: subpass.colors.iter().map(|color| of(color, vk::ImageAspectFlags::COLOR)).collect(),
            depth: of(&subpass.depth, vk::ImageAspectFlags::DEPTH),
            stencil: of(&subpass.stencil, vk::ImageAspectFlags::STENCIL),
            color_locations: ColorLocations::default(),
        };
        let surfaces = targets.colors.iter().flatten().chain(&targets.depth).chain(&targets.stencil);
        let (mut area, mut layers) = (targets.area, targets.layers);
        for surface in surfaces {
            area = cut(area, surface);
            layers = layers.min(surface.layers);
        }
        (targets.area, targets.layers) = (area, layers);
        targets
    }

    fn end_subpass(&self) -> Result<(), Failed> {
        let subpass = self.subpass();
        for (&color, &resolve) in subpass.colors.iter().zip(&subpass.resolves) {
            self.resolve(color, resolve, vk::ImageAspectFlags::COLOR)?;
        }
        self.resolve(subpass.depth, subpass.depth_resolve, vk::ImageAspectFlags::DEPTH)?;
        self.resolve(subpass.stencil, subpass.stencil_resolve, vk::ImageAspectFlags::STENCIL)
    }

    fn resolve(
        &self,
        from: Option<usize>,
        resolve: Option<Resolve>,
        aspect: vk::ImageAspectFlags,
    ) -> Result<(), Failed> {
        let (Some(from), Some(Resolve { target, mode })) = (from, resolve) else { return Ok(()) };
        let (Some(from), Some(to)) = (self.surface(from, aspect), self.surface(target, aspect)) else {
            return Ok(());
        };
        let area = cut(cut(self.area, &from), &to);
        for layers in self.layers(self.views(), &from) {
            let layers = layers.start..layers.end.min(to.layers);
            super::clear::resolve(&from, &to, area, layers, mode)?;
        }
        Ok(())
    }
}

/// The part of an area that a surface has.
pub(super) fn cut(area: vk::Rect2D, surface: &Surface) -> vk::Rect2D {
    let extent = surface.extent();
    intersect(area, vk::Rect2D { offset: vk::Offset2D::default(), extent })
}

/// What is in both; empty rectangles have no extent.
pub(super) fn intersect(a: vk::Rect2D, b: vk::Rect2D) -> vk::Rect2D {
    let axis = |a: i32, a_size: u32, b: i32, b_size: u32| {
        let start = a.max(b);
        let end = (i64::from(a) + i64::from(a_size)).min(i64::from(b) + i64::from(b_size));
        (start, u32::try_from(end - i64::from(start)).unwrap_or(0))
    };
    let (x, width) = axis(a.offset.x, a.extent.width, b.offset.x, b.extent.width);
    let (y, height) = axis(a.offset.y, a.extent.height, b.offset.y, b.extent.height);
    vk::Rect2D { offset: vk::Offset2D { x, y }, extent: vk::Extent2D { width, height } }
}

fn no_targets() -> Targets {
    Targets {
        area: vk::Rect2D::default(),
        layers: 0,
        view_mask: 0,
        colors: Default::default(),
        depth: None,
        stencil: None,
        color_locations: ColorLocations::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rectangles_are_cut_to_what_both_have() {
        let rect = |x, y, width, height| vk::Rect2D {
            offset: vk::Offset2D { x, y },
            extent: vk::Extent2D { width, height },
        };
        assert_eq!(intersect(rect(-5, 2, 10, 10), rect(0, 0, 8, 8)), rect(0, 2, 5, 6));
        assert_eq!(intersect(rect(9, 0, 4, 4), rect(0, 0, 8, 8)).extent.width, 0);
        let huge = rect(i32::MAX, i32::MIN, u32::MAX, u32::MAX);
        assert_eq!(intersect(huge, rect(0, 0, 8, 8)).extent.width, 0);
        assert_eq!(intersect(rect(0, 0, u32::MAX, u32::MAX), rect(0, 0, 8, 8)), rect(0, 0, 8, 8));
    }
}
