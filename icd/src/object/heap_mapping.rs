//! `VkShaderDescriptorSetAndBindingMappingInfoEXT`: where shaders that use heaps find their resources.

use std::ffi::c_void;

use ash::vk;
use lacuna_shaders::Layout;
use lacuna_shaders::mapping::{HeapIndex, HeapPlace, Mapping, MappingSource};

use super::heap_sampler;
use crate::error::Error;
use crate::guard::slice;
use crate::newer::{
    DescriptorSetAndBindingMappingEXT, ShaderDescriptorSetAndBindingMappingInfoEXT, mapping_source,
};
use crate::pnext;

/// The layout of a shader that uses heaps.
///
/// # Errors
/// [`Error::InvalidUsage`] for sources that this device does not have.
///
/// # Safety
/// The chain of a valid create info of a shader.
pub unsafe fn layout(chain: *const c_void) -> Result<Layout, Error> {
    // SAFETY: this function's contract.
    let info = unsafe { pnext::find::<ShaderDescriptorSetAndBindingMappingInfoEXT<'_>>(chain) };
    // SAFETY: members of a valid structure.
    let mappings = info.map_or(&[][..], |info| unsafe { slice(info.p_mappings, info.mapping_count) });
    // SAFETY: elements of a valid structure.
    let mappings = mappings.iter().map(|mapping| unsafe { read(mapping) }).collect::<Result<_, _>>()?;
    Ok(Layout { mappings: Some(mappings), ..Layout::default() })
}

/// # Safety
/// A valid structure.
unsafe fn read(info: &DescriptorSetAndBindingMappingEXT<'_>) -> Result<Mapping, Error> {
    Ok(Mapping {
        set: info.descriptor_set,
        first_binding: info.first_binding,
        binding_count: info.binding_count,
        resources: info.resource_mask,
        // SAFETY: this function's contract.
        source: unsafe { source(info)? },
    })
}

/// # Safety
/// A valid structure.
unsafe fn source(info: &DescriptorSetAndBindingMappingEXT<'_>) -> Result<MappingSource, Error> {
    let place = |offset, array_stride, index| HeapPlace { offset, array_stride, index };
    // SAFETY: null or a valid structure.
    let embedded = |sampler: *const vk::SamplerCreateInfo<'_>| unsafe {
        sampler.as_ref().map(|sampler| heap_sampler::address(sampler))
    };
    let data = &info.source_data;
    // SAFETY: the source says which member is valid; the others are not read.
    let source = unsafe {
        match info.source {
            mapping_source::HEAP_WITH_CONSTANT_OFFSET => {
                let data = data.constant_offset;
                MappingSource::Heap {
                    place: place(data.heap_offset, data.heap_array_stride, HeapIndex::Zero),
                    sampler: place(data.sampler_heap_offset, data.sampler_heap_array_stride, HeapIndex::Zero),
                    combined: false,
                    embedded: embedded(data.p_embedded_sampler),
                }
            }
            mapping_source::HEAP_WITH_PUSH_INDEX => {
                let data = data.push_index;
                let index = |offset, stride| HeapIndex::Push { offset, stride };
                let sampler = index(data.sampler_push_offset, data.sampler_heap_index_stride);
                MappingSource::Heap {
                    place: place(
                        data.heap_offset,
                        data.heap_array_stride,
                        index(data.push_offset, data.heap_index_stride),
                    ),
                    sampler: place(data.sampler_heap_offset, data.sampler_heap_array_stride, sampler),
                    combined: data.use_combined_image_sampler_index != vk::FALSE,
                    embedded: embedded(data.p_embedded_sampler),
                }
            }
            mapping_source::HEAP_WITH_INDIRECT_INDEX => {
                let data = data.indirect_index;
                let index = indirect(false);
                let resource = index(data.push_offset, data.address_offset, data.heap_index_stride);
                let sampler = index(
                    data.sampler_push_offset,
                    data.sampler_address_offset,
                    data.sampler_heap_index_stride,
                );
                MappingSource::Heap {
                    place: place(data.heap_offset, data.heap_array_stride, resource),
                    sampler: place(data.sampler_heap_offset, data.sampler_heap_array_stride, sampler),
                    combined: data.use_combined_image_sampler_index != vk::FALSE,
                    embedded: embedded(data.p_embedded_sampler),
                }
            }
            mapping_source::HEAP_WITH_INDIRECT_INDEX_ARRAY => {
                let data = data.indirect_index_array;
                let index = indirect(true);
                let resource = index(data.push_offset, data.address_offset, data.heap_index_stride);
                let sampler = index(
                    data.sampler_push_offset,
                    data.sampler_address_offset,
                    data.sampler_heap_index_stride,
                );
                MappingSource::Heap {
                    place: place(data.heap_offset, 0, resource),
                    sampler: place(data.sampler_heap_offset, 0, sampler),
                    combined: data.use_combined_image_sampler_index != vk::FALSE,
                    embedded: embedded(data.p_embedded_sampler),
                }
            }
            mapping_source::RESOURCE_HEAP_DATA => {
                let data = data.heap_data;
                MappingSource::HeapData { offset: data.heap_offset, push_offset: data.push_offset }
            }
            mapping_source::PUSH_DATA => MappingSource::PushData { offset: data.push_data_offset },
            mapping_source::PUSH_ADDRESS => MappingSource::PushAddress { offset: data.push_address_offset },
            mapping_source::INDIRECT_ADDRESS => {
                let data = data.indirect_address;
                MappingSource::IndirectAddress {
                    push_offset: data.push_offset,
                    address_offset: data.address_offset,
                }
            }
            // There are no shader records without ray tracing.
            _ => {
                return Err(Error::InvalidUsage("VUID-VkDescriptorSetAndBindingMappingEXT-source-parameter"));
            }
        }
    };
    Ok(source)
}

/// Makes indices that are read from memory at an address among the push data: one, or one for each element of an array.
fn indirect(array: bool) -> impl Fn(u32, u32, u32) -> HeapIndex {
    move |push_offset, address_offset, stride| HeapIndex::Indirect {
        push_offset,
        address_offset,
        stride,
        array,
    }
}
