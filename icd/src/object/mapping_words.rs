//! Mappings as words, for binaries of shaders. Samplers are written as what they are, not where.

use lacuna_shaders::mapping::{HeapIndex, HeapPlace, Mapping, MappingSource};

use super::heap_sampler;

/// Words of a mapping.
pub(super) const WORDS: usize = 5 + SOURCE;
/// Words of a source: two places, two numbers, a sampler.
const SOURCE: usize = 2 * PLACE + 2 + heap_sampler::WORDS;
/// Words of a place in a heap.
const PLACE: usize = 6;

pub(super) fn encode(mapping: &Mapping) -> [u32; WORDS] {
    let mut words = [0; WORDS];
    let (tag, source) = encode_source(&mapping.source);
    words[..5].copy_from_slice(&[
        mapping.set,
        mapping.first_binding,
        mapping.binding_count,
        mapping.resources,
        tag,
    ]);
    words[5..].copy_from_slice(&source);
    words
}

fn encode_source(source: &MappingSource) -> (u32, [u32; SOURCE]) {
    let mut words = [0; SOURCE];
    let tag = match *source {
        MappingSource::Heap { place, sampler, combined, embedded } => {
            words[..PLACE].copy_from_slice(&encode_place(&place));
            words[PLACE..2 * PLACE].copy_from_slice(&encode_place(&sampler));
            words[2 * PLACE] = combined.into();
            if let Some(sampler) = embedded.and_then(heap_sampler::words_at) {
                words[2 * PLACE + 1] = 1;
                words[2 * PLACE + 2..].copy_from_slice(&sampler);
            }
            0
        }
        MappingSource::HeapData { offset, push_offset } => {
            [words[0], words[1]] = [offset, push_offset];
            1
        }
        MappingSource::PushData { offset } => {
            words[0] = offset;
            2
        }
        MappingSource::PushAddress { offset } => {
            words[0] = offset;
            3
        }
        MappingSource::IndirectAddress { push_offset, address_offset } => {
            [words[0], words[1]] = [push_offset, address_offset];
            4
        }
    };
    (tag, words)
}

fn encode_place(place: &HeapPlace) -> [u32; PLACE] {
    let [tag, a, b, stride] = match place.index {
        HeapIndex::Zero => [0; 4],
        HeapIndex::Push { offset, stride } => [1, offset, 0, stride],
        HeapIndex::Indirect { push_offset, address_offset, stride, array } => {
            [2 + u32::from(array), push_offset, address_offset, stride]
        }
    };
    [place.offset, place.array_stride, tag, a, b, stride]
}

/// `None` for words that are no mapping.
pub(super) fn decode(words: &[u32; WORDS]) -> Option<Mapping> {
    let (&[set, first_binding, binding_count, resources, tag], source) = words.split_first_chunk::<5>()?;
    let (first, rest) = source.split_first_chunk::<PLACE>()?;
    let (second, rest) = rest.split_first_chunk::<PLACE>()?;
    let (&[combined, is_embedded], sampler) = rest.split_first_chunk::<2>()?;
    let source = match tag {
        0 => MappingSource::Heap {
            place: decode_place(first)?,
            sampler: decode_place(second)?,
            combined: combined != 0,
            embedded: match is_embedded {
                0 => None,
                _ => Some(heap_sampler::address_of(*sampler.first_chunk()?)),
            },
        },
        1 => MappingSource::HeapData { offset: first[0], push_offset: first[1] },
        2 => MappingSource::PushData { offset: first[0] },
        3 => MappingSource::PushAddress { offset: first[0] },
        4 => MappingSource::IndirectAddress { push_offset: first[0], address_offset: first[1] },
        _ => return None,
    };
    Some(Mapping { set, first_binding, binding_count, resources, source })
}

fn decode_place(&[offset, array_stride, tag, a, b, stride]: &[u32; PLACE]) -> Option<HeapPlace> {
    let index = match tag {
        0 => HeapIndex::Zero,
        1 => HeapIndex::Push { offset: a, stride },
        2 | 3 => HeapIndex::Indirect { push_offset: a, address_offset: b, stride, array: tag == 3 },
        _ => return None,
    };
    Some(HeapPlace { offset, array_stride, index })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// One with all that a mapping can have.
    pub(in crate::object) fn mapping() -> Mapping {
        let index =
            |push_offset, array| HeapIndex::Indirect { push_offset, address_offset: 4, stride: 64, array };
        Mapping {
            set: 1,
            first_binding: 2,
            binding_count: 3,
            resources: 0x10,
            source: MappingSource::Heap {
                place: HeapPlace { offset: 128, array_stride: 64, index: index(8, true) },
                sampler: HeapPlace { offset: 32, array_stride: 32, index: index(16, false) },
                combined: true,
                embedded: Some(heap_sampler::address_of([1; heap_sampler::WORDS])),
            },
        }
    }

    #[test]
    fn what_was_encoded_is_decoded() {
        let sources = [
            mapping().source,
            MappingSource::HeapData { offset: 1, push_offset: 2 },
            MappingSource::PushData { offset: 3 },
            MappingSource::PushAddress { offset: 4 },
            MappingSource::IndirectAddress { push_offset: 5, address_offset: 6 },
        ];
        for source in sources {
            let mapping = Mapping { source, ..mapping() };
            assert_eq!(decode(&encode(&mapping)), Some(mapping));
        }
        assert_eq!(decode(&[9; WORDS]), None);
    }
}
