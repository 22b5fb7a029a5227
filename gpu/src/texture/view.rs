//! Views: which texels an image instruction sees, and as what.
#![expect(unsafe_code, reason = "reads texels")]

use ash::vk;

use super::fast;
use super::memory::{MAX_ELEMENT, Memory};
#[cfg(target_arch = "x86_64")]
use super::wide;
use super::ycbcr::{Conversion, ConversionInfo};
use crate::format::{Format, NumericClass, block};
use crate::layout::Level;

/// What a view is made from.
#[derive(Clone, Copy, Debug)]
pub struct ViewInfo<'a> {
    /// Device address of the image, or of the plane that is seen.
    pub address: u64,
    /// Mip levels of the view, the first one first; none of a view whose image has no memory.
    pub levels: &'a [Level],
    /// Texels of the first level, in the format of the view. The depth is that of 3D views; else it is one.
    pub extent: [u32; 3],
    /// First array layer, or slice where a 2D view looks at a 3D image.
    pub first_layer: u32,
    /// Array layers (faces count) or slices.
    pub layers: u32,
    /// Whether the image is 3D, whatever the view is.
    pub is_3d: bool,
    /// What shaders see.
    pub kind: vk::ImageViewType,
    /// Of the texels; of a depth-stencil image that of the aspect.
    pub format: Format,
    /// Where the components come from.
    pub components: vk::ComponentMapping,
    /// Samples of a texel.
    pub samples: u32,
    /// Least level of detail, counted from the first level of the view (`VkImageViewMinLodCreateInfoEXT`).
    pub min_lod: f32,
}

/// Coordinates of a view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    D1,
    D2,
    D3,
    Cube,
}

/// Where a component comes from: a channel, or a constant.
pub(super) const ZERO: u8 = 4;
pub(super) const ONE: u8 = 5;

/// A mip level of a view.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mip {
    /// Device address of the first element of the first layer or slice.
    pub(super) base: u64,
    /// In texels.
    pub(super) extent: [i32; 3],
    pub(super) level: Level,
}

/// A texel: its channels and whether it is resident.
#[derive(Clone, Copy, Debug)]
pub(super) struct Texel {
    pub(super) channels: [u32; 4],
    pub(super) resident: bool,
}

/// A view as the texture unit uses it.
#[derive(Clone, Debug)]
pub struct View {
    pub(super) shape: Shape,
    pub(super) is_array: bool,
    pub(super) format: Format,
    pub(super) class: NumericClass,
    pub(super) swizzle: [u8; 4],
    pub(super) mips: Box<[Mip]>,
    pub(super) layers: u32,
    first_slice: u32,
    is_3d: bool,
    pub(super) samples: u32,
    pub(super) min_lod: f32,
    /// How [`fast`] reads its texels, if it does.
    pub(super) fast: Option<fast::Texels>,
    /// How the routines for the processor's vectors read its texels, if they do.
    #[cfg(target_arch = "x86_64")]
    pub(super) wide: Option<wide::Texels>,
    /// How its planes become colors, if samplers convert them.
    pub(super) conversion: Option<Box<Conversion>>,
}

impl View {
    /// A view of an image.
    pub fn new(info: &ViewInfo<'_>) -> Self {
        use vk::ImageViewType as Kind;
        let (shape, is_array) = match info.kind {
            Kind::TYPE_1D => (Shape::D1, false),
            Kind::TYPE_1D_ARRAY => (Shape::D1, true),
            Kind::TYPE_2D_ARRAY => (Shape::D2, true),
            Kind::TYPE_3D => (Shape::D3, false),
            Kind::CUBE => (Shape::Cube, false),
            Kind::CUBE_ARRAY => (Shape::Cube, true),
            _ => (Shape::D2, false),
        };
        let slices = info.is_3d && shape != Shape::D3;
        let mip = |(n, level): (usize, &Level)| {
            let depth = if shape == Shape::D3 { info.extent[2] } else { 1 };
            let [width, height, _] = info.extent;
            let first = if info.is_3d { 0 } else { u64::from(info.first_layer) * level.layer_pitch };
            Mip {
                base: info.address + level.offset + first,
                extent: [width, height, depth].map(|size| (size >> n.min(31)).max(1) as i32),
                level: Level { offset: 0, ..*level },
            }
        };
        let mips: Box<[Mip]> = info.levels.iter().enumerate().map(mip).collect();
        let swizzle = swizzle(info.components);
        Self {
            fast: fast::texels(shape, info.is_3d, info.samples, info.format, &mips),
            #[cfg(target_arch = "x86_64")]
            wide: wide::texels(shape, info.is_3d, info.samples, info.format, swizzle, &mips),
            shape,
            is_array,
            format: info.format,
            class: info.format.class(),
            swizzle,
            mips,
            layers: if shape == Shape::D3 { 1 } else { info.layers },
            first_slice: if slices { info.first_layer } else { 0 },
            is_3d: info.is_3d,
            samples: info.samples,
            min_lod: info.min_lod,
            conversion: None,
        }
    }

    /// A view whose texels samplers convert: views of the image's planes, with the levels and layers of this one.
    pub fn converted(info: &ViewInfo<'_>, conversion: ConversionInfo, planes: Vec<Self>) -> Self {
        let conversion = Conversion::new(conversion, info.format, planes);
        Self { fast: conversion.fast(), conversion: Some(Box::new(conversion)), ..Self::new(info) }
    }

    /// A view of a texel buffer: a row of texels.
    pub fn buffer(address: u64, format: Format, texels: u32) -> Self {
        let bytes = format.element_bytes();
        let level = Level {
            offset: 0,
            extent: [texels, 1, 1],
            block_log2: [31, 31, 0],
            element_bytes: bytes,
            row_pitch: 0,
            slice_pitch: 0,
            sample_pitch: 0,
            block_row_pitch: 0,
            block_slice_pitch: 0,
            layer_pitch: 0,
            size: u64::from(texels) * u64::from(bytes),
        };
        let levels = if texels == 0 { &[][..] } else { std::slice::from_ref(&level) };
        Self::new(&ViewInfo {
            address,
            levels,
            extent: [texels, 1, 1],
            first_layer: 0,
            layers: 1,
            is_3d: false,
            kind: vk::ImageViewType::TYPE_1D,
            format,
            components: vk::ComponentMapping::default(),
            samples: 1,
            min_lod: 0.0,
        })
    }

    /// Whether [`fast`] reads it, and it has but one level.
    pub(super) fn is_fast_and_single(&self) -> bool {
        self.fast.is_some() && self.mips.len() == 1
    }

    /// One, as the view's class has it.
    pub(super) fn one(&self) -> u32 {
        if self.class == NumericClass::Float { 1f32.to_bits() } else { 1 }
    }

    /// Components from channels.
    pub(super) fn swizzled(&self, channels: [u32; 4]) -> [u32; 4] {
        let sources = [channels[0], channels[1], channels[2], channels[3], 0, self.one()];
        self.swizzle.map(|source| sources[usize::from(source)])
    }

    /// Channels that stand for a color that is no texel's: what the format lacks is 0, 0, 0, 1.
    pub(super) fn replaced(&self, color: [u32; 4]) -> [u32; 4] {
        let missing = [0, 0, 0, self.one()];
        std::array::from_fn(|i| if self.format.channel_bits[i] == 0 { missing[i] } else { color[i] })
    }

    /// Whether there is such a texel.
    pub(super) fn contains(&self, mip: &Mip, at: [i32; 3], layer: u32, sample: u32) -> bool {
        let inside = |axis: usize| (at[axis] as u32) < mip.extent[axis] as u32;
        inside(0) && inside(1) && inside(2) && layer < self.layers && sample < self.samples
    }

    /// The device address of a texel's element, which exists.
    pub(super) fn address(&self, mip: &Mip, at: [i32; 3], layer: u32, sample: u32) -> u64 {
        let [width, height] = self.format.block_extent();
        let (x, y) = (at[0] as u32 / width, at[1] as u32 / height);
        let (z, layer) =
            if self.is_3d { (at[2] as u32 + self.first_slice + layer, 0) } else { (at[2] as u32, layer) };
        mip.base + mip.level.offset([x, y, z], layer, sample)
    }

    /// A texel that exists.
    pub(super) fn texel(
        &self,
        memory: Memory<'_>,
        mip: &Mip,
        at: [i32; 3],
        layer: u32,
        sample: u32,
    ) -> Texel {
        let mut copy = [0; MAX_ELEMENT];
        let address = self.address(mip, at, layer, sample);
        let bytes = self.format.element_bytes();
        let element = memory.element(address, bytes, &mut copy);
        if let Some(decode) = self.format.block() {
            // SAFETY: all bytes of the element are in the image's memory, a copy or the page of zeros.
            let bytes = unsafe { std::slice::from_raw_parts(element.bytes, bytes as usize) };
            let [width, height] = self.format.block_extent();
            let index = at[1] as u32 % height * width + at[0] as u32 % width;
            let channels = block::texel(decode, bytes, index as usize);
            return Texel { channels, resident: element.resident };
        }
        // SAFETY: all bytes of the element are in the image's memory, a copy or the page of zeros.
        let channels = unsafe { (self.format.codec().load)(element.bytes) };
        Texel { channels, resident: element.resident }
    }
}

/// Which channel, or constant, each component is.
pub(super) fn swizzle(mapping: vk::ComponentMapping) -> [u8; 4] {
    let source = |own: u8, swizzle: vk::ComponentSwizzle| match swizzle {
        vk::ComponentSwizzle::R => 0,
        vk::ComponentSwizzle::G => 1,
        vk::ComponentSwizzle::B => 2,
        vk::ComponentSwizzle::A => 3,
        vk::ComponentSwizzle::ZERO => ZERO,
        vk::ComponentSwizzle::ONE => ONE,
        _ => own,
    };
    [source(0, mapping.r), source(1, mapping.g), source(2, mapping.b), source(3, mapping.a)]
}
