//! Operations over subgroups, from GLSL to what they compute.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use crate::support::{Dispatch, glsl_for};

/// Runs a `main` of eight invocations with `uint o[]` and gives its first words.
fn run(extensions: &str, body: &str) -> Vec<u32> {
    let source = format!(
        "#version 450\n#extension GL_KHR_shader_subgroup_basic : require\n\
         #extension GL_KHR_shader_subgroup_ballot : require\n{extensions}\n\
         layout(local_size_x = 8) in;\nlayout(binding = 0) buffer O {{ uint o[]; }};\n\
         void main() {{ uint lane = gl_SubgroupInvocationID; {body} }}\n"
    );
    Dispatch::new(glsl_for("vulkan1.1", &source)).buffer(0, &[0; 64]).run().words(0)
}

#[test]
fn halves_are_summed_in_the_order_of_lanes() {
    let words = run(
        "#extension GL_KHR_shader_subgroup_arithmetic : require\n\
         #extension GL_EXT_shader_explicit_arithmetic_types : require\n\
         #extension GL_EXT_shader_subgroup_extended_types_float16 : require",
        "float16_t sum = subgroupInclusiveAdd(float16_t(lane + 1));\n\
         float16_t least = subgroupMin(float16_t(8 - lane));\n\
         o[lane] = uint(sum) * 100 + uint(least);",
    );
    assert_eq!(words[..8], [101, 301, 601, 1001, 1501, 2101, 2801, 3601]);
}

#[test]
fn time_passes_forward() {
    let source = "#version 450\n#extension GL_ARB_shader_clock : require\n\
        #extension GL_EXT_shader_realtime_clock : require\n\
        layout(binding = 0) buffer O { uint o[]; };\n\
        void main() { uvec2 a = clock2x32ARB(); uvec2 b = clockRealtime2x32EXT();\n\
            o[0] = uint(a.y < b.y || (a.y == b.y && a.x <= b.x)); o[1] = uint(b != uvec2(0)); }";
    let words = Dispatch::new(glsl_for("vulkan1.1", source)).buffer(0, &[0; 4]).run().words(0);
    assert_eq!(words[..2], [1, 1]);
}

#[test]
fn a_partition_has_the_active_lanes_of_equal_value() {
    let words = run(
        "#extension GL_NV_shader_subgroup_partitioned : require",
        "if (lane != 4) o[lane] = subgroupPartitionNV(ivec2(lane % 3, 1)).x;",
    );
    assert_eq!(words[..8], [0x49, 0x82, 0x24, 0x49, 0, 0x24, 0x49, 0x82]);
}

#[test]
fn partitioned_sums_stay_inside_their_part() {
    let words = run(
        "#extension GL_NV_shader_subgroup_partitioned : require",
        "uvec4 part = subgroupPartitionNV(lane % 2);\n\
         o[lane] = subgroupPartitionedAddNV(lane, part) * 10000\n\
             + subgroupPartitionedInclusiveAddNV(lane, part) * 100\n\
             + subgroupPartitionedExclusiveAddNV(lane, part);",
    );
    let expected: Vec<u32> = (0..8u32)
        .map(|lane| {
            let below: u32 = (0..lane).filter(|other| other % 2 == lane % 2).sum();
            (if lane % 2 == 0 { 12 } else { 16 }) * 10000 + (below + lane) * 100 + below
        })
        .collect();
    assert_eq!(words[..8], expected);
}

#[test]
fn votes_in_quads_count_the_active_lanes_of_the_quad() {
    // `subgroupAll` and `subgroupAny`, with the instructions of quads in their places: without a scope in front.
    let source = "#version 450\n#extension GL_KHR_shader_subgroup_vote : require\nlayout(local_size_x = 8) in;\n\
        layout(binding = 0) buffer O { uint o[]; };\n\
        void main() { uint lane = gl_LocalInvocationIndex;\n\
            o[lane] = (subgroupAll(lane != 2) ? 1 : 0) | (subgroupAny(lane == 2) ? 2 : 0);\n\
            if (lane != 2) o[lane] |= (subgroupAll(lane < 4) ? 4 : 0) | (subgroupAny(lane == 3) ? 8 : 0); }";
    let words = glsl_for("vulkan1.1", source);
    let mut quads = words[..5].to_vec();
    let mut rest = &words[5..];
    while let Some(&word) = rest.first() {
        let (instruction, behind) = rest.split_at((word >> 16).max(1) as usize);
        match word & 0xffff {
            op @ (334 | 335) => {
                quads.extend([4 << 16 | (op - 334 + 5110), instruction[1], instruction[2], instruction[4]]);
            }
            _ => quads.extend(instruction),
        }
        rest = behind;
    }
    let words = Dispatch::new(quads).buffer(0, &[0; 64]).run().words(0);
    assert_eq!(words[..8], [2 | 4 | 8, 2 | 4 | 8, 2, 2 | 4 | 8, 1, 1, 1, 1]);
}
