//! Where the texels of an image lie: pure arithmetic, no memory is touched.

pub mod linear;

/// What a layout is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Texels of level 0 in each dimension; dimensions that the image lacks are one.
    pub extent: [u32; 3],
    /// Mip levels.
    pub levels: u32,
    /// Array layers.
    pub layers: u32,
    /// Bytes of a texel.
    pub texel_bytes: u32,
}

impl Shape {
    /// Texels of a level: each dimension is half of that before, and at least one.
    pub fn level_extent(&self, level: u32) -> [u32; 3] {
        self.extent.map(|size| size.checked_shr(level).unwrap_or(0).max(1))
    }

    /// Levels down to a single texel.
    pub fn complete_levels(extent: [u32; 3]) -> u32 {
        let [x, y, z] = extent;
        u32::BITS - x.max(y).max(z).max(1).leading_zeros()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_halve_down_to_one_texel() {
        let shape = Shape { extent: [20, 5, 1], levels: 5, layers: 1, texel_bytes: 4 };
        let extents: Vec<_> = (0..5).map(|level| shape.level_extent(level)).collect();
        assert_eq!(extents, [[20, 5, 1], [10, 2, 1], [5, 1, 1], [2, 1, 1], [1, 1, 1]]);
        assert_eq!(Shape::complete_levels([20, 5, 1]), 5);
        assert_eq!(Shape::complete_levels([1, 1, 1]), 1);
        assert_eq!(Shape::complete_levels([4096, 1, 1]), 13);
        assert_eq!(shape.level_extent(40), [1, 1, 1]);
    }
}
