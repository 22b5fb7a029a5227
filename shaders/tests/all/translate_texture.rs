//! Image instructions for the texture unit: what it is asked, seen by a unit that answers with the question.

use std::ffi::c_void;

use crate::support::{Dispatch, glsl_for, optimized, spvasm};
use lacuna_shaders::abi::DispatchContext;
use lacuna_shaders::abi::texture::{LodMode, TextureFrame, TextureInstruction, TextureOp};

fn float(x: f32) -> u32 {
    x.to_bits()
}

/// Answers each lane with a digest of its operands.
extern "C" fn echo(_: *const DispatchContext, instruction: *const c_void, frame: *mut c_void) {
    // SAFETY: the contract of texture units.
    let (instruction, frame) =
        unsafe { (&*instruction.cast::<TextureInstruction>(), &mut *frame.cast::<TextureFrame>()) };
    for lane in (0..8).filter(|lane| frame.active >> lane & 1 != 0) {
        let at = |lanes: &[u32; 8]| lanes[lane];
        let slot = |slots: &[u32; 8], uniform: bool| slots[if uniform { 0 } else { lane }];
        let image = slot(&frame.image_slot, instruction.uniform_image);
        let sampler = slot(&frame.sampler_slot, instruction.uniform_sampler);
        let [x, y, z] = [0, 1, 2].map(|axis| at(&frame.coordinates[axis]));
        let [dx, dy, _] = instruction.offsets[0].map(|n| n as u32);
        let words = match (instruction.op, instruction.lod) {
            (TextureOp::Sample, _) if instruction.compare => [at(&frame.reference), x, y, dx | dy << 8],
            (TextureOp::Sample, LodMode::Explicit) => [x, y, at(&frame.lod), image | sampler << 8],
            (TextureOp::Sample, LodMode::Gradient) => {
                [x, at(&frame.gradients[0][0]), at(&frame.gradients[1][1]), at(&frame.layer)]
            }
            (TextureOp::Sample, _) => [x, y, z, at(&frame.layer)],
            (TextureOp::Gather, _) if instruction.dynamic_offset => {
                [x, at(&frame.offset[0]), at(&frame.offset[1]), instruction.component.into()]
            }
            (TextureOp::Gather, _) => {
                instruction.offsets.map(|[x, y, _]| (x as u32 & 0xff) | (y as u32 & 0xff) << 8)
            }
            (TextureOp::Fetch, LodMode::Explicit) => [x, y, at(&frame.lod), at(&frame.layer)],
            (TextureOp::Fetch, _) => [x, y, 0, at(&frame.sample)],
            (TextureOp::Read, _) => [x, y, z, image],
            (TextureOp::QuerySize, LodMode::Explicit) => [at(&frame.lod), 20, 30, 40],
            (TextureOp::QuerySize, _) => [10, 20, 30, 40],
            (TextureOp::QueryLevels, _) => [7, 4, 0, 0],
            (TextureOp::QueryLod, _) => [x, y, 0, 0],
            (TextureOp::Write, _) => continue,
        };
        for (lanes, word) in frame.texel.iter_mut().zip(words) {
            lanes[lane] = word;
        }
        frame.resident[lane] = u32::from(x != 0);
    }
}

/// Runs `main` with `uint o[16]` at binding 0 and what is declared; binding b is slot 16 b.
fn run(declarations: &str, body: &str, arrays: &[(u32, usize)]) -> Vec<u32> {
    let source = format!(
        "#version 460\n#extension GL_ARB_sparse_texture2 : enable\n#extension GL_EXT_nonuniform_qualifier : enable\n\
         #extension GL_EXT_samplerless_texture_functions : enable\n\
         layout(binding = 0) buffer O {{ uint o[]; }};\n{declarations}\nvoid main() {{ {body} }}\n"
    );
    let code = glsl_for("vulkan1.2", &source);
    run_code(code.clone(), arrays, |plain, code| assert_eq!(plain, code))
}

fn run_code(code: Vec<u32>, arrays: &[(u32, usize)], same: impl Fn(&[u32], &[u32])) -> Vec<u32> {
    let words = |code| {
        let mut dispatch = Dispatch::new(code).buffer(0, &[0; 16]);
        dispatch.memory.texture_unit = Some(echo);
        for &(binding, count) in arrays {
            dispatch = dispatch.buffers(0, binding, &vec![&[][..]; count]);
        }
        dispatch.run().words(0)
    };
    let plain = words(code.clone());
    same(&plain, &words(optimized(&code)));
    plain
}

#[test]
fn samples_have_their_coordinates_level_and_descriptors() {
    let out = run(
        "layout(binding = 1) uniform texture2D t; layout(binding = 2) uniform sampler s;",
        "vec4 v = textureLod(sampler2D(t, s), vec2(o[15] + 1, 2.5), 3.5);
         for (int k = 0; k < 4; k++) o[k] = floatBitsToUint(v[k]);",
        &[(1, 1), (2, 1)],
    );
    assert_eq!(out[..4], [float(1.0), float(2.5), float(3.5), 16 | 32 << 8]);
}

#[test]
fn projections_are_divided_and_layers_come_apart() {
    let out = run(
        "layout(binding = 1) uniform sampler2DArray a; layout(binding = 2) uniform sampler2DShadow s;",
        "vec4 v = textureGrad(a, vec3(1, 2, 3), vec2(4, 5), vec2(6, 7));
         o[0] = floatBitsToUint(v.y); o[1] = floatBitsToUint(v.z); o[2] = floatBitsToUint(v.w);
         o[3] = floatBitsToUint(textureProjOffset(s, vec4(2, 4, 6, 2), ivec2(1, 2)));",
        &[(1, 1), (2, 1)],
    );
    assert_eq!(out[..4], [4.0, 7.0, 3.0, 3.0].map(float));
}

#[test]
fn descriptors_may_differ_from_lane_to_lane() {
    let out = run(
        "layout(local_size_x = 16) in; layout(binding = 1) uniform sampler2D t[4];",
        "uint k = gl_LocalInvocationIndex;
         o[k] = floatBitsToUint(textureLod(t[nonuniformEXT(k & 3)], vec2(1), 0).w);",
        &[(1, 4)],
    );
    let slots: Vec<u32> = (0..16).map(|k| (16 + k % 4) * 0x101).collect();
    assert_eq!(out, slots);
}

/// `nonuniformEXT` around a sampled image makes a copy of it.
#[test]
fn a_copied_sampled_image_keeps_its_sampler() {
    let out = run(
        "layout(local_size_x = 16) in; layout(binding = 1) uniform texture2D t[4]; layout(binding = 2) uniform sampler s[4];",
        "uint k = gl_LocalInvocationIndex;
         o[k] = floatBitsToUint(textureLod(nonuniformEXT(sampler2D(t[k & 3], s[k / 4])), vec2(1), 0).w);",
        &[(1, 4), (2, 4)],
    );
    let slots: Vec<u32> = (0..16).map(|k| (16 + k % 4) | (32 + k / 4) << 8).collect();
    assert_eq!(out, slots);
}

#[test]
fn gathers_have_offsets_and_a_component() {
    let out = run(
        "layout(binding = 1) uniform sampler2D t;",
        "vec4 v = textureGatherOffset(t, vec2(2), ivec2(o[15] + 3, -4), 2);
         o[0] = floatBitsToUint(v.y); o[1] = floatBitsToUint(v.z); o[2] = floatBitsToUint(v.w);
         v = textureGatherOffsets(t, vec2(2), ivec2[](ivec2(1, 2), ivec2(3, 4), ivec2(5, 6), ivec2(-1, -2)));
         o[3] = floatBitsToUint(v.x); o[4] = floatBitsToUint(v.w);",
        &[(1, 1)],
    );
    assert_eq!(out[..5], [3, -4i32 as u32, 2, 0x201, 0xfeff]);
}

#[test]
fn residency_codes_say_whether_texels_are_there() {
    let out = run(
        "layout(binding = 1) uniform sampler2D t; layout(binding = 2, rgba8) uniform image2D i;",
        "vec4 v; o[0] = uint(sparseTexelsResidentARB(sparseTexelFetchARB(t, ivec2(5, 6), 7, v)));
         o[1] = floatBitsToUint(v.x) + floatBitsToUint(v.z);
         o[2] = 2 + uint(sparseTexelsResidentARB(sparseTexelFetchARB(t, ivec2(0, 6), 7, v)));
         o[3] = uint(sparseTexelsResidentARB(sparseImageLoadARB(i, ivec2(3), v)));",
        &[(1, 1), (2, 1)],
    );
    assert_eq!(out[..4], [1, 12, 2, 1]);
}

#[test]
fn queries_give_what_the_image_has() {
    let out = run(
        "layout(binding = 1) uniform sampler2DArray a; layout(binding = 2) uniform texture2DMS m;
         layout(binding = 3) uniform samplerCube c; layout(binding = 4) uniform textureBuffer b;",
        "ivec3 s = textureSize(a, 5); o[0] = s.x; o[1] = s.y; o[2] = s.z; o[3] = textureQueryLevels(c);
         o[4] = textureSamples(m); ivec2 t = textureSize(c, 1); o[5] = t.y; o[6] = textureSize(b);
         o[7] = uint(floatBitsToUint(texelFetch(m, ivec2(8, 9), 3).w));",
        &[(1, 1), (2, 1), (3, 1), (4, 1)],
    );
    assert_eq!(out[..8], [5, 20, 40, 7, 4, 20, 10, 3]);
}

#[test]
fn images_without_format_go_to_the_unit() {
    let out = run(
        "#extension GL_EXT_shader_image_load_formatted : enable\n\
         layout(binding = 1) uniform uimage3D t;",
        "uvec4 v = imageLoad(t, ivec3(1, 2, 3)); imageStore(t, ivec3(0), v); o[0] = v.x; o[1] = v.y; o[2] = v.z; o[3] = v.w;",
        &[(1, 1)],
    );
    assert_eq!(out[..4], [1, 2, 3, 16]);
}

/// Of a null descriptor, all that the unit gives is zero.
#[test]
fn the_alpha_of_a_64_bit_texel_comes_from_the_unit() {
    let out = run(
        "#extension GL_EXT_shader_image_load_formatted : enable\n\
         #extension GL_EXT_shader_explicit_arithmetic_types_int64 : enable\n\
         #extension GL_EXT_shader_image_int64 : enable\n\
         layout(binding = 1) uniform u64image3D t;",
        "u64vec4 v = imageLoad(t, ivec3(1, 2, 3)); o[0] = uint(v.x); o[1] = uint(v.x >> 32); o[2] = uint(v.y); o[3] = uint(v.w);",
        &[(1, 1)],
    );
    assert_eq!(out[..4], [1, 2, 0, 16]);
}

/// The unit gives 32-bit words, so it is asked for the upper halves of four texels by themselves.
#[test]
fn gathers_of_64_bit_texels_have_both_words() {
    let code = |component: u32| {
        spvasm(&format!(
            "OpCapability Shader
             OpCapability Int64
             OpCapability Int64ImageEXT
             OpCapability ImageGatherExtended
             OpExtension \"SPV_EXT_shader_image_int64\"
             OpMemoryModel Logical GLSL450
             OpEntryPoint GLCompute %main \"main\" %i %o
             OpExecutionMode %main LocalSize 1 1 1
             OpDecorate %i DescriptorSet 0
             OpDecorate %i Binding 1
             OpDecorate %o DescriptorSet 0
             OpDecorate %o Binding 0
             OpDecorate %array ArrayStride 8
             OpDecorate %block Block
             OpMemberDecorate %block 0 Offset 0
             %void = OpTypeVoid
             %fn = OpTypeFunction %void
             %float = OpTypeFloat 32
             %vec2 = OpTypeVector %float 2
             %int = OpTypeInt 32 1
             %ivec2 = OpTypeVector %int 2
             %uint = OpTypeInt 32 0
             %wide = OpTypeInt 64 0
             %vec4 = OpTypeVector %wide 4
             %image = OpTypeImage %wide 2D 0 0 0 1 Unknown
             %both = OpTypeSampledImage %image
             %pi = OpTypePointer UniformConstant %both
             %i = OpVariable %pi UniformConstant
             %array = OpTypeRuntimeArray %wide
             %block = OpTypeStruct %array
             %pb = OpTypePointer StorageBuffer %block
             %pw = OpTypePointer StorageBuffer %wide
             %o = OpVariable %pb StorageBuffer
             %0 = OpConstant %int 0
             %1 = OpConstant %int 1
             %2 = OpConstant %int 2
             %3 = OpConstant %int 3
             %which = OpConstant %uint {component}
             %half = OpConstant %float 0.5
             %at = OpConstantComposite %vec2 %half %half
             %main = OpFunction %void None %fn
             %start = OpLabel
             %p0 = OpAccessChain %pw %o %0 %0
             %p1 = OpAccessChain %pw %o %0 %1
             %p2 = OpAccessChain %pw %o %0 %2
             %p3 = OpAccessChain %pw %o %0 %3
             %zeros = OpLoad %wide %p0
             %zero = OpUConvert %uint %zeros
             %seven = OpIAdd %int %zero %3
             %offset = OpCompositeConstruct %ivec2 %seven %2
             %s = OpLoad %both %i
             %v = OpImageGather %vec4 %s %at %which Offset %offset
             %v0 = OpCompositeExtract %wide %v 0
             %v1 = OpCompositeExtract %wide %v 1
             %v2 = OpCompositeExtract %wide %v 2
             %v3 = OpCompositeExtract %wide %v 3
             OpStore %p0 %v0
             OpStore %p1 %v1
             OpStore %p2 %v2
             OpStore %p3 %v3
             OpReturn
             OpFunctionEnd"
        ))
    };
    let half = float(0.5);
    let out = run_code(code(0), &[(1, 1)], |_, _| ());
    assert_eq!(out[..8], [half, half, 3, 3, 2, 2, 0, 1]);
    let out = run_code(code(3), &[(1, 1)], |_, _| ());
    assert_eq!(out[..8], [1, 0, 1, 0, 1, 0, 1, 0], "there is one channel");
}

/// A sampled image has to be made of an image and a sampler.
#[test]
fn mixed_up_operands_are_refused() {
    let code = spvasm(
        "OpCapability Shader
         OpMemoryModel Logical GLSL450
         OpEntryPoint GLCompute %main \"main\"
         OpExecutionMode %main LocalSize 1 1 1
         OpDecorate %s DescriptorSet 0
         OpDecorate %s Binding 1
         %void = OpTypeVoid
         %fn = OpTypeFunction %void
         %float = OpTypeFloat 32
         %image = OpTypeImage %float 2D 0 0 0 1 Unknown
         %sampler = OpTypeSampler
         %both = OpTypeSampledImage %image
         %ptr = OpTypePointer UniformConstant %sampler
         %s = OpVariable %ptr UniformConstant
         %main = OpFunction %void None %fn
         %start = OpLabel
         %a = OpLoad %sampler %s
         %b = OpSampledImage %both %a %a
         OpReturn
         OpFunctionEnd",
    );
    let error = Dispatch::new(code).buffer(1, &[]).translate().unwrap_err();
    assert!(error.to_string().contains("no image and sampler"), "{error}");
}
