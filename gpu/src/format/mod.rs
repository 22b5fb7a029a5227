//! Color formats of one plane without compression: how a texel lies in memory.
//!
//! The one table that image creation, capability queries, copies and clears go by. A texel is its channels one after the
//! other, red first, each as wide as the others; formats that are not like that are not in the table, hence not supported.
//! Shaders read and write the same formats by the same rules (`translate/texel.rs` of `lacuna-shaders`).

mod encode;

use ash::vk;

pub use encode::Texel;

/// What the bits of a channel mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Numeric {
    /// 0 to 1 in equal steps.
    Unorm,
    /// -1 to 1 in equal steps.
    Snorm,
    /// Unsigned integers.
    Uint,
    /// Signed integers.
    Sint,
    /// IEEE half or single.
    Float,
}

/// A format of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Format {
    /// Its name.
    pub name: vk::Format,
    /// What its channels mean.
    pub numeric: Numeric,
    /// 1, 2 or 4: red, red and green, all.
    pub channels: u32,
    /// Bits of a channel: 8, 16 or 32.
    pub bits: u32,
}

impl Format {
    /// The format of that name, if it is in the table.
    pub fn find(name: vk::Format) -> Option<Self> {
        TABLE.iter().copied().find(|format| format.name == name)
    }

    /// Bytes of a texel.
    pub const fn texel_bytes(self) -> u32 {
        self.channels * self.bits / 8
    }

    /// Whether shaders can change a texel atomically.
    pub fn has_atomics(self) -> bool {
        self.channels == 1 && self.bits == 32 && self.numeric != Numeric::Float
    }
}

/// Rows `NAME numeric channels bits`.
macro_rules! table {
    ($($name:ident $numeric:ident $channels:literal $bits:literal;)*) => {
        /// All formats.
        pub const TABLE: &[Format] = &[$(Format {
            name: vk::Format::$name,
            numeric: Numeric::$numeric,
            channels: $channels,
            bits: $bits,
        }),*];
    };
}

table! {
    R8_UNORM Unorm 1 8; R8G8_UNORM Unorm 2 8; R8G8B8A8_UNORM Unorm 4 8;
    R8_SNORM Snorm 1 8; R8G8_SNORM Snorm 2 8; R8G8B8A8_SNORM Snorm 4 8;
    R8_UINT Uint 1 8; R8G8_UINT Uint 2 8; R8G8B8A8_UINT Uint 4 8;
    R8_SINT Sint 1 8; R8G8_SINT Sint 2 8; R8G8B8A8_SINT Sint 4 8;
    R16_UNORM Unorm 1 16; R16G16_UNORM Unorm 2 16; R16G16B16A16_UNORM Unorm 4 16;
    R16_SNORM Snorm 1 16; R16G16_SNORM Snorm 2 16; R16G16B16A16_SNORM Snorm 4 16;
    R16_UINT Uint 1 16; R16G16_UINT Uint 2 16; R16G16B16A16_UINT Uint 4 16;
    R16_SINT Sint 1 16; R16G16_SINT Sint 2 16; R16G16B16A16_SINT Sint 4 16;
    R16_SFLOAT Float 1 16; R16G16_SFLOAT Float 2 16; R16G16B16A16_SFLOAT Float 4 16;
    R32_UINT Uint 1 32; R32G32_UINT Uint 2 32; R32G32B32A32_UINT Uint 4 32;
    R32_SINT Sint 1 32; R32G32_SINT Sint 2 32; R32G32B32A32_SINT Sint 4 32;
    R32_SFLOAT Float 1 32; R32G32_SFLOAT Float 2 32; R32G32B32A32_SFLOAT Float 4 32;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_says_what_its_row_says() {
        for format in TABLE {
            let name = format!("{:?}", format.name);
            let (layout, numeric) = name.split_once('_').unwrap();
            let channels: String = ["R", "G", "B", "A"][..format.channels as usize]
                .iter()
                .map(|c| format!("{c}{}", format.bits))
                .collect();
            assert_eq!(layout, channels);
            let wanted = match format.numeric {
                Numeric::Float => "SFLOAT".to_owned(),
                other => format!("{other:?}").to_uppercase(),
            };
            assert_eq!(numeric, wanted);
            assert_eq!(Format::find(format.name), Some(*format));
        }
    }

    #[test]
    fn other_formats_are_not_found() {
        for name in [vk::Format::UNDEFINED, vk::Format::D32_SFLOAT, vk::Format::BC1_RGB_UNORM_BLOCK] {
            assert_eq!(Format::find(name), None);
        }
    }
}
