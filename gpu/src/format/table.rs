//! The rows of the table.
//!
//! Every format is a static of its name in [`rows`], so that planes can point at formats.

use ash::vk;

use super::block::{
    Astc, AstcHdr, Bc1, Bc2, Bc3, Bc4, Bc5, Bc6, Bc7, Decoder, Eac, Etc2, Etc2A1, Etc2A8, FirstTexel,
    Packed422,
};
use super::codec::{Codec, Packed, SharedExponent, Wide, fields};
use super::{Entry, Format, Numeric, Plane};

/// The format of that name.
pub(super) fn find(name: vk::Format) -> Option<Format> {
    TABLE.iter().copied().find(|format| format.name == name)
}

const fn plane(aspect: vk::ImageAspectFlags, format: &'static Entry) -> Plane {
    Plane { aspect, format: Format(format), subsampling_log2: [0, 0] }
}

macro_rules! channels {
    ([$($shift:literal:$bits:literal)*]) => { [$(($shift, $bits)),*] };
}

const fn bits([(_, red), (_, green), (_, blue), (_, alpha)]: [(u8, u8); 4]) -> [u8; 4] {
    [red, green, blue, alpha]
}

const fn shifts([(red, _), (green, _), (blue, _), (alpha, _)]: [(u8, u8); 4]) -> [u8; 4] {
    [red, green, blue, alpha]
}

/// `bytes [red green blue alpha]: names`, channels as first bit and number of bits; then formats that are like no other.
macro_rules! table {
    (
        packed { $($bytes:literal $channels:tt: $($name:ident $numeric:ident),*;)* }
        wide { $($count:literal: $($wide:ident $wide_numeric:ident),*;)* }
        depth_stencil { $($combined:ident $depth:ident;)* }
        blocks { $($block:ident $block_numeric:ident [$($block_bits:literal)*] [$decoder:ty];)* }
        planar { $($planar:ident $luma_bits:literal $subsampling:tt $luma:ident $($chroma:ident)*;)* }
    ) => {
        mod rows {
            use super::*;

            $($(pub(super) static $name: Entry = Entry {
                name: vk::Format::$name,
                numeric: Numeric::$numeric,
                channel_bits: bits(channels!($channels)),
                channel_shifts: Some(shifts(channels!($channels))),
                bytes: $bytes,
                block_extent: [1, 1],
                planes: &[plane(aspect(vk::Format::$name), &$name)],
                codec: Codec::of::<Packed<$bytes, { Numeric::$numeric as u8 }, { fields(channels!($channels)) }>>(),
                block: None,
            };)*)*

            $($(pub(super) static $wide: Entry = Entry {
                name: vk::Format::$wide,
                numeric: Numeric::$wide_numeric,
                channel_bits: wide_bits($count),
                channel_shifts: None,
                bytes: $count * 8,
                block_extent: [1, 1],
                planes: &[plane(vk::ImageAspectFlags::COLOR, &$wide)],
                codec: Codec::of::<Wide<$count>>(),
                block: None,
            };)*)*

            $(pub(super) static $combined: Entry = Entry {
                name: vk::Format::$combined,
                planes: &[
                    plane(vk::ImageAspectFlags::DEPTH, &$depth),
                    plane(vk::ImageAspectFlags::STENCIL, &S8_UINT),
                ],
                ..$depth
            };)*

            $(pub(super) static $block: Entry = Entry {
                name: vk::Format::$block,
                numeric: Numeric::$block_numeric,
                channel_bits: [$($block_bits),*],
                channel_shifts: None,
                bytes: <$decoder>::BYTES as u32,
                block_extent: <$decoder>::EXTENT,
                planes: &[plane(vk::ImageAspectFlags::COLOR, &$block)],
                codec: Codec::of::<FirstTexel<$decoder>>(),
                block: Some(<$decoder>::decode),
            };)*

            $(pub(super) static $planar: Entry = Entry {
                name: vk::Format::$planar,
                numeric: Numeric::Unorm,
                channel_bits: [$luma_bits, $luma_bits, $luma_bits, 0],
                channel_shifts: None,
                planes: planes(&[$(&$chroma),*], &all_planes(&$luma, [$(&$chroma),*], $subsampling)),
                ..$luma
            };)*

            pub(super) static E5B9G9R9_UFLOAT_PACK32: Entry = Entry {
                name: vk::Format::E5B9G9R9_UFLOAT_PACK32,
                numeric: Numeric::Float,
                channel_bits: [9, 9, 9, 0],
                channel_shifts: None,
                bytes: 4,
                block_extent: [1, 1],
                planes: &[plane(vk::ImageAspectFlags::COLOR, &E5B9G9R9_UFLOAT_PACK32)],
                codec: Codec::of::<SharedExponent>(),
                block: None,
            };
        }

        /// All formats.
        pub static TABLE: &[Format] = &[
            $($(Format(&rows::$name),)*)*
            $($(Format(&rows::$wide),)*)*
            $(Format(&rows::$combined),)*
            $(Format(&rows::$block),)*
            $(Format(&rows::$planar),)*
            Format(&rows::E5B9G9R9_UFLOAT_PACK32),
        ];
    };
}

/// As many as there are: one more than those of colors.
const fn planes(chroma: &[&'static Entry], all: &'static [Plane; 3]) -> &'static [Plane] {
    all.split_at(chroma.len() + 1).0
}

/// Luma at full size, then what belongs to colors.
const fn all_planes<const N: usize>(
    luma: &'static Entry,
    chroma: [&'static Entry; N],
    subsampling_log2: [u8; 2],
) -> [Plane; 3] {
    let first = plane(vk::ImageAspectFlags::PLANE_0, luma);
    let mut planes = [first; 3];
    let aspects = [vk::ImageAspectFlags::PLANE_1, vk::ImageAspectFlags::PLANE_2];
    let mut i = 0;
    while i < N {
        planes[i + 1] = Plane { aspect: aspects[i], format: Format(chroma[i]), subsampling_log2 };
        i += 1;
    }
    planes
}

const fn aspect(name: vk::Format) -> vk::ImageAspectFlags {
    match name {
        vk::Format::S8_UINT => vk::ImageAspectFlags::STENCIL,
        vk::Format::D16_UNORM | vk::Format::X8_D24_UNORM_PACK32 | vk::Format::D32_SFLOAT => {
            vk::ImageAspectFlags::DEPTH
        }
        _ => vk::ImageAspectFlags::COLOR,
    }
}

const fn wide_bits(channels: u32) -> [u8; 4] {
    let mut bits = [0; 4];
    let mut channel = 0;
    while channel < channels {
        bits[channel as usize] = 64;
        channel += 1;
    }
    bits
}

/// What SPIR-V has a name for, under any name.
#[rustfmt::skip]
pub(super) const STORAGE: &[vk::Format] = &[
    vk::Format::R8_UNORM, vk::Format::R8G8_UNORM, vk::Format::R8G8B8A8_UNORM,
    vk::Format::R8_SNORM, vk::Format::R8G8_SNORM, vk::Format::R8G8B8A8_SNORM,
    vk::Format::R8_UINT, vk::Format::R8G8_UINT, vk::Format::R8G8B8A8_UINT,
    vk::Format::R8_SINT, vk::Format::R8G8_SINT, vk::Format::R8G8B8A8_SINT,
    vk::Format::R16_UNORM, vk::Format::R16G16_UNORM, vk::Format::R16G16B16A16_UNORM,
    vk::Format::R16_SNORM, vk::Format::R16G16_SNORM, vk::Format::R16G16B16A16_SNORM,
    vk::Format::R16_UINT, vk::Format::R16G16_UINT, vk::Format::R16G16B16A16_UINT,
    vk::Format::R16_SINT, vk::Format::R16G16_SINT, vk::Format::R16G16B16A16_SINT,
    vk::Format::R16_SFLOAT, vk::Format::R16G16_SFLOAT, vk::Format::R16G16B16A16_SFLOAT,
    vk::Format::R32_UINT, vk::Format::R32G32_UINT, vk::Format::R32G32B32A32_UINT,
    vk::Format::R32_SINT, vk::Format::R32G32_SINT, vk::Format::R32G32B32A32_SINT,
    vk::Format::R32_SFLOAT, vk::Format::R32G32_SFLOAT, vk::Format::R32G32B32A32_SFLOAT,
    vk::Format::A2B10G10R10_UNORM_PACK32, vk::Format::A2B10G10R10_UINT_PACK32, vk::Format::B10G11R11_UFLOAT_PACK32,
    vk::Format::A8B8G8R8_UNORM_PACK32, vk::Format::A8B8G8R8_SNORM_PACK32,
    vk::Format::A8B8G8R8_UINT_PACK32, vk::Format::A8B8G8R8_SINT_PACK32,
    vk::Format::R64_UINT, vk::Format::R64_SINT,
];

#[rustfmt::skip]
table! {
packed {
    1 [4:4 0:4 0:0 0:0]: R4G4_UNORM_PACK8 Unorm;
    2 [12:4 8:4 4:4 0:4]: R4G4B4A4_UNORM_PACK16 Unorm;
    2 [4:4 8:4 12:4 0:4]: B4G4R4A4_UNORM_PACK16 Unorm;
    2 [11:5 5:6 0:5 0:0]: R5G6B5_UNORM_PACK16 Unorm;
    2 [0:5 5:6 11:5 0:0]: B5G6R5_UNORM_PACK16 Unorm;
    2 [11:5 6:5 1:5 0:1]: R5G5B5A1_UNORM_PACK16 Unorm;
    2 [1:5 6:5 11:5 0:1]: B5G5R5A1_UNORM_PACK16 Unorm;
    2 [10:5 5:5 0:5 15:1]: A1R5G5B5_UNORM_PACK16 Unorm;
    1 [0:8 0:0 0:0 0:0]: R8_UNORM Unorm, R8_SNORM Snorm, R8_USCALED Uscaled, R8_SSCALED Sscaled, R8_UINT Uint,
        R8_SINT Sint, R8_SRGB Srgb;
    2 [0:8 8:8 0:0 0:0]: R8G8_UNORM Unorm, R8G8_SNORM Snorm, R8G8_USCALED Uscaled, R8G8_SSCALED Sscaled,
        R8G8_UINT Uint, R8G8_SINT Sint, R8G8_SRGB Srgb;
    3 [0:8 8:8 16:8 0:0]: R8G8B8_UNORM Unorm, R8G8B8_SNORM Snorm, R8G8B8_USCALED Uscaled, R8G8B8_SSCALED Sscaled,
        R8G8B8_UINT Uint, R8G8B8_SINT Sint, R8G8B8_SRGB Srgb;
    3 [16:8 8:8 0:8 0:0]: B8G8R8_UNORM Unorm, B8G8R8_SNORM Snorm, B8G8R8_USCALED Uscaled, B8G8R8_SSCALED Sscaled,
        B8G8R8_UINT Uint, B8G8R8_SINT Sint, B8G8R8_SRGB Srgb;
    4 [0:8 8:8 16:8 24:8]: R8G8B8A8_UNORM Unorm, R8G8B8A8_SNORM Snorm, R8G8B8A8_USCALED Uscaled,
        R8G8B8A8_SSCALED Sscaled, R8G8B8A8_UINT Uint, R8G8B8A8_SINT Sint, R8G8B8A8_SRGB Srgb,
        A8B8G8R8_UNORM_PACK32 Unorm, A8B8G8R8_SNORM_PACK32 Snorm, A8B8G8R8_USCALED_PACK32 Uscaled,
        A8B8G8R8_SSCALED_PACK32 Sscaled, A8B8G8R8_UINT_PACK32 Uint, A8B8G8R8_SINT_PACK32 Sint,
        A8B8G8R8_SRGB_PACK32 Srgb;
    4 [16:8 8:8 0:8 24:8]: B8G8R8A8_UNORM Unorm, B8G8R8A8_SNORM Snorm, B8G8R8A8_USCALED Uscaled,
        B8G8R8A8_SSCALED Sscaled, B8G8R8A8_UINT Uint, B8G8R8A8_SINT Sint, B8G8R8A8_SRGB Srgb;
    4 [20:10 10:10 0:10 30:2]: A2R10G10B10_UNORM_PACK32 Unorm, A2R10G10B10_SNORM_PACK32 Snorm,
        A2R10G10B10_USCALED_PACK32 Uscaled, A2R10G10B10_SSCALED_PACK32 Sscaled, A2R10G10B10_UINT_PACK32 Uint,
        A2R10G10B10_SINT_PACK32 Sint;
    4 [0:10 10:10 20:10 30:2]: A2B10G10R10_UNORM_PACK32 Unorm, A2B10G10R10_SNORM_PACK32 Snorm,
        A2B10G10R10_USCALED_PACK32 Uscaled, A2B10G10R10_SSCALED_PACK32 Sscaled, A2B10G10R10_UINT_PACK32 Uint,
        A2B10G10R10_SINT_PACK32 Sint;
    2 [0:16 0:0 0:0 0:0]: R16_UNORM Unorm, R16_SNORM Snorm, R16_USCALED Uscaled, R16_SSCALED Sscaled, R16_UINT Uint,
        R16_SINT Sint, R16_SFLOAT Float;
    4 [0:16 16:16 0:0 0:0]: R16G16_UNORM Unorm, R16G16_SNORM Snorm, R16G16_USCALED Uscaled, R16G16_SSCALED Sscaled,
        R16G16_UINT Uint, R16G16_SINT Sint, R16G16_SFLOAT Float;
    6 [0:16 16:16 32:16 0:0]: R16G16B16_UNORM Unorm, R16G16B16_SNORM Snorm, R16G16B16_USCALED Uscaled,
        R16G16B16_SSCALED Sscaled, R16G16B16_UINT Uint, R16G16B16_SINT Sint, R16G16B16_SFLOAT Float;
    8 [0:16 16:16 32:16 48:16]: R16G16B16A16_UNORM Unorm, R16G16B16A16_SNORM Snorm, R16G16B16A16_USCALED Uscaled,
        R16G16B16A16_SSCALED Sscaled, R16G16B16A16_UINT Uint, R16G16B16A16_SINT Sint, R16G16B16A16_SFLOAT Float;
    4 [0:32 0:0 0:0 0:0]: R32_UINT Uint, R32_SINT Sint, R32_SFLOAT Float;
    8 [0:32 32:32 0:0 0:0]: R32G32_UINT Uint, R32G32_SINT Sint, R32G32_SFLOAT Float;
    12 [0:32 32:32 64:32 0:0]: R32G32B32_UINT Uint, R32G32B32_SINT Sint, R32G32B32_SFLOAT Float;
    16 [0:32 32:32 64:32 96:32]: R32G32B32A32_UINT Uint, R32G32B32A32_SINT Sint, R32G32B32A32_SFLOAT Float;
    4 [0:11 11:11 22:10 0:0]: B10G11R11_UFLOAT_PACK32 Float;
    2 [6:10 0:0 0:0 0:0]: R10X6_UNORM_PACK16 Unorm;
    4 [6:10 22:10 0:0 0:0]: R10X6G10X6_UNORM_2PACK16 Unorm;
    8 [6:10 22:10 38:10 54:10]: R10X6G10X6B10X6A10X6_UNORM_4PACK16 Unorm;
    2 [4:12 0:0 0:0 0:0]: R12X4_UNORM_PACK16 Unorm;
    4 [4:12 20:12 0:0 0:0]: R12X4G12X4_UNORM_2PACK16 Unorm;
    8 [4:12 20:12 36:12 52:12]: R12X4G12X4B12X4A12X4_UNORM_4PACK16 Unorm;
    2 [8:4 4:4 0:4 12:4]: A4R4G4B4_UNORM_PACK16 Unorm;
    2 [0:4 4:4 8:4 12:4]: A4B4G4R4_UNORM_PACK16 Unorm;
    2 [0:5 5:5 10:5 15:1]: A1B5G5R5_UNORM_PACK16_KHR Unorm;
    1 [0:0 0:0 0:0 0:8]: A8_UNORM_KHR Unorm;
    2 [0:16 0:0 0:0 0:0]: D16_UNORM Unorm;
    4 [0:24 0:0 0:0 0:0]: X8_D24_UNORM_PACK32 Unorm;
    4 [0:32 0:0 0:0 0:0]: D32_SFLOAT Float;
    1 [0:8 0:0 0:0 0:0]: S8_UINT Uint;
}
wide {
    1: R64_UINT Uint, R64_SINT Sint, R64_SFLOAT Float;
    2: R64G64_UINT Uint, R64G64_SINT Sint, R64G64_SFLOAT Float;
    3: R64G64B64_UINT Uint, R64G64B64_SINT Sint, R64G64B64_SFLOAT Float;
    4: R64G64B64A64_UINT Uint, R64G64B64A64_SINT Sint, R64G64B64A64_SFLOAT Float;
}
depth_stencil {
    D16_UNORM_S8_UINT D16_UNORM;
    D24_UNORM_S8_UINT X8_D24_UNORM_PACK32;
    D32_SFLOAT_S8_UINT D32_SFLOAT;
}
blocks {
    BC1_RGB_UNORM_BLOCK Unorm [5 6 5 0] [Bc1<false, false>];
    BC1_RGBA_UNORM_BLOCK Unorm [5 6 5 1] [Bc1<false, true>];
    BC2_UNORM_BLOCK Unorm [5 6 5 4] [Bc2<false>];
    BC3_UNORM_BLOCK Unorm [5 6 5 8] [Bc3<false>];
    BC7_UNORM_BLOCK Unorm [8 8 8 8] [Bc7<false>];
    ETC2_R8G8B8_UNORM_BLOCK Unorm [8 8 8 0] [Etc2<false>];
    ETC2_R8G8B8A1_UNORM_BLOCK Unorm [8 8 8 1] [Etc2A1<false>];
    ETC2_R8G8B8A8_UNORM_BLOCK Unorm [8 8 8 8] [Etc2A8<false>];
    BC1_RGB_SRGB_BLOCK Srgb [5 6 5 0] [Bc1<true, false>];
    BC1_RGBA_SRGB_BLOCK Srgb [5 6 5 1] [Bc1<true, true>];
    BC2_SRGB_BLOCK Srgb [5 6 5 4] [Bc2<true>];
    BC3_SRGB_BLOCK Srgb [5 6 5 8] [Bc3<true>];
    BC7_SRGB_BLOCK Srgb [8 8 8 8] [Bc7<true>];
    ETC2_R8G8B8_SRGB_BLOCK Srgb [8 8 8 0] [Etc2<true>];
    ETC2_R8G8B8A1_SRGB_BLOCK Srgb [8 8 8 1] [Etc2A1<true>];
    ETC2_R8G8B8A8_SRGB_BLOCK Srgb [8 8 8 8] [Etc2A8<true>];
    BC4_UNORM_BLOCK Unorm [8 0 0 0] [Bc4<false>];
    BC5_UNORM_BLOCK Unorm [8 8 0 0] [Bc5<false>];
    EAC_R11_UNORM_BLOCK Unorm [11 0 0 0] [Eac<1, false>];
    EAC_R11G11_UNORM_BLOCK Unorm [11 11 0 0] [Eac<2, false>];
    BC4_SNORM_BLOCK Snorm [8 0 0 0] [Bc4<true>];
    BC5_SNORM_BLOCK Snorm [8 8 0 0] [Bc5<true>];
    EAC_R11_SNORM_BLOCK Snorm [11 0 0 0] [Eac<1, true>];
    EAC_R11G11_SNORM_BLOCK Snorm [11 11 0 0] [Eac<2, true>];
    BC6H_UFLOAT_BLOCK Float [16 16 16 0] [Bc6<false>];
    BC6H_SFLOAT_BLOCK Float [16 16 16 0] [Bc6<true>];
    G8B8G8R8_422_UNORM Unorm [8 8 8 0] [Packed422<8, false>];
    B8G8R8G8_422_UNORM Unorm [8 8 8 0] [Packed422<8, true>];
    G10X6B10X6G10X6R10X6_422_UNORM_4PACK16 Unorm [10 10 10 0] [Packed422<10, false>];
    B10X6G10X6R10X6G10X6_422_UNORM_4PACK16 Unorm [10 10 10 0] [Packed422<10, true>];
    G12X4B12X4G12X4R12X4_422_UNORM_4PACK16 Unorm [12 12 12 0] [Packed422<12, false>];
    B12X4G12X4R12X4G12X4_422_UNORM_4PACK16 Unorm [12 12 12 0] [Packed422<12, true>];
    G16B16G16R16_422_UNORM Unorm [16 16 16 0] [Packed422<16, false>];
    B16G16R16G16_422_UNORM Unorm [16 16 16 0] [Packed422<16, true>];
    ASTC_4X4_UNORM_BLOCK Unorm [8 8 8 8] [Astc<4, 4, false>];
    ASTC_4X4_SRGB_BLOCK Srgb [8 8 8 8] [Astc<4, 4, true>];
    ASTC_5X4_UNORM_BLOCK Unorm [8 8 8 8] [Astc<5, 4, false>];
    ASTC_5X4_SRGB_BLOCK Srgb [8 8 8 8] [Astc<5, 4, true>];
    ASTC_5X5_UNORM_BLOCK Unorm [8 8 8 8] [Astc<5, 5, false>];
    ASTC_5X5_SRGB_BLOCK Srgb [8 8 8 8] [Astc<5, 5, true>];
    ASTC_6X5_UNORM_BLOCK Unorm [8 8 8 8] [Astc<6, 5, false>];
    ASTC_6X5_SRGB_BLOCK Srgb [8 8 8 8] [Astc<6, 5, true>];
    ASTC_6X6_UNORM_BLOCK Unorm [8 8 8 8] [Astc<6, 6, false>];
    ASTC_6X6_SRGB_BLOCK Srgb [8 8 8 8] [Astc<6, 6, true>];
    ASTC_8X5_UNORM_BLOCK Unorm [8 8 8 8] [Astc<8, 5, false>];
    ASTC_8X5_SRGB_BLOCK Srgb [8 8 8 8] [Astc<8, 5, true>];
    ASTC_8X6_UNORM_BLOCK Unorm [8 8 8 8] [Astc<8, 6, false>];
    ASTC_8X6_SRGB_BLOCK Srgb [8 8 8 8] [Astc<8, 6, true>];
    ASTC_8X8_UNORM_BLOCK Unorm [8 8 8 8] [Astc<8, 8, false>];
    ASTC_8X8_SRGB_BLOCK Srgb [8 8 8 8] [Astc<8, 8, true>];
    ASTC_10X5_UNORM_BLOCK Unorm [8 8 8 8] [Astc<10, 5, false>];
    ASTC_10X5_SRGB_BLOCK Srgb [8 8 8 8] [Astc<10, 5, true>];
    ASTC_10X6_UNORM_BLOCK Unorm [8 8 8 8] [Astc<10, 6, false>];
    ASTC_10X6_SRGB_BLOCK Srgb [8 8 8 8] [Astc<10, 6, true>];
    ASTC_10X8_UNORM_BLOCK Unorm [8 8 8 8] [Astc<10, 8, false>];
    ASTC_10X8_SRGB_BLOCK Srgb [8 8 8 8] [Astc<10, 8, true>];
    ASTC_10X10_UNORM_BLOCK Unorm [8 8 8 8] [Astc<10, 10, false>];
    ASTC_10X10_SRGB_BLOCK Srgb [8 8 8 8] [Astc<10, 10, true>];
    ASTC_12X10_UNORM_BLOCK Unorm [8 8 8 8] [Astc<12, 10, false>];
    ASTC_12X10_SRGB_BLOCK Srgb [8 8 8 8] [Astc<12, 10, true>];
    ASTC_12X12_UNORM_BLOCK Unorm [8 8 8 8] [Astc<12, 12, false>];
    ASTC_12X12_SRGB_BLOCK Srgb [8 8 8 8] [Astc<12, 12, true>];
    ASTC_4X4_SFLOAT_BLOCK Float [16 16 16 16] [AstcHdr<4, 4>];
    ASTC_5X4_SFLOAT_BLOCK Float [16 16 16 16] [AstcHdr<5, 4>];
    ASTC_5X5_SFLOAT_BLOCK Float [16 16 16 16] [AstcHdr<5, 5>];
    ASTC_6X5_SFLOAT_BLOCK Float [16 16 16 16] [AstcHdr<6, 5>];
    ASTC_6X6_SFLOAT_BLOCK Float [16 16 16 16] [AstcHdr<6, 6>];
    ASTC_8X5_SFLOAT_BLOCK Float [16 16 16 16] [AstcHdr<8, 5>];
    ASTC_8X6_SFLOAT_BLOCK Float [16 16 16 16] [AstcHdr<8, 6>];
    ASTC_8X8_SFLOAT_BLOCK Float [16 16 16 16] [AstcHdr<8, 8>];
    ASTC_10X5_SFLOAT_BLOCK Float [16 16 16 16] [AstcHdr<10, 5>];
    ASTC_10X6_SFLOAT_BLOCK Float [16 16 16 16] [AstcHdr<10, 6>];
    ASTC_10X8_SFLOAT_BLOCK Float [16 16 16 16] [AstcHdr<10, 8>];
    ASTC_10X10_SFLOAT_BLOCK Float [16 16 16 16] [AstcHdr<10, 10>];
    ASTC_12X10_SFLOAT_BLOCK Float [16 16 16 16] [AstcHdr<12, 10>];
    ASTC_12X12_SFLOAT_BLOCK Float [16 16 16 16] [AstcHdr<12, 12>];
}
planar {
    G8_B8_R8_3PLANE_420_UNORM 8 [1, 1] R8_UNORM R8_UNORM R8_UNORM;
    G8_B8R8_2PLANE_420_UNORM 8 [1, 1] R8_UNORM R8G8_UNORM;
    G8_B8_R8_3PLANE_422_UNORM 8 [1, 0] R8_UNORM R8_UNORM R8_UNORM;
    G8_B8R8_2PLANE_422_UNORM 8 [1, 0] R8_UNORM R8G8_UNORM;
    G8_B8_R8_3PLANE_444_UNORM 8 [0, 0] R8_UNORM R8_UNORM R8_UNORM;
    G8_B8R8_2PLANE_444_UNORM 8 [0, 0] R8_UNORM R8G8_UNORM;
    G10X6_B10X6_R10X6_3PLANE_420_UNORM_3PACK16 10 [1, 1] R10X6_UNORM_PACK16 R10X6_UNORM_PACK16 R10X6_UNORM_PACK16;
    G10X6_B10X6R10X6_2PLANE_420_UNORM_3PACK16 10 [1, 1] R10X6_UNORM_PACK16 R10X6G10X6_UNORM_2PACK16;
    G10X6_B10X6_R10X6_3PLANE_422_UNORM_3PACK16 10 [1, 0] R10X6_UNORM_PACK16 R10X6_UNORM_PACK16 R10X6_UNORM_PACK16;
    G10X6_B10X6R10X6_2PLANE_422_UNORM_3PACK16 10 [1, 0] R10X6_UNORM_PACK16 R10X6G10X6_UNORM_2PACK16;
    G10X6_B10X6_R10X6_3PLANE_444_UNORM_3PACK16 10 [0, 0] R10X6_UNORM_PACK16 R10X6_UNORM_PACK16 R10X6_UNORM_PACK16;
    G10X6_B10X6R10X6_2PLANE_444_UNORM_3PACK16 10 [0, 0] R10X6_UNORM_PACK16 R10X6G10X6_UNORM_2PACK16;
    G12X4_B12X4_R12X4_3PLANE_420_UNORM_3PACK16 12 [1, 1] R12X4_UNORM_PACK16 R12X4_UNORM_PACK16 R12X4_UNORM_PACK16;
    G12X4_B12X4R12X4_2PLANE_420_UNORM_3PACK16 12 [1, 1] R12X4_UNORM_PACK16 R12X4G12X4_UNORM_2PACK16;
    G12X4_B12X4_R12X4_3PLANE_422_UNORM_3PACK16 12 [1, 0] R12X4_UNORM_PACK16 R12X4_UNORM_PACK16 R12X4_UNORM_PACK16;
    G12X4_B12X4R12X4_2PLANE_422_UNORM_3PACK16 12 [1, 0] R12X4_UNORM_PACK16 R12X4G12X4_UNORM_2PACK16;
    G12X4_B12X4_R12X4_3PLANE_444_UNORM_3PACK16 12 [0, 0] R12X4_UNORM_PACK16 R12X4_UNORM_PACK16 R12X4_UNORM_PACK16;
    G12X4_B12X4R12X4_2PLANE_444_UNORM_3PACK16 12 [0, 0] R12X4_UNORM_PACK16 R12X4G12X4_UNORM_2PACK16;
    G16_B16_R16_3PLANE_420_UNORM 16 [1, 1] R16_UNORM R16_UNORM R16_UNORM;
    G16_B16R16_2PLANE_420_UNORM 16 [1, 1] R16_UNORM R16G16_UNORM;
    G16_B16_R16_3PLANE_422_UNORM 16 [1, 0] R16_UNORM R16_UNORM R16_UNORM;
    G16_B16R16_2PLANE_422_UNORM 16 [1, 0] R16_UNORM R16G16_UNORM;
    G16_B16_R16_3PLANE_444_UNORM 16 [0, 0] R16_UNORM R16_UNORM R16_UNORM;
    G16_B16R16_2PLANE_444_UNORM 16 [0, 0] R16_UNORM R16G16_UNORM;
}
}
