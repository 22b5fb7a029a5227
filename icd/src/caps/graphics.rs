//! Features and limits of what draws.

use ash::vk;
use lacuna_gpu::draw::state::{MAX_COLORS, MAX_VIEWPORTS};

use super::limits::{MAX_VERTEX_BINDINGS, SAMPLES};

/// Components of a stage's interface: four of each location.
const COMPONENTS: u32 = 4 * lacuna_shaders::abi::stage::slot::LOCATIONS;
/// The largest framebuffer.
const MAX_FRAMEBUFFER: u32 = 16_384;

/// The features of Vulkan 1.0 that draws have, added to others.
pub fn features(others: vk::PhysicalDeviceFeatures) -> vk::PhysicalDeviceFeatures {
    others
        .full_draw_index_uint32(true)
        .independent_blend(true)
        .multi_draw_indirect(true)
        .draw_indirect_first_instance(true)
        .inherited_queries(true)
        .occlusion_query_precise(true)
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
