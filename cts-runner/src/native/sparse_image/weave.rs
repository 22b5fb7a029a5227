//! A sparse image of some kind and format of which chosen blocks are bound, and what its texels must be.
//!
//! The parameters that most cases of this group share are here, too: kinds of images and formats.

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::native::Failure;
use crate::native::prelude::*;
use crate::vk::{BlockBind, Memory};

/// Kinds of images.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Flat,
    Array,
    Cube,
    Solid,
}

impl Kind {
    /// Every kind, with its name.
    pub(super) const ALL: [(Kind, &str); 4] =
        [(Kind::Flat, "2d"), (Kind::Array, "2d_array"), (Kind::Cube, "cube"), (Kind::Solid, "3d")];

    fn layers(self) -> u32 {
        match self {
            Kind::Flat | Kind::Solid => 1,
            Kind::Array => 3,
            Kind::Cube => 6,
        }
    }

    /// An image of one block, for questions.
    pub(super) fn small(self, format: vk::Format) -> ImageShape {
        let dimensions = if self == Kind::Solid { vk::ImageType::TYPE_3D } else { vk::ImageType::TYPE_2D };
        ImageShape { layers: self.layers(), ..ImageShape::new(format, dimensions, [64, 64, 1]) }
    }

    /// An image of two whole blocks and a part of one in each direction.
    pub(super) fn shape(self, format: vk::Format, block: [u32; 3]) -> ImageShape {
        let some = block.map(|size| 2 * size + size.div_ceil(3));
        let extent = match self {
            Kind::Flat | Kind::Array => [some[0], some[1], 1],
            Kind::Cube => [some[0], some[0], 1],
            Kind::Solid => some,
        };
        ImageShape { extent, ..self.small(format) }
    }

    pub(super) fn flags(self) -> vk::ImageCreateFlags {
        match self {
            Kind::Cube => vk::ImageCreateFlags::CUBE_COMPATIBLE,
            _ => vk::ImageCreateFlags::empty(),
        }
    }

    /// What a device must offer.
    pub(super) fn needs(self, more: &[Need]) -> Vec<Need> {
        let images = if self == Kind::Solid { Need::SparseImages3D } else { Need::SparseImages };
        [&[Need::Compute, images][..], more].concat()
    }
}

/// Formats, their names and the bytes of a texel.
pub(super) const FORMATS: [(vk::Format, &str, u32); 6] = [
    (vk::Format::R8_UINT, "r8ui", 1),
    (vk::Format::R16_SFLOAT, "r16f", 2),
    (vk::Format::R8G8B8A8_UNORM, "rgba8", 4),
    (vk::Format::R32_UINT, "r32ui", 4),
    (vk::Format::R32G32_SFLOAT, "rg32f", 8),
    (vk::Format::R32G32B32A32_UINT, "rgba32ui", 16),
];

/// A case for each kind and format: `sparse_image.GROUP.KIND.FORMAT`.
pub(super) fn of_each(
    group: &str,
    more: &[Need],
    test: fn(&Context, Kind, vk::Format, u32) -> Outcome,
) -> Vec<Case> {
    let mut cases = Vec::new();
    for (kind, kind_word) in Kind::ALL {
        for (format, word, bytes) in FORMATS {
            let name = format!("sparse_image.{group}.{kind_word}.{word}");
            cases.push(Case::with(name, kind.needs(more), move |cx| test(cx, kind, format, bytes)));
        }
    }
    cases
}

/// Where a block is: level, layer, and column, row and slice.
pub(super) type Place = (u32, u32, [u32; 3]);

/// The fixture.
pub(super) struct Weave<'a> {
    cx: &'a Context,
    pub(super) image: SparseImage,
    /// As many blocks as level 0 has, twice.
    pub(super) memory: Memory,
    bytes: u32,
    bound: RefCell<BTreeMap<Place, u64>>,
}

impl<'a> Weave<'a> {
    /// An image of this kind for copies, nothing bound.
    pub(super) fn new(cx: &'a Context, kind: Kind, format: vk::Format, bytes: u32) -> vk::Result<Self> {
        Self::with(cx, kind, format, bytes, 1, vk::ImageCreateFlags::empty(), COPIES)
    }

    /// An image of `levels` levels, with more flags and other uses.
    pub(super) fn with(
        cx: &'a Context,
        kind: Kind,
        format: vk::Format,
        bytes: u32,
        levels: u32,
        flags: vk::ImageCreateFlags,
        usage: vk::ImageUsageFlags,
    ) -> vk::Result<Self> {
        let block = SparseImage::granularity(&cx.device, &kind.small(format), usage)
            .ok_or_else(|| vk::Error::NotSupported(format!("sparse images of {format:?}")))?;
        Self::of_shape(
            cx,
            ImageShape { levels, ..kind.shape(format, block) },
            bytes,
            kind.flags() | flags,
            usage,
        )
    }

    /// An image of this shape.
    pub(super) fn of_shape(
        cx: &'a Context,
        shape: ImageShape,
        bytes: u32,
        flags: vk::ImageCreateFlags,
        usage: vk::ImageUsageFlags,
    ) -> vk::Result<Self> {
        let image = SparseImage::with_usage(&cx.device, shape, flags, usage)?;
        let blocks = 2 * count(&image, 0) as u64;
        let memory = image.memory(&cx.device, blocks)?;
        memory.fill(0xa5);
        Ok(Self { cx, image, memory, bytes, bound: RefCell::default() })
    }

    /// Every block of a level.
    pub(super) fn places(&self, level: u32) -> Vec<Place> {
        let [columns, rows, slices] = blocks(&self.image, level);
        let layers = 0..self.image.image.shape.layers;
        layers
            .flat_map(|layer| {
                (0..slices * rows * columns)
                    .map(move |n| (level, layer, [n % columns, n / columns % rows, n / columns / rows]))
            })
            .collect()
    }

    /// Binds the blocks of a level for which `choose` names a block of memory, and unbinds the others, in one call.
    pub(super) fn bind(&self, level: u32, choose: impl Fn(usize, Place) -> Option<u64>) -> vk::Result<()> {
        // Chosen first: the choice may depend on what is bound.
        let chosen: Vec<_> =
            self.places(level).into_iter().enumerate().map(|(n, place)| (place, choose(n, place))).collect();
        let mut bound = self.bound.borrow_mut();
        let mut binds = Vec::new();
        for (place, target) in chosen {
            let (level, layer, at) = place;
            let memory = target.map(|block| (self.memory.handle, block * self.image.page()));
            binds.push(BlockBind { memory, ..self.image.block_at(level, layer, at) });
            match target {
                Some(block) => bound.insert(place, block),
                None => bound.remove(&place),
            };
        }
        self.cx.sparse()?.bind_image(&self.cx.device, &self.image.image, &binds, &[])
    }

    /// Binds all blocks of level 0 to those that another image of the same shape has.
    pub(super) fn bind_as(&self, other: &Weave<'_>) -> vk::Result<()> {
        let binds: Vec<_> = self
            .places(0)
            .into_iter()
            .filter_map(|place| Some((place, other.bound(place)?)))
            .map(|((_, layer, at), block)| self.image.map(at, layer, &other.memory, block))
            .collect();
        self.bound.borrow_mut().clone_from(&other.bound.borrow());
        self.cx.sparse()?.bind_image(&self.cx.device, &self.image.image, &binds, &[])
    }

    /// Binds every other block of level 0, last to first.
    pub(super) fn checkerboard(&self) -> vk::Result<()> {
        let count = self.places(0).len();
        self.bind(0, |n, (_, layer, at)| {
            let odd = (layer + at.iter().sum::<u32>()) % 2 == 1;
            odd.then_some((count - 1 - n) as u64)
        })
    }

    /// The block of memory that is bound at a block.
    pub(super) fn bound(&self, place: Place) -> Option<u64> {
        self.bound.borrow().get(&place).copied()
    }

    /// The block that a texel is in: texel `n` of a level, layer by layer, slice by slice, row by row.
    pub(super) fn place_of(&self, level: u32, n: u32) -> Place {
        let [width, height, depth] = self.image.image.shape.extent_of(level);
        let block = self.image.block();
        let at = [n % width, n / width % height, n / width / height % depth];
        (level, n / width / height / depth, std::array::from_fn(|axis| at[axis] / block[axis]))
    }

    /// Texels of a level, of all layers.
    pub(super) fn texels(&self, level: u32) -> u32 {
        self.image.image.shape.extent_of(level).iter().product::<u32>() * self.image.image.shape.layers
    }

    /// Texels for a level, none of them zero; another `salt` gives others.
    pub(super) fn data(&self, level: u32, salt: u32) -> Vec<u8> {
        let bytes = self.bytes as usize;
        let mut data = vec![0; self.texels(level) as usize * bytes];
        for (n, texel) in (1u32..).zip(data.chunks_exact_mut(bytes)) {
            let mut word = (n ^ salt.wrapping_mul(0x1234_5677)).wrapping_mul(0x9e37_79b1);
            for byte in texel {
                // No zeros, and no exponent of infinities or not-a-numbers.
                *byte = (word >> 24) as u8 & 0x3b | 1;
                word = word.wrapping_mul(0x0019_660d).wrapping_add(0x3c6e_f35f);
            }
        }
        data
    }

    /// What a level shows of `data`: zeros where nothing is bound.
    pub(super) fn shown(&self, level: u32, data: &[u8]) -> Vec<u8> {
        let mut shown = data.to_vec();
        for (n, texel) in (0..).zip(shown.chunks_exact_mut(self.bytes as usize)) {
            if self.bound(self.place_of(level, n)).is_none() {
                texel.fill(0);
            }
        }
        shown
    }

    /// Copies a buffer to a level, all layers.
    pub(super) fn upload(&self, level: u32, data: &[u8]) -> vk::Result<()> {
        let from = HostBuffer::of(&self.cx.device, data)?;
        self.cx.run(|r| {
            r.copy_to_image(&from, &self.image.image, &[self.image.image.shape.whole_level(level, 0)]);
            r.barrier();
        })
    }

    /// Copies a level, all layers, to a buffer.
    pub(super) fn download(&self, level: u32) -> vk::Result<Vec<u8>> {
        let size = self.texels(level) as usize * self.bytes as usize;
        let to = self.cx.dirty(size.next_multiple_of(4) as u64)?;
        self.cx.run(|r| {
            r.copy_from_image(&self.image.image, &to, &[self.image.image.shape.whole_level(level, 0)]);
            r.barrier();
        })?;
        Ok(to.memory.read(0, size))
    }

    /// Checks that a level shows `data` where it is bound, and zeros elsewhere.
    pub(super) fn expect(&self, what: &str, level: u32, data: &[u8]) -> Outcome {
        self.same(what, level, &self.download(level)?, &self.shown(level, data))
    }

    /// Compares texels of a level and names the first that differs, with its block.
    pub(super) fn same(&self, what: &str, level: u32, found: &[u8], expected: &[u8]) -> Outcome {
        let bytes = self.bytes as usize;
        let pairs = || found.chunks_exact(bytes).zip(expected.chunks_exact(bytes));
        let Some(n) = pairs().position(|(found, expected)| found != expected) else { return Ok(()) };
        let place = self.place_of(level, n as u32);
        let (a, b) = (&found[n * bytes..(n + 1) * bytes], &expected[n * bytes..(n + 1) * bytes]);
        let bound = self.bound(place);
        Err(Failure::Wrong(format!(
            "{what}: texel {n} of level {level} is {a:02x?}, expected {b:02x?}; its block {place:?} is bound to {bound:?}"
        )))
    }
}

/// For images that are only copied.
pub(super) const COPIES: vk::ImageUsageFlags = vk::ImageUsageFlags::from_raw(
    vk::ImageUsageFlags::TRANSFER_SRC.as_raw() | vk::ImageUsageFlags::TRANSFER_DST.as_raw(),
);

/// Blocks of a level in each direction.
fn blocks(image: &SparseImage, level: u32) -> [u32; 3] {
    let (extent, block) = (image.image.shape.extent_of(level), image.block());
    std::array::from_fn(|axis| extent[axis].div_ceil(block[axis]))
}

/// Blocks of a level in all layers.
fn count(image: &SparseImage, level: u32) -> u32 {
    blocks(image, level).iter().product::<u32>() * image.image.shape.layers
}
