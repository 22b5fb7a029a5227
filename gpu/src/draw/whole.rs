//! Boxes of one color that are wholly covered: no shader runs for them, and no packets are made.
#![expect(unsafe_code, reason = "writes the application's memory")]

use super::depth_stencil::Depth;
use super::figure::Figure;
use super::paint::Paint;
use super::primitive::Bounds;
use super::strip::Strip;
use super::tile::{Progress, Tile};
use super::tile_view::TileView;

impl Tile<'_> {
    /// Draws pixels without packets, where no shader has to run for them. Gives whether they were drawn.
    ///
    /// # Safety
    /// The pixels are inside of the targets.
    #[inline(always)]
    pub(super) unsafe fn whole(
        &mut self,
        figure: &Figure<'_>,
        progress: &mut Progress,
        area: Bounds,
    ) -> bool {
        let shading = self.shading;
        if *progress == Progress::Varying || figure.smooth().is_some() {
            return false;
        }
        if let Some(shader) = &shading.shader
            && *progress == Progress::Untouched
        {
            // SAFETY: the caller's promise.
            *progress = unsafe { self.begin(shader, figure, area.x0 & !3, area.y0 & !1) };
        }
        if shading.shader.is_some() && *progress != Progress::Constant {
            return false;
        }
        let paint = |index: usize| self.paints.get(index).copied().flatten();
        let is_simple = |(index, view): (usize, &Option<TileView>)| {
            view.as_ref().is_none_or(|view| view.is_bound() && paint(index).is_some())
        };
        let depth = shading.tests.simple().flatten().zip(self.depth.as_ref());
        if !depth.is_none_or(|(_, view)| view.is_bound()) || !self.colors.iter().enumerate().all(is_simple) {
            return false;
        }
        // SAFETY: the caller's promise; there is paint for every color.
        let pixels = unsafe {
            match depth {
                None => self.fill(area),
                Some(depth) => self.strips(figure, depth, area),
            }
        };
        self.counts.samples_passed += pixels;
        if shading.shader.is_some() {
            self.counts.fragment_invocations += pixels;
        }
        true
    }

    /// Paints all pixels of a box.
    ///
    /// # Safety
    /// The pixels are inside of the targets, whose memory is all there; there is paint for each.
    #[inline(always)]
    unsafe fn fill(&self, area: Bounds) -> u64 {
        for (view, paint) in self.colors.iter().zip(&self.paints) {
            let (Some(view), Some(paint)) = (view, paint) else { continue };
            // SAFETY: the caller's promise; what is painted has four bytes.
            unsafe {
                match paint {
                    Paint::Texel(texel) => view.fill(area, *texel),
                    Paint::Bytes(_) => {
                        for strip in Strip::all(area) {
                            paint.strip(view, &strip);
                        }
                    }
                }
            }
        }
        u64::from((area.x1 - area.x0) as u32) * u64::from((area.y1 - area.y0) as u32)
    }

    /// Paints the pixels of a box that pass the depth test; gives how many there are.
    ///
    /// # Safety
    /// As [`fill`](Self::fill).
    #[inline(always)]
    unsafe fn strips(&self, figure: &Figure<'_>, (depth, view): (&Depth, &TileView), area: Bounds) -> u64 {
        let shading = self.shading;
        let offset = shading.samples.offset(0, 0, 0);
        let range = shading.clamps_depth.then(|| shading.setup.viewport(figure.primitive.viewport).depth);
        let planes = figure.planes();
        let mut passed = 0;
        for mut strip in Strip::all(area) {
            // SAFETY: the caller's promise.
            unsafe { depth.test_strip(view, &mut strip, planes, offset, range) };
            let left = strip.count();
            if left == 0 {
                continue;
            }
            passed += left;
            for (view, paint) in self.colors.iter().zip(&self.paints) {
                if let (Some(view), Some(paint)) = (view, paint) {
                    // SAFETY: the caller's promise.
                    unsafe { paint.strip(view, &strip) };
                }
            }
        }
        passed
    }
}
