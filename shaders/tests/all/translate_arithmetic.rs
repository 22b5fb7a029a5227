//! Arithmetic, composites, functions of GLSL.std.450, constants, subgroups.

use crate::support::{Dispatch, check, check_floats, glsl_for, spvasm};

#[test]
fn integer_arithmetic() {
    let minus = |x: i32| -x as u32;
    check("", "int a = int(i[0]), b = int(i[1]); o[0] = uint(a / b); o[1] = uint(a % b); o[2] = i[0] / i[1]; o[3] = i[0] % i[1];
        o[4] = uint(a * b - a + (-b)); o[5] = uint(a >> 1); o[6] = i[0] >> 28; o[7] = i[1] << 5; o[8] = ~i[0];
        o[9] = (i[0] & i[1]) | (i[0] ^ 5u);", &[minus(7), 2], &[
        minus(3), 1, minus(7) / 2, 1, minus(14) + 7 - 2, minus(4), 15, 64, 6, minus(7) & 2 | minus(7) ^ 5,
    ]);
}

#[test]
fn comparisons_of_both_signs() {
    let body = "int a = int(i[0]), b = int(i[1]); uint r = 0;
        r |= a < b ? 1 : 0; r |= i[0] < i[1] ? 2 : 0; r |= a >= b ? 4 : 0; r |= i[0] != i[1] ? 8 : 0; r |= i[0] > i[1] ? 16 : 0;
        bvec2 v = lessThan(ivec2(a, b), ivec2(b, a)); r |= any(v) ? 32 : 0; r |= all(v) ? 64 : 0; r |= v.x != v.y ? 128 : 0; o[0] = r;";
    check("", body, &[u32::MAX, 1], &[1 | 8 | 16 | 32 | 128]);
}

#[test]
fn extended_integer_arithmetic_and_bits() {
    let body = "uint c, h, l; int sh, sl; o[0] = uaddCarry(i[0], i[1], c); o[1] = c; o[2] = usubBorrow(i[1], i[0], c); o[3] = c;
        umulExtended(i[0], i[1], h, l); o[4] = h; o[5] = l; imulExtended(int(i[0]), int(i[1]), sh, sl); o[6] = uint(sh); o[7] = uint(sl);
        o[8] = bitfieldExtract(i[0], 4, 8); o[9] = uint(bitfieldExtract(int(i[0]), 4, 8)); o[10] = bitfieldInsert(i[1], 5u, 8, 4);
        o[11] = bitfieldReverse(i[1]); o[12] = bitCount(i[0]); o[13] = findLSB(i[1]); o[14] = findMSB(i[1]); o[15] = uint(findMSB(int(i[0])));";
    check(
        "",
        body,
        &[0xffff_fff0, 0x24],
        &[
            0x14,
            1,
            0x34,
            1,
            0x23,
            0xffff_fdc0,
            0xffff_ffff,
            0xffff_fdc0,
            0xff,
            0xffff_ffff,
            0x524,
            0x2400_0000,
            28,
            2,
            5,
            3,
        ],
    );
}

/// A factor that is infinite where the shader runs, and another one that is zero.
const INFINITE_AND_ZERO: [u32; 2] = [f32::INFINITY.to_bits(), 0];

#[test]
fn a_product_with_a_constant_zero_is_zero() {
    let body = "float infinite = uintBitsToFloat(i[0]), zero = uintBitsToFloat(i[1]);
        o[0] = floatBitsToUint(infinite * 0.0); o[1] = floatBitsToUint((vec2(infinite) * -0.0).y);
        o[2] = uint(isnan(infinite * zero));";
    check("", body, &INFINITE_AND_ZERO, &[0, 0, 1]);
}

#[test]
fn a_product_that_has_to_be_exact_is_computed() {
    let precise = "precise float product = uintBitsToFloat(i[0]) * 0.0; o[0] = uint(isnan(product));
        precise vec2 scaled = vec2(uintBitsToFloat(i[0])) * 0.0; o[1] = uint(isnan(scaled.y));";
    check("", precise, &INFINITE_AND_ZERO, &[1, 1]);
    let preserve = "#extension GL_EXT_spirv_intrinsics : require
        spirv_execution_mode(extensions = [\"SPV_KHR_float_controls\"], capabilities = [4466], 4461, 32);";
    check(preserve, "o[0] = uint(isnan(uintBitsToFloat(i[0]) * 0.0));", &INFINITE_AND_ZERO, &[1]);
}

#[test]
fn conversions_between_numbers() {
    let body = "float f = uintBitsToFloat(i[0]); o[0] = uint(int(f)); o[1] = floatBitsToUint(float(int(i[1]))); o[2] = floatBitsToUint(float(i[1]));
        o[3] = uint(f > 0.0 ? 1 : 0); o[4] = uint(bool(i[1])); double d = double(f) * 2.0lf; o[5] = uint(int(d)); o[6] = floatBitsToUint(float(d));";
    let f = -3.75f32;
    check(
        "",
        body,
        &[f.to_bits(), u32::MAX],
        &[
            (-3i32) as u32,
            (-1.0f32).to_bits(),
            4294967295.0f32.to_bits(),
            0,
            1,
            (-7i32) as u32,
            (-7.5f32).to_bits(),
        ],
    );
}

/// Lanes that differ: a conversion that makes them wider must not overwrite those that it has not read.
#[test]
fn half_precision_to_double_in_every_lane() {
    let source = "#version 450
        #extension GL_EXT_shader_explicit_arithmetic_types_float16 : require
        #extension GL_EXT_shader_16bit_storage : require
        layout(local_size_x = 8) in;
        layout(binding = 0) buffer O { double o[]; };
        layout(binding = 1) buffer I { float16_t i[]; };
        void main() { o[gl_LocalInvocationIndex] = double(i[gl_LocalInvocationIndex]); }";
    let halves = [0xbc00_3c00, 0xfc00_7c00, 0x0001_3800, 0x7bff_4248];
    let found = Dispatch::glsl(source).buffer(0, &[0; 16]).buffer(1, &halves).run().words(0);
    let wanted = [1.0, -1.0, f64::INFINITY, f64::NEG_INFINITY, 0.5, 2f64.powi(-24), 3.140625, 65504.0]
        .map(f64::to_bits);
    assert_eq!(found, wanted.map(|bits| [bits as u32, (bits >> 32) as u32]).as_flattened());
}

#[test]
fn narrowing_rounds_toward_zero_where_decorated() {
    let words = spvasm(
        "OpCapability Shader
         OpCapability StorageBuffer16BitAccess
         OpMemoryModel Logical GLSL450
         OpEntryPoint GLCompute %main \"main\" %o %i %id
         OpExecutionMode %main LocalSize 8 1 1
         OpDecorate %id BuiltIn LocalInvocationIndex
         OpDecorate %small FPRoundingMode RTZ
         OpDecorate %halves ArrayStride 2
         OpDecorate %floats ArrayStride 4
         OpDecorate %ob Block
         OpDecorate %ib Block
         OpMemberDecorate %ob 0 Offset 0
         OpMemberDecorate %ib 0 Offset 0
         OpDecorate %o DescriptorSet 0
         OpDecorate %o Binding 0
         OpDecorate %i DescriptorSet 0
         OpDecorate %i Binding 1
         %void = OpTypeVoid
         %fn = OpTypeFunction %void
         %uint = OpTypeInt 32 0
         %float = OpTypeFloat 32
         %half = OpTypeFloat 16
         %halves = OpTypeRuntimeArray %half
         %floats = OpTypeRuntimeArray %float
         %ob = OpTypeStruct %halves
         %ib = OpTypeStruct %floats
         %op = OpTypePointer StorageBuffer %ob
         %ip = OpTypePointer StorageBuffer %ib
         %hp = OpTypePointer StorageBuffer %half
         %fp = OpTypePointer StorageBuffer %float
         %up = OpTypePointer Input %uint
         %zero = OpConstant %uint 0
         %o = OpVariable %op StorageBuffer
         %i = OpVariable %ip StorageBuffer
         %id = OpVariable %up Input
         %main = OpFunction %void None %fn
         %a = OpLabel
         %at = OpLoad %uint %id
         %from = OpAccessChain %fp %i %zero %at
         %to = OpAccessChain %hp %o %zero %at
         %large = OpLoad %float %from
         %small = OpFConvert %half %large
         OpStore %to %small
         OpReturn
         OpFunctionEnd",
    );
    let floats = [2051.0, -2051.0, 1e9, -1e9, f32::INFINITY, 1e-9, 0.5, -0.0];
    let found = Dispatch::new(words).buffer(0, &[0; 4]).floats(1, &floats).run().words(0);
    assert_eq!(found, [0xe801_6801, 0xfbff_7bff, 0x0000_7c00, 0x8000_3800]);
}

#[test]
fn vectors_are_built_shuffled_and_taken_apart() {
    let body = "uvec4 v = uvec4(i[0], i[1], uvec2(3, 4)); uvec4 w = v.wzyx; w.xz = v.yy; uvec3 c = uvec3(v.zw, w.y);
        o[0] = w.x; o[1] = w.y; o[2] = w.z; o[3] = w.w; o[4] = c.x + c.y * 10 + c.z * 100; uvec2 s = v.xy * 3 + w.zw; o[5] = s.x; o[6] = s.y;
        bvec2 b = equal(v.xy, uvec2(1, 1)); uvec2 m = mix(uvec2(7), uvec2(8), b); o[7] = m.x * 10 + m.y;";
    check("", body, &[1, 2], &[2, 3, 2, 1, 343, 5, 7, 87]);
}

#[test]
fn linear_algebra() {
    let body = "mat2x3 a = mat2x3(i[0], i[1], i[2], i[3], i[4], i[5]); vec2 v = vec2(2, 3); vec3 w = vec3(1, -1, 2);
        vec3 av = a * v; o[0] = av.x; o[1] = av.y; o[2] = av.z; vec2 wa = w * a; o[3] = wa.x; o[4] = wa.y;
        mat2 p = transpose(a) * a; o[5] = p[0][1]; o[6] = p[1][1]; mat3x2 t = outerProduct(v, w); o[7] = t[2].y; o[8] = dot(av, w);
        mat2 q = mat2(1, 2, 3, 5) * 2.0; o[9] = determinant(q); mat2 n = inverse(q); o[10] = n[0][0]; o[11] = n[1][0];
        mat3 r = mat3(2, 0, 1, 1, 3, 2, 1, 1, 4); mat3 u = inverse(r) * r; o[12] = u[0][0]; o[13] = u[1][2]; o[14] = determinant(r);
        mat4 s = mat4(4, 0, 0, 1, 0, 3, 1, 0, 2, 0, 5, 0, 0, 1, 0, 2); mat4 x = s * inverse(s); o[15] = x[3][3]; o[16] = x[0][2]; o[17] = determinant(s);
        o[18] = (matrixCompMult(q, n))[1][1];";
    check_floats(
        "",
        body,
        &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
        &[
            14.0, 19.0, 24.0, 5.0, 11.0, 32.0, 77.0, 6.0, 43.0, -4.0, -2.5, 1.5, 1.0, 0.0, 18.0, 1.0, 0.0,
            118.0, -5.0,
        ],
    );
}

#[test]
fn functions_of_one_number() {
    let (x, y) = (0.3f32, 2.5f32);
    check_floats("", "float x = i[0], y = i[1]; o[0] = sin(x); o[1] = cos(x); o[2] = tan(x); o[3] = asin(x); o[4] = acos(x); o[5] = atan(x);
        o[6] = sinh(x); o[7] = cosh(x); o[8] = tanh(x); o[9] = asinh(x); o[10] = acosh(y); o[11] = atanh(x); o[12] = exp(x); o[13] = log(y);
        o[14] = exp2(x); o[15] = log2(y); o[16] = sqrt(y); o[17] = inversesqrt(y); o[18] = radians(y); o[19] = degrees(x);", &[x, y], &[
        x.sin(), x.cos(), x.tan(), x.asin(), x.acos(), x.atan(), x.sinh(), x.cosh(), x.tanh(), x.asinh(), y.acosh(), x.atanh(), x.exp(),
        y.ln(), x.exp2(), y.log2(), y.sqrt(), 1.0 / y.sqrt(), y.to_radians(), x.to_degrees(),
    ]);
}

#[test]
fn rounding_and_ranges() {
    check_floats("", "float x = i[0], y = i[1]; o[0] = floor(x); o[1] = ceil(x); o[2] = trunc(x); o[3] = round(x); o[4] = roundEven(i[2]);
        o[5] = fract(x); o[6] = abs(x); o[7] = sign(x); o[8] = min(x, y); o[9] = max(x, y); o[10] = clamp(x, -1.0, 1.0); o[11] = mix(x, y, 0.25);
        o[12] = step(x, y); o[13] = smoothstep(0.0, 10.0, y); o[14] = mod(x, y); o[15] = pow(y, 3.0); o[16] = atan(x, y); o[17] = fma(x, y, 1.0);
        o[18] = float(abs(int(x))); o[19] = float(sign(int(x))); o[20] = float(clamp(int(x), -1, 5)); o[21] = float(isnan(x)); o[22] = float(isinf(y / 0.0));", &[-2.7, 4.0, 2.5], &[
        -3.0, -2.0, -2.0, -3.0, 2.0, 0.3, 2.7, -1.0, -2.7, 4.0, -1.0, -2.7 * 0.75 + 1.0, 1.0, 0.352, 1.3, 64.0, (-2.7f32).atan2(4.0), -9.8,
        2.0, -1.0, -1.0, 0.0, 1.0,
    ]);
}

#[test]
fn geometric_functions() {
    check_floats("", "vec3 a = vec3(i[0], i[1], i[2]), b = vec3(0, 1, 0); o[0] = length(a); o[1] = distance(a, b); vec3 n = normalize(a); o[2] = n.y;
        vec3 c = cross(a, b); o[3] = c.x; o[4] = c.z; vec3 r = reflect(a, b); o[5] = r.y; vec3 f = faceforward(b, a, b); o[6] = f.y;
        vec3 t = refract(n, -b, 0.5); o[7] = t.x; o[8] = t.y; vec3 u = refract(normalize(vec3(1, 0.1, 0)), -b, 2.0); o[9] = u.x; o[10] = length(i[1]);", &[3.0, 4.0, 12.0], &[
        13.0, (9.0f32 + 9.0 + 144.0).sqrt(), 4.0 / 13.0, -12.0, 3.0, -4.0, -1.0, 1.5 / 13.0, (1.0f32 - 0.25 * (1.0 - 16.0 / 169.0)).sqrt(), 0.0, 4.0,
    ]);
}

#[test]
fn parts_of_floats() {
    check_floats("", "float w; int e; o[0] = modf(i[0], w); o[1] = w; o[2] = frexp(i[1], e); o[3] = float(e); o[4] = ldexp(i[2], 3);
        vec2 ws; vec2 fs = modf(vec2(i[0], -i[1]), ws); o[5] = fs.y; o[6] = ws.y;", &[-3.25, 10.5, 1.5], &[
        -0.25, -3.0, 0.65625, 4.0, 12.0, -0.5, -10.0,
    ]);
}

#[test]
fn packed_numbers() {
    check("", "vec4 v = unpackUnorm4x8(i[0]); o[0] = packUnorm4x8(v); o[1] = packSnorm4x8(vec4(-1, 0.5, -2, 1)); vec4 s = unpackSnorm4x8(i[1]); o[2] = packSnorm4x8(s);
        o[3] = packHalf2x16(vec2(1.0, -2.5)); vec2 h = unpackHalf2x16(i[2]); o[4] = floatBitsToUint(h.x); o[5] = floatBitsToUint(h.y);
        o[6] = packSnorm2x16(unpackSnorm2x16(i[3])); o[7] = packUnorm2x16(unpackUnorm2x16(i[3]));
        uvec2 d = unpackDouble2x32(packDouble2x32(uvec2(i[0], i[3]))); o[8] = d.x; o[9] = d.y; o[10] = floatBitsToUint(v.y);",
        &[0x1234_00ff, 0x7f81_0001, 0x4500_c100, 0x1234_8001], &[
        0x1234_00ff, 0x7f81_4081, 0x7f81_0001, 0xc100_3c00, (-2.5f32).to_bits(), 5.0f32.to_bits(), 0x1234_8001, 0x1234_8001, 0x1234_00ff, 0x1234_8001, 0,
    ]);
}

#[test]
fn specialization_constants_and_operations_on_them() {
    let source = "#version 450
        layout(constant_id = 0) const uint n = 3; layout(constant_id = 1) const bool flag = true; layout(constant_id = 2) const float f = 1.5;
        layout(local_size_x_id = 4, local_size_y = 2, local_size_z_id = 5) in;
        layout(binding = 0) buffer O { uint o[]; };
        const uint twice = n * 2 + (flag ? 1 : 100); const uvec2 v = uvec2(n, twice);
        shared uint s[twice];
        void main() {
            uint a[n + 1]; for (uint k = 0; k <= n; k++) a[k] = k * 3;
            if (gl_LocalInvocationIndex == 0) { o[0] = twice; o[1] = v.y - v.x; o[2] = floatBitsToUint(f); o[3] = a[n]; o[4] = uint(s.length());
                o[5] = gl_WorkGroupSize.x * 100 + gl_WorkGroupSize.y * 10 + gl_WorkGroupSize.z; }
        }";
    let base = Dispatch::glsl(source).buffer(0, &[0; 6]);
    assert_eq!(base.clone().run().words(0), [7, 4, 1.5f32.to_bits(), 9, 7, 121]);
    let special = base.spec(0, 5).spec(1, 0).spec(2, u64::from(8.0f32.to_bits())).spec(4, 4).spec(5, 3).run();
    assert_eq!(special.words(0), [110, 105, 8.0f32.to_bits(), 15, 110, 423]);
    assert_eq!(special.function.workgroup_size, [4, 2, 3]);
    assert_eq!(special.function.shared_bytes, 448, "110 words, to a multiple of 16");
}

#[test]
fn local_size_by_id_mode() {
    let words = spvasm(
        "OpCapability Shader
         OpMemoryModel Logical GLSL450
         OpEntryPoint GLCompute %main \"main\"
         OpExecutionModeId %main LocalSizeId %two %three %two
         OpDecorate %three SpecId 7
         %void = OpTypeVoid
         %fn = OpTypeFunction %void
         %uint = OpTypeInt 32 0
         %two = OpConstant %uint 2
         %three = OpSpecConstant %uint 3
         %main = OpFunction %void None %fn
         %a = OpLabel
         OpReturn
         OpFunctionEnd",
    );
    assert_eq!(Dispatch::new(words.clone()).translate().unwrap().workgroup_size, [2, 3, 2]);
    assert_eq!(Dispatch::new(words).spec(7, 9).translate().unwrap().workgroup_size, [2, 9, 2]);
}

#[test]
fn notes_name_what_comes_later() {
    let mut words = spvasm(
        "OpCapability Shader
         OpExtension \"SPV_KHR_non_semantic_info\"
         %notes = OpExtInstImport \"NonSemantic.Some.Set\"
         OpMemoryModel Logical GLSL450
         OpEntryPoint GLCompute %main \"main\"
         OpExecutionMode %main LocalSize 3 1 1
         %void = OpTypeVoid
         %fn = OpTypeFunction %void
         %early = OpExtInst %void %notes 1 %fn
         %main = OpFunction %void None %fn
         %a = OpLabel
         %late = OpExtInst %void %notes 1 %early
         OpReturn
         OpFunctionEnd",
    );
    // The assembler need not know the instruction, which differs by its number alone.
    let mut at = 5;
    while at < words.len() {
        let (length, opcode) = (words[at] >> 16, words[at] & 0xffff);
        if opcode == 12 {
            words[at] = length << 16 | 4433;
        }
        at += length as usize;
    }
    assert_eq!(Dispatch::new(words).translate().unwrap().workgroup_size, [3, 1, 1]);
}

#[test]
fn built_ins_of_invocations() {
    let source = "#version 450
        layout(local_size_x = 2, local_size_y = 3, local_size_z = 2) in;
        layout(binding = 0) buffer O { uint o[]; };
        void main() {
            uvec3 size = gl_NumWorkGroups * gl_WorkGroupSize;
            uint at = (gl_GlobalInvocationID.z * size.y + gl_GlobalInvocationID.y) * size.x + gl_GlobalInvocationID.x;
            uint k = gl_LocalInvocationIndex % 3;
            o[at] = gl_LocalInvocationIndex + 100 * gl_WorkGroupID[k] + 10000 * gl_LocalInvocationID[(k + 1) % 3];
        }";
    let results = Dispatch::glsl(source).groups(2, 1, 3).buffer(0, &[0; 72]).run().words(0);
    for (at, &found) in results.iter().enumerate() {
        let at = at as u32;
        let global = [at % 4, at / 4 % 3, at / 12];
        let (group, local) =
            ([global[0] / 2, global[1] / 3, global[2] / 2], [global[0] % 2, global[1] % 3, global[2] % 2]);
        let index = local[0] + 2 * local[1] + 6 * local[2];
        let k = (index % 3) as usize;
        assert_eq!(found, index + 100 * group[k] + 10000 * local[(k + 1) % 3]);
    }
}

/// Runs `body` with eight invocations, whose number is `l`; gives what they put into `r`.
fn subgroup(body: &str) -> Vec<u32> {
    let source = format!(
        "#version 450
        #extension GL_KHR_shader_subgroup_basic : require
        #extension GL_KHR_shader_subgroup_vote : require
        #extension GL_KHR_shader_subgroup_ballot : require
        #extension GL_KHR_shader_subgroup_arithmetic : require
        #extension GL_KHR_shader_subgroup_clustered : require
        #extension GL_KHR_shader_subgroup_shuffle : require
        #extension GL_KHR_shader_subgroup_shuffle_relative : require
        #extension GL_KHR_shader_subgroup_quad : require
        layout(local_size_x = 8) in;
        layout(binding = 0) buffer O {{ uint o[8]; }};
        void main() {{ uint l = gl_LocalInvocationIndex; uint r = 0; {body} o[l] = r; }}"
    );
    Dispatch::new(glsl_for("vulkan1.1", &source)).buffer(0, &[0; 8]).run().words(0)
}

#[test]
fn subgroup_votes_and_ballots() {
    assert_eq!(
        subgroup("r = gl_SubgroupSize * 10 + gl_SubgroupInvocationID;"),
        [80, 81, 82, 83, 84, 85, 86, 87]
    );
    assert_eq!(subgroup("if (l > 2) r = subgroupElect() ? 1 : 2;"), [0, 0, 0, 1, 2, 2, 2, 2]);
    assert_eq!(
        subgroup(
            "if (l > 5) { r = (subgroupAll(l > 5) ? 1 : 0) + (subgroupAny(l > 7) ? 2 : 0) + (subgroupAllEqual(l / 2) ? 4 : 0); }"
        ),
        [0, 0, 0, 0, 0, 0, 5, 5]
    );
    assert_eq!(
        subgroup("if (l != 3) r = subgroupBallot((l & 1) == 1).x;"),
        [0xa2, 0xa2, 0xa2, 0, 0xa2, 0xa2, 0xa2, 0xa2]
    );
    assert_eq!(
        subgroup(
            "uvec4 b = uvec4(0xffffffb2u); r = subgroupBallotBitCount(b) * 100 + subgroupBallotInclusiveBitCount(b) * 10 + subgroupBallotExclusiveBitCount(b);"
        ),
        [400, 410, 411, 411, 421, 432, 433, 443]
    );
    assert_eq!(
        subgroup(
            "uvec4 b = uvec4(0xb2); r = subgroupBallotFindLSB(b) * 10 + subgroupBallotFindMSB(b) + (subgroupInverseBallot(b) ? 100 : 0) + (subgroupBallotBitExtract(b, 4) ? 1000 : 0);"
        ),
        [1017, 1117, 1017, 1017, 1117, 1117, 1017, 1117]
    );
    assert_eq!(subgroup("r = gl_SubgroupEqMask.x + 256 * gl_SubgroupGtMask.x;")[..2], [0xfe01, 0xfc02]);
    assert_eq!(
        subgroup("r = gl_SubgroupLtMask.x + 256 * gl_SubgroupGeMask.x + 65536 * gl_SubgroupLeMask.x;")[2],
        0x7fc03
    );
}

#[test]
fn subgroup_reductions_and_shuffles() {
    assert_eq!(subgroup("if (l > 0) r = subgroupAdd(l) * 100 + subgroupMax(l);")[..2], [0, 2807]);
    assert_eq!(
        subgroup("r = subgroupInclusiveAdd(l) * 100 + subgroupExclusiveAdd(l);"),
        [0, 100, 301, 603, 1006, 1510, 2115, 2821]
    );
    assert_eq!(
        subgroup(
            "r = uint(subgroupMin(-float(l))) + subgroupMul(l == 2 ? 6u : 1u) + (subgroupAnd(l > 3) ? 100 : 0);"
        )[0],
        6
    );
    assert_eq!(
        subgroup("if (l != 1) r = subgroupClusteredAdd(l + 1, 2) * 100 + subgroupClusteredMax(l, 4);"),
        [103, 0, 703, 703, 1107, 1107, 1507, 1507]
    );
    assert_eq!(
        subgroup("r = subgroupShuffle(l, 7 - l) * 10 + subgroupShuffleXor(l, 3u);"),
        [73, 62, 51, 40, 37, 26, 15, 4]
    );
    assert_eq!(
        subgroup(
            "uint u = subgroupShuffleUp(l, 1u), d = subgroupShuffleDown(l, 1u); r = (l > 0 ? u : 9) * 10 + (l < 7 ? d : 9);"
        ),
        [91, 2, 13, 24, 35, 46, 57, 69]
    );
    assert_eq!(
        subgroup(
            "r = subgroupBroadcast(l, 5) * 100 + subgroupQuadBroadcast(l, 1) * 10 + subgroupQuadSwapDiagonal(l);"
        ),
        [513, 512, 511, 510, 557, 556, 555, 554]
    );
    assert_eq!(
        subgroup(
            "if (l > 3) r = subgroupBroadcastFirst(l + 10); uvec2 v = subgroupMax(uvec2(l, 7 - l)); r += v.x + v.y;"
        ),
        [14, 14, 14, 14, 28, 28, 28, 28]
    );
}

#[test]
fn integer_dot_products_and_quantization() {
    let words = spvasm(
        "OpCapability Shader
         OpCapability DotProduct
         OpCapability DotProductInput4x8BitPacked
         OpMemoryModel Logical GLSL450
         OpEntryPoint GLCompute %main \"main\" %a
         OpExecutionMode %main LocalSize 1 1 1
         OpDecorate %array ArrayStride 4
         OpDecorate %block Block
         OpMemberDecorate %block 0 Offset 0
         OpDecorate %a DescriptorSet 0
         OpDecorate %a Binding 0
         %void = OpTypeVoid
         %fn = OpTypeFunction %void
         %uint = OpTypeInt 32 0
         %float = OpTypeFloat 32
         %array = OpTypeRuntimeArray %uint
         %block = OpTypeStruct %array
         %bptr = OpTypePointer StorageBuffer %block
         %uptr = OpTypePointer StorageBuffer %uint
         %c0 = OpConstant %uint 0
         %c1 = OpConstant %uint 1
         %c2 = OpConstant %uint 2
         %c3 = OpConstant %uint 3
         %max = OpConstant %uint 0x7ffffff0
         %a = OpVariable %bptr StorageBuffer
         %main = OpFunction %void None %fn
         %entry = OpLabel
         %p0 = OpAccessChain %uptr %a %c0 %c0
         %p1 = OpAccessChain %uptr %a %c0 %c1
         %p2 = OpAccessChain %uptr %a %c0 %c2
         %p3 = OpAccessChain %uptr %a %c0 %c3
         %x = OpLoad %uint %p0
         %y = OpLoad %uint %p1
         %s = OpSDot %uint %x %y PackedVectorFormat4x8Bit
         %u = OpUDot %uint %x %y PackedVectorFormat4x8Bit
         %t = OpUDotAccSat %uint %x %y %max PackedVectorFormat4x8Bit
         %z = OpLoad %uint %p2
         %f = OpBitcast %float %z
         %q = OpQuantizeToF16 %float %f
         %r = OpBitcast %uint %q
         OpStore %p0 %s
         OpStore %p1 %u
         OpStore %p2 %r
         OpStore %p3 %t
         OpReturn
         OpFunctionEnd",
    );
    let results =
        Dispatch::new(words).buffer(0, &[0x02ff_0103, 0x0402_ff02, 1.0009765f32.to_bits(), 0]).run().words(0);
    assert_eq!(results, [6 - 1 - 2 + 8, 6 + 255 + 510 + 8, 1.0009766f32.to_bits(), 0x7fff_fff0 + 779]);
}

/// The module with other opcodes: for instructions that the assembler may not know.
fn with_opcodes(mut words: Vec<u32>, changes: &[(u32, u32)]) -> Vec<u32> {
    let mut at = 5;
    while let Some(word) = words.get_mut(at) {
        let count = *word >> 16;
        if let Some(&(_, to)) = changes.iter().find(|&&(from, _)| from == *word & 0xffff) {
            *word = count << 16 | to;
        }
        at += count.max(1) as usize;
    }
    words
}

/// A constant and a value that are made of one part each, in the places of `%constant` and `%value`.
fn replicated(part: &str) -> Vec<u32> {
    let words = spvasm(&format!(
        "OpCapability Shader
         OpMemoryModel Logical GLSL450
         OpEntryPoint GLCompute %main \"main\" %o
         OpExecutionMode %main LocalSize 1 1 1
         OpDecorate %words ArrayStride 4
         OpDecorate %block Block
         OpMemberDecorate %block 0 Offset 0
         OpDecorate %o DescriptorSet 0
         OpDecorate %o Binding 0
         %void = OpTypeVoid
         %uint = OpTypeInt 32 0
         %c0 = OpConstant %uint 0
         %c1 = OpConstant %uint 1
         %c2 = OpConstant %uint 2
         %c5 = OpConstant %uint 5
         %pair = OpTypeVector %uint 2
         %pairs = OpTypeArray %pair %c2
         %words = OpTypeRuntimeArray %uint
         %block = OpTypeStruct %words
         %block_pointer = OpTypePointer StorageBuffer %block
         %word_pointer = OpTypePointer StorageBuffer %uint
         %triple = OpTypeVector %uint 3
         %c512 = OpConstantComposite %triple %c5 %c1 %c2
         %c12 = OpConstantComposite %pair %c1 %c2
         %constant = OpSpecConstantComposite %pairs {part}
         %o = OpVariable %block_pointer StorageBuffer
         %main_type = OpTypeFunction %void
         %main = OpFunction %void None %main_type
         %start = OpLabel
         %p0 = OpAccessChain %word_pointer %o %c0 %c0
         %p1 = OpAccessChain %word_pointer %o %c0 %c1
         %p2 = OpAccessChain %word_pointer %o %c0 %c2
         %first = OpCompositeExtract %uint %constant 0 0
         %last = OpCompositeExtract %uint %constant 1 1
         OpStore %p0 %first
         OpStore %p1 %last
         %value = OpCompositeConstruct %pair %c5
         %sum = OpIAdd %pair %value %c12
         %second = OpCompositeExtract %uint %sum 1
         OpStore %p2 %second
         OpReturn
         OpFunctionEnd"
    ));
    with_opcodes(words, &[(51, 4461), (80, 4463)])
}

#[test]
fn a_part_is_repeated_until_the_composite_is_full() {
    let words = Dispatch::new(replicated("%c12")).buffer(0, &[9; 4]).run().words(0);
    assert_eq!(words[..3], [1, 2, 7]);
}

#[test]
fn a_part_that_does_not_fit_a_number_of_times_is_an_error() {
    assert!(Dispatch::new(replicated("%c512")).translate().is_err());
}
