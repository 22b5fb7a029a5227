//! Graphics: passes, pipelines, draws, queries.

mod attachments_are_cleared_in_rectangles;
mod attachments_without_a_format_stay_as_they_are;
mod bad_draws_are_survived;
mod blending_mixes_colors;
mod colors_are_interpolated;
mod depth_test_keeps_the_nearest;
mod dynamic_rendering_needs_no_objects;
mod each_view_has_its_query;
mod fragments_see_those_before_them;
mod indexed_strips_restart;
mod indirect_draws;
mod input_attachments_show_the_subpass_before;
mod local_reads_see_what_was_drawn;
mod multiview_draws_each_view;
mod occlusion_queries_count_samples;
mod overestimation_covers_touched_pixels;
mod pipelines_are_linked_from_parts;
mod planes_are_attachments;
mod samples_are_resolved;
mod scissors_and_viewports_are_dynamic;
mod secondaries_draw_in_a_pass;
mod sets_are_pushed_to_draws;
mod shader_binaries_are_shaders;
mod shader_objects_draw;
mod smooth_lines_fade;
mod statistics_count_dispatches;
mod statistics_count_stages;
mod support;
mod transform_feedback_captures_halves;
mod triangle_covers_its_pixels;

super::cases!("graphics":
    attachments_are_cleared_in_rectangles,
    attachments_without_a_format_stay_as_they_are,
    bad_draws_are_survived,
    blending_mixes_colors,
    colors_are_interpolated,
    depth_test_keeps_the_nearest,
    dynamic_rendering_needs_no_objects,
    each_view_has_its_query,
    fragments_see_those_before_them,
    indexed_strips_restart,
    indirect_draws,
    input_attachments_show_the_subpass_before,
    local_reads_see_what_was_drawn,
    multiview_draws_each_view,
    occlusion_queries_count_samples,
    overestimation_covers_touched_pixels,
    pipelines_are_linked_from_parts,
    planes_are_attachments,
    samples_are_resolved,
    scissors_and_viewports_are_dynamic,
    secondaries_draw_in_a_pass,
    sets_are_pushed_to_draws,
    shader_binaries_are_shaders,
    shader_objects_draw,
    smooth_lines_fade,
    statistics_count_dispatches,
    statistics_count_stages,
    transform_feedback_captures_halves,
    triangle_covers_its_pixels,
);
