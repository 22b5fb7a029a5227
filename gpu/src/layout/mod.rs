//! Where the texels of an image lie: pure arithmetic, no memory is touched.
//!
//! An *element* is what has an address: a texel, a block of a compressed format, or one aspect or plane of a texel. All
//! layouts answer with the same formula ([`Level::offset`]), that of
//! [`Descriptor`](lacuna_shaders::abi::Descriptor): rows of elements inside blocks, blocks in rows, in slices, in layers.
//!
//! ```text
//!   image   [ layer 0                                   | layer 1 …                 ]   layer_pitch bytes apart
//!   layer   [ level 0                | level 1 | level 2 ]                              each from a multiple of ALIGNMENT on
//! ```
//!
//! # Invariants
//! 1. No two elements share a byte, and all are below `size`.
//! 2. Levels and layers begin at multiples of [`ALIGNMENT`].

mod linear;
pub mod standard_block;
mod tiled;

/// Where levels and layers may begin, in bytes: a cache line.
pub const ALIGNMENT: u64 = 64;

/// What a layout is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Texels of level 0 in each dimension; dimensions that the image lacks are one.
    pub extent: [u32; 3],
    /// Texels of an element in x and y.
    pub block: [u32; 2],
    /// Mip levels.
    pub levels: u32,
    /// Array layers.
    pub layers: u32,
    /// Bytes of an element.
    pub element_bytes: u32,
    /// Samples of a texel: a power of two, 64 at most.
    pub samples: u32,
}

impl Shape {
    /// Texels of a level: each dimension is half of that before, and at least one.
    pub fn level_texels(&self, level: u32) -> [u32; 3] {
        self.extent.map(|size| size.checked_shr(level).unwrap_or(0).max(1))
    }

    /// Elements of a level. Texels at the edges may be a part of one.
    pub fn level_extent(&self, level: u32) -> [u32; 3] {
        let ([width, height, depth], [x, y]) = (self.level_texels(level), self.block);
        [width.div_ceil(x), height.div_ceil(y), depth]
    }

    /// Levels down to a single texel.
    pub fn complete_levels(extent: [u32; 3]) -> u32 {
        let [x, y, z] = extent;
        u32::BITS - x.max(y).max(z).max(1).leading_zeros()
    }
}

/// One mip level: where its elements lie from the start of the image on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Level {
    /// First byte of layer 0.
    pub offset: u64,
    /// Elements in each dimension.
    pub extent: [u32; 3],
    /// Logarithm of the elements of a block in each dimension; 31 where a block has no end.
    pub block_log2: [u8; 3],
    /// Bytes of an element.
    pub element_bytes: u32,
    /// Bytes from one row to the next in a block.
    pub row_pitch: u32,
    /// Bytes from one slice to the next in a block.
    pub slice_pitch: u32,
    /// Bytes from one sample to the next.
    pub sample_pitch: u32,
    /// Bytes from one row of blocks to the next.
    pub block_row_pitch: u32,
    /// Bytes from one slice of blocks to the next.
    pub block_slice_pitch: u64,
    /// Bytes from one array layer to the next.
    pub layer_pitch: u64,
    /// Bytes from the first to behind the last one, of one layer.
    pub size: u64,
}

impl Level {
    /// The first byte of an element, from the start of the image on.
    pub fn offset(&self, [x, y, z]: [u32; 3], layer: u32, sample: u32) -> u64 {
        let part = |n: u32, axis: usize, small: u32, big: u64| {
            let log2 = self.block_log2[axis];
            u64::from(n & ((1 << log2) - 1)) * u64::from(small) + u64::from(n >> log2) * big
        };
        self.offset
            + u64::from(layer) * self.layer_pitch
            + part(x, 0, self.element_bytes, standard_block::BYTES)
            + part(y, 1, self.row_pitch, self.block_row_pitch.into())
            + part(z, 2, self.slice_pitch, self.block_slice_pitch)
            + u64::from(sample) * u64::from(self.sample_pitch)
    }

    /// Elements from `x` on that follow each other in memory.
    pub fn run(&self, x: u32) -> u32 {
        let left = self.extent[0].saturating_sub(x);
        match self.block_log2[0] {
            31.. => left,
            log2 => left.min((1 << log2) - (x & ((1 << log2) - 1))),
        }
    }
}

/// The small levels of a tiled layer, which share blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MipTail {
    /// The first level in it.
    pub first_level: u32,
    /// Where it begins in a layer: a multiple of 64 KiB.
    pub offset: u64,
    /// Its bytes: a multiple of 64 KiB. Zero: no level is in it.
    pub size: u64,
}

/// Where the elements of an image lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageLayout {
    shape: Shape,
    levels: Box<[Level]>,
    mip_tail: Option<MipTail>,
    layer_pitch: u64,
}

impl ImageLayout {
    /// What it was made for.
    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// A mip level, if there is one of that number.
    pub fn level(&self, level: u32) -> Option<&Level> {
        self.levels.get(level as usize)
    }

    /// The mip tail of each layer; `None` for linear layouts.
    pub fn mip_tail(&self) -> Option<&MipTail> {
        self.mip_tail.as_ref()
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

/// Levels one after the other, each a block without end whose rows and slices have no gaps.
///
/// `start` is where the first one begins; gives the levels and where the last one ends. `None` where 64 bits do not count
/// that many bytes, or 32 bits those of a row.
fn pack_linear(shape: &Shape, levels: std::ops::Range<u32>, start: u64) -> Option<(Vec<Level>, u64)> {
    let mut end = start;
    let mut packed = Vec::new();
    for extent in levels.map(|level| shape.level_extent(level)) {
        let [width, height, depth] = extent;
        let row_pitch = width.checked_mul(shape.element_bytes)?;
        let slice_pitch = u64::from(row_pitch).checked_mul(height.into())?;
        let sample_pitch = slice_pitch.checked_mul(depth.into())?;
        let size = sample_pitch.checked_mul(shape.samples.into())?;
        let offset = end.checked_next_multiple_of(ALIGNMENT)?;
        end = offset.checked_add(size)?;
        packed.push(Level {
            offset,
            extent,
            block_log2: [31, 31, 0],
            element_bytes: shape.element_bytes,
            row_pitch,
            slice_pitch: 0,
            sample_pitch: if shape.samples == 1 { 0 } else { sample_pitch.try_into().ok()? },
            block_row_pitch: 0,
            block_slice_pitch: slice_pitch,
            layer_pitch: 0,
            size,
        });
    }
    Some((packed, end))
}

impl ImageLayout {
    fn assemble(
        shape: Shape,
        mut levels: Vec<Level>,
        mip_tail: Option<MipTail>,
        layer_pitch: u64,
    ) -> Option<Self> {
        layer_pitch.checked_mul(shape.layers.into())?;
        levels.iter_mut().for_each(|level| level.layer_pitch = layer_pitch);
        Some(Self { shape, levels: levels.into(), mip_tail, layer_pitch })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(extent: [u32; 3], levels: u32, layers: u32, element_bytes: u32, samples: u32) -> Shape {
        Shape { extent, block: [1, 1], levels, layers, element_bytes, samples }
    }

    #[test]
    fn levels_halve_down_to_one_texel() {
        let shape = shape([20, 5, 1], 5, 1, 4, 1);
        let extents: Vec<_> = (0..5).map(|level| shape.level_extent(level)).collect();
        assert_eq!(extents, [[20, 5, 1], [10, 2, 1], [5, 1, 1], [2, 1, 1], [1, 1, 1]]);
        assert_eq!(Shape::complete_levels([20, 5, 1]), 5);
        assert_eq!(Shape::complete_levels([1, 1, 1]), 1);
        assert_eq!(Shape::complete_levels([4096, 1, 1]), 13);
        assert_eq!(shape.level_extent(40), [1, 1, 1]);
    }

    #[test]
    fn levels_of_compressed_images_are_rounded_up_to_whole_blocks() {
        let shape = Shape { block: [4, 4], ..shape([20, 6, 1], 5, 1, 8, 1) };
        let extents: Vec<_> = (0..5).map(|level| shape.level_extent(level)).collect();
        assert_eq!(extents, [[5, 2, 1], [3, 1, 1], [2, 1, 1], [1, 1, 1], [1, 1, 1]]);
    }

    #[test]
    fn no_two_elements_share_a_byte_and_none_is_beyond_the_end() {
        let shapes = [
            shape([7, 5, 3], 3, 1, 4, 1),
            shape([6, 6, 1], 3, 5, 2, 1),
            shape([9, 1, 1], 4, 2, 16, 1),
            shape([70, 65, 1], 7, 2, 16, 1),
            shape([33, 40, 17], 6, 1, 4, 1),
            shape([70, 40, 1], 1, 2, 4, 4),
            shape([130, 70, 1], 2, 1, 32, 1),
            shape([90, 70, 1], 2, 1, 12, 1),
        ];
        for shape in shapes {
            for layout in [ImageLayout::linear(shape).unwrap(), ImageLayout::tiled(shape, false).unwrap()] {
                each_byte_belongs_to_one_element(&layout);
            }
        }
    }

    fn each_byte_belongs_to_one_element(layout: &ImageLayout) {
        let shape = *layout.shape();
        let mut taken = vec![false; layout.size() as usize];
        for (layer, sample) in (0..shape.layers).flat_map(|l| (0..shape.samples).map(move |s| (l, s))) {
            for level in (0..shape.levels).map(|level| layout.level(level).unwrap()) {
                assert!(level.offset.is_multiple_of(ALIGNMENT));
                let [width, height, depth] = level.extent;
                for (z, y) in (0..depth).flat_map(|z| (0..height).map(move |y| (z, y))) {
                    for x in 0..width {
                        let start = level.offset([x, y, z], layer, sample);
                        for byte in start..start + u64::from(shape.element_bytes) {
                            assert!(!std::mem::replace(&mut taken[byte as usize], true), "{shape:?} {byte}");
                        }
                        if level.run(x) > 1 {
                            let next = level.offset([x + 1, y, z], layer, sample);
                            assert_eq!(next, start + u64::from(shape.element_bytes));
                        }
                    }
                }
            }
        }
    }
}
