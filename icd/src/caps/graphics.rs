//! Features and limits of what draws.

use ash::vk;
use lacuna_gpu::draw::state::{MAX_COLORS, MAX_VIEWPORTS};

use super::limits::{MAX_VERTEX_BINDINGS, SAMPLES};

/// Components of a stage's interface: four of each location.
const COMPONENTS: u32 = 4 * lacuna_shaders::abi::stage::slot::LOCATIONS;
/// The largest framebuffer.
const MAX_FRAMEBUFFER: u32 = 16_384;

/// Pixels that polygons may be enlarged by, beside covering all pixels that they touch.
pub const MAX_EXTRA_OVERESTIMATION: f32 = 0.75;
/// Views of a pass.
pub const MAX_VIEWS: u32 = 32;
/// How depth can be resolved.
pub const DEPTH_RESOLVES: vk::ResolveModeFlags = vk::ResolveModeFlags::from_raw(
    vk::ResolveModeFlags::SAMPLE_ZERO.as_raw()
        | vk::ResolveModeFlags::AVERAGE.as_raw()
        | vk::ResolveModeFlags::MIN.as_raw()
        | vk::ResolveModeFlags::MAX.as_raw(),
);
/// How stencil can be resolved: integers have no average.
pub const STENCIL_RESOLVES: vk::ResolveModeFlags = vk::ResolveModeFlags::from_raw(
    vk::ResolveModeFlags::SAMPLE_ZERO.as_raw()
        | vk::ResolveModeFlags::MIN.as_raw()
        | vk::ResolveModeFlags::MAX.as_raw(),
);

/// The features of Vulkan 1.0 that draws have, added to others.
pub fn features(others: vk::PhysicalDeviceFeatures) -> vk::PhysicalDeviceFeatures {
    others
        .full_draw_index_uint32(true)
        .independent_blend(true)
        .multi_draw_indirect(true)
        .draw_indirect_first_instance(true)
        .inherited_queries(true)
        .occlusion_query_precise(true)
        .geometry_shader(true)
        .tessellation_shader(true)
        .sample_rate_shading(true)
        .dual_src_blend(true)
        .logic_op(true)
        .depth_clamp(true)
        .depth_bias_clamp(true)
        .fill_mode_non_solid(true)
        .depth_bounds(true)
        .wide_lines(true)
        .large_points(true)
        .alpha_to_one(true)
        .multi_viewport(true)
        .pipeline_statistics_query(true)
        .vertex_pipeline_stores_and_atomics(true)
        .fragment_stores_and_atomics(true)
        .shader_tessellation_and_geometry_point_size(true)
        .shader_clip_distance(true)
        .shader_cull_distance(true)
        .variable_multisample_rate(true)
}

/// The limits of draws, over those of everything else.
pub fn limits(others: vk::PhysicalDeviceLimits) -> vk::PhysicalDeviceLimits {
    vk::PhysicalDeviceLimits {
        max_vertex_input_attributes: MAX_VERTEX_BINDINGS,
        max_vertex_input_bindings: MAX_VERTEX_BINDINGS,
        max_vertex_input_attribute_offset: 65_535,
        max_vertex_input_binding_stride: 65_535,
        max_vertex_output_components: COMPONENTS,
        max_fragment_input_components: COMPONENTS,
        max_fragment_output_attachments: MAX_COLORS as u32,
        max_fragment_combined_output_resources: 1 << 20,
        max_fragment_dual_src_attachments: 1,
        max_tessellation_generation_level: 64,
        max_tessellation_patch_size: 32,
        max_tessellation_control_per_vertex_input_components: COMPONENTS,
        max_tessellation_control_per_vertex_output_components: COMPONENTS,
        max_tessellation_control_per_patch_output_components: 120,
        max_tessellation_control_total_output_components: 4096,
        max_tessellation_evaluation_input_components: COMPONENTS,
        max_tessellation_evaluation_output_components: COMPONENTS,
        max_geometry_shader_invocations: 32,
        max_geometry_input_components: COMPONENTS,
        max_geometry_output_components: COMPONENTS,
        max_geometry_output_vertices: 256,
        max_geometry_total_output_components: 1024,
        max_clip_distances: 8,
        max_cull_distances: 8,
        max_combined_clip_and_cull_distances: 8,
        min_interpolation_offset: -0.5,
        max_interpolation_offset: 0.5 - 1.0 / 16.0,
        sub_pixel_interpolation_offset_bits: 4,
        point_size_range: [1.0, 1023.0],
        point_size_granularity: 1.0 / 256.0,
        line_width_range: [1.0, 64.0],
        line_width_granularity: 1.0 / 256.0,
        strict_lines: vk::TRUE,
        sub_pixel_precision_bits: 8,
        max_draw_indirect_count: u32::MAX,
        max_draw_indexed_index_value: u32::MAX,
        max_viewports: MAX_VIEWPORTS as u32,
        max_viewport_dimensions: [MAX_FRAMEBUFFER; 2],
        viewport_bounds_range: [-2.0 * MAX_FRAMEBUFFER as f32, 2.0 * MAX_FRAMEBUFFER as f32 - 1.0],
        viewport_sub_pixel_bits: 8,
        max_framebuffer_width: MAX_FRAMEBUFFER,
        max_framebuffer_height: MAX_FRAMEBUFFER,
        max_framebuffer_layers: 2048,
        framebuffer_color_sample_counts: SAMPLES,
        framebuffer_depth_sample_counts: SAMPLES,
        framebuffer_stencil_sample_counts: SAMPLES,
        framebuffer_no_attachments_sample_counts: SAMPLES,
        max_color_attachments: MAX_COLORS as u32,
        max_sample_mask_words: 1,
        standard_sample_locations: vk::TRUE,
        ..others
    }
}
