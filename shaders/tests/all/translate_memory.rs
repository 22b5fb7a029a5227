//! Variables, buffers, pointers and layouts.

use crate::support::{Dispatch, check, check_floats, glsl, glsl_for, optimized, spvasm};

#[test]
fn private_arrays_are_indexed_dynamically() {
    let body = "uint a[8]; for (uint k = 0; k < 8; k++) a[k] = k * k;
        uint s = 0; for (uint k = 0; k < 8; k += 3) s += a[(k + i[0]) & 7]; o[0] = s; a[3] = 5; o[1] = a[i[1]];";
    check("", body, &[2, 3], &[4 + 25, 5].map(|x| x));
    check("const uint t[4] = uint[](9, 8, 7, 6);", "o[0] = t[i[0]]; o[1] = t[i[1]];", &[3, 0], &[6, 9]);
}

#[test]
fn vectors_and_matrices_are_indexed_dynamically() {
    let body = "vec4 v = vec4(i[0], i[1], 7, 8); v[int(i[2])] = 5; o[0] = v[int(i[3])]; o[1] = v.x; o[2] = v[int(i[2])];
        mat3 m = mat3(1, 2, 3, 4, 5, 6, 7, 8, 9); m[int(i[2])][int(i[2])] = 50;
        o[3] = m[1][1]; o[4] = m[int(i[3])][2]; o[5] = m[1].z;";
    check_floats("", body, &[10.0, 20.0, 1.0, 2.0], &[7.0, 10.0, 5.0, 50.0, 9.0, 6.0]);
}

#[test]
fn structures_of_arrays_of_structures_are_copied() {
    let declarations = "struct A { uint x; uint y[3]; }; struct B { A a[2]; uint z; };
        B make(uint k) { B b; b.z = k; for (uint j = 0; j < 2; j++) { b.a[j].x = k + j; b.a[j].y = uint[](k, j, k * j); } return b; }
        void change(inout B b, uint at) { b.a[at].y[1] = 77; b.z++; }";
    let body = "B b = make(i[0]); B c = b; change(c, 1); change(b, i[1]);
        o[0] = b.z; o[1] = c.a[1].y[1]; o[2] = b.a[0].y[1]; o[3] = b.a[1].y[2]; o[4] = c.a[0].x;";
    check(declarations, body, &[5, 0], &[6, 77, 77, 5, 5]);
}

#[test]
fn pointers_pass_through_nested_functions() {
    let declarations = "
        void inner(inout uint x, out uint y) { y = x * 2; x += 1; }
        void middle(inout uvec4 v, inout uint a[4], uint k) { inner(v.y, a[k]); inner(a[k], v[k]); }";
    let body = "uvec4 v = uvec4(1, 2, 3, 4); uint a[4] = uint[](5, 6, 7, 8);
        middle(v, a, i[0]); o[0] = v.x; o[1] = v.y; o[2] = v.z; o[3] = a[2]; o[4] = a[1];";
    check(declarations, body, &[2], &[1, 3, 8, 5, 6]);
}

#[test]
fn buffer_layouts_follow_their_decorations() {
    let source = "#version 450
        struct S { float a; mat2x3 m; float b[2]; };
        layout(std140, row_major, binding = 0) uniform U { vec3 v; float f; S s[2]; layout(column_major) mat3x2 c; };
        layout(std430, binding = 1) buffer O { float o[]; };
        void main() {
            for (int k = 0; k < 2; k++) {
                o[k * 8 + 0] = s[k].a; o[k * 8 + 1] = s[k].m[1][2]; o[k * 8 + 2] = s[k].m[k].y;
                o[k * 8 + 3] = s[k].b[k]; vec3 whole = s[k].m[k]; o[k * 8 + 4] = whole.z;
            }
            o[5] = f; o[6] = c[2][1]; o[7] = v.z;
            mat3x2 d = c; o[13] = d[1].y; S t = s[1]; o[14] = t.m[0].z; o[15] = t.b[1];
        }";
    // Words: v 0-2, f 3, s[k] at 4 + 24 k: a 0, rows of m at 4, 8, 12 (2 floats each), b at 16 and 20; c at 52, 56, 60.
    let input: Vec<f32> = (0..64).map(|x| x as f32).collect();
    let results = Dispatch::glsl(source).floats(0, &input).floats(1, &[0.0; 16]).run().floats(1);
    let s = |k: usize, at: usize| (4 + 24 * k + at) as f32;
    let expected = [
        s(0, 0),
        s(0, 13),
        s(0, 8),
        s(0, 16),
        s(0, 12),
        3.0,
        61.0,
        2.0,
        s(1, 0),
        s(1, 13),
        s(1, 9),
        s(1, 20),
        s(1, 13),
        57.0,
        s(1, 12),
        s(1, 20),
    ];
    assert_eq!(results, expected);
}

#[test]
fn row_major_storage_is_written_in_place() {
    let source = "#version 450
        layout(std430, row_major, binding = 0) buffer O { mat2x3 m; mat4 n; };
        layout(binding = 1) buffer I { uint i[]; };
        void main() { m[1] = vec3(1, 2, 3); m[0][2] = 4; n[i[0]] = vec4(5, 6, 7, 8); n[i[0]][i[1]] = 9; }";
    let results = Dispatch::glsl(source).floats(0, &[0.0; 24]).buffer(1, &[2, 3]).run().floats(0);
    let mut expected = [0.0; 24];
    (expected[1], expected[3], expected[5], expected[4]) = (1.0, 2.0, 3.0, 4.0);
    // Rows of two are 8 bytes apart; n starts at 32.
    for (row, value) in [5.0, 6.0, 7.0, 9.0].into_iter().enumerate() {
        expected[8 + row * 4 + 2] = value;
    }
    assert_eq!(results, expected);
}

#[test]
fn runtime_arrays_know_their_length() {
    let source = "#version 450
        struct P { vec3 a; float b; };
        layout(std430, binding = 0) buffer O { uint o[4]; };
        layout(std430, binding = 1) buffer A { uvec4 head; uint tail[]; } a;
        layout(std430, binding = 2) buffer B { P p[]; } b;
        layout(std430, binding = 3) buffer C { vec4 data; uint not_set[]; } c;
        void main() { o[0] = a.tail.length(); o[1] = b.p.length(); o[2] = c.not_set.length(); }";
    let dispatch =
        Dispatch::glsl(source).buffer(0, &[9; 4]).buffer(1, &[0; 11]).buffer(2, &[0; 19]).buffer(3, &[0; 3]);
    assert_eq!(dispatch.run().words(0), [7, 4, 0, 9]);
}

#[test]
fn accesses_outside_a_buffer_read_zero_and_write_nothing() {
    check("", "o[0] = 1 + i[5]; o[100] = 3; o[1] = i[i[0]];", &[1, 42], &[1, 42]);
}

#[test]
fn arrays_of_descriptors_are_indexed_dynamically() {
    let source = "#version 450
        layout(binding = 0) buffer O { uint o[]; };
        layout(binding = 1) buffer A { uint x[2]; } a[3];
        void main() { for (uint k = 0; k < 5; k++) { o[k] = a[k].x[1]; a[k].x[0] = k; } o[5] = a[1].x.length(); }";
    let words = glsl(source);
    for words in [optimized(&words), words] {
        let dispatch = Dispatch::new(words).buffer(0, &[0; 6]).buffers(0, 1, &[&[0, 10], &[0, 20], &[0, 30]]);
        let results = dispatch.run();
        assert_eq!(results.words(0), [10, 20, 30, 30, 30, 2], "an index beyond the array is clamped");
        assert_eq!(results.memory.buffers[&(0, 17)][0], 1);
    }
}

#[test]
fn a_binding_that_the_layout_lacks_is_an_error_only_if_used() {
    let source = |body: &str| {
        format!(
            "#version 450\nlayout(binding = 0) buffer O {{ uint o; }};\nlayout(set = 2, binding = 7) buffer A {{ uint a; }};\nvoid main() {{ {body} }}"
        )
    };
    assert_eq!(Dispatch::glsl(&source("o = 1;")).buffer(0, &[0]).run().words(0), [1]);
    let error = Dispatch::glsl(&source("o = a;")).buffer(0, &[0]).translate().unwrap_err();
    assert_eq!(error, lacuna_shaders::CompileError::NoBinding { set: 2, binding: 7 });
}

#[test]
fn push_constants_and_shared_structures() {
    let source = "#version 450
        layout(local_size_x = 4) in;
        struct T { bool flag; vec2 v; uint k[2]; };
        layout(push_constant) uniform P { uint base; layout(offset = 16) vec4 v; uint many[2]; };
        layout(binding = 0) buffer O { float o[]; };
        shared T t[4];
        void main() {
            uint l = gl_LocalInvocationID.x;
            t[l].flag = l > 1; t[l].v = v.yz * float(l); t[l].k[l & 1] = many[1] + base; t[l].k[1 - (l & 1)] = l;
            memoryBarrierShared(); barrier();
            T other = t[3 - l];
            o[l] = (other.flag ? 100.0 : 0.0) + other.v.y + float(other.k[l & 1]);
        }";
    let pushed = [3, 0, 0, 0, 0, 2.0f32.to_bits(), 4.0f32.to_bits(), 0, 10, 20];
    let results = Dispatch::glsl(source).push_constants(&pushed).buffer(0, &[0; 4]).run();
    // Lane l reads what 3 - l wrote: k[l & 1] of lane 3 - l is at 1 - ((3 - l) & 1), where it wrote its own number.
    assert_eq!(results.floats(0), [115.0, 110.0, 5.0, 0.0]);
}

#[test]
fn device_addresses_are_followed_stored_and_cast() {
    let source = "#version 450
        #extension GL_EXT_buffer_reference : require
        #extension GL_EXT_buffer_reference2 : require
        #extension GL_EXT_buffer_reference_uvec2 : require
        #extension GL_EXT_shader_explicit_arithmetic_types_int64 : require
        layout(buffer_reference) buffer Node;
        layout(buffer_reference, std430, buffer_reference_align = 16) buffer Node { uint value; Node next; uint more[]; };
        layout(push_constant) uniform P { Node first; uvec2 raw; };
        layout(binding = 0) buffer O { uint o[]; };
        void main() {
            Node n = first; uint k = 0;
            while (uint64_t(n) != 0ul) { o[k++] = n.value; n = n.next; }
            Node r = Node(raw); o[k++] = r.more[1]; r.more[0] = 99; Node(uint64_t(r) + 16ul).value = 55;
            Node q = Node(uint64_t(first) + 16ul); o[k] = q.value;
            first.next.value = 1;
        }";
    let mut dispatch = Dispatch::new(glsl_for("vulkan1.2", source)).buffer(0, &[0; 8]);
    dispatch = dispatch.push_constants(&[0x1000, 1, 0x2000, 1]);
    let words = |words: &[u32]| words.iter().flat_map(|word| word.to_le_bytes()).collect::<Vec<u8>>();
    dispatch.memory.regions = vec![
        (0x1_0000_1000, words(&[11, 0, 0x2000, 1, 44, 0, 0, 0])),
        (0x1_0000_2000, words(&[22, 0, 0, 0, 33, 34, 0, 0])),
    ];
    let results = dispatch.run();
    assert_eq!(results.words(0), [11, 22, 34, 44, 0, 0, 0, 0]);
    assert_eq!(results.memory.regions[1].1, words(&[1, 0, 0, 0, 55, 34, 0, 0]));
}

#[test]
fn narrow_and_wide_numbers_in_memory() {
    let source = "#version 450
        #extension GL_EXT_shader_explicit_arithmetic_types : require
        #extension GL_EXT_shader_16bit_storage : require
        #extension GL_EXT_shader_8bit_storage : require
        layout(std430, binding = 0) buffer O { uint o[]; };
        layout(std430, binding = 1) buffer I { int8_t a[4]; uint16_t b[2]; float16_t h[2]; int64_t l; double d; };
        void main() {
            o[0] = uint(int(a[1]) + int(a[2])); o[1] = uint(b[1]); o[2] = floatBitsToUint(float(h[0]) * 2.0);
            a[0] = int8_t(o[0]); b[0] = b[1] + 1us; h[1] = h[0] * 3.0hf; l = l * -3l; d = d / 4.0lf;
            o[3] = uint(l >> 32); o[4] = uint(uint64_t(l)); o[5] = floatBitsToUint(float(d));
        }";
    let double = 10.0f64.to_bits();
    let input = [0x00_fe_05_00, 0xffff_0000, 0x4100, 0, 0, 7, double as u32, (double >> 32) as u32];
    let input = [input[0], input[1], input[2], 0, input[5], 0, input[6], input[7]];
    let results = Dispatch::new(glsl_for("vulkan1.2", source)).buffer(0, &[0; 6]).buffer(1, &input).run();
    assert_eq!(results.words(0), [3, 0xffff, 5.0f32.to_bits(), u32::MAX, (-21i32) as u32, 2.5f32.to_bits()]);
    assert_eq!(results.words(1)[..3], [0x00_fe_05_03, 0xffff_0000, 0x4780_4100]);
}

#[test]
fn atomics_on_buffers_and_shared_memory() {
    let source = "#version 450
        layout(local_size_x = 8) in;
        layout(binding = 0) buffer O { uint o[]; };
        layout(binding = 1) buffer I { int i[]; };
        shared uint count;
        void main() {
            if (gl_LocalInvocationIndex == 0) count = 0;
            barrier();
            uint old = atomicAdd(count, 1);
            o[old] = old + 1;
            atomicMax(i[0], int(old) - 4); atomicMin(i[1], -int(old)); atomicXor(i[2], 1 << old); atomicOr(i[3], 1 << old);
            atomicAnd(i[4], ~(1 << old)); if (old == 3) o[8] = uint(atomicExchange(i[5], 9));
            uint before = uint(atomicCompSwap(i[6], 5, 6)); if (old == 0) o[9] = before;
            atomicAdd(i[7], -1);
        }";
    let input = [(-9i32) as u32, 0, 0, 0, 0xffff, 7, 5, 0];
    let results = Dispatch::glsl(source).buffer(0, &[0; 10]).buffer(1, &input).run();
    assert_eq!(results.words(0), [1, 2, 3, 4, 5, 6, 7, 8, 7, 5]);
    assert_eq!(results.words(1), [3, (-7i32) as u32, 0xff, 0xff, 0xff00, 9, 6, (-8i32) as u32]);
}

#[test]
fn arrays_hold_pointers_that_are_declared_later() {
    let source = "#version 450
        #extension GL_EXT_buffer_reference : require
        layout(buffer_reference) buffer Node;
        layout(buffer_reference, std430) buffer Node { uint value; Node next[2]; };
        layout(binding = 0, std430) buffer O { Node first; uint o[]; };
        void main() { o[0] = first.next[1].value; }";
    let mut dispatch = Dispatch::new(glsl_for("vulkan1.2", source)).buffer(0, &[0x1000, 0, 0]);
    let words = |words: &[u32]| words.iter().flat_map(|word| word.to_le_bytes()).collect::<Vec<u8>>();
    dispatch.memory.regions =
        vec![(0x1000, words(&[1, 0, 0, 0, 0x2000, 0])), (0x2000, words(&[77, 0, 0, 0, 0, 0]))];
    assert_eq!(dispatch.run().words(0)[2], 77);
}

#[test]
fn variable_pointers_choose_between_buffers_and_walk() {
    let words = spvasm(
        "OpCapability Shader
         OpCapability VariablePointers
         OpMemoryModel Logical GLSL450
         OpEntryPoint GLCompute %main \"main\" %a %b
         OpExecutionMode %main LocalSize 1 1 1
         OpDecorate %array ArrayStride 4
         OpDecorate %uptr ArrayStride 4
         OpDecorate %block Block
         OpMemberDecorate %block 0 Offset 0
         OpDecorate %a DescriptorSet 0
         OpDecorate %a Binding 0
         OpDecorate %b DescriptorSet 0
         OpDecorate %b Binding 1
         %void = OpTypeVoid
         %fn = OpTypeFunction %void
         %bool = OpTypeBool
         %uint = OpTypeInt 32 0
         %array = OpTypeRuntimeArray %uint
         %block = OpTypeStruct %array
         %bptr = OpTypePointer StorageBuffer %block
         %uptr = OpTypePointer StorageBuffer %uint
         %zero = OpConstant %uint 0
         %one = OpConstant %uint 1
         %two = OpConstant %uint 2
         %three = OpConstant %uint 3
         %a = OpVariable %bptr StorageBuffer
         %b = OpVariable %bptr StorageBuffer
         %main = OpFunction %void None %fn
         %entry = OpLabel
         %a0 = OpAccessChain %uptr %a %zero %zero
         %b1 = OpAccessChain %uptr %b %zero %one
         %value = OpLoad %uint %a0
         %is = OpIEqual %bool %value %three
         %chosen = OpSelect %uptr %is %b1 %a0
         OpBranch %loop
         %loop = OpLabel
         %p = OpPhi %uptr %chosen %entry %next %body
         %k = OpPhi %uint %zero %entry %k1 %body
         %go = OpULessThan %bool %k %two
         OpLoopMerge %end %body None
         OpBranchConditional %go %body %end
         %body = OpLabel
         %next = OpPtrAccessChain %uptr %p %one
         OpStore %next %k
         %k1 = OpIAdd %uint %k %one
         OpBranch %loop
         %end = OpLabel
         %far = OpPtrDiff %uint %p %chosen
         %same = OpPtrEqual %bool %chosen %a0
         %at = OpSelect %uint %same %two %three
         %q = OpAccessChain %uptr %b %zero %at
         OpStore %q %far
         %last = OpLoad %uint %p
         %r = OpAccessChain %uptr %a %zero %three
         OpStore %r %last
         OpReturn
         OpFunctionEnd",
    );
    let run = |first: u32| {
        let results =
            Dispatch::new(words.clone()).buffer(0, &[first, 9, 9, 9]).buffer(1, &[8, 8, 8, 8]).run();
        (results.words(0), results.words(1))
    };
    assert_eq!(
        run(3),
        (vec![3, 9, 9, 2], vec![8, 8, 0, 2]),
        "the pointers differ: their distance is written over the last element"
    );
    assert_eq!(run(4), (vec![4, 0, 1, 1], vec![8, 8, 2, 8]));
}

#[test]
fn private_variables_keep_their_value_between_calls() {
    let declarations = "uint counter = 5; uint table[2]; uint step() { counter += 2; table[counter & 1]++; return counter; }";
    check(
        declarations,
        "o[0] = step(); for (uint k = 0; k < 3; k++) o[1] = step(); o[2] = table[1]; o[3] = counter;",
        &[0],
        &[7, 13, 4, 13],
    );
}
