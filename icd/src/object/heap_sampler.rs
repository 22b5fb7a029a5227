//! Samplers without objects: those that heaps hold descriptors of, and those that are part of a shader.
//!
//! Equal samplers are one, which is found by what it is, so that equal create infos give equal descriptors. It stays for the
//! life of the process, since nothing tells when the last descriptor of it is gone; applications have few different ones.

use std::collections::HashMap;
use std::sync::LazyLock;

use ash::vk;
use lacuna_gpu::texture::{self, SamplerInfo};
use parking_lot::Mutex;

use super::sampler::Sampler;

/// 32-bit words that say what a sampler is.
pub(super) const WORDS: usize = 19;

/// What a sampler is.
pub(super) type Words = [u32; WORDS];

#[derive(Default)]
struct Known {
    by_words: HashMap<Words, Box<texture::Sampler>>,
    by_address: HashMap<u64, Words>,
}

static KNOWN: LazyLock<Mutex<Known>> = LazyLock::new(Mutex::default);

/// The host address of a sampler's state, for ever.
///
/// # Safety
/// `info` is a valid structure.
pub(super) unsafe fn address(info: &vk::SamplerCreateInfo<'_>) -> u64 {
    // SAFETY: this function's contract.
    address_of(to_words(&unsafe { Sampler::info(info) }))
}

/// The host address of the state of the sampler that is these words.
pub(super) fn address_of(words: Words) -> u64 {
    let mut known = KNOWN.lock();
    let state =
        known.by_words.entry(words).or_insert_with(|| Box::new(texture::Sampler::new(&from_words(words))));
    let address = &raw const **state as u64;
    known.by_address.insert(address, words);
    address
}

/// What the sampler at an address is, if one is there.
pub(super) fn words_at(address: u64) -> Option<Words> {
    KNOWN.lock().by_address.get(&address).copied()
}

fn to_words(info: &SamplerInfo) -> Words {
    let [u, v, w] = info.address_modes.map(|mode| mode.as_raw() as u32);
    let [red, green, blue, alpha] = info.border_color;
    [
        info.mag_filter.as_raw() as u32,
        info.min_filter.as_raw() as u32,
        info.mipmap_mode.as_raw() as u32,
        u,
        v,
        w,
        info.mip_lod_bias.to_bits(),
        info.max_anisotropy.to_bits(),
        info.compare.is_some().into(),
        info.compare.map_or(0, |op| op.as_raw() as u32),
        info.min_lod.to_bits(),
        info.max_lod.to_bits(),
        red,
        green,
        blue,
        alpha,
        info.unnormalized.into(),
        info.non_seamless.into(),
        info.reduction.as_raw() as u32,
    ]
}

fn from_words(words: Words) -> SamplerInfo {
    let raw = |index: usize| words[index] as i32;
    let mode = |index| vk::SamplerAddressMode::from_raw(raw(index));
    SamplerInfo {
        mag_filter: vk::Filter::from_raw(raw(0)),
        min_filter: vk::Filter::from_raw(raw(1)),
        mipmap_mode: vk::SamplerMipmapMode::from_raw(raw(2)),
        address_modes: [mode(3), mode(4), mode(5)],
        mip_lod_bias: f32::from_bits(words[6]),
        max_anisotropy: f32::from_bits(words[7]),
        compare: (words[8] != 0).then(|| vk::CompareOp::from_raw(raw(9))),
        min_lod: f32::from_bits(words[10]),
        max_lod: f32::from_bits(words[11]),
        border_color: [words[12], words[13], words[14], words[15]],
        unnormalized: words[16] != 0,
        non_seamless: words[17] != 0,
        reduction: vk::SamplerReductionMode::from_raw(raw(18)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_samplers_are_one_and_words_lose_nothing() {
        let linear = vk::SamplerCreateInfo {
            mag_filter: vk::Filter::LINEAR,
            address_mode_v: vk::SamplerAddressMode::CLAMP_TO_BORDER,
            border_color: vk::BorderColor::FLOAT_OPAQUE_WHITE,
            mip_lod_bias: -0.5,
            compare_enable: vk::TRUE,
            compare_op: vk::CompareOp::LESS,
            max_lod: 3.0,
            ..Default::default()
        };
        // SAFETY: structures on this stack.
        let (first, again, other) =
            unsafe { (address(&linear), address(&linear), address(&vk::SamplerCreateInfo::default())) };
        assert_eq!(first, again);
        assert_ne!(first, other);
        let words = words_at(first).unwrap();
        assert_eq!(to_words(&from_words(words)), words);
        assert_eq!(words_at(first + 1), None);
    }
}
