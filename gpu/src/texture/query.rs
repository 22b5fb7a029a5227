//! What shaders may ask a view.

use super::view::{Shape, View};

impl View {
    /// Width, height, depth, layers of a level; zeros where there is none.
    pub(super) fn size(&self, level: u32) -> [u32; 4] {
        let Some(mip) = self.mips.get(level as usize) else { return [0; 4] };
        let [width, height, depth] = mip.extent.map(|size| size as u32);
        let layers = if self.shape == Shape::Cube { self.layers / 6 } else { self.layers };
        [width, height, depth, layers]
    }

    /// Dimensions of texel coordinates.
    pub(super) fn axes(&self) -> usize {
        match self.shape {
            Shape::D1 => 1,
            Shape::D2 | Shape::Cube => 2,
            Shape::D3 => 3,
        }
    }

    /// Whether integer coordinates name a layer or face.
    pub(super) fn has_layers(&self) -> bool {
        self.is_array || self.shape == Shape::Cube
    }
}
