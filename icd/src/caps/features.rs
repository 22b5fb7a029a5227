//! The features that this driver advertises, and the check that a device asks for no others.
//!
//! One line per feature structure; everything not named is false.

use std::ffi::c_void;

use ash::vk;

use super::graphics;
use crate::error::Error;
use crate::newer::all;
use crate::pnext::{self, Node};

/// The features of Vulkan 1.0.
pub fn core() -> vk::PhysicalDeviceFeatures {
    let others = vk::PhysicalDeviceFeatures::default()
        .robust_buffer_access(true)
        .shader_float64(true)
        .shader_int64(true)
        .shader_int16(true)
        .shader_uniform_buffer_array_dynamic_indexing(true)
        .shader_storage_buffer_array_dynamic_indexing(true)
        .sparse_binding(true)
        .sparse_residency_buffer(true)
        .sparse_residency_aliased(true)
        .sparse_residency_image2_d(true)
        .sparse_residency_image3_d(true)
        .sparse_residency2_samples(true)
        .sparse_residency4_samples(true)
        .sparse_residency8_samples(true)
        .sparse_residency16_samples(true)
        .image_cube_array(true)
        .sampler_anisotropy(true)
        .texture_compression_bc(true)
        .texture_compression_etc2(true)
        .texture_compression_astc_ldr(true)
        .shader_image_gather_extended(true)
        .shader_storage_image_extended_formats(true)
        .shader_storage_image_multisample(true)
        .shader_storage_image_read_without_format(true)
        .shader_storage_image_write_without_format(true)
        .shader_sampled_image_array_dynamic_indexing(true)
        .shader_storage_image_array_dynamic_indexing(true)
        .shader_resource_residency(true)
        .shader_resource_min_lod(true)
        .texture_compression_bc(true)
        .texture_compression_etc2(true)
        .texture_compression_astc_ldr(true);
    graphics::features(others)
}

/// Feature structures with all their members: makes what fills them in a query and what checks them at device creation.
/// A version's structure has the members of the structures that became part of it, and some of its own. All of them are
/// known whatever version the device has, so that asking for a feature that is not there is noticed.
macro_rules! features {
    ($(in $version:ident of {
        $($structure:ident { $($member:ident: $value:literal),* $(,)? })*
    } and {
        $($own:ident: $own_value:literal),* $(,)?
    })* alone {
        $($single:ident { $($single_member:ident: $single_value:literal),* $(,)? })*
    }) => {
        /// Fills one structure of the chain of `vkGetPhysicalDeviceFeatures2`, if it is known.
        pub fn fill(node: &mut Node) {
            let _ = $(node.fill(|features: &mut vk::$version<'_>| {
                $($(features.$member = $value.into();)*)*
                $(features.$own = $own_value.into();)*
            })
            $(|| node.fill(|features: &mut vk::$structure<'_>| { $(features.$member = $value.into();)* }))* ||)*
            $(node.fill(|features: &mut all::$single<'_>| {
                $(features.$single_member = $single_value.into();)*
            }) ||)* false;
        }

        /// Refuses features of the chain of `vkCreateDevice` that [`fill`] does not report.
        unsafe fn check_chain(chain: *const c_void) -> Result<(), Error> {
            $(
                // SAFETY: the caller's contract.
                if let Some(wanted) = unsafe { pnext::find::<vk::$version<'_>>(chain) } {
                    $($(refuse(wanted.$member, $value, stringify!($member))?;)*)*
                    $(refuse(wanted.$own, $own_value, stringify!($own))?;)*
                }
                $(
                    // SAFETY: the caller's contract.
                    if let Some(wanted) = unsafe { pnext::find::<vk::$structure<'_>>(chain) } {
                        $(refuse(wanted.$member, $value, stringify!($member))?;)*
                    }
                )*
            )*
            $(
                // SAFETY: the caller's contract.
                if let Some(wanted) = unsafe { pnext::find::<all::$single<'_>>(chain) } {
                    $(refuse(wanted.$single_member, $single_value, stringify!($single_member))?;)*
                }
            )*
            Ok(())
        }
    };
}

features! {
    in PhysicalDeviceVulkan11Features of {
        PhysicalDevice16BitStorageFeatures {
            storage_buffer16_bit_access: true, uniform_and_storage_buffer16_bit_access: true,
            storage_push_constant16: true, storage_input_output16: true,
        }
        PhysicalDeviceMultiviewFeatures {
            multiview: true, multiview_geometry_shader: true, multiview_tessellation_shader: true,
        }
        PhysicalDeviceProtectedMemoryFeatures { protected_memory: false }
        PhysicalDeviceSamplerYcbcrConversionFeatures { sampler_ycbcr_conversion: true }
        PhysicalDeviceShaderDrawParametersFeatures { shader_draw_parameters: true }
        PhysicalDeviceVariablePointersFeatures { variable_pointers_storage_buffer: true, variable_pointers: true }
    } and {}
    in PhysicalDeviceVulkan12Features of {
        PhysicalDevice8BitStorageFeatures {
            storage_buffer8_bit_access: true, uniform_and_storage_buffer8_bit_access: true, storage_push_constant8: true,
        }
        PhysicalDeviceBufferDeviceAddressFeatures {
            buffer_device_address: true, buffer_device_address_capture_replay: true,
            buffer_device_address_multi_device: true,
        }
        PhysicalDeviceDescriptorIndexingFeatures {
            shader_input_attachment_array_dynamic_indexing: true,
            shader_uniform_texel_buffer_array_dynamic_indexing: true,
            shader_storage_texel_buffer_array_dynamic_indexing: true,
            shader_uniform_buffer_array_non_uniform_indexing: true,
            shader_sampled_image_array_non_uniform_indexing: true,
            shader_storage_buffer_array_non_uniform_indexing: true,
            shader_storage_image_array_non_uniform_indexing: true,
            shader_input_attachment_array_non_uniform_indexing: true,
            shader_uniform_texel_buffer_array_non_uniform_indexing: true,
            shader_storage_texel_buffer_array_non_uniform_indexing: true,
            descriptor_binding_uniform_buffer_update_after_bind: true,
            descriptor_binding_sampled_image_update_after_bind: true,
            descriptor_binding_storage_image_update_after_bind: true,
            descriptor_binding_storage_buffer_update_after_bind: true,
            descriptor_binding_uniform_texel_buffer_update_after_bind: true,
            descriptor_binding_storage_texel_buffer_update_after_bind: true,
            descriptor_binding_update_unused_while_pending: true,
            descriptor_binding_partially_bound: true,
            descriptor_binding_variable_descriptor_count: true,
            runtime_descriptor_array: true,
        }
        PhysicalDeviceHostQueryResetFeatures { host_query_reset: true }
        PhysicalDeviceImagelessFramebufferFeatures { imageless_framebuffer: true }
        PhysicalDeviceScalarBlockLayoutFeatures { scalar_block_layout: true }
        PhysicalDeviceSeparateDepthStencilLayoutsFeatures { separate_depth_stencil_layouts: true }
        PhysicalDeviceShaderAtomicInt64Features {
            shader_buffer_int64_atomics: true, shader_shared_int64_atomics: true,
        }
        PhysicalDeviceShaderFloat16Int8Features { shader_float16: true, shader_int8: true }
        PhysicalDeviceShaderSubgroupExtendedTypesFeatures { shader_subgroup_extended_types: true }
        PhysicalDeviceTimelineSemaphoreFeatures { timeline_semaphore: true }
        PhysicalDeviceUniformBufferStandardLayoutFeatures { uniform_buffer_standard_layout: true }
        PhysicalDeviceVulkanMemoryModelFeatures {
            vulkan_memory_model: true, vulkan_memory_model_device_scope: true,
            vulkan_memory_model_availability_visibility_chains: true,
        }
    } and {
        sampler_mirror_clamp_to_edge: true, draw_indirect_count: true, descriptor_indexing: true,
        sampler_filter_minmax: true, shader_output_viewport_index: true, shader_output_layer: true,
        subgroup_broadcast_dynamic_id: true,
    }
    in PhysicalDeviceVulkan13Features of {
        PhysicalDeviceDynamicRenderingFeatures { dynamic_rendering: true }
        PhysicalDeviceImageRobustnessFeatures { robust_image_access: true }
        PhysicalDeviceInlineUniformBlockFeatures {
            inline_uniform_block: true, descriptor_binding_inline_uniform_block_update_after_bind: true,
        }
        PhysicalDeviceMaintenance4Features { maintenance4: true }
        PhysicalDevicePipelineCreationCacheControlFeatures { pipeline_creation_cache_control: true }
        PhysicalDevicePrivateDataFeatures { private_data: true }
        PhysicalDeviceShaderDemoteToHelperInvocationFeatures { shader_demote_to_helper_invocation: true }
        PhysicalDeviceShaderIntegerDotProductFeatures { shader_integer_dot_product: true }
        PhysicalDeviceShaderTerminateInvocationFeatures { shader_terminate_invocation: true }
        PhysicalDeviceSubgroupSizeControlFeatures { subgroup_size_control: true, compute_full_subgroups: true }
        PhysicalDeviceSynchronization2Features { synchronization2: true }
        PhysicalDeviceTextureCompressionASTCHDRFeatures { texture_compression_astc_hdr: true }
        PhysicalDeviceZeroInitializeWorkgroupMemoryFeatures { shader_zero_initialize_workgroup_memory: true }
    } and {}
    alone {
        PhysicalDeviceFragmentShaderInterlockFeaturesEXT {
            fragment_shader_sample_interlock: true, fragment_shader_pixel_interlock: true,
            fragment_shader_shading_rate_interlock: false,
        }
        PhysicalDeviceConditionalRenderingFeaturesEXT {
            conditional_rendering: true, inherited_conditional_rendering: true,
        }
        PhysicalDeviceColorWriteEnableFeaturesEXT { color_write_enable: true }
        PhysicalDeviceExtendedDynamicStateFeaturesEXT { extended_dynamic_state: true }
        PhysicalDeviceExtendedDynamicState2FeaturesEXT {
            extended_dynamic_state2: true, extended_dynamic_state2_logic_op: true,
            extended_dynamic_state2_patch_control_points: true,
        }
        PhysicalDeviceExtendedDynamicState3FeaturesEXT {
            extended_dynamic_state3_tessellation_domain_origin: true,
            extended_dynamic_state3_depth_clamp_enable: true,
            extended_dynamic_state3_polygon_mode: true,
            extended_dynamic_state3_rasterization_samples: true,
            extended_dynamic_state3_sample_mask: true,
            extended_dynamic_state3_alpha_to_coverage_enable: true,
            extended_dynamic_state3_alpha_to_one_enable: true,
            extended_dynamic_state3_logic_op_enable: true,
            extended_dynamic_state3_color_blend_enable: true,
            extended_dynamic_state3_color_blend_equation: true,
            extended_dynamic_state3_color_write_mask: true,
            extended_dynamic_state3_rasterization_stream: true,
            extended_dynamic_state3_conservative_rasterization_mode: true,
            extended_dynamic_state3_extra_primitive_overestimation_size: true,
            extended_dynamic_state3_depth_clip_enable: true,
            extended_dynamic_state3_sample_locations_enable: true,
            extended_dynamic_state3_color_blend_advanced: false,
            extended_dynamic_state3_provoking_vertex_mode: true,
            extended_dynamic_state3_line_rasterization_mode: true,
            extended_dynamic_state3_line_stipple_enable: true,
            extended_dynamic_state3_depth_clip_negative_one_to_one: true,
            extended_dynamic_state3_viewport_w_scaling_enable: false,
            extended_dynamic_state3_viewport_swizzle: false,
            extended_dynamic_state3_coverage_to_color_enable: false,
            extended_dynamic_state3_coverage_to_color_location: false,
            extended_dynamic_state3_coverage_modulation_mode: false,
            extended_dynamic_state3_coverage_modulation_table_enable: false,
            extended_dynamic_state3_coverage_modulation_table: false,
            extended_dynamic_state3_coverage_reduction_mode: false,
            extended_dynamic_state3_representative_fragment_test_enable: false,
            extended_dynamic_state3_shading_rate_image_enable: false,
        }
        PhysicalDeviceDynamicRenderingLocalReadFeaturesKHR { dynamic_rendering_local_read: true }
        PhysicalDeviceDynamicRenderingUnusedAttachmentsFeaturesEXT { dynamic_rendering_unused_attachments: true }
        // Depth and stencil tests may go before the shader, which would then see its own fragment's.
        PhysicalDeviceRasterizationOrderAttachmentAccessFeaturesEXT {
            rasterization_order_color_attachment_access: true,
            rasterization_order_depth_attachment_access: false,
            rasterization_order_stencil_attachment_access: false,
        }
        PhysicalDeviceAttachmentFeedbackLoopLayoutFeaturesEXT { attachment_feedback_loop_layout: true }
        PhysicalDeviceDepthClipControlFeaturesEXT { depth_clip_control: true }
        PhysicalDeviceDepthClipEnableFeaturesEXT { depth_clip_enable: true }
        PhysicalDeviceGraphicsPipelineLibraryFeaturesEXT { graphics_pipeline_library: true }
        PhysicalDeviceIndexTypeUint8FeaturesKHR { index_type_uint8: true }
        PhysicalDeviceLineRasterizationFeaturesKHR {
            rectangular_lines: true, bresenham_lines: true, smooth_lines: true, stippled_rectangular_lines: true,
            stippled_bresenham_lines: true, stippled_smooth_lines: true,
        }
        PhysicalDevicePrimitiveTopologyListRestartFeaturesEXT {
            primitive_topology_list_restart: true, primitive_topology_patch_list_restart: true,
        }
        PhysicalDevicePrimitivesGeneratedQueryFeaturesEXT {
            primitives_generated_query: true, primitives_generated_query_with_rasterizer_discard: true,
            primitives_generated_query_with_non_zero_streams: true,
        }
        PhysicalDeviceProvokingVertexFeaturesEXT {
            provoking_vertex_last: true, transform_feedback_preserves_provoking_vertex: true,
        }
        PhysicalDeviceTransformFeedbackFeaturesEXT { transform_feedback: true, geometry_streams: true }
        PhysicalDeviceMultiDrawFeaturesEXT { multi_draw: true }
        PhysicalDeviceVertexAttributeDivisorFeaturesKHR {
            vertex_attribute_instance_rate_divisor: true, vertex_attribute_instance_rate_zero_divisor: true,
        }
        PhysicalDeviceShaderObjectFeaturesEXT { shader_object: true }
        PhysicalDeviceVertexInputDynamicStateFeaturesEXT { vertex_input_dynamic_state: true }
        PhysicalDeviceShaderAtomicFloatFeaturesEXT {
            shader_buffer_float32_atomics: true, shader_buffer_float32_atomic_add: true,
            shader_buffer_float64_atomics: true, shader_buffer_float64_atomic_add: true,
            shader_shared_float32_atomics: true, shader_shared_float32_atomic_add: true,
            shader_shared_float64_atomics: true, shader_shared_float64_atomic_add: true,
            shader_image_float32_atomics: true, shader_image_float32_atomic_add: true,
            sparse_image_float32_atomics: true, sparse_image_float32_atomic_add: true,
        }
        PhysicalDeviceShaderAtomicFloat2FeaturesEXT {
            shader_buffer_float16_atomics: false, shader_buffer_float16_atomic_add: false,
            shader_buffer_float16_atomic_min_max: false, shader_buffer_float32_atomic_min_max: true,
            shader_buffer_float64_atomic_min_max: true, shader_shared_float16_atomics: false,
            shader_shared_float16_atomic_add: false, shader_shared_float16_atomic_min_max: false,
            shader_shared_float32_atomic_min_max: true, shader_shared_float64_atomic_min_max: true,
            shader_image_float32_atomic_min_max: true, sparse_image_float32_atomic_min_max: true,
        }
        PhysicalDeviceShaderImageAtomicInt64FeaturesEXT {
            shader_image_int64_atomics: true, sparse_image_int64_atomics: true,
        }
        PhysicalDeviceCopyMemoryIndirectFeaturesKHR {
            indirect_memory_copy: true, indirect_memory_to_image_copy: true,
        }
        PhysicalDeviceDescriptorHeapFeaturesEXT {
            descriptor_heap: true, descriptor_heap_capture_replay: false,
        }
        PhysicalDeviceShaderUntypedPointersFeaturesKHR { shader_untyped_pointers: true }
        PhysicalDeviceMaintenance5FeaturesKHR { maintenance5: true }
        PhysicalDeviceMaintenance6FeaturesKHR { maintenance6: true }
        PhysicalDeviceMaintenance7FeaturesKHR { maintenance7: true }
        PhysicalDeviceMaintenance8FeaturesKHR { maintenance8: true }
        PhysicalDeviceNestedCommandBufferFeaturesEXT {
            nested_command_buffer: true, nested_command_buffer_rendering: true,
            nested_command_buffer_simultaneous_use: true,
        }
        PhysicalDevicePresentIdFeaturesKHR { present_id: true }
        PhysicalDevicePresentWaitFeaturesKHR { present_wait: true }
        PhysicalDeviceSwapchainMaintenance1FeaturesEXT { swapchain_maintenance1: true }
        PhysicalDeviceMutableDescriptorTypeFeaturesEXT { mutable_descriptor_type: true }
        PhysicalDeviceShaderFloatControls2FeaturesKHR { shader_float_controls2: true }
        PhysicalDeviceShaderRelaxedExtendedInstructionFeaturesKHR { shader_relaxed_extended_instruction: true }
        PhysicalDeviceShaderClockFeaturesKHR { shader_subgroup_clock: true, shader_device_clock: true }
        PhysicalDeviceShaderExpectAssumeFeaturesKHR { shader_expect_assume: true }
        PhysicalDeviceShaderSubgroupRotateFeaturesKHR {
            shader_subgroup_rotate: true, shader_subgroup_rotate_clustered: true,
        }
        PhysicalDeviceShaderSubgroupUniformControlFlowFeaturesKHR { shader_subgroup_uniform_control_flow: true }
        PhysicalDeviceShaderMaximalReconvergenceFeaturesKHR { shader_maximal_reconvergence: true }
        PhysicalDeviceShaderQuadControlFeaturesKHR { shader_quad_control: true }
        PhysicalDeviceShaderReplicatedCompositesFeaturesEXT { shader_replicated_composites: true }
        PhysicalDeviceWorkgroupMemoryExplicitLayoutFeaturesKHR {
            workgroup_memory_explicit_layout: true, workgroup_memory_explicit_layout_scalar_block_layout: true,
            workgroup_memory_explicit_layout8_bit_access: true, workgroup_memory_explicit_layout16_bit_access: true,
        }
        PhysicalDeviceBorderColorSwizzleFeaturesEXT {
            border_color_swizzle: true, border_color_swizzle_from_image: true,
        }
        PhysicalDeviceCustomBorderColorFeaturesEXT {
            custom_border_colors: true, custom_border_color_without_format: true,
        }
        PhysicalDeviceImageViewMinLodFeaturesEXT { min_lod: true }
        PhysicalDeviceImage2DViewOf3DFeaturesEXT { image2_d_view_of3_d: true, sampler2_d_view_of3_d: true }
        PhysicalDeviceHostImageCopyFeaturesEXT { host_image_copy: true }
        PhysicalDevice4444FormatsFeaturesEXT { format_a4r4g4b4: true, format_a4b4g4r4: true }
        PhysicalDeviceRGBA10X6FormatsFeaturesEXT { format_rgba10x6_without_y_cb_cr_sampler: true }
        PhysicalDeviceYcbcr2Plane444FormatsFeaturesEXT { ycbcr2plane444_formats: true }
        PhysicalDeviceYcbcrImageArraysFeaturesEXT { ycbcr_image_arrays: true }
        PhysicalDeviceNonSeamlessCubeMapFeaturesEXT { non_seamless_cube_map: true }
        PhysicalDeviceAddressBindingReportFeaturesEXT { report_address_binding: true }
        PhysicalDeviceFaultFeaturesEXT { device_fault: true }
        PhysicalDeviceMemoryPriorityFeaturesEXT { memory_priority: true }
        PhysicalDevicePageableDeviceLocalMemoryFeaturesEXT { pageable_device_local_memory: true }
        PhysicalDeviceGlobalPriorityQueryFeaturesKHR { global_priority_query: true }
        PhysicalDeviceTexelBufferAlignmentFeaturesEXT { texel_buffer_alignment: true }
        PhysicalDeviceRobustness2FeaturesEXT {
            robust_buffer_access2: true, robust_image_access2: true, null_descriptor: true,
        }
    }
}

/// [`Error::FeatureNotPresent`] for a feature that is wanted and not advertised.
fn refuse(wanted: vk::Bool32, advertised: bool, name: &'static str) -> Result<(), Error> {
    if wanted != vk::FALSE && !advertised { Err(Error::FeatureNotPresent(name)) } else { Ok(()) }
}

/// The features that a device wants, in `pEnabledFeatures` or in its chain.
///
/// # Errors
/// [`Error::FeatureNotPresent`] for the first one that is not advertised.
///
/// # Safety
/// `info` is a valid structure.
pub unsafe fn check(info: &vk::DeviceCreateInfo<'_>) -> Result<(), Error> {
    // SAFETY: a member of a valid structure: null or a valid structure.
    if let Some(wanted) = unsafe { info.p_enabled_features.as_ref() } {
        check_core(wanted)?;
    }
    // SAFETY: the chain of a valid structure.
    if let Some(wanted) = unsafe { pnext::find::<vk::PhysicalDeviceFeatures2<'_>>(info.p_next) } {
        check_core(&wanted.features)?;
    }
    // SAFETY: the chain of a valid structure.
    unsafe { check_chain(info.p_next) }
}

/// `VkPhysicalDeviceFeatures` is nothing but `VkBool32`s.
const CORE_FEATURES: usize = size_of::<vk::PhysicalDeviceFeatures>() / size_of::<vk::Bool32>();

fn check_core(wanted: &vk::PhysicalDeviceFeatures) -> Result<(), Error> {
    let missing =
        |(&wanted, &present): (&vk::Bool32, &vk::Bool32)| wanted != vk::FALSE && present == vk::FALSE;
    if words(wanted).iter().zip(words(&core())).any(missing) {
        return Err(Error::FeatureNotPresent("a member of VkPhysicalDeviceFeatures"));
    }
    Ok(())
}

fn words(features: &vk::PhysicalDeviceFeatures) -> &[vk::Bool32; CORE_FEATURES] {
    // SAFETY: a `repr(C)` structure of `CORE_FEATURES` members of type `Bool32` has the layout of this array.
    unsafe { &*(&raw const *features).cast() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_may_ask_for_what_is_advertised_and_for_nothing_else() {
        let advertised = core();
        let info = vk::DeviceCreateInfo::default().enabled_features(&advertised);
        // SAFETY: valid structures on this stack.
        assert_eq!(unsafe { check(&info) }, Ok(()));

        // Whichever feature is absent; there may be none.
        if let Some(absent) = words(&advertised).iter().position(|&feature| feature == vk::FALSE) {
            let mut wanted = [vk::FALSE; CORE_FEATURES];
            wanted[absent] = vk::TRUE;
            // SAFETY: the structure has the layout of this array; see `words`.
            let wanted: vk::PhysicalDeviceFeatures = unsafe { std::mem::transmute(wanted) };
            let info = vk::DeviceCreateInfo::default().enabled_features(&wanted);
            // SAFETY: as above.
            assert!(matches!(unsafe { check(&info) }, Err(Error::FeatureNotPresent(_))));
        }

        let mut protected = vk::PhysicalDeviceProtectedMemoryFeatures::default().protected_memory(true);
        let info = vk::DeviceCreateInfo::default().push_next(&mut protected);
        // SAFETY: as above.
        assert_eq!(unsafe { check(&info) }, Err(Error::FeatureNotPresent("protected_memory")));
    }

    #[test]
    fn queries_write_true_and_false_over_what_was_there() {
        let mut features = vk::PhysicalDeviceRasterizationOrderAttachmentAccessFeaturesEXT::default()
            .rasterization_order_depth_attachment_access(true);
        // SAFETY: a chain of one structure.
        unsafe { pnext::for_each_output((&raw mut features).cast(), fill) };
        assert_eq!(features.rasterization_order_depth_attachment_access, vk::FALSE);
        assert_eq!(features.rasterization_order_color_attachment_access, vk::TRUE);
    }
}
