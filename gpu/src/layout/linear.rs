//! The linear layout: rows of texels one after the other.
//!
//! ```text
//!   image   [ layer 0                                   | layer 1 …                 ]   layer_pitch bytes apart
//!   layer   [ level 0                | level 1 | level 2 ]                              each from a multiple of ALIGNMENT on
//!   level   [ slice 0 | slice 1 | … ]                                                   slice_pitch bytes apart
//!   slice   [ row 0 | row 1 | … ]                                                       row_pitch bytes apart, no gaps
//! ```
//!
//! # Invariants
//! 1. No two texels share a byte, and all are below `size`.
//! 2. Levels and layers begin at multiples of [`ALIGNMENT`].

use super::Shape;

/// Where levels and layers may begin, in bytes: a cache line.
pub const ALIGNMENT: u64 = 64;

/// Where the texels of an image lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinearLayout {
    shape: Shape,
    levels: Box<[Level]>,
    layer_pitch: u64,
}

/// One mip level of one layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Level {
    /// Its first byte, from the start of the layer.
    pub offset: u64,
    /// Its texels in each dimension.
    pub extent: [u32; 3],
    /// Bytes from one row to the next.
    pub row_pitch: u64,
    /// Bytes from one depth slice to the next.
    pub slice_pitch: u64,
}

impl Level {
    /// Bytes of all its slices.
    pub fn size(&self) -> u64 {
        self.slice_pitch * u64::from(self.extent[2])
    }
}

impl LinearLayout {
    /// The layout of an image; `None` where it would have more bytes than 64 bits count.
    pub fn new(shape: Shape) -> Option<Self> {
        let mut levels = Vec::new();
        let mut end: u64 = 0;
        for level in 0..shape.levels {
            let extent = shape.level_extent(level);
            let [width, height, depth] = extent.map(u64::from);
            let row_pitch = width * u64::from(shape.texel_bytes);
            let slice_pitch = row_pitch.checked_mul(height)?;
            let offset = end.checked_next_multiple_of(ALIGNMENT)?;
            end = offset.checked_add(slice_pitch.checked_mul(depth)?)?;
            levels.push(Level { offset, extent, row_pitch, slice_pitch });
        }
        let layer_pitch = end.checked_next_multiple_of(ALIGNMENT)?;
        layer_pitch.checked_mul(shape.layers.into())?;
        Some(Self { shape, levels: levels.into(), layer_pitch })
    }

    /// What it was made for.
    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// A mip level, if there is one of that number.
    pub fn level(&self, level: u32) -> Option<&Level> {
        self.levels.get(level as usize)
    }

    /// Bytes from one array layer to the next.
    pub fn layer_pitch(&self) -> u64 {
        self.layer_pitch
    }

    /// Bytes of the image, a multiple of [`ALIGNMENT`].
    pub fn size(&self) -> u64 {
        self.layer_pitch * u64::from(self.shape.layers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(extent: [u32; 3], levels: u32, layers: u32, texel_bytes: u32) -> LinearLayout {
        LinearLayout::new(Shape { extent, levels, layers, texel_bytes }).unwrap()
    }

    #[test]
    fn no_two_texels_share_a_byte_and_none_is_beyond_the_end() {
        for layout in [layout([7, 5, 3], 3, 1, 4), layout([6, 6, 1], 3, 5, 2), layout([9, 1, 1], 4, 2, 16)] {
            let shape = *layout.shape();
            let mut taken = vec![false; layout.size() as usize];
            for layer in 0..shape.layers {
                for level in (0..shape.levels).map(|level| layout.level(level).unwrap()) {
                    let [width, height, depth] = level.extent.map(u64::from);
                    for (z, y, x) in (0..depth)
                        .flat_map(|z| (0..height).flat_map(move |y| (0..width).map(move |x| (z, y, x))))
                    {
                        let start = u64::from(layer) * layout.layer_pitch()
                            + level.offset
                            + z * level.slice_pitch
                            + y * level.row_pitch
                            + x * u64::from(shape.texel_bytes);
                        for byte in start..start + u64::from(shape.texel_bytes) {
                            assert!(!std::mem::replace(&mut taken[byte as usize], true), "{shape:?} {byte}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn levels_and_layers_are_aligned() {
        let layout = layout([33, 17, 1], 6, 3, 1);
        assert!((0..6).all(|level| layout.level(level).unwrap().offset.is_multiple_of(ALIGNMENT)));
        assert!(layout.layer_pitch().is_multiple_of(ALIGNMENT));
        assert_eq!(layout.level(6), None);
    }

    #[test]
    fn what_64_bits_do_not_count_has_no_layout() {
        let shape = Shape { extent: [u32::MAX; 3], levels: 1, layers: 1, texel_bytes: 16 };
        assert_eq!(LinearLayout::new(shape), None);
        let many = Shape { extent: [1 << 20, 1 << 20, 1], levels: 1, layers: 1 << 24, texel_bytes: 16 };
        assert_eq!(LinearLayout::new(many), None);
    }
}
