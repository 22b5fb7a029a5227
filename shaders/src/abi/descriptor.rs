//! One descriptor, as `vkUpdateDescriptorSets` writes it and machine code and the texture unit read it.

use spirv::ImageFormat;

/// One descriptor of a buffer, image or sampler. All zero: a null descriptor (reads zero, drops writes).
///
/// Of a storage image it describes one mip level as seen through a view. Texels lie in blocks, rows in a block, so that one
/// formula addresses linear images (one block that is never left) and the 64 KiB blocks of tiled and sparse ones:
///
/// ```text
///   address + (x & mask) * texel size + (x >> log2) * 64 KiB
///           + (y & mask) * row_pitch  + (y >> log2) * block_row_pitch
///           + (z & mask) * slice_pitch + (z >> log2) * block_slice_pitch
///           + sample * sample_pitch              mask = (1 << log2) - 1, of each axis its own `block_log2`
/// ```
///
/// `range` ends behind the last texel, so that whatever texel size a shader believes in, an access stays inside the image.
/// Sampled images and samplers are known to the texture unit alone: see [`sampled`](Self::sampled).
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Descriptor {
    /// Device address of the first byte: a host address, or a sparse address with
    /// [`SPARSE_TAG`](lacuna_vm::page_table::pte::SPARSE_TAG). The dynamic offset is added already.
    /// Of a sampler or combined image sampler: the host address of the texture unit's sampler state.
    pub address: u64,
    /// Accessible bytes from `address` on. Accesses beyond follow `robustBufferAccess2`: loads give zero, stores vanish.
    pub range: u64,
    /// Texels in each dimension; of an array the third is its layers, of a cube its faces. Zero for buffers: no texel is
    /// inside.
    pub extent: [u32; 3],
    /// Bytes from one row of texels to the next in a block.
    pub row_pitch: u32,
    /// Bytes from one slice of texels to the next in a block.
    pub slice_pitch: u32,
    /// Bytes from one row of blocks to the next.
    pub block_row_pitch: u32,
    /// Bytes from one slice of blocks, or one array layer, to the next, below 2^48. Above them
    /// [the format](Self::texel_format) of a storage image.
    pub block_slice_pitch: u64,
    /// Bytes from one sample of a texel to the next.
    pub sample_pitch: u32,
    /// Logarithm of the texels of a block in x, y and z; 31 where a block has no end.
    pub block_log2: [u8; 3],
    /// Logarithm of the samples of a texel.
    pub samples_log2: u8,
    /// Of a dynamic buffer: what it has from `address` on, in bytes. Of an image or texel buffer: the host address of the
    /// texture unit's view of it. Not read by machine code.
    pub link: u64,
}

impl Descriptor {
    /// 32-bit words of a descriptor.
    pub const WORDS: u32 = (size_of::<Self>() / 4) as u32;
    /// The word where [`extent`](Self::extent) begins.
    pub const EXTENT_WORD: u32 = (core::mem::offset_of!(Self, extent) / 4) as u32;
    /// The word that is [`row_pitch`](Self::row_pitch).
    pub const ROW_PITCH_WORD: u32 = (core::mem::offset_of!(Self, row_pitch) / 4) as u32;
    /// The word that is [`slice_pitch`](Self::slice_pitch).
    pub const SLICE_PITCH_WORD: u32 = (core::mem::offset_of!(Self, slice_pitch) / 4) as u32;
    /// The word that is [`block_row_pitch`](Self::block_row_pitch).
    pub const BLOCK_ROW_PITCH_WORD: u32 = (core::mem::offset_of!(Self, block_row_pitch) / 4) as u32;
    /// The low word of [`block_slice_pitch`](Self::block_slice_pitch); the high word follows, of which only the low half is bytes.
    pub const BLOCK_SLICE_PITCH_WORD: u32 = (core::mem::offset_of!(Self, block_slice_pitch) / 4) as u32;
    const FORMAT_SHIFT: u32 = 48;
    /// The word that is [`sample_pitch`](Self::sample_pitch).
    pub const SAMPLE_PITCH_WORD: u32 = (core::mem::offset_of!(Self, sample_pitch) / 4) as u32;
    /// The word that holds [`block_log2`](Self::block_log2), x lowest, and [`samples_log2`](Self::samples_log2) on top.
    pub const BLOCK_LOG2_WORD: u32 = (core::mem::offset_of!(Self, block_log2) / 4) as u32;

    /// The descriptor of a buffer.
    pub const fn buffer(address: u64, range: u64) -> Self {
        Self { address, range, ..Self::NULL }
    }

    /// The descriptor of a sampled image, a sampler or both: host addresses of the texture unit's states, zero for what it
    /// lacks.
    pub const fn sampled(view: u64, sampler: u64) -> Self {
        Self { address: sampler, link: view, ..Self::NULL }
    }

    /// The same of a storage image or texel buffer whose texels are of a format.
    pub const fn with_texel_format(self, format: ImageFormat) -> Self {
        let pitch = self.block_slice_pitch & ((1 << Self::FORMAT_SHIFT) - 1);
        Self { block_slice_pitch: pitch | (format as u64) << Self::FORMAT_SHIFT, ..self }
    }

    /// The number of the SPIR-V format of a storage image or texel buffer, zero if it has no name there. Machine code reads it
    /// nowhere; see [`TypedImage`](crate::TypedImage).
    pub const fn texel_format(&self) -> u32 {
        (self.block_slice_pitch >> Self::FORMAT_SHIFT) as u32
    }

    const NULL: Self = Self {
        address: 0,
        range: 0,
        extent: [0; 3],
        row_pitch: 0,
        slice_pitch: 0,
        block_row_pitch: 0,
        block_slice_pitch: 0,
        sample_pitch: 0,
        block_log2: [0; 3],
        samples_log2: 0,
        link: 0,
    };

    /// One of its words, lowest address first.
    pub fn word(&self, index: u32) -> u32 {
        let [x, y, z] = self.extent;
        let halves = |value: u64| [value as u32, (value >> 32) as u32];
        let ([a, b], [c, d], [e, f], [g, h]) =
            (halves(self.address), halves(self.range), halves(self.block_slice_pitch), halves(self.link));
        let [log_x, log_y, log_z] = self.block_log2;
        let log2 = u32::from_le_bytes([log_x, log_y, log_z, self.samples_log2]);
        let (rows, blocks) = ([self.row_pitch, self.slice_pitch], self.block_row_pitch);
        let words = [a, b, c, d, x, y, z, rows[0], rows[1], blocks, e, f, self.sample_pitch, log2, g, h];
        words.get(index as usize).copied().unwrap_or(0)
    }
}

const _: () = assert!(size_of::<Descriptor>() == 64, "a descriptor is one cache line");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_in_memory() {
        let descriptor = Descriptor {
            address: 0x0123_4567_89ab_cdef,
            range: 1 << 40 | 7,
            extent: [1, 2, 3],
            row_pitch: 4,
            slice_pitch: 5,
            block_row_pitch: 6,
            block_slice_pitch: 7 << 32 | 8,
            sample_pitch: 9,
            block_log2: [10, 11, 12],
            samples_log2: 13,
            link: 14 << 32 | 15,
        };
        // SAFETY: a `repr(C)` structure of 64 initialised bytes without padding, 8-byte aligned.
        let words: [u32; Descriptor::WORDS as usize] = unsafe { core::mem::transmute(descriptor) };
        for (index, word) in (0..).zip(words) {
            assert_eq!(descriptor.word(index), word, "word {index}");
        }
        assert_eq!(words[Descriptor::BLOCK_LOG2_WORD as usize], 0x0d0c_0b0a);
    }

    #[test]
    fn a_format_leaves_the_pitch_alone() {
        let plain = Descriptor { block_slice_pitch: 5 << 32 | 6, ..Descriptor::default() };
        assert_eq!(plain.texel_format(), 0);
        let named = plain.with_texel_format(ImageFormat::R64i).with_texel_format(ImageFormat::Rgba8);
        assert_eq!(named.texel_format(), ImageFormat::Rgba8 as u32);
        assert_eq!(named.word(Descriptor::BLOCK_SLICE_PITCH_WORD), 6);
        assert_eq!(named.word(Descriptor::BLOCK_SLICE_PITCH_WORD + 1) & 0xffff, 5);
        assert_eq!(named.with_texel_format(ImageFormat::Unknown), plain);
    }
}
