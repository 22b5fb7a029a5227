//! Binaries of shader objects: the SPIR-V that they were made from, with what else decides what it does.
//!
//! ```text
//!   words   magic, version, stage, count of SPIR-V words, bytes of the name, count of constants, one more than the count of
//!           mappings or zero
//!           SPIR-V … name, padded with zeros … constants: id, low and high bits … mappings …
//! ```
//!
//! Machine code is not kept: it would be of one processor, and compiling takes about as long as checking it would.
//! Whatever is decoded comes from an application and may be anything.

use std::sync::Arc;

use ash::vk;
use lacuna_shaders::mapping::Mapping;

use super::kernel_cache::Source;
use super::mapping_words;

const MAGIC: u32 = u32::from_le_bytes(*b"LcSh");
/// `shaderBinaryVersion`: of this form.
pub const VERSION: u32 = 2;

/// What a binary holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Parts {
    pub(super) words: Arc<[u32]>,
    pub(super) entry_point: String,
    pub(super) specialization: Vec<(u32, u64)>,
    /// Of a shader that uses descriptor heaps.
    pub(super) mappings: Option<Vec<Mapping>>,
}

/// The binary of a shader.
pub(super) fn encode(stage: vk::ShaderStageFlags, source: &Source) -> Vec<u8> {
    let (name, constants) = (source.entry_point.as_bytes(), &source.specialization);
    let mappings = source.mappings.as_ref();
    let mapping_count = mappings.map_or(0, |mappings| mappings.len() + 1);
    let counts = [source.words.len(), name.len(), constants.len(), mapping_count].map(|count| count as u32);
    let header = [MAGIC, VERSION, stage.as_raw()].into_iter().chain(counts);
    let mut bytes: Vec<u8> = header.chain(source.words.iter().copied()).flat_map(u32::to_le_bytes).collect();
    bytes.extend(name);
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    for &(id, bits) in constants {
        bytes.extend(id.to_le_bytes().into_iter().chain(bits.to_le_bytes()));
    }
    for mapping in mappings.into_iter().flatten() {
        bytes.extend(mapping_words::encode(mapping).into_iter().flat_map(u32::to_le_bytes));
    }
    bytes
}

/// What a binary of this stage holds; `None` where it is none, or not one of this version.
pub(super) fn decode(stage: vk::ShaderStageFlags, bytes: &[u8]) -> Option<Parts> {
    let (words, []) = bytes.as_chunks::<4>() else { return None };
    let words: Vec<u32> = words.iter().map(|word| u32::from_le_bytes(*word)).collect();
    let ([magic, version, of_stage, code, name, constants, mappings], rest) =
        words.split_first_chunk::<7>()?;
    if [*magic, *version, *of_stage] != [MAGIC, VERSION, stage.as_raw()] {
        return None;
    }
    let (code, rest) = rest.split_at_checked(*code as usize)?;
    let (text, rest) = rest.split_at_checked(name.div_ceil(4) as usize)?;
    let (constants, rest) = rest.split_at_checked((*constants as usize).checked_mul(3)?)?;
    let (chunks, []) = rest.as_chunks::<{ mapping_words::WORDS }>() else { return None };
    let mappings = match mappings.checked_sub(1) {
        Some(count) if count as usize == chunks.len() => {
            Some(chunks.iter().map(mapping_words::decode).collect::<Option<_>>()?)
        }
        None if chunks.is_empty() => None,
        _ => return None,
    };
    let text: Vec<u8> = text.iter().flat_map(|word| word.to_le_bytes()).take(*name as usize).collect();
    let (constants, _) = constants.as_chunks::<3>();
    let bits = |low: u32, high: u32| u64::from(low) | u64::from(high) << 32;
    Some(Parts {
        words: code.into(),
        entry_point: String::from_utf8(text).ok()?,
        specialization: constants.iter().map(|&[id, low, high]| (id, bits(low, high))).collect(),
        mappings,
    })
}

#[cfg(test)]
mod tests {
    use lacuna_shaders::Layout;

    use super::*;

    const STAGE: vk::ShaderStageFlags = vk::ShaderStageFlags::FRAGMENT;

    fn binary() -> (Parts, Vec<u8>) {
        let parts = Parts {
            words: Arc::from([1, 2, 3]),
            entry_point: "entry".into(),
            specialization: vec![(7, u64::MAX - 5), (9, 1)],
            mappings: Some(vec![mapping_words::tests::mapping()]),
        };
        let Parts { words, entry_point, specialization, mappings } = parts.clone();
        let layout = Layout { mappings, ..Layout::default() };
        let source = Source::new(words, &entry_point, specialization, &layout);
        (parts, encode(STAGE, &source))
    }

    #[test]
    fn what_was_encoded_is_decoded() {
        let (parts, bytes) = binary();
        assert_eq!(decode(STAGE, &bytes), Some(parts));
        assert_eq!(decode(vk::ShaderStageFlags::VERTEX, &bytes), None);
    }

    #[test]
    fn whatever_is_cut_or_changed_is_survived() {
        let (_, bytes) = binary();
        for end in 0..bytes.len() {
            assert_eq!(decode(STAGE, &bytes[..end]), None);
        }
        for at in 0..28 {
            let mut changed = bytes.clone();
            changed[at] = changed[at].wrapping_add(0x91);
            assert_eq!(decode(STAGE, &changed), None, "byte {at}");
        }
    }
}
