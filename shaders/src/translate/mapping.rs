//! Resources of shaders that use descriptor heaps: which mapping a variable has, and what it makes of a pointer.
//!
//! ```text
//!   a descriptor in a heap   Buffer { RESOURCE_HEAP, slot }       slot: the descriptor's offset / 64
//!   its sampler              (SAMPLER_HEAP, slot)                 offset / 32
//!   data in the heap         Buffer { HEAP_MEMORY, 0 }, at the data's offset
//!   push data                PushConstant, at their offset
//!   an address               Global
//! ```
//!
//! What a mapping reads (push data, memory) is read where the resource is used, so that nothing is read for resources that the
//! shader does not get to.

use spirv::{Decoration, StorageClass};

use super::Translator;
use super::pointer::{Layout, Pointer, Root};
use crate::CompileError;
use crate::abi::heap;
use crate::ir::{BinaryOp, Place, Type, Value};
use crate::mapping::{HeapIndex, HeapPlace, Mapping, MappingSource, resource};
use crate::spirv::types::Kind;

impl Translator<'_> {
    /// The pointer of a variable in a shader that uses heaps; `block` is the type without the array around it.
    pub(super) fn mapped_resource(
        &self,
        id: u32,
        (set, binding): (u32, u32),
        class: StorageClass,
        (ty, block): (u32, u32),
        mappings: &[Mapping],
    ) -> Pointer {
        let bit = self.resource_type(id, class, block);
        let found = mappings.iter().position(|mapping| {
            mapping.set == set
                && binding.checked_sub(mapping.first_binding).is_some_and(|n| n < mapping.binding_count)
                && mapping.resources & bit != 0
        });
        let root = match found {
            Some(mapping) => Root::Mapped {
                mapping: mapping as u32,
                index: binding - mappings[mapping].first_binding,
                constant: bit == resource::UNIFORM_BUFFER,
                array: ty != block,
            },
            None => Root::Unbound { set, binding },
        };
        Pointer::new(root, Layout::Explicit, ty)
    }

    /// Its bit of `VkSpirvResourceTypeFlagBitsEXT`.
    fn resource_type(&self, id: u32, class: StorageClass, block: u32) -> u32 {
        let decorations = &self.module.decorations;
        let members = 0..self.types.members(block).len() as u32;
        let read_only = decorations.has(id, Decoration::NonWritable)
            || !members.is_empty()
                && members.clone().all(|i| decorations.member(block, i, Decoration::NonWritable).is_some());
        match self.types.kind(block) {
            Kind::Sampler => resource::SAMPLER,
            Kind::SampledImage(_) => resource::COMBINED_SAMPLED_IMAGE,
            Kind::Image(ty) if !ty.storage && ty.dim != spirv::Dim::DimSubpassData => resource::SAMPLED_IMAGE,
            Kind::Image(_) if read_only => resource::READ_ONLY_IMAGE,
            Kind::Image(_) => resource::READ_WRITE_IMAGE,
            _ if class == StorageClass::Uniform && !decorations.has(block, Decoration::BufferBlock) => {
                resource::UNIFORM_BUFFER
            }
            _ if read_only => resource::READ_ONLY_STORAGE_BUFFER,
            _ => resource::READ_WRITE_STORAGE_BUFFER,
        }
    }

    /// What a pointer to a mapped resource points at, or of an array of them to an element.
    pub(super) fn mapped(
        &mut self,
        pointer: Pointer,
        element: Option<Value>,
    ) -> Result<Pointer, CompileError> {
        let Root::Mapped { mapping, index, constant, .. } = pointer.root else { return Ok(pointer) };
        let mapping = self.source.layout.mappings.as_ref().and_then(|all| all.get(mapping as usize)).copied();
        let mapping = mapping.ok_or(CompileError::unsupported("a mapping that is not there"))?;
        let kind = self.types.kind(pointer.ty);
        let mut mapped = pointer;
        mapped.root = match mapping.source {
            MappingSource::Heap { embedded: Some(address), .. } if kind == Kind::Sampler => {
                Root::Buffer { set: heap::EMBEDDED, slot: self.embedded(address), constant: false }
            }
            MappingSource::Heap { place, sampler, combined, embedded } => {
                let index = self.shader_index(index, element);
                let is_combined = matches!(kind, Kind::SampledImage(_));
                if is_combined {
                    let half = combined.then_some(Half::High);
                    // One index for both is that of the image.
                    let sampler =
                        HeapPlace { index: shared(combined, place.index, sampler.index), ..sampler };
                    mapped.sampler = Some(match embedded {
                        Some(address) => (heap::EMBEDDED, self.embedded(address)),
                        None => {
                            let offset = self.heap_offset(&sampler, half, index);
                            (heap::SAMPLER_HEAP, self.slot(offset, heap::SAMPLER_BYTES))
                        }
                    });
                }
                let offset = self.heap_offset(&place, (combined && is_combined).then_some(Half::Low), index);
                self.heap_root(offset, kind == Kind::Sampler, constant)
            }
            MappingSource::HeapData { offset, push_offset } => {
                let more = self.push_data(Type::I32, push_offset);
                mapped.dynamic = Some(self.resize_unsigned(more, Type::I64));
                mapped.constant = i64::from(offset);
                Root::Buffer { set: heap::HEAP_MEMORY, slot: self.builder.int(0), constant: true }
            }
            MappingSource::PushData { offset } => {
                mapped.constant = i64::from(offset);
                Root::PushConstant
            }
            MappingSource::PushAddress { offset } => Root::Global(self.push_data(Type::I64, offset)),
            MappingSource::IndirectAddress { push_offset, address_offset } => {
                let address = self.push_data(Type::I64, push_offset);
                Root::Global(self.word_at(Type::I64, address, address_offset.into()))
            }
        };
        Ok(mapped)
    }

    /// The descriptor at an offset in one of the heaps (`I32`).
    pub(super) fn heap_root(&mut self, offset: Value, is_sampler: bool, constant: bool) -> Root {
        let (set, bytes) = match is_sampler {
            true => (heap::SAMPLER_HEAP, heap::SAMPLER_BYTES),
            false => (heap::RESOURCE_HEAP, heap::RESOURCE_BYTES),
        };
        Root::Buffer { set, slot: self.slot(offset, bytes), constant }
    }

    fn slot(&mut self, offset: Value, bytes: u32) -> Value {
        let shift = self.builder.int(bytes.ilog2());
        self.builder.binary(BinaryOp::UShr, offset, shift)
    }

    /// A sampler's state in place of a slot.
    fn embedded(&mut self, address: u64) -> Value {
        self.builder.constant(Type::I64, address)
    }

    /// Binding and element, counted from the mapping's first.
    fn shader_index(&mut self, binding: u32, element: Option<Value>) -> Value {
        let binding = self.builder.int(binding);
        match element {
            Some(element) => {
                let element = self.resize_unsigned(element, Type::I32);
                self.builder.binary(BinaryOp::IAdd, binding, element)
            }
            None => binding,
        }
    }

    /// The offset of a descriptor in its heap.
    fn heap_offset(&mut self, place: &HeapPlace, half: Option<Half>, shader_index: Value) -> Value {
        let mut offset = self.builder.int(place.offset);
        let found = match place.index {
            HeapIndex::Zero => None,
            HeapIndex::Push { offset, stride } => Some((self.push_data(Type::I32, offset), stride)),
            HeapIndex::Indirect { push_offset, address_offset, stride, array } => {
                let mut address = self.push_data(Type::I64, push_offset);
                if array {
                    let index = self.resize_unsigned(shader_index, Type::I64);
                    let four = self.builder.constant(Type::I64, 4);
                    let more = self.builder.binary(BinaryOp::IMul, index, four);
                    address = self.builder.binary(BinaryOp::IAdd, address, more);
                }
                Some((self.word_at(Type::I32, address, address_offset.into()), stride))
            }
        };
        if let Some((index, stride)) = found {
            let index = self.half(index, half);
            offset = self.plus_scaled(offset, index, stride);
        }
        self.plus_scaled(offset, shader_index, place.array_stride)
    }

    fn plus_scaled(&mut self, offset: Value, index: Value, stride: u32) -> Value {
        let stride = self.builder.int(stride);
        let more = self.builder.binary(BinaryOp::IMul, index, stride);
        self.builder.binary(BinaryOp::IAdd, offset, more)
    }

    fn half(&mut self, index: Value, half: Option<Half>) -> Value {
        match half {
            None => index,
            Some(Half::Low) => {
                let mask = self.builder.int(0xf_ffff);
                self.builder.binary(BinaryOp::And, index, mask)
            }
            Some(Half::High) => {
                let shift = self.builder.int(20);
                self.builder.binary(BinaryOp::UShr, index, shift)
            }
        }
    }

    fn push_data(&mut self, ty: Type, offset: u32) -> Value {
        let offset = self.builder.int(offset);
        self.builder.load_constant(ty, Place::PushConstant { offset })
    }

    fn word_at(&mut self, ty: Type, address: Value, offset: u64) -> Value {
        let offset = self.builder.constant(Type::I64, offset);
        let address = self.builder.binary(BinaryOp::IAdd, address, offset);
        self.builder.load(ty, Place::Global { address })
    }
}

/// Which part of an index that is one for image and sampler.
#[derive(Clone, Copy)]
enum Half {
    /// The image's.
    Low,
    /// The sampler's.
    High,
}

/// Where a sampler's index is: where that of the image is, if they are one, with the sampler's stride.
fn shared(combined: bool, image: HeapIndex, sampler: HeapIndex) -> HeapIndex {
    match (image, sampler) {
        (HeapIndex::Push { offset, .. }, HeapIndex::Push { stride, .. }) if combined => {
            HeapIndex::Push { offset, stride }
        }
        (
            HeapIndex::Indirect { push_offset, address_offset, array, .. },
            HeapIndex::Indirect { stride, .. },
        ) if combined => HeapIndex::Indirect { push_offset, address_offset, stride, array },
        _ => sampler,
    }
}
