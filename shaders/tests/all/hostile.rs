//! No module makes the front end panic, hang or produce a malformed function.

use std::panic::catch_unwind;

use crate::support::hostile::{self, Random, mutate};
use crate::support::{self, glsl, glsl_for, optimized, spvasm};
use lacuna_shaders::abi::stage::slot;
use lacuna_shaders::stage::Stage;
use lacuna_shaders::{Binding, ComputeSource, Layout, StageSource, translate};

const RICH: &str = "#version 450
    layout(local_size_x = 4) in;
    layout(constant_id = 3) const uint n = 5;
    struct S { vec3 v; mat3 m; uint a[3]; };
    layout(std430, binding = 0) buffer O { uint o[]; };
    layout(std140, binding = 1) uniform I { S s[2]; uint k[4]; };
    layout(push_constant) uniform P { uint p; };
    shared float t[n];
    uint f(inout uint x, uint a[3]) { for (uint j = 0; j < x; j++) { if (a[j % 3] == p) return j; switch (j) { case 1: x--; case 2: break; default: continue; } } return x; }
    void main() {
        uint l = gl_LocalInvocationIndex; S c = s[l & 1]; uint x = k[l];
        t[l] = dot(c.m * c.v, normalize(c.v)) + determinant(c.m); barrier();
        c.a[x & 1] = atomicAdd(o[2], 3);
        o[l] = f(x, c.a) + uint(t[3 - l]) + packHalf2x16(c.v.xy);
        while (x > 0) { x >>= 1; if (o[x] == 7) break; o[x] = bitfieldInsert(x, l, 2, 5); }
    }";

const SUBGROUP: &str = "#version 450
    #extension GL_KHR_shader_subgroup_arithmetic : require
    #extension GL_KHR_shader_subgroup_ballot : require
    #extension GL_EXT_buffer_reference : require
    layout(buffer_reference) buffer N; layout(buffer_reference, std430) buffer N { uint v; N next; };
    layout(local_size_x = 8) in;
    layout(binding = 0) buffer O { uint o[]; };
    layout(push_constant) uniform P { N n; };
    void main() { N m = n; for (uint k = 0; k < 3; k++) { o[k] = subgroupAdd(m.v) + subgroupBallot(o[k] > 1).x; m = m.next; } }";

const PARTITION: &str = "#version 450
    #extension GL_NV_shader_subgroup_partitioned : require
    #extension GL_KHR_shader_subgroup_clustered : require
    #extension GL_EXT_shader_realtime_clock : require
    layout(local_size_x = 8) in;
    layout(binding = 0) buffer O { uint o[]; };
    void main() { uint x = o[gl_LocalInvocationIndex]; uvec4 p = subgroupPartitionNV(x);
        o[0] = subgroupPartitionedExclusiveAddNV(x, p) + subgroupClusteredMax(x, 2) + clockRealtime2x32EXT().x; }";

const STAGES: [(Stage, &str); 5] = [
    (
        Stage::Vertex,
        "layout(location = 0) in vec3 v[3]; layout(location = 5) in uint i; struct S { vec2 a; mat3 m; };
         layout(location = 1) out S s; layout(location = 9) out dvec3 d; out float gl_ClipDistance[3];
         void main() { gl_Position = vec4(v[i % 4], 1); gl_ClipDistance[i] = v[1].y; s.m[i] = v[0]; s.a = v[2].xy;
             d = dvec3(v[0]); if (i == 3) return; gl_PointSize = gl_VertexIndex; }",
    ),
    (
        Stage::TessellationControl,
        "layout(vertices = 9) out; layout(location = 0) in vec2 a[]; layout(location = 1) out float b[];
         layout(location = 5) patch out vec3 p[2];
         void main() { b[gl_InvocationID] = a[gl_InvocationID / 2].y; barrier();
             if (b[2] > 3) { gl_TessLevelOuter[gl_InvocationID % 4] = 1; p[1].x = b[5]; }
             gl_out[gl_InvocationID].gl_Position = gl_in[1].gl_Position; }",
    ),
    (
        Stage::TessellationEvaluation,
        "layout(triangles) in; layout(location = 1) in float b[]; layout(location = 5) patch in vec3 p[2];
         layout(location = 0) out vec3 o[2];
         void main() { o[0] = p[int(gl_TessCoord.x)]; o[1] = vec3(b[2], gl_TessLevelInner[0], gl_PrimitiveID);
             for (int i = 0; i < gl_PatchVerticesIn; i++) gl_Position += gl_in[i].gl_Position; }",
    ),
    (
        Stage::Geometry,
        "layout(triangles) in; layout(triangle_strip, max_vertices = 5) out; layout(location = 0) in B { vec4 c; uint d[2]; } b[];
         layout(location = 0) out vec4 o[2];
         void main() { for (int i = 0; i < 3; i++) { gl_Position = gl_in[i].gl_Position; o[b[i].d[1] & 1] = b[i].c;
             gl_Layer = i; EmitVertex(); } EndPrimitive(); }",
    ),
    (
        Stage::Fragment,
        "layout(location = 0) in vec4 c[2]; layout(location = 3) flat in uint i; layout(location = 0) out vec4 o;
         layout(binding = 0) buffer B { uint n[]; };
         void main() { if (c[i].w < 0.5) discard; o = dFdx(c[0]) + interpolateAtOffset(c[1], vec2(0.25)) + gl_FragCoord;
             gl_FragDepth = o.x; n[i] = atomicAdd(n[0], 1); gl_SampleMask[0] = gl_SampleID; o[i] = fwidth(o.y); }",
    ),
];

#[test]
fn mutated_modules_are_translated_or_refused() {
    let base = [
        glsl(RICH),
        optimized(&glsl(RICH)),
        glsl_for("vulkan1.2", SUBGROUP),
        glsl_for("vulkan1.2", PARTITION),
    ];
    let bindings = [((0, 0), Binding { slot: 0, count: 1 }), ((0, 1), Binding { slot: 1, count: 2 })];
    let layout = Layout { bindings: bindings.into_iter().collect(), ..Layout::default() };
    let mut random = Random(0x1234_5678_9abc_def1);
    let rounds = std::env::var("LACUNA_FUZZ_ROUNDS").ok().and_then(|n| n.parse().ok()).unwrap_or(3000);
    let (mut accepted, mut refused) = (0, 0);
    for round in 0..rounds {
        let words = mutate(&base[round % base.len()], &mut random);
        let outcome = catch_unwind(|| {
            let source = ComputeSource {
                words: &words,
                entry_point: "main",
                specialization: &[(3, 7)],
                layout: &layout,
            };
            let Ok(function) = translate::translate(&source) else { return false };
            hostile::check(&function);
            true
        });
        match outcome {
            Ok(true) => accepted += 1,
            Ok(false) => refused += 1,
            Err(_) => {
                let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
                let path = std::env::temp_dir().join("lacuna-hostile.spv");
                std::fs::write(&path, bytes).unwrap();
                panic!("round {round} panicked; the module is in {}", path.display());
            }
        }
    }
    assert!(accepted > rounds / 50 && refused > rounds / 50, "{accepted} accepted, {refused} refused");
}

/// Whether the module is translated; what comes out is sound, and runs inside of its slots.
fn stage_is_translated(stage: Stage, words: &[u32]) -> bool {
    let bindings = [((0, 0), Binding { slot: 0, count: 1 })];
    let layout = Layout { bindings: bindings.into_iter().collect(), ..Layout::default() };
    let source =
        StageSource { stage, words, entry_point: "main", specialization: &[(3, 7)], layout: &layout };
    let Ok((function, interface)) = translate::translate_stage(&source) else { return false };
    hostile::check_stage(&function);
    let inputs = interface.inputs.iter().map(|input| input.slot);
    let slots = inputs.chain(interface.outputs.iter().chain(&interface.patch_outputs).copied());
    slots.for_each(|slot| assert!(slot < slot::COUNT, "slot {slot}"));
    true
}

#[test]
fn mutated_stages_are_translated_or_refused() {
    let modules = STAGES.map(|(stage, source)| (stage, support::stage::glsl(stage, source)));
    let mut random = Random(0x0bad_cafe_1234_5671);
    let rounds = std::env::var("LACUNA_FUZZ_ROUNDS").ok().and_then(|n| n.parse().ok()).unwrap_or(3000);
    let (mut accepted, mut refused) = (0, 0);
    for round in 0..rounds {
        let (stage, base) = &modules[round % modules.len()];
        let words = mutate(base, &mut random);
        match catch_unwind(|| stage_is_translated(*stage, &words)) {
            Ok(true) => accepted += 1,
            Ok(false) => refused += 1,
            Err(_) => {
                let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
                let path = std::env::temp_dir().join("lacuna-hostile-stage.spv");
                std::fs::write(&path, bytes).unwrap();
                panic!("round {round} ({stage:?}) panicked; the module is in {}", path.display());
            }
        }
    }
    assert!(accepted > rounds / 50 && refused > rounds / 50, "{accepted} accepted, {refused} refused");
}

#[test]
fn a_stage_is_not_taken_for_another() {
    let (stage, source) = STAGES[0];
    let words = support::stage::glsl(stage, source);
    assert!(stage_is_translated(Stage::Vertex, &words));
    for other in [Stage::Fragment, Stage::Geometry, Stage::TessellationControl] {
        assert!(!stage_is_translated(other, &words));
    }
}

#[test]
fn variables_outside_of_the_locations_are_refused() {
    let source =
        "layout(location = 31) out vec4 a[2]; void main() { a[1] = vec4(1); gl_Position = vec4(0); }";
    let words = support::stage::glsl(Stage::Vertex, source);
    assert!(!stage_is_translated(Stage::Vertex, &words));
}

#[test]
fn calls_that_grow_without_bound_are_refused() {
    // 40 functions that call the next one twice: 2^40 instructions when inlined.
    let mut source = String::from(
        "#version 450\nlayout(binding = 0) buffer O { uint o[]; };\nuint f0(uint x) { return o[x]; }\n",
    );
    for i in 1..40 {
        source += &format!("uint f{i}(uint x) {{ return f{0}(x) + f{0}(x + 1); }}\n", i - 1);
    }
    source += "void main() { o[0] = f39(1); }";
    let error = support::Dispatch::glsl(&source).buffer(0, &[0]).translate().unwrap_err();
    assert!(error.to_string().contains("this large"), "{error}");
}

#[test]
fn empty_calls_that_grow_without_bound_are_refused() {
    let mut source = String::from("#version 450\nvoid f0() {}\n");
    for i in 1..40 {
        source += &format!("void f{i}() {{ f{0}(); f{0}(); }}\n", i - 1);
    }
    source += "void main() { f39(); }";
    let error = support::Dispatch::glsl(&source).translate().unwrap_err();
    assert!(error.to_string().contains("this large"), "{error}");
}

#[test]
fn deep_nesting_does_not_overflow_the_stack() {
    let mut calls =
        String::from("#version 450\nlayout(binding = 0) buffer O { uint o[]; };\nvoid f0() { o[0] = 1; }\n");
    for i in 1..1000 {
        calls += &format!("void f{i}() {{ f{}(); }}\n", i - 1);
    }
    calls += "void main() { f999(); }";
    let ifs = format!(
        "#version 450\nlayout(binding = 0) buffer O {{ uint o[]; }};\nvoid main() {{ {} o[0] = 1; {} }}",
        "if (o[1] > 2) { o[1] = o[2]; ".repeat(250),
        "}".repeat(250)
    );
    let words = spvasm(&deep_type(50_000));
    for words in [glsl(&calls), glsl(&ifs), words] {
        let error = support::Dispatch::new(words).buffer(0, &[0]).translate().unwrap_err();
        assert!(error.to_string().contains("nested this deep"), "{error}");
    }
}

fn deep_type(depth: usize) -> String {
    let mut source = String::from(
        "OpCapability Shader\nOpMemoryModel Logical GLSL450\nOpEntryPoint GLCompute %main \"main\"\n\
         OpExecutionMode %main LocalSize 1 1 1\n%void = OpTypeVoid\n%fn = OpTypeFunction %void\n%uint = OpTypeInt 32 0\n\
         %one = OpConstant %uint 1\n%a0 = OpTypeArray %uint %one\n",
    );
    for i in 1..depth {
        source += &format!("%a{i} = OpTypeArray %a{} %one\n", i - 1);
    }
    source + "%main = OpFunction %void None %fn\n%l = OpLabel\nOpReturn\nOpFunctionEnd\n"
}

#[test]
fn what_is_no_module_is_refused() {
    for words in [
        &[][..],
        &[0x0723_0203],
        &[1, 2, 3, 4, 5],
        &[0x0723_0203, 0x10000, 0, u32::MAX, 0],
        &[0x0723_0203, 0x10000, 0, 9, 0, 0],
    ] {
        let source =
            ComputeSource { words, entry_point: "main", specialization: &[], layout: &Layout::default() };
        assert!(translate::translate(&source).is_err());
    }
}

#[test]
fn storage_images_without_binding_are_refused() {
    let source = "#version 450
        layout(binding = 0, r32ui) uniform uimage2D image; layout(binding = 1) buffer O { uint o; };
        void main() { o = imageLoad(image, ivec2(1)).x; }";
    let error = support::Dispatch::glsl(source).buffer(1, &[0]).translate().unwrap_err();
    assert_eq!(error, lacuna_shaders::CompileError::NoBinding { set: 0, binding: 0 });
}

#[test]
fn what_fuzzing_found_is_compiled_or_refused() {
    for (number, line) in include_str!("../../fuzz/seeds/modules.hex").lines().enumerate() {
        let digits = line.as_bytes().as_chunks::<8>().0.iter();
        let words: Vec<u32> =
            digits.map(|word| u32::from_str_radix(std::str::from_utf8(word).unwrap(), 16).unwrap()).collect();
        assert!(catch_unwind(|| hostile::compile(&words)).is_ok(), "line {number}");
    }
}
