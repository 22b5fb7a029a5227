//! Every format: how a texel lies in memory and what its bits mean.
//!
//! The one table that image creation, capability queries, copies, clears, vertex fetch, blending and the texture unit go by.
//!
//! ```text
//!   Format ── planes: aspects that lie apart (depth | stencil, luma | chroma); a color format is its own only plane
//!     │
//!     ├── codec: one texel in memory <-> four channels, red green blue alpha, 32 bits each
//!     └── block: of compressed formats, one block in memory -> its texels
//! ```
//!
//! Channels are as shaders see them: floats (normalized and scaled numbers are converted, sRGB is linear) or integers. What
//! a format lacks is zero, alpha is one.

pub mod block;
mod codec;
mod encode;
pub mod small_float;
pub mod srgb;
mod table;

use std::fmt;
use std::ops::Deref;

use ash::vk;

pub use codec::{Codec, GATHER};
pub use encode::Texel;
pub use table::TABLE;

/// What the bits of a channel mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Numeric {
    /// 0 to 1 in equal steps.
    Unorm,
    /// -1 to 1 in equal steps.
    Snorm,
    /// Unsigned integers that shaders see as floats.
    Uscaled,
    /// Signed integers that shaders see as floats.
    Sscaled,
    /// Unsigned integers.
    Uint,
    /// Signed integers.
    Sint,
    /// Floats: 64, 32 and 16 bits IEEE, 11 and 10 bits without sign.
    Float,
    /// As [`Unorm`](Self::Unorm), with red, green and blue in the sRGB transfer function.
    Srgb,
}

/// What a shader sees a channel as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumericClass {
    /// 32-bit float.
    Float,
    /// Unsigned integer.
    Uint,
    /// Signed integer.
    Sint,
}

impl Numeric {
    /// What a shader sees.
    pub const fn class(self) -> NumericClass {
        match self {
            Self::Uint => NumericClass::Uint,
            Self::Sint => NumericClass::Sint,
            _ => NumericClass::Float,
        }
    }
}

/// A part of an image that lies apart from the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plane {
    /// Its aspect: one bit.
    pub aspect: vk::ImageAspectFlags,
    /// Of its elements.
    pub format: Format,
    /// How often its width and height are halved from those of the image, rounding up.
    pub subsampling_log2: [u8; 2],
}

/// A row of the table.
#[derive(Debug)]
pub struct Entry {
    /// Its name.
    pub name: vk::Format,
    /// What its channels mean.
    pub numeric: Numeric,
    /// Bits of red, green, blue and alpha; zero for those it lacks. Of a depth or stencil aspect: red.
    pub channel_bits: [u8; 4],
    /// The first bit of each channel, of formats whose texels are bit fields in a word.
    pub channel_shifts: Option<[u8; 4]>,
    bytes: u32,
    block_extent: [u32; 2],
    planes: &'static [Plane],
    codec: Codec,
    block: Option<block::DecodeBlock>,
}

/// A format of the table.
#[derive(Clone, Copy)]
pub struct Format(&'static Entry);

impl Deref for Format {
    type Target = Entry;

    fn deref(&self) -> &Entry {
        self.0
    }
}

impl PartialEq for Format {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Format {}

impl fmt::Debug for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.name.fmt(f)
    }
}

impl Format {
    /// The format of that name, if it is in the table.
    pub fn find(name: vk::Format) -> Option<Self> {
        table::find(name)
    }

    /// Bytes of an element of the first plane: a texel, or a block of a compressed format.
    pub const fn element_bytes(self) -> u32 {
        self.0.bytes
    }

    /// [`element_bytes`](Self::element_bytes), for formats whose element is a texel.
    pub const fn texel_bytes(self) -> u32 {
        self.0.bytes
    }

    /// Texels of an element, in x and y.
    pub const fn block_extent(self) -> [u32; 2] {
        self.0.block_extent
    }

    /// Whether an element is several texels.
    pub const fn is_compressed(self) -> bool {
        let [width, height] = self.0.block_extent;
        width * height > 1
    }

    /// The parts that lie apart.
    pub const fn planes(self) -> &'static [Plane] {
        self.0.planes
    }

    /// All aspects.
    pub fn aspects(self) -> vk::ImageAspectFlags {
        self.planes().iter().fold(vk::ImageAspectFlags::empty(), |all, plane| all | plane.aspect)
    }

    /// The plane of an aspect. `COLOR` of a format with several planes is none of them.
    pub fn plane(self, aspect: vk::ImageAspectFlags) -> Option<&'static Plane> {
        self.planes().iter().find(|plane| plane.aspect == aspect)
    }

    /// What a shader sees (of a depth-stencil format: of depth).
    pub const fn class(self) -> NumericClass {
        self.0.numeric.class()
    }

    /// Whether red, green and blue are in the sRGB transfer function.
    pub const fn is_srgb(self) -> bool {
        matches!(self.0.numeric, Numeric::Srgb)
    }

    /// Whether there is a depth aspect.
    pub fn has_depth(self) -> bool {
        self.aspects().contains(vk::ImageAspectFlags::DEPTH)
    }

    /// Whether there is a stencil aspect.
    pub fn has_stencil(self) -> bool {
        self.aspects().contains(vk::ImageAspectFlags::STENCIL)
    }

    /// Whether there is a color aspect in one plane.
    pub fn has_color(self) -> bool {
        self.aspects().contains(vk::ImageAspectFlags::COLOR)
    }

    /// Channels that it has.
    pub fn channel_count(self) -> u32 {
        self.channel_bits.iter().filter(|&&bits| bits != 0).count() as u32
    }

    /// How a texel of the first plane is read and written.
    pub const fn codec(self) -> &'static Codec {
        &self.0.codec
    }

    /// How a block becomes texels, of formats whose element is several.
    pub const fn block(self) -> Option<block::DecodeBlock> {
        self.0.block
    }

    /// Whether shaders can store to it: the formats that SPIR-V has a name for.
    pub fn is_storage(self) -> bool {
        table::STORAGE.contains(&self.name)
    }

    /// Whether shaders can change a texel atomically.
    pub fn has_atomics(self) -> bool {
        use vk::Format as F;
        [F::R32_UINT, F::R32_SINT, F::R32_SFLOAT, F::R64_UINT, F::R64_SINT].contains(&self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_says_what_its_row_says() {
        for format in TABLE {
            let name = format!("{:?}", format.name);
            assert_eq!(Format::find(format.name), Some(*format));
            if format.is_compressed() || format.aspects() != vk::ImageAspectFlags::COLOR {
                continue;
            }
            let bits: u32 = format.channel_bits.iter().map(|&bits| u32::from(bits)).sum();
            assert!(format.element_bytes() * 8 >= bits, "{name}");
            for (channel, bits) in "RGBA".chars().zip(format.channel_bits) {
                let named = name.contains(&format!("{channel}{bits}"));
                assert_eq!(named, bits != 0, "{name} {channel}");
            }
            let wanted = match format.numeric {
                Numeric::Float => "FLOAT".to_owned(),
                other => format!("_{other:?}").to_uppercase(),
            };
            assert!(name.contains(&wanted), "{name}");
            assert_eq!(format.planes().len(), 1);
            assert_eq!(format.plane(vk::ImageAspectFlags::COLOR).unwrap().format, *format);
        }
    }

    #[test]
    fn depth_and_stencil_are_planes() {
        let combined = Format::find(vk::Format::D24_UNORM_S8_UINT).unwrap();
        let depth = combined.plane(vk::ImageAspectFlags::DEPTH).unwrap().format;
        let stencil = combined.plane(vk::ImageAspectFlags::STENCIL).unwrap().format;
        assert_eq!((depth.element_bytes(), stencil.element_bytes()), (4, 1));
        assert_eq!((depth.class(), stencil.class()), (NumericClass::Float, NumericClass::Uint));
        assert!(combined.has_depth() && combined.has_stencil() && !combined.has_color());
        assert!(!Format::find(vk::Format::S8_UINT).unwrap().has_depth());
    }

    #[test]
    fn what_is_no_format_is_not_found() {
        for name in [vk::Format::UNDEFINED, vk::Format::from_raw(-1), vk::Format::from_raw(i32::MAX)] {
            assert_eq!(Format::find(name), None);
        }
    }
}
