//! Control flow of every shape comes out as written.

use crate::support::{Dispatch, check, spvasm};

#[test]
fn each_invocation_writes_its_own_element() {
    let source = "#version 450
        layout(local_size_x = 32) in;
        layout(std430, binding = 0) readonly buffer I { uint data[]; };
        layout(std430, binding = 1) writeonly buffer O { uint result[]; };
        layout(push_constant) uniform P { uint size; };
        void main() {
            uint index = gl_GlobalInvocationID.y * gl_WorkGroupSize.x * 32 + gl_GlobalInvocationID.x;
            if (index < size / 4) result[index] = data[index] * 2 + 1;
        }";
    let input: Vec<u32> = (0..64).collect();
    let results = Dispatch::glsl(source)
        .groups(2, 1, 1)
        .push_constants(&[160])
        .buffer(0, &input)
        .buffer(1, &[7; 64])
        .run();
    let expected: Vec<u32> = (0..64).map(|i| if i < 40 { i * 2 + 1 } else { 7 }).collect();
    assert_eq!(results.words(1), expected);
    assert_eq!(results.function.workgroup_size, [32, 1, 1]);
}

#[test]
fn loops_count() {
    check("", "uint s = 0; for (uint k = 0; k < i[0]; k++) s += k; o[0] = s;", &[10], &[45]);
    check("", "uint s = 0; for (uint k = 0; k < i[0]; k++) s += k; o[0] = s;", &[0], &[0]);
    check("", "uint k = 0; do { k += 3; } while (k < i[0]); o[0] = k;", &[10], &[12]);
    check("", "uint k = 0; while (k * k < i[0]) k++; o[0] = k;", &[50], &[8]);
}

#[test]
fn break_and_continue_out_of_nested_selections() {
    let body = "uint s = 0;
        for (uint a = 0; a < 10; a++) {
            if (a == 2) continue;
            for (uint b = 0; b < 10; b++) {
                if (b > a) { if (a == 7) { s += 1000; break; } continue; }
                if (a + b == i[0]) { s += 100; break; }
                s++;
            }
            if (s > 5000) break;
        }
        o[0] = s;";
    let mut s = 0;
    for a in 0..10 {
        if a == 2 {
            continue;
        }
        for b in 0..10 {
            if b > a {
                if a == 7 {
                    s += 1000;
                    break;
                }
                continue;
            }
            if a + b == 9 {
                s += 100;
                break;
            }
            s += 1;
        }
    }
    check("", body, &[9], &[s]);
}

#[test]
fn switch_with_fallthrough_and_default_in_the_middle() {
    let body = "for (uint k = 0; k < 6; k++) {
            uint r = 0;
            switch (i[k]) {
                case 0: r += 1;
                case 1: r += 10; break;
                default: r += 100;
                case 5: r += 1000; if (i[k] == 9) break; r += 5;
                case 6: case 7: r += 10000;
            }
            o[k] = r;
        }";
    check("", body, &[0, 1, 5, 6, 8, 9], &[11, 10, 11005, 10000, 11105, 1100]);
}

#[test]
fn switch_inside_a_loop_continues_the_loop() {
    let body = "uint r = 0;
        for (uint k = 0; k < 8; k++) {
            switch (k & 3) {
                case 0: continue;
                case 1: r += 1; break;
                case 2: if (k > 4) { r += 7; continue; } r += 2; break;
                case 3: r += 100; break;
            }
            r += 1000;
        }
        o[0] = r;";
    let mut r = 0;
    for k in 0..8 {
        match k & 3 {
            0 => continue,
            1 => r += 1,
            2 if k > 4 => {
                r += 7;
                continue;
            }
            2 => r += 2,
            _ => r += 100,
        }
        r += 1000;
    }
    check("", body, &[0], &[r]);
}

#[test]
fn functions_return_early_from_nested_constructs() {
    let declarations = "
        uint find(uint start, uint limit) {
            for (uint a = start; ; a++) {
                if (a > limit) return 999;
                switch (a % 7) {
                    case 3: if (a > 10) return a; break;
                    case 5: for (uint b = 0; b < 4; b++) if (a * b == 36) return b + 500;
                }
            }
            return 1;
        }";
    check(
        declarations,
        "for (uint k = 0; k < 3; k++) o[k] = find(i[k * 2], i[k * 2 + 1]);",
        &[0, 100, 5, 8, 11, 100],
        &[503, 999, 503].map(|x| x),
    );
}

#[test]
fn early_return_of_main_keeps_later_stores_away() {
    check(
        "",
        "o[0] = 1; if (i[0] == 4) { o[1] = 2; return; } o[2] = 3; if (i[0] == 5) return; o[3] = 4;",
        &[4],
        &[1, 2, 0, 0],
    );
    check(
        "",
        "o[0] = 1; if (i[0] == 4) { o[1] = 2; return; } o[2] = 3; if (i[0] == 5) return; o[3] = 4;",
        &[6],
        &[1, 0, 3, 4],
    );
}

#[test]
fn short_circuit_conditions_and_selects() {
    let body = "uint n = 0;
        if (i[0] > 3 && i[1] > 3 || i[2] == 1) n = 1;
        o[0] = n; o[1] = i[0] > i[1] ? 5 : 6; o[2] = (i[0] > 3) != (i[1] > 3) ? 1 : 0;";
    check("", body, &[4, 2, 0], &[0, 5, 1]);
    check("", body, &[4, 2, 1], &[1, 5, 1]);
    check("", body, &[4, 9, 0], &[1, 6, 0]);
}

#[test]
fn values_of_a_loop_are_used_behind_it() {
    // After optimization the sum's phi is used behind the loop without another phi.
    let body = "uint s = 1; uint k = 0;
        while (true) { uint t = s * 3 + i[k]; if (t > 100) { s = t + k; break; } s = t; k++; }
        o[0] = s; o[1] = k;";
    check("", body, &[1, 2, 3, 4, 5, 6], &[142, 3]);
}

#[test]
fn a_phi_may_swap() {
    let body = "uint a = 1, b = 2; for (uint k = 0; k < i[0]; k++) { uint t = a; a = b; b = t; } o[0] = a; o[1] = b;";
    check("", body, &[3], &[2, 1]);
    check("", body, &[4], &[1, 2]);
}

#[test]
fn loops_compute_with_more_variables_than_there_are_registers() {
    // Each turn mixes nine variables in several steps and moves them on; lanes leave at different times, and set one or not.
    for condition in ["turn < 7", "turn < (a[0] & 7)", "turn < 9 && (a[turn] & 3) != 1"] {
        let source = format!(
            "#version 450
            layout(local_size_x = 32) in;
            layout(std430, binding = 0) readonly buffer I {{ uint data[]; }};
            layout(std430, binding = 1) writeonly buffer O {{ uint result[]; }};
            void main() {{
                uint i = gl_GlobalInvocationID.x;
                uint a[9];
                for (int n = 0; n < 9; n++) a[n] = data[i] + n * 77;
                uint b = a[0], c = a[1], d = a[2], e = a[3], f = a[4], g = a[5], h = a[6], j = a[7], k = a[8];
                for (uint turn = 0; {condition}; turn++) {{
                    b = (b ^ c) * 5 + turn; c = (c + d) ^ (b >> 3); d = d * 3 - e; e = (e ^ f) + (d << 2);
                    if ((b & 1) != 0) {{ f += g * 7; g = (g ^ h) + 1; f ^= g; }} else {{ h = h * 9 + f; }}
                    g = (g + h) * 3; h = (h ^ j) - g; j = (j << 1) ^ k; k = (k + b) ^ (k >> 5);
                    uint old = b; b = c + 1; c = d; d = e ^ old; e = f; f = old;
                    b = b * 13 + k; c = c ^ (b << 1); d = d + (c >> 2); e = e * 3 + d; f = f ^ e;
                    if (k == 12345) continue;
                    g = g + b; h = h ^ c; j = j * 5 + d; k = k - e; g = g ^ (g >> 7); h = h + (h << 3);
                }}
                result[i] = b + c * 3 + d * 5 + e * 7 + f * 11 + g * 13 + h * 17 + j * 19 + k * 23;
            }}"
        );
        let input: Vec<u32> = (0..32).map(|i: u32| i.wrapping_mul(2_654_435_761)).collect();
        Dispatch::glsl(&source).buffer(0, &input).buffer(1, &[0; 32]).run();
    }
}

#[test]
fn barrier_inside_a_uniform_loop() {
    let source = "#version 450
        layout(local_size_x = 16) in;
        shared uint s[16];
        layout(binding = 0) buffer O { uint o[]; };
        void main() {
            uint l = gl_LocalInvocationIndex;
            s[l] = l + 1;
            barrier();
            for (uint d = 8; d > 0; d >>= 1) {
                if (l < d) s[l] += s[l + d];
                barrier();
            }
            if (l == 0) o[0] = s[0];
        }";
    assert_eq!(Dispatch::glsl(source).buffer(0, &[0]).run().words(0), [136]);
}

#[test]
fn irreducible_control_flow_is_refused() {
    let words = spvasm(
        "OpCapability Shader
         OpMemoryModel Logical GLSL450
         OpEntryPoint GLCompute %main \"main\"
         OpExecutionMode %main LocalSize 1 1 1
         %void = OpTypeVoid
         %fn = OpTypeFunction %void
         %bool = OpTypeBool
         %true = OpConstantTrue %bool
         %main = OpFunction %void None %fn
         %a = OpLabel
         OpBranchConditional %true %b %c
         %b = OpLabel
         OpBranchConditional %true %c %d
         %c = OpLabel
         OpBranchConditional %true %b %d
         %d = OpLabel
         OpReturn
         OpFunctionEnd",
    );
    let error = Dispatch::new(words).translate().unwrap_err();
    assert_eq!(error.to_string(), "not supported: irreducible control flow");
}
