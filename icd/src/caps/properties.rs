//! The structures of the chain of `vkGetPhysicalDeviceProperties2`.

use std::ffi::{CStr, c_char};

use ash::vk;
use lacuna_shaders::abi;

use super::extensions::write_name;
use super::graphics;
use super::limits::{self, MAX_DESCRIPTORS, MAX_DYNAMIC};
use crate::newer::{PhysicalDeviceLayeredApiPropertiesListKHR, all};
use crate::object::border_colors::MAX_BORDER_COLORS;
use crate::object::{heap_descriptor, shader_binary};
use crate::pnext::Node;

/// Subgroup operations that shaders have.
const SUBGROUP_OPERATIONS: vk::SubgroupFeatureFlags = vk::SubgroupFeatureFlags::from_raw(
    vk::SubgroupFeatureFlags::BASIC.as_raw()
        | vk::SubgroupFeatureFlags::VOTE.as_raw()
        | vk::SubgroupFeatureFlags::ARITHMETIC.as_raw()
        | vk::SubgroupFeatureFlags::BALLOT.as_raw()
        | vk::SubgroupFeatureFlags::SHUFFLE.as_raw()
        | vk::SubgroupFeatureFlags::SHUFFLE_RELATIVE.as_raw()
        | vk::SubgroupFeatureFlags::CLUSTERED.as_raw()
        | vk::SubgroupFeatureFlags::QUAD.as_raw()
        | vk::SubgroupFeatureFlags::PARTITIONED_NV.as_raw()
        | vk::SubgroupFeatureFlags::ROTATE_KHR.as_raw()
        | vk::SubgroupFeatureFlags::ROTATE_CLUSTERED_KHR.as_raw(),
);
/// Stages that have them.
const SUBGROUP_STAGES: vk::ShaderStageFlags = vk::ShaderStageFlags::from_raw(
    vk::ShaderStageFlags::COMPUTE.as_raw() | vk::ShaderStageFlags::ALL_GRAPHICS.as_raw(),
);
/// Points are clipped against the view volume like everything else.
const POINT_CLIPPING: vk::PointClippingBehavior = vk::PointClippingBehavior::ALL_CLIP_PLANES;

/// How deep secondaries may execute secondaries: each level is one of the executing thread's stack.
const MAX_NESTING: u32 = 64;

/// Property structures: makes what fills them. Members that are not named are zero. A version's structure has the members
/// of the structures that became part of it, and some of its own.
macro_rules! properties {
    ($(in $version:ident of {
        $($structure:ident { $($member:ident: $value:expr),* $(,)? })*
    } and {
        $($own:ident: $own_value:expr),* $(,)?
    })* alone {
        $($single:ident { $($single_member:ident: $single_value:expr),* $(,)? })*
    }) => {
        /// Fills one structure, if it is known, as all devices of a group have it.
        fn fill_common(node: &mut Node) {
            let _ = $(node.fill(|properties: &mut vk::$version<'_>| {
                *properties = vk::$version::default();
                $($(properties.$member = $value;)*)*
                $(properties.$own = $own_value;)*
            })
            $(|| node.fill(|properties: &mut vk::$structure<'_>| {
                *properties = vk::$structure::default();
                $(properties.$member = $value;)*
            }))* ||)*
            $(node.fill(|properties: &mut all::$single<'_>| {
                *properties = all::$single::default();
                $(properties.$single_member = $single_value;)*
            }) ||)* false;
        }
    };
}

properties! {
    in PhysicalDeviceVulkan11Properties of {
        // Memory is shared with processes that have this driver, too.
        PhysicalDeviceIDProperties { device_uuid: limits::uuid(b"device"), driver_uuid: limits::uuid(b"driver") }
        PhysicalDeviceMaintenance3Properties {
            max_per_set_descriptors: limits::MAX_SET_DESCRIPTORS, max_memory_allocation_size: limits::MAX_ALLOCATION,
        }
        PhysicalDeviceMultiviewProperties {
            max_multiview_view_count: graphics::MAX_VIEWS, max_multiview_instance_index: u32::MAX,
        }
        PhysicalDevicePointClippingProperties { point_clipping_behavior: POINT_CLIPPING }
        PhysicalDeviceProtectedMemoryProperties {}
    } and {
        subgroup_size: abi::LANES,
        subgroup_supported_stages: SUBGROUP_STAGES,
        subgroup_supported_operations: SUBGROUP_OPERATIONS,
        subgroup_quad_operations_in_all_stages: vk::TRUE,
    }
    in PhysicalDeviceVulkan12Properties of {
        // No identifier of this driver is registered, and no version of the conformance tests was submitted.
        PhysicalDeviceDriverProperties { driver_name: name(c"Lacuna"), driver_info: name(c"") }
        // All descriptors of a set are alike and are read when a dispatch runs.
        PhysicalDeviceDescriptorIndexingProperties {
            max_update_after_bind_descriptors_in_all_pools: MAX_DESCRIPTORS,
            shader_uniform_buffer_array_non_uniform_indexing_native: vk::TRUE,
            shader_storage_buffer_array_non_uniform_indexing_native: vk::TRUE,
            shader_storage_image_array_non_uniform_indexing_native: vk::TRUE,
            shader_sampled_image_array_non_uniform_indexing_native: vk::TRUE,
            shader_input_attachment_array_non_uniform_indexing_native: vk::TRUE,
            robust_buffer_access_update_after_bind: vk::TRUE,
            max_per_stage_descriptor_update_after_bind_samplers: MAX_DESCRIPTORS,
            max_per_stage_descriptor_update_after_bind_uniform_buffers: MAX_DESCRIPTORS,
            max_per_stage_descriptor_update_after_bind_storage_buffers: MAX_DESCRIPTORS,
            max_per_stage_descriptor_update_after_bind_sampled_images: MAX_DESCRIPTORS,
            max_per_stage_descriptor_update_after_bind_storage_images: MAX_DESCRIPTORS,
            max_per_stage_descriptor_update_after_bind_input_attachments: MAX_DESCRIPTORS,
            max_per_stage_update_after_bind_resources: MAX_DESCRIPTORS,
            max_descriptor_set_update_after_bind_samplers: MAX_DESCRIPTORS,
            max_descriptor_set_update_after_bind_uniform_buffers: MAX_DESCRIPTORS,
            max_descriptor_set_update_after_bind_uniform_buffers_dynamic: MAX_DYNAMIC,
            max_descriptor_set_update_after_bind_storage_buffers: MAX_DESCRIPTORS,
            max_descriptor_set_update_after_bind_storage_buffers_dynamic: MAX_DYNAMIC,
            max_descriptor_set_update_after_bind_sampled_images: MAX_DESCRIPTORS,
            max_descriptor_set_update_after_bind_storage_images: MAX_DESCRIPTORS,
            max_descriptor_set_update_after_bind_input_attachments: MAX_DESCRIPTORS,
        }
        // Arithmetic is the processor's, which rounds to nearest and keeps denormals.
        PhysicalDeviceFloatControlsProperties {
            denorm_behavior_independence: vk::ShaderFloatControlsIndependence::ALL,
            rounding_mode_independence: vk::ShaderFloatControlsIndependence::ALL,
            shader_signed_zero_inf_nan_preserve_float16: vk::TRUE,
            shader_signed_zero_inf_nan_preserve_float32: vk::TRUE,
            shader_signed_zero_inf_nan_preserve_float64: vk::TRUE,
            shader_denorm_preserve_float16: vk::TRUE,
            shader_denorm_preserve_float32: vk::TRUE,
            shader_denorm_preserve_float64: vk::TRUE,
            shader_rounding_mode_rte_float16: vk::TRUE,
            shader_rounding_mode_rte_float32: vk::TRUE,
            shader_rounding_mode_rte_float64: vk::TRUE,
        }
        PhysicalDeviceDepthStencilResolveProperties {
            supported_depth_resolve_modes: graphics::DEPTH_RESOLVES,
            supported_stencil_resolve_modes: graphics::STENCIL_RESOLVES,
            independent_resolve_none: vk::TRUE,
            independent_resolve: vk::TRUE,
        }
        PhysicalDeviceSamplerFilterMinmaxProperties {
            filter_minmax_single_component_formats: vk::TRUE, filter_minmax_image_component_mapping: vk::TRUE,
        }
        PhysicalDeviceTimelineSemaphoreProperties { max_timeline_semaphore_value_difference: u64::MAX }
    } and { framebuffer_integer_color_sample_counts: limits::SAMPLES }
    in PhysicalDeviceVulkan13Properties of {
        PhysicalDeviceInlineUniformBlockProperties {
            max_inline_uniform_block_size: limits::MAX_INLINE_BYTES,
            max_per_stage_descriptor_inline_uniform_blocks: MAX_DESCRIPTORS,
            max_per_stage_descriptor_update_after_bind_inline_uniform_blocks: MAX_DESCRIPTORS,
            max_descriptor_set_inline_uniform_blocks: MAX_DESCRIPTORS,
            max_descriptor_set_update_after_bind_inline_uniform_blocks: MAX_DESCRIPTORS,
        }
        PhysicalDeviceMaintenance4Properties { max_buffer_size: limits::MAX_ALLOCATION }
        PhysicalDeviceShaderIntegerDotProductProperties {}
        PhysicalDeviceSubgroupSizeControlProperties {
            min_subgroup_size: abi::LANES,
            max_subgroup_size: abi::LANES,
            max_compute_workgroup_subgroups: limits::MAX_WORKGROUP_INVOCATIONS / abi::LANES,
            required_subgroup_size_stages: vk::ShaderStageFlags::COMPUTE,
        }
        PhysicalDeviceTexelBufferAlignmentProperties {
            storage_texel_buffer_offset_alignment_bytes: limits::OFFSET_ALIGNMENT,
            uniform_texel_buffer_offset_alignment_bytes: limits::OFFSET_ALIGNMENT,
        }
    } and { max_inline_uniform_total_size: limits::MAX_INLINE_BYTES }
    alone {
        PhysicalDeviceConservativeRasterizationPropertiesEXT {
            max_extra_primitive_overestimation_size: graphics::MAX_EXTRA_OVERESTIMATION,
            extra_primitive_overestimation_size_granularity: 1.0 / 256.0,
        }
        PhysicalDeviceExtendedDynamicState3PropertiesEXT { dynamic_primitive_topology_unrestricted: vk::TRUE }
        PhysicalDeviceGraphicsPipelineLibraryPropertiesEXT {
            graphics_pipeline_library_fast_linking: vk::TRUE,
            graphics_pipeline_library_independent_interpolation_decoration: vk::TRUE,
        }
        PhysicalDeviceExternalMemoryHostPropertiesEXT {
            min_imported_host_pointer_alignment: lacuna_vm::PAGE_SIZE,
        }
        PhysicalDeviceLineRasterizationPropertiesKHR { line_sub_pixel_precision_bits: 8 }
        PhysicalDeviceCustomBorderColorPropertiesEXT { max_custom_border_color_samplers: MAX_BORDER_COLORS }
        PhysicalDeviceMultiDrawPropertiesEXT { max_multi_draw_count: 1 << 20 }
        PhysicalDeviceProvokingVertexPropertiesEXT {
            provoking_vertex_mode_per_pipeline: vk::TRUE,
            transform_feedback_preserves_triangle_fan_provoking_vertex: vk::TRUE,
        }
        PhysicalDeviceSampleLocationsPropertiesEXT {
            sample_location_sample_counts: limits::SAMPLES,
            max_sample_location_grid_size: vk::Extent2D { width: 2, height: 2 },
            sample_location_coordinate_range: [0.0, 0.9375],
            sample_location_sub_pixel_bits: 4,
            variable_sample_locations: vk::TRUE,
        }
        PhysicalDeviceShaderObjectPropertiesEXT {
            shader_binary_uuid: limits::uuid(b"binary"), shader_binary_version: shader_binary::VERSION,
        }
        PhysicalDeviceTransformFeedbackPropertiesEXT {
            max_transform_feedback_streams: 4,
            max_transform_feedback_buffers: 4,
            max_transform_feedback_buffer_size: limits::MAX_ALLOCATION,
            max_transform_feedback_stream_data_size: 512,
            max_transform_feedback_buffer_data_size: 512,
            max_transform_feedback_buffer_data_stride: 2048,
            transform_feedback_queries: vk::TRUE,
            transform_feedback_streams_lines_triangles: vk::TRUE,
            transform_feedback_rasterization_stream_select: vk::TRUE,
            transform_feedback_draw: vk::TRUE,
        }
        PhysicalDeviceVertexAttributeDivisorPropertiesKHR {
            max_vertex_attrib_divisor: u32::MAX, supports_non_zero_first_instance: vk::TRUE,
        }
        PhysicalDeviceVertexAttributeDivisorPropertiesEXT { max_vertex_attrib_divisor: u32::MAX }
        PhysicalDeviceCopyMemoryIndirectPropertiesKHR {
            supported_queues: vk::QueueFlags::GRAPHICS | vk::QueueFlags::COMPUTE | vk::QueueFlags::TRANSFER,
        }
        // Descriptors are what sets hold, and nothing else is kept in heaps.
        PhysicalDeviceDescriptorHeapPropertiesEXT {
            sampler_heap_alignment: heap_descriptor::HEAP_ALIGNMENT,
            resource_heap_alignment: heap_descriptor::HEAP_ALIGNMENT,
            max_sampler_heap_size: u64::from(abi::heap::SAMPLER_BYTES) << 12,
            max_resource_heap_size: u64::from(abi::heap::RESOURCE_BYTES) << 20,
            sampler_descriptor_size: abi::heap::SAMPLER_BYTES.into(),
            image_descriptor_size: abi::heap::RESOURCE_BYTES.into(),
            buffer_descriptor_size: abi::heap::RESOURCE_BYTES.into(),
            sampler_descriptor_alignment: abi::heap::SAMPLER_BYTES.into(),
            image_descriptor_alignment: abi::heap::RESOURCE_BYTES.into(),
            buffer_descriptor_alignment: abi::heap::RESOURCE_BYTES.into(),
            max_push_data_size: abi::MAX_PUSH_CONSTANTS as u64,
            max_descriptor_heap_embedded_samplers: 1 << 20,
            sampler_ycbcr_conversion_count: 1,
        }
        // Samples are counted when early tests are done, which the sample mask precedes and the shader's own coverage follows.
        // Lines are strict.
        PhysicalDeviceMaintenance5PropertiesKHR {
            early_fragment_multisample_coverage_after_sample_counting: vk::TRUE,
            early_fragment_sample_mask_test_before_sample_counting: vk::TRUE,
            depth_stencil_swizzle_one_support: vk::TRUE,
        }
        // A sampler and an image take one descriptor, and no image has more planes than fit there.
        PhysicalDeviceMaintenance6PropertiesKHR { max_combined_image_sampler_descriptor_count: 1 }
        PhysicalDeviceMaintenance7PropertiesKHR {
            robust_fragment_shading_rate_attachment_access: vk::FALSE,
            separate_depth_stencil_attachment_access: vk::TRUE,
            max_descriptor_set_total_uniform_buffers_dynamic: MAX_DYNAMIC,
            max_descriptor_set_total_storage_buffers_dynamic: MAX_DYNAMIC,
            max_descriptor_set_total_buffers_dynamic: 2 * MAX_DYNAMIC,
            max_descriptor_set_update_after_bind_total_uniform_buffers_dynamic: MAX_DYNAMIC,
            max_descriptor_set_update_after_bind_total_storage_buffers_dynamic: MAX_DYNAMIC,
            max_descriptor_set_update_after_bind_total_buffers_dynamic: 2 * MAX_DYNAMIC,
        }
        PhysicalDeviceNestedCommandBufferPropertiesEXT { max_command_buffer_nesting_level: MAX_NESTING }
        PhysicalDevicePushDescriptorPropertiesKHR { max_push_descriptors: 1024 }
        PhysicalDeviceRobustness2PropertiesEXT {
            robust_storage_buffer_access_size_alignment: 1, robust_uniform_buffer_access_size_alignment: 1,
        }
        PhysicalDeviceSubgroupProperties {
            subgroup_size: abi::LANES,
            supported_stages: SUBGROUP_STAGES,
            supported_operations: SUBGROUP_OPERATIONS,
            quad_operations_in_all_stages: vk::TRUE,
        }
    }
}

/// Fills one structure, if it is known, of the device of a number.
pub fn fill(node: &mut Node, index: u32) {
    fill_common(node);
    // The list is the application's; no other API is underneath.
    let _ = node.fill(|list: &mut PhysicalDeviceLayeredApiPropertiesListKHR<'_>| list.layered_api_count = 0);
    let own = |uuid: &mut [u8; vk::UUID_SIZE]| uuid[vk::UUID_SIZE - 1] ^= index as u8;
    let _ = node
        .fill(|properties: &mut vk::PhysicalDeviceVulkan11Properties<'_>| own(&mut properties.device_uuid))
        || node.fill(|properties: &mut vk::PhysicalDeviceIDProperties<'_>| own(&mut properties.device_uuid));
}

/// A text in an array of a Vulkan structure.
fn name<const N: usize>(text: &CStr) -> [c_char; N] {
    let mut array = [0; N];
    write_name(&mut array, text);
    array
}
