//! From the four numbers of a clear color to the bytes of a texel.
#![expect(unsafe_code, reason = "calls codecs")]

use super::Format;

/// The bytes of one texel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Texel {
    bytes: [u8; 32],
    size: u8,
}

impl Texel {
    /// As they lie in memory.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.size)]
    }
}

impl Format {
    /// The texel of a color whose channels are given as 32 bits each: floats, or integers for integer formats
    /// (`VkClearColorValue`). Integers saturate.
    pub fn encode(self, color: [u32; 4]) -> Texel {
        let mut bytes = [0; 32];
        // SAFETY: no element has more than 32 bytes.
        unsafe { (self.codec().store)(bytes.as_mut_ptr(), color) };
        Texel { bytes, size: self.element_bytes() as u8 }
    }
}

#[cfg(test)]
mod tests {
    use ash::vk;

    use super::*;

    fn encode(name: vk::Format, color: [f32; 4]) -> Vec<u8> {
        Format::find(name).unwrap().encode(color.map(f32::to_bits)).bytes().to_vec()
    }

    #[test]
    fn normalized_channels_saturate_and_round_to_the_nearest_step() {
        let color = [0.5, 2.0, -1.0, f32::NAN];
        assert_eq!(encode(vk::Format::R8G8B8A8_UNORM, color), [128, 255, 0, 0]);
        assert_eq!(encode(vk::Format::R8G8B8A8_SNORM, color), [64, 127, 129, 0]);
        assert_eq!(encode(vk::Format::R16_UNORM, [1.0; 4]), [255, 255]);
        assert_eq!(encode(vk::Format::X8_D24_UNORM_PACK32, [1.0; 4]), [255, 255, 255, 0]);
        assert_eq!(encode(vk::Format::B8G8R8A8_SRGB, [1.0, 0.0, 0.214, 0.5]), [127, 0, 255, 128]);
    }

    #[test]
    fn floats_and_integers_keep_their_value() {
        assert_eq!(encode(vk::Format::R16G16_SFLOAT, [1.0, -2.0, 9.0, 9.0]), [0, 0x3c, 0, 0xc0]);
        assert_eq!(encode(vk::Format::R32_SFLOAT, [0.25; 4]), 0.25f32.to_le_bytes());
        let format = Format::find(vk::Format::R8G8_SINT).unwrap();
        assert_eq!(format.encode([-3i32 as u32, 100, 0, 0]).bytes(), [253, 100]);
    }

    #[test]
    fn integers_that_do_not_fit_saturate() {
        let encode = |name, color: [i32; 4]| {
            Format::find(name).unwrap().encode(color.map(|channel| channel as u32)).bytes().to_vec()
        };
        assert_eq!(encode(vk::Format::R8G8_SINT, [255, -300, 0, 0]), [127, 128]);
        assert_eq!(encode(vk::Format::R8G8_UINT, [300, -1, 0, 0]), [255, 255]);
        assert_eq!(encode(vk::Format::A2B10G10R10_UINT_PACK32, [0, 0, 0, 5]), 0xc000_0000u32.to_le_bytes());
        assert_eq!(encode(vk::Format::R32_SINT, [i32::MIN; 4]), i32::MIN.to_le_bytes());
    }
}
