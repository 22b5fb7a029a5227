//! Vertex shaders: attributes in, outputs out.

use crate::support::stage::Packet;
use lacuna_shaders::abi::stage::{StageBuiltin, slot};
use lacuna_shaders::stage::Stage;

const LANES: [u32; 8] = [0, 1, 2, 3, 4, 5, 6, 7];
const FLOATS: [f32; 8] = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0];

fn vertex(source: &str) -> Packet {
    Packet::glsl(Stage::Vertex, source)
}

#[test]
fn position_and_varyings_come_from_attributes() {
    let ran = vertex(
        "layout(location = 0) in vec4 p; layout(location = 3) in uvec2 u;
         layout(location = 1) out vec2 a; layout(location = 2, component = 2) out uint b;
         void main() { gl_Position = p * 2.0; gl_Position.y = -gl_Position.x; a = p.zw; b = u.y + 1u; }",
    )
    .floats(slot::location(0, 0), FLOATS)
    .floats(slot::location(0, 2), FLOATS.map(|x| x + 0.5))
    .input(slot::location(3, 1), LANES)
    .run();
    assert_eq!(ran.floats(slot::POSITION), FLOATS.map(|x| x * 2.0));
    assert_eq!(ran.floats(slot::POSITION + 1), FLOATS.map(|x| x * -2.0));
    assert_eq!(ran.floats(slot::location(1, 0)), FLOATS.map(|x| x + 0.5));
    assert_eq!(ran.output(slot::location(2, 2)), LANES.map(|x| x + 1));
    let inputs: Vec<u32> = ran.interface.inputs.iter().map(|input| input.slot).collect();
    let location = slot::location;
    assert_eq!(inputs, [location(0, 0), location(0, 2), location(0, 3), location(3, 1)].map(|s| s).to_vec());
    let mut outputs: Vec<u32> = (slot::POSITION..slot::POSITION + 4).collect();
    outputs.extend([location(1, 0), location(1, 1), location(2, 2)]);
    assert_eq!(ran.interface.outputs, outputs);
}

#[test]
fn only_members_that_are_written_are_outputs() {
    let ran = vertex("void main() { gl_Position = vec4(1); gl_PointSize = 3.0; }").run();
    assert_eq!(ran.interface.outputs, (slot::POSITION..=slot::POINT_SIZE).collect::<Vec<_>>());
    assert_eq!(ran.floats(slot::POINT_SIZE), [3.0; 8]);
}

#[test]
fn clip_distances_are_side_by_side_also_through_an_index() {
    let ran = vertex(
        "out float gl_ClipDistance[3]; layout(location = 0) in uint i;
         void main() { gl_Position = vec4(0); gl_ClipDistance[0] = 5.0; gl_ClipDistance[1 + (i & 1)] = 7.0; }",
    )
    .input(slot::location(0, 0), LANES)
    .run();
    assert_eq!(ran.floats(slot::CLIP_DISTANCE), [5.0; 8]);
    let [even, odd] = [slot::CLIP_DISTANCE + 1, slot::CLIP_DISTANCE + 2].map(|slot| ran.floats(slot));
    for lane in 0..8 {
        assert_eq!((even[lane] == 7.0, odd[lane] == 7.0), (lane % 2 == 0, lane % 2 == 1));
    }
    assert!(!ran.interface.outputs.contains(&slot::POINT_SIZE));
    assert!(ran.interface.outputs.contains(&(slot::CLIP_DISTANCE + 2)));
}

#[test]
fn builtins_are_those_of_the_frame() {
    let ran = vertex(
        "#extension GL_EXT_multiview : require
         layout(location = 0) out uvec4 a; layout(location = 1) out uvec3 b;
         void main() { a = uvec4(gl_VertexIndex, gl_InstanceIndex, gl_BaseVertex, gl_BaseInstance);
             b = uvec3(gl_DrawID, gl_ViewIndex, gl_BaseVertex * 2); gl_Position = vec4(0); }",
    )
    .builtin(StageBuiltin::VertexIndex, LANES.map(|i| i + 100))
    .builtin(StageBuiltin::InstanceIndex, LANES.map(|i| i / 3))
    .builtin(StageBuiltin::BaseVertex, [9; 8])
    .builtin(StageBuiltin::BaseInstance, [8; 8])
    .builtin(StageBuiltin::DrawIndex, [7; 8])
    .builtin(StageBuiltin::ViewIndex, [6; 8])
    .run();
    assert_eq!(ran.output(slot::location(0, 0)), LANES.map(|i| i + 100));
    assert_eq!(ran.output(slot::location(0, 1)), LANES.map(|i| i / 3));
    let uniform = [(0, 2, 9), (0, 3, 8), (1, 0, 7), (1, 1, 6), (1, 2, 18)];
    for (location, component, expected) in uniform {
        assert_eq!(ran.output(slot::location(location, component)), [expected; 8]);
    }
    assert!(ran.interface.builtins.contains(StageBuiltin::DrawIndex));
    assert!(!ran.interface.builtins.contains(StageBuiltin::PrimitiveId));
}

#[test]
fn matrices_arrays_and_structures_take_locations_one_after_the_other() {
    let ran = vertex(
        "struct S { vec2 a; mat2x3 m; float f[2]; };
         layout(location = 2) out S s; layout(location = 8) out vec3 v[2];
         layout(location = 0) in mat2 m; layout(location = 4) in float g[3];
         void main() { s.a = m[1]; s.m = mat2x3(1, 2, 3, 4, 5, 6); s.f[0] = g[2]; s.f[1] = 9.0;
             v[0] = vec3(7); v[1] = vec3(8); gl_Position = vec4(0); }",
    )
    .floats(slot::location(1, 1), FLOATS)
    .floats(slot::location(6, 0), FLOATS.map(|x| x + 20.0))
    .run();
    assert_eq!(ran.floats(slot::location(2, 1)), FLOATS);
    for (i, expected) in [1.0, 2.0, 3.0, 4.0, 5.0, 6.0].into_iter().enumerate() {
        let (column, row) = (i as u32 / 3, i as u32 % 3);
        assert_eq!(ran.floats(slot::location(3 + column, row)), [expected; 8]);
    }
    assert_eq!(ran.floats(slot::location(5, 0)), FLOATS.map(|x| x + 20.0));
    assert_eq!(ran.floats(slot::location(6, 0)), [9.0; 8]);
    assert_eq!(ran.floats(slot::location(8, 2)), [7.0; 8]);
    assert_eq!(ran.floats(slot::location(9, 0)), [8.0; 8]);
}

#[test]
fn interface_blocks_follow_their_members_locations() {
    let ran = vertex(
        "layout(location = 3) out B { vec2 a; layout(location = 7) float b; uint c; } o;
         void main() { o.a = vec2(1, 2); o.b = 3.0; o.c = 4u; gl_Position = vec4(0); }",
    )
    .run();
    assert_eq!(ran.floats(slot::location(3, 1)), [2.0; 8]);
    assert_eq!(ran.floats(slot::location(7, 0)), [3.0; 8]);
    assert_eq!(ran.output(slot::location(8, 0)), [4; 8]);
}

#[test]
fn doubles_take_two_slots_a_component() {
    let ran = vertex(
        "layout(location = 0) in dvec3 d; layout(location = 4) out dvec3 o;
         void main() { o = d * 2.0; gl_Position = vec4(0); }",
    );
    let mut packet = ran;
    for component in 0..3u32 {
        let bits = FLOATS.map(|x| (f64::from(x) + f64::from(component) + 0.1).to_bits());
        let first = slot::location(0, 0) + component * 2;
        packet = packet.input(first, bits.map(|b| b as u32)).input(first + 1, bits.map(|b| (b >> 32) as u32));
    }
    let ran = packet.run();
    for component in 0..3u32 {
        let first = slot::location(4, 0) + component * 2;
        let (low, high) = (ran.output(first), ran.output(first + 1));
        for lane in 0..8 {
            let found = f64::from_bits(u64::from(low[lane]) | u64::from(high[lane]) << 32);
            assert_eq!(found, (lane as f64 + f64::from(component) + 0.1) * 2.0);
        }
    }
    assert_eq!(ran.interface.outputs.iter().filter(|&&slot| slot >= slot::FIRST_LOCATION).count(), 6);
}

#[test]
fn narrow_numbers_are_widened() {
    let ran = vertex(
        "#extension GL_EXT_shader_16bit_storage : require
         #extension GL_EXT_shader_explicit_arithmetic_types : require
         layout(location = 0) in int16_t s; layout(location = 1) in f16vec2 h;
         layout(location = 0) out int16_t a; layout(location = 1) out uint16_t b; layout(location = 2) out f16vec2 c;
         void main() { a = s; b = uint16_t(s); c = h * float16_t(2); gl_Position = vec4(0); }",
    )
    .input(slot::location(0, 0), LANES.map(|i| 0u32.wrapping_sub(i)))
    .floats(slot::location(1, 1), FLOATS)
    .run();
    assert_eq!(ran.output(slot::location(0, 0)), LANES.map(|i| 0u32.wrapping_sub(i)));
    assert_eq!(ran.output(slot::location(1, 0)), LANES.map(|i| 0u32.wrapping_sub(i) & 0xffff));
    assert_eq!(ran.floats(slot::location(2, 1)), FLOATS.map(|x| x * 2.0));
}

#[test]
fn inputs_and_outputs_are_indexed_dynamically() {
    let ran = vertex(
        "layout(location = 0) in vec3 v[3]; layout(location = 5) in uint i;
         layout(location = 2) out float o[4]; layout(binding = 0) uniform U { uint j; };
         void main() { o[0] = v[i].y; o[i] = v[j].x; gl_Position = vec4(0); }",
    )
    .buffer(0, &[2])
    .input(slot::location(5, 0), [0, 1, 2, 1, 0, 2, 77, 0xffff_ffff])
    .floats(slot::location(0, 1), FLOATS)
    .floats(slot::location(1, 1), FLOATS.map(|x| x + 10.0))
    .floats(slot::location(2, 1), FLOATS.map(|x| x + 20.0))
    .floats(slot::location(2, 0), FLOATS.map(|x| x + 30.0))
    .run();
    // Beyond the end is the last element.
    assert_eq!(ran.floats(slot::location(2, 0)), [30.0, 11.0, 22.0, 13.0, 34.0, 25.0, 26.0, 27.0]);
    assert_eq!(ran.floats(slot::location(3, 0))[1], 31.0);
    assert_eq!(ran.floats(slot::location(4, 0))[2], 32.0);
    assert_eq!(ran.floats(slot::location(5, 0))[6], 36.0);
    assert!(ran.interface.outputs.contains(&slot::location(5, 0)));
}

#[test]
fn returns_and_branches_leave_outputs_as_they_were_set() {
    let ran = vertex(
        "layout(location = 0) in uint i; layout(location = 0) out uint o;
         void main() { gl_Position = vec4(1); o = 1u; if (i > 3u) { o = i; if (i == 5u) return; o += 10u; }
             for (uint k = 0u; k < i; k++) { if (k == 2u) { return; } o += 100u; } }",
    )
    .input(slot::location(0, 0), LANES)
    .run();
    assert_eq!(ran.output(slot::location(0, 0)), [1, 101, 201, 201, 214, 5, 216, 217]);
}

#[test]
fn inactive_lanes_write_no_memory() {
    let ran = vertex(
        "layout(binding = 0) buffer B { uint b[]; };
         void main() { b[gl_VertexIndex] = 1u; atomicAdd(b[8], 1u); gl_Position = vec4(0); }",
    )
    .buffer(0, &[0; 9])
    .builtin(StageBuiltin::VertexIndex, LANES)
    .lanes(0b0011_0101, 0b0011_0101)
    .run();
    assert_eq!(ran.words(0), [1, 0, 1, 0, 1, 1, 0, 0, 4]);
}

#[test]
fn captured_outputs_say_where_they_go() {
    let ran = vertex(
        "layout(xfb_buffer = 1, xfb_stride = 64) out;
         layout(location = 1, xfb_buffer = 1, xfb_offset = 16) out vec3 a;
         layout(location = 2, xfb_buffer = 1, xfb_offset = 32) out mat2 m;
         out gl_PerVertex { layout(xfb_buffer = 1, xfb_offset = 0) vec4 gl_Position; };
         void main() { gl_Position = vec4(0); a = vec3(1); m = mat2(1); }",
    )
    .run();
    let mut xfb: Vec<_> =
        ran.interface.xfb.iter().map(|x| (x.buffer, x.offset, x.stride, x.slot, x.count)).collect();
    xfb.sort();
    let location = slot::location;
    assert_eq!(
        xfb,
        [
            (1, 0, 64, slot::POSITION, 4),
            (1, 16, 64, location(1, 0), 3),
            (1, 32, 64, location(2, 0), 2),
            (1, 40, 64, location(3, 0), 2)
        ]
    );
}

#[test]
fn each_block_of_an_array_is_captured_to_the_next_buffer() {
    let ran = vertex(
        "layout(location = 0, xfb_buffer = 1, xfb_offset = 4, xfb_stride = 16) out Block { vec2 a; float b; } blocks[2];
         void main() {
             gl_Position = vec4(0);
             blocks[0].a = blocks[1].a = vec2(1);
             blocks[0].b = blocks[1].b = 2.0;
         }",
    )
    .run();
    let mut xfb: Vec<_> = ran.interface.xfb.iter().map(|x| (x.buffer, x.offset, x.slot, x.count)).collect();
    xfb.sort();
    let location = slot::location;
    let wanted = [
        (1, 4, location(0, 0), 2),
        (1, 12, location(1, 0), 1),
        (2, 4, location(2, 0), 2),
        (2, 12, location(3, 0), 1),
    ];
    assert_eq!(xfb, wanted);
}

#[test]
fn captured_halves_take_two_bytes_and_doubles_are_aligned() {
    use lacuna_shaders::stage::XfbForm;
    let ran = vertex(
        "#extension GL_EXT_shader_explicit_arithmetic_types : require
         struct Part { float f; double d; };
         layout(location = 0, xfb_buffer = 0, xfb_offset = 2, xfb_stride = 64) out f16vec3 h;
         layout(location = 1, xfb_buffer = 0, xfb_offset = 8) flat out u16vec2 u;
         layout(location = 2, xfb_buffer = 0, xfb_offset = 16) flat out Part p;
         void main() {
             gl_Position = vec4(0);
             h = f16vec3(1);
             u = u16vec2(1);
             p = Part(1.0, 2.0lf);
         }",
    )
    .run();
    let mut xfb: Vec<_> = ran.interface.xfb.iter().map(|x| (x.offset, x.slot, x.count, x.form)).collect();
    xfb.sort_by_key(|x| x.0);
    let location = slot::location;
    let wanted = [
        (2, location(0, 0), 3, XfbForm::Half),
        (8, location(1, 0), 2, XfbForm::Short),
        (16, location(2, 0), 1, XfbForm::Word),
        (24, location(3, 0), 2, XfbForm::Word),
    ];
    assert_eq!(xfb, wanted);
}
