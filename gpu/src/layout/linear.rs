//! The linear layout: rows of elements one after the other, without gaps.

use super::{ALIGNMENT, ImageLayout, Shape, pack_linear};

impl ImageLayout {
    /// The layout of an image of linear tiling; `None` where it would have more bytes than can be counted.
    pub fn linear(shape: Shape) -> Option<Self> {
        let (levels, end) = pack_linear(&shape, 0..shape.levels, 0)?;
        Self::assemble(shape, levels, None, end.checked_next_multiple_of(ALIGNMENT)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_and_layers_are_aligned() {
        let shape =
            Shape { extent: [33, 17, 1], block: [1, 1], levels: 6, layers: 3, element_bytes: 1, samples: 1 };
        let layout = ImageLayout::linear(shape).unwrap();
        assert!((0..6).all(|level| layout.level(level).unwrap().offset.is_multiple_of(ALIGNMENT)));
        assert!(layout.layer_pitch().is_multiple_of(ALIGNMENT));
        assert_eq!(layout.level(6), None);
        assert_eq!(layout.mip_tail(), None);
    }

    #[test]
    fn what_64_bits_do_not_count_has_no_layout() {
        let shape = Shape {
            extent: [u32::MAX; 3],
            block: [1, 1],
            levels: 1,
            layers: 1,
            element_bytes: 16,
            samples: 1,
        };
        assert_eq!(ImageLayout::linear(shape), None);
        let many = Shape { extent: [1 << 20, 1 << 20, 1], layers: 1 << 24, ..shape };
        assert_eq!(ImageLayout::linear(many), None);
    }
}
