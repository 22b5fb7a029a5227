//! Recording: state of vendors' extensions that this device does not have.
//!
//! `VK_EXT_shader_object` lists these commands, and its applications look them up. None may call them, as each needs a feature that
//! is not advertised; where one does, nothing happens.

use ash::vk::*;

use super::record::record;

/// Functions that record nothing: `name(types of the parameters after the command buffer)`.
macro_rules! ignored {
    ($($name:ident($($type:ty),*);)*) => {$(
        #[doc = concat!("`", stringify!($name), "`.")]
        pub(super) unsafe extern "system" fn $name(buffer: CommandBuffer $(, _: $type)*) {
            // SAFETY: the first valid usage of every command: a live command buffer.
            unsafe { record(buffer, |_| Ok(())) }
        }
    )*};
}

ignored! {
    cmd_set_color_blend_advanced(u32, u32, *const ColorBlendAdvancedEXT);
    cmd_set_viewport_w_scaling_enable(Bool32);
    cmd_set_viewport_swizzle(u32, u32, *const ViewportSwizzleNV);
    cmd_set_coverage_to_color_enable(Bool32);
    cmd_set_coverage_to_color_location(u32);
    cmd_set_coverage_modulation_mode(CoverageModulationModeNV);
    cmd_set_coverage_modulation_table_enable(Bool32);
    cmd_set_coverage_modulation_table(u32, *const f32);
    cmd_set_shading_rate_image_enable(Bool32);
    cmd_set_representative_fragment_test_enable(Bool32);
    cmd_set_coverage_reduction_mode(CoverageReductionModeNV);
}
