//! From the four numbers of a clear color to the bytes of a texel.

use lacuna_shaders::ir::half;

use super::{Format, Numeric};

/// The bytes of one texel; at most 16.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Texel {
    bytes: [u8; 16],
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
    /// (`VkClearColorValue`). Integers that do not fit lose their high bits.
    pub fn encode(self, color: [u32; 4]) -> Texel {
        let mut bytes = [0; 16];
        let width = self.bits as usize / 8;
        for (target, channel) in bytes.chunks_exact_mut(width).zip(&color[..self.channels as usize]) {
            target.copy_from_slice(&self.channel(*channel).to_le_bytes()[..width]);
        }
        Texel { bytes, size: self.texel_bytes() as u8 }
    }

    fn channel(self, bits: u32) -> u32 {
        let float = f32::from_bits(bits);
        let steps = |sign_bits: u32| ((1u64 << (self.bits - sign_bits)) - 1) as f32;
        match self.numeric {
            Numeric::Uint | Numeric::Sint => bits,
            Numeric::Float if self.bits == 16 => half::from_f64(f64::from(float)).into(),
            Numeric::Float => bits,
            // A conversion of not a number gives zero.
            Numeric::Unorm => (float.clamp(0.0, 1.0) * steps(0)).round_ties_even() as u32,
            Numeric::Snorm => (float.clamp(-1.0, 1.0) * steps(1)).round_ties_even() as i32 as u32,
        }
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
    }

    #[test]
    fn floats_and_integers_keep_their_value() {
        assert_eq!(encode(vk::Format::R16G16_SFLOAT, [1.0, -2.0, 9.0, 9.0]), [0, 0x3c, 0, 0xc0]);
        assert_eq!(encode(vk::Format::R32_SFLOAT, [0.25; 4]), 0.25f32.to_le_bytes());
        let format = Format::find(vk::Format::R8G8_SINT).unwrap();
        assert_eq!(format.encode([-3i32 as u32, 100, 0, 0]).bytes(), [253, 100]);
    }
}
