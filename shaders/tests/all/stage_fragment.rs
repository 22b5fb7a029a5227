//! Fragment shaders: quads, helper invocations, discarded fragments.

use crate::support::stage::Packet;
use lacuna_shaders::abi::stage::{StageBuiltin, slot};
use lacuna_shaders::stage::{DepthMode, Interpolation, Sampling, Stage};

const LANES: [u32; 8] = [0, 1, 2, 3, 4, 5, 6, 7];
const COLOR: u32 = slot::location(0, 0);

fn fragment(source: &str) -> Packet {
    Packet::glsl(Stage::Fragment, source)
}

/// What a fragment has at (x, y) of the packet.
fn field(f: impl Fn(f32, f32) -> f32) -> [f32; 8] {
    LANES.map(|lane| f((lane / 4 * 2 + lane % 2) as f32, (lane / 2 % 2) as f32))
}

#[test]
fn colors_come_from_inputs() {
    let ran = fragment(
        "layout(location = 0) in vec4 c; layout(location = 1) flat in uint k;
         layout(location = 2) noperspective centroid in float n; layout(location = 3) sample in vec2 s;
         layout(location = 0) out vec4 o; layout(location = 2) out uvec2 u;
         void main() { o = c + n; u = uvec2(k, uint(s.y)); }",
    )
    .floats(slot::location(0, 1), field(|x, y| x + y))
    .floats(slot::location(2, 0), [0.5; 8])
    .input(slot::location(1, 0), LANES)
    .floats(slot::location(3, 1), [7.0; 8])
    .run();
    assert_eq!(ran.floats(COLOR + 1), field(|x, y| x + y + 0.5));
    assert_eq!(ran.output(slot::location(2, 0)), LANES);
    assert_eq!(ran.output(slot::location(2, 1)), [7; 8]);
    let how = |slot| {
        let input = ran.interface.inputs.iter().find(|input| input.slot == slot).unwrap();
        (input.interpolation, input.sampling)
    };
    assert_eq!(how(slot::location(0, 3)), (Interpolation::Smooth, Sampling::Center));
    assert_eq!(how(slot::location(1, 0)), (Interpolation::Flat, Sampling::Center));
    assert_eq!(how(slot::location(2, 0)), (Interpolation::NoPerspective, Sampling::Centroid));
    assert_eq!(how(slot::location(3, 1)), (Interpolation::Smooth, Sampling::Sample));
    assert!(ran.interface.fragment.per_sample);
    let modes = ran.interface.fragment;
    assert!(!modes.discards && !modes.side_effects && !modes.subgroups);
}

#[test]
fn derivatives_are_differences_in_the_quad() {
    let ran = fragment(
        "layout(location = 0) in float v; layout(location = 0) out vec4 a; layout(location = 1) out vec4 b;
         void main() { a = vec4(dFdx(v), dFdy(v), fwidth(v), dFdxFine(v));
             b = vec4(dFdxCoarse(v), dFdyCoarse(v), dFdyFine(v), fwidthCoarse(v)); }",
    )
    .floats(slot::location(0, 0), field(|x, y| x * x + 3.0 * y + x * y * 5.0))
    .run();
    let quad = |lane: usize| if lane < 4 { 0.0 } else { 2.0 };
    for lane in 0..8 {
        let (x, y) = ((lane % 2) as f32 + quad(lane), (lane / 2 % 2) as f32);
        let fine_x = quad(lane) * 2.0 + 1.0 + 5.0 * y;
        let fine_y = 3.0 + 5.0 * x;
        let (coarse_x, coarse_y) = (quad(lane) * 2.0 + 1.0, 3.0 + 5.0 * quad(lane));
        let found = |location, component: u32| ran.floats(slot::location(location, component))[lane];
        assert_eq!([found(0, 0), found(0, 1), found(0, 2)], [fine_x, fine_y, fine_x + fine_y]);
        assert_eq!(found(0, 3), fine_x);
        assert_eq!([found(1, 0), found(1, 1), found(1, 2)], [coarse_x, coarse_y, fine_y]);
        assert_eq!(found(1, 3), coarse_x + coarse_y);
    }
}

#[test]
fn discarded_fragments_are_not_live() {
    let ran = fragment(
        "layout(location = 0) flat in uint i; layout(location = 0) out uint o;
         void main() { o = 1u; if ((i & 1u) == 0u) discard; o = 2u; for (uint k = 0u; k < i; k++) if (k == 4u) discard; o += i; }",
    )
    .input(slot::location(0, 0), LANES)
    .lanes(0xff, 0b1110_1110)
    .run();
    assert_eq!(ran.memory.stage.live, 0b0000_1010);
    assert_eq!([1, 3].map(|lane| ran.output(COLOR)[lane]), [3, 5]);
    assert!(ran.interface.fragment.discards);
}

#[test]
fn helpers_write_no_memory_but_take_part() {
    let ran = fragment(
        "layout(binding = 0) buffer B { uint b[]; }; layout(location = 0) in float x; layout(location = 0) out vec4 o;
         void main() { uint i = uint(x); b[i] = 1u; uint old = atomicAdd(b[8], 1u);
             o = vec4(gl_HelperInvocation, dFdx(x), float(old != 77u), 0); }",
    )
    .buffer(0, &[0; 9])
    .floats(slot::location(0, 0), LANES.map(|lane| lane as f32))
    .lanes(0b0000_1111, 0b0000_0110)
    .run();
    assert_eq!(ran.words(0), [0, 1, 1, 0, 0, 0, 0, 0, 2]);
    assert_eq!(ran.floats(COLOR)[..4], [1.0, 0.0, 0.0, 1.0]);
    assert_eq!(ran.floats(COLOR + 1)[..4], [1.0; 4]);
    let modes = ran.interface.fragment;
    assert!(modes.side_effects && modes.subgroups && !modes.discards);
}

#[test]
fn demoted_invocations_go_on_as_helpers() {
    let ran = fragment(
        "#extension GL_EXT_demote_to_helper_invocation : require
         layout(binding = 0) buffer B { uint b[]; }; layout(location = 0) flat in uint i; layout(location = 0) out vec4 o;
         void main() { b[i] = 1u; if (i % 4u == 3u) demote; b[i] += 2u;
             o = vec4(helperInvocationEXT(), dFdx(float(i)), 0, 0); }",
    )
    .buffer(0, &[0; 8])
    .input(slot::location(0, 0), LANES)
    .run();
    assert_eq!(ran.words(0), [3, 3, 3, 1, 3, 3, 3, 1]);
    assert_eq!(ran.memory.stage.live, 0b0111_0111);
    assert_eq!(ran.floats(COLOR)[..3], [0.0; 3]);
    assert_eq!(ran.floats(COLOR + 1)[2], 1.0);
}

#[test]
fn builtins_of_the_fragment() {
    let ran = fragment(
        "layout(location = 0) out vec4 o; layout(location = 1) out vec4 p; layout(location = 2) out ivec4 q;
         void main() { o = gl_FragCoord; p = vec4(gl_FrontFacing, gl_PointCoord, gl_SamplePosition.x);
             q = ivec4(gl_SampleID, gl_SampleMaskIn[0], gl_PrimitiveID, gl_Layer + gl_ViewportIndex);
             gl_FragDepth = gl_FragCoord.z; gl_SampleMask[0] = 5; }",
    )
    .builtin(StageBuiltin::FragCoordX, field(|x, _| x + 0.5).map(f32::to_bits))
    .builtin(StageBuiltin::FragCoordZ, [0.25f32.to_bits(); 8])
    .builtin(StageBuiltin::FrontFacing, [0, u32::MAX, 0, u32::MAX, 0, 0, 0, 0])
    .builtin(StageBuiltin::PointCoordY, field(|_, y| y).map(f32::to_bits))
    .builtin(StageBuiltin::SampleId, [3; 8])
    .builtin(StageBuiltin::SampleMaskIn, LANES)
    .input(slot::PRIMITIVE_ID, [11; 8])
    .input(slot::LAYER, [20; 8])
    .input(slot::VIEWPORT_INDEX, [2; 8])
    .run();
    assert_eq!(ran.floats(COLOR), field(|x, _| x + 0.5));
    assert_eq!(ran.floats(slot::location(1, 0))[..4], [0.0, 1.0, 0.0, 1.0]);
    assert_eq!(ran.floats(slot::location(1, 2)), field(|_, y| y));
    assert_eq!(ran.output(slot::location(2, 0)), [3; 8]);
    assert_eq!(ran.output(slot::location(2, 1)), LANES);
    assert_eq!(ran.output(slot::location(2, 2)), [11; 8]);
    assert_eq!(ran.output(slot::location(2, 3)), [22; 8]);
    assert_eq!(ran.floats(slot::FRAG_DEPTH), [0.25; 8]);
    assert_eq!(ran.output(slot::SAMPLE_MASK), [5; 8]);
    let modes = ran.interface.fragment;
    assert!(modes.per_sample && modes.writes_sample_mask && !modes.writes_stencil);
    assert_eq!(modes.depth, DepthMode::Any);
    assert!(ran.interface.inputs.iter().all(|input| input.interpolation == Interpolation::Flat));
}

#[test]
fn modes_are_told() {
    let ran = fragment(
        "#extension GL_ARB_shader_stencil_export : require
         layout(early_fragment_tests) in; layout(depth_less) out float gl_FragDepth;
         void main() { gl_FragDepth = 0.5; gl_FragStencilRefARB = 3; }",
    )
    .run();
    let modes = ran.interface.fragment;
    assert!(modes.early_tests && modes.writes_stencil && !modes.per_sample);
    assert_eq!(modes.depth, DepthMode::Less);
    assert_eq!(ran.output(slot::FRAG_STENCIL_REF), [3; 8]);
}

#[test]
fn the_second_blend_source_is_eight_locations_further() {
    let ran = fragment(
        "layout(location = 0, index = 0) out vec4 a; layout(location = 0, index = 1) out vec4 b;
         void main() { a = vec4(1); b = vec4(2); }",
    )
    .run();
    assert_eq!(ran.floats(COLOR), [1.0; 8]);
    assert_eq!(ran.floats(slot::location(8, 3)), [2.0; 8]);
}

#[test]
fn inputs_are_interpolated_anew() {
    let ran = fragment(
        "layout(location = 1) in vec2 a; layout(location = 4) in float v[3]; layout(location = 9) flat in uint i;
         layout(location = 0) out vec4 o; layout(location = 1) out float p;
         void main() { o = vec4(interpolateAtOffset(a, vec2(0.25, -0.5)).y, interpolateAtSample(a, 3).x,
             interpolateAtCentroid(a.x), 0); p = interpolateAtOffset(v[i], vec2(1, 0)); }",
    )
    .input(slot::location(9, 0), LANES)
    .run();
    let base = |location, component| slot::location(location, component) as f32 * 100.0;
    assert_eq!(ran.floats(COLOR), [base(1, 1) + 20.0 + 0.25 - 1.0; 8]);
    assert_eq!(ran.floats(COLOR + 1), [base(1, 0) + 10.0 + 3.0; 8]);
    assert_eq!(ran.floats(COLOR + 2), [base(1, 0); 8]);
    let element = |i: u32| base(4 + i.min(2), 0) + 21.0;
    assert_eq!(ran.floats(slot::location(1, 0)), LANES.map(element));
    let inputs: Vec<u32> = ran.interface.inputs.iter().map(|input| input.slot).collect();
    assert!([1, 4, 5, 6].iter().all(|&location| inputs.contains(&slot::location(location, 0))));
}

#[test]
fn quad_and_subgroup_operations_see_the_packet() {
    let ran = fragment(
        "#extension GL_KHR_shader_subgroup_quad : require
         #extension GL_KHR_shader_subgroup_ballot : require
         #extension GL_KHR_shader_subgroup_arithmetic : require
         layout(location = 0) flat in uint i; layout(location = 0) out uvec4 o;
         void main() { o = uvec4(subgroupQuadSwapHorizontal(i), subgroupQuadBroadcast(i, 2u),
             subgroupBallot(i > 2u).x, subgroupAdd(i)); }",
    )
    .input(slot::location(0, 0), LANES)
    .run();
    assert_eq!(ran.output(COLOR), [1, 0, 3, 2, 5, 4, 7, 6]);
    assert_eq!(ran.output(COLOR + 1), [2, 2, 2, 2, 6, 6, 6, 6]);
    assert_eq!(ran.output(COLOR + 2), [0xf8; 8]);
    assert_eq!(ran.output(COLOR + 3), [28; 8]);
}

#[test]
fn outputs_can_be_read_back_and_passed_to_functions() {
    let ran = fragment(
        "layout(location = 0) in vec2 a; layout(location = 0) out vec4 o;
         void twice(inout vec4 v) { v *= 2.0; } float f(vec4 v) { return v.x + v.y; }
         void main() { o = vec4(a, 1, 0); twice(o); o.w = f(o); for (int k = 0; k < 3; k++) o[k] += 1.0; }",
    )
    .floats(slot::location(0, 0), field(|x, _| x))
    .floats(slot::location(0, 1), field(|_, y| y))
    .run();
    assert_eq!(ran.floats(COLOR), field(|x, _| x * 2.0 + 1.0));
    assert_eq!(ran.floats(COLOR + 2), [3.0; 8]);
    assert_eq!(ran.floats(COLOR + 3), field(|x, y| x * 2.0 + y * 2.0));
}

#[test]
fn samples_are_told_apart_as_soon_as_a_shader_names_theirs() {
    for built_in in ["gl_SampleID", "gl_SamplePosition"] {
        let source = format!("layout(location = 0) out vec4 o; void main() {{ {built_in}; o = vec4(1.0); }}");
        assert!(fragment(&source).run().interface.fragment.per_sample, "{built_in}");
    }
    let ran = fragment("layout(location = 0) out vec4 o; void main() { o = vec4(1.0); }").run();
    assert!(!ran.interface.fragment.per_sample);
}
