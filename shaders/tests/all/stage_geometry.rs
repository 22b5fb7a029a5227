//! Geometry and tessellation shaders.

use crate::support::stage::{Packet, VERTEX, glsl};
use lacuna_shaders::abi::stage::{StageBuiltin, slot};
use lacuna_shaders::stage::{Domain, GeometryInput, GeometryOutput, Spacing, Stage};

const LANES: [u32; 8] = [0, 1, 2, 3, 4, 5, 6, 7];
const SLOTS: usize = slot::COUNT as usize;

/// A packet whose inputs hold `vertex * 1000 + slot * 8 + lane` as floats.
fn numbered(stage: Stage, source: &str, vertices: usize) -> Packet {
    let mut packet = Packet::new(stage, glsl(stage, source), vertices);
    for (i, word) in packet.dispatch.memory.stage.inputs.iter_mut().enumerate() {
        *word = ((i / VERTEX * 10_000 + i % VERTEX) as f32).to_bits();
    }
    packet
}

fn number(vertex: usize, slot: u32, lane: usize) -> f32 {
    (vertex * 10_000 + slot as usize * 8 + lane) as f32
}

#[test]
fn geometry_emits_what_it_is_given() {
    let ran = numbered(
        Stage::Geometry,
        "layout(triangles, invocations = 3) in; layout(line_strip, max_vertices = 4) out;
         layout(location = 1) in vec2 a[]; layout(location = 2) out float b;
         void main() { for (int i = 0; i < gl_in.length(); i++) {
                 gl_Position = gl_in[i].gl_Position; b = a[i].y + float(gl_InvocationID + gl_PrimitiveIDIn);
                 gl_Layer = i; EmitVertex(); }
             EndPrimitive(); }",
        3,
    )
    .builtin(StageBuiltin::InvocationId, [2; 8])
    .builtin(StageBuiltin::PrimitiveId, LANES)
    .lanes(0x3f, 0x3f)
    .run();
    let emitted = &ran.memory.stage.emitted;
    assert_eq!(emitted.iter().map(|e| (e.lanes, e.end)).collect::<Vec<_>>().len(), 4);
    assert!(emitted.iter().all(|e| e.lanes == 0x3f && e.stream == 0));
    assert!(emitted[3].end && !emitted[2].end);
    for (vertex, emitted) in emitted[..3].iter().enumerate() {
        for lane in 0..6 {
            let output = |slot: u32| f32::from_bits(emitted.outputs[slot as usize * 8 + lane]);
            assert_eq!(output(slot::POSITION + 2), number(vertex, slot::POSITION + 2, lane));
            let expected = number(vertex, slot::location(1, 1), lane) + 2.0 + lane as f32;
            assert_eq!(output(slot::location(2, 0)), expected);
            assert_eq!(emitted.outputs[slot::LAYER as usize * 8 + lane], vertex as u32);
        }
    }
    let modes = ran.interface.geometry;
    assert_eq!((modes.input, modes.output), (GeometryInput::Triangles, GeometryOutput::LineStrip));
    assert_eq!((modes.invocations, modes.max_vertices, modes.streams), (3, 4, 1));
    assert!(ran.interface.outputs.contains(&slot::LAYER));
    assert!(!ran.interface.outputs.contains(&slot::POINT_SIZE));
}

#[test]
fn lanes_emit_as_many_vertices_as_they_like() {
    let ran = numbered(
        Stage::Geometry,
        "layout(points) in; layout(points, max_vertices = 8) out;
         layout(location = 0, stream = 0) out float a; layout(location = 1, stream = 2) out float b;
         void main() { a = 1.0; for (int i = 0; i < gl_PrimitiveIDIn; i++) { a += 1.0; EmitStreamVertex(0); a = 10.0 * i; }
             if ((gl_PrimitiveIDIn & 1) == 1) { b = 5.0; EmitStreamVertex(2); EndStreamPrimitive(2); } }",
        1,
    )
    .builtin(StageBuiltin::PrimitiveId, [0, 3, 1, 2, 0, 0, 0, 1])
    .run();
    let calls: Vec<_> = ran.memory.stage.emitted.iter().map(|e| (e.lanes, e.stream, e.end)).collect();
    assert_eq!(
        calls,
        [(0x8e, 0, false), (0x0a, 0, false), (0x02, 0, false), (0x86, 2, false), (0x86, 2, true)]
    );
    assert_eq!(ran.interface.geometry.streams, 0b101);
    let third = &ran.memory.stage.emitted[2].outputs;
    assert_eq!(f32::from_bits(third[slot::location(0, 0) as usize * 8 + 1]), 11.0);
}

#[test]
fn control_points_see_each_other_behind_a_barrier() {
    let packet = numbered(
        Stage::TessellationControl,
        "layout(vertices = 19) out; layout(location = 0) in vec2 a[]; layout(location = 1) out float b[];
         layout(location = 5) patch out vec3 p;
         
#define i gl_InvocationID
         void main() { b[i] = a[i % 4].y + i; float before = a[2].x;
             barrier(); gl_out[i].gl_Position = vec4(b[(i + 1) % 19], before, gl_PatchVerticesIn, gl_PrimitiveID);
             if (i == 0) { gl_TessLevelOuter[1] = 3.0; p = vec3(b[18], 8, 9); } barrier();
             if (i == 18) gl_TessLevelInner[0] = p.x + 1.0; }",
        4,
    )
    .builtin(StageBuiltin::PatchVertices, [4; 8])
    .builtin(StageBuiltin::PrimitiveId, [77; 8]);
    // Slots of a patch are shared: a vertex is as many words.
    let mut packet = packet;
    let stage = &mut packet.dispatch.memory.stage;
    (stage.input_vertex_stride, stage.output_vertex_stride) = (SLOTS as u32 * 4, SLOTS as u32 * 4);
    let input = |vertex: usize, slot: u32| vertex as f32 * 100.0 + slot as f32;
    stage.inputs = (0..4 * SLOTS).map(|i| input(i / SLOTS, (i % SLOTS) as u32).to_bits()).collect();
    stage.outputs = vec![0; 19 * SLOTS];
    let ran = packet.run();
    let output =
        |vertex: usize, slot: u32| f32::from_bits(ran.memory.stage.outputs[vertex * SLOTS + slot as usize]);
    let b = |i: usize| input(i % 4, slot::location(0, 1)) + i as f32;
    for i in 0..19 {
        assert_eq!(output(i, slot::location(1, 0)), b(i));
        let position = [0, 1, 2, 3].map(|n| output(i, slot::POSITION + n));
        assert_eq!(position, [b((i + 1) % 19), input(2, slot::location(0, 0)), 4.0, 77.0]);
    }
    let patch = |slot: u32| f32::from_bits(ran.memory.stage.patch[slot as usize]);
    assert_eq!(patch(slot::TESS_LEVEL_OUTER + 1), 3.0);
    assert_eq!([0, 1, 2].map(|n| patch(slot::location(5, n))), [b(18), 8.0, 9.0]);
    assert_eq!(patch(slot::TESS_LEVEL_INNER), b(18) + 1.0);
    assert_eq!(ran.interface.tessellation.output_vertices, 19);
    let mut patch_outputs = vec![slot::TESS_LEVEL_OUTER + 1, slot::TESS_LEVEL_INNER];
    patch_outputs.extend([0, 1, 2].map(|n| slot::location(5, n)));
    assert_eq!(ran.interface.patch_outputs, patch_outputs);
    assert!(ran.interface.outputs.contains(&slot::location(1, 0)));
}

#[test]
fn blocks_may_belong_to_the_patch() {
    let ran = numbered(
        Stage::TessellationControl,
        "layout(vertices = 1) out; layout(location = 2) patch out B { float a; vec2 b[2]; } p[2];
         void main() { p[1].b[1] = vec2(3, 4); gl_TessLevelOuter[0] = 1.0; }",
        1,
    )
    .run();
    // A block takes three locations.
    assert_eq!(f32::from_bits(ran.memory.stage.patch[slot::location(2 + 3 + 2, 1) as usize]), 4.0);
    assert!(ran.interface.outputs.is_empty());
}

#[test]
fn a_control_point_beyond_the_patch_is_the_last() {
    let mut packet = numbered(
        Stage::TessellationControl,
        "layout(vertices = 2) out;
         void main() { gl_out[gl_InvocationID].gl_Position = gl_in[gl_InvocationID + 7].gl_Position; }",
        3,
    )
    .builtin(StageBuiltin::PatchVertices, [3; 8]);
    let stage = &mut packet.dispatch.memory.stage;
    (stage.input_vertex_stride, stage.output_vertex_stride) = (SLOTS as u32 * 4, SLOTS as u32 * 4);
    stage.inputs[2 * SLOTS] = 5;
    assert_eq!(packet.run().memory.stage.outputs[SLOTS], 5);
}

#[test]
fn evaluation_reads_the_patch_and_writes_lanes() {
    let mut packet = numbered(
        Stage::TessellationEvaluation,
        "layout(quads, fractional_odd_spacing, cw, point_mode) in;
         layout(location = 0) in vec2 a[]; layout(location = 3) patch in float p; layout(location = 0) out vec2 o;
         void main() { gl_Position = gl_in[0].gl_Position * gl_TessCoord.x + gl_in[int(gl_TessCoord.y)].gl_Position;
             o = vec2(a[1].y + p, gl_TessLevelOuter[2]); }",
        3,
    )
    .builtin(StageBuiltin::PatchVertices, [3; 8])
    .builtin(StageBuiltin::TessCoordX, LANES.map(|lane| (lane as f32).to_bits()))
    .builtin(StageBuiltin::TessCoordY, LANES.map(|lane| ((lane % 3) as f32).to_bits()));
    let stage = &mut packet.dispatch.memory.stage;
    stage.input_vertex_stride = SLOTS as u32 * 4;
    let input = |vertex: usize, slot: u32| vertex as f32 * 100.0 + slot as f32;
    stage.inputs = (0..3 * SLOTS).map(|i| input(i / SLOTS, (i % SLOTS) as u32).to_bits()).collect();
    stage.patch[slot::location(3, 0) as usize] = 0.5f32.to_bits();
    stage.patch[slot::TESS_LEVEL_OUTER as usize + 2] = 6.0f32.to_bits();
    let ran = packet.run();
    for lane in 0..8 {
        let expected = input(0, 1) * lane as f32 + input(lane % 3, 1);
        assert_eq!(ran.floats(slot::POSITION + 1)[lane], expected);
    }
    assert_eq!(ran.floats(slot::location(0, 0)), [input(1, slot::location(0, 1)) + 0.5; 8]);
    assert_eq!(ran.floats(slot::location(0, 1)), [6.0; 8]);
    let modes = ran.interface.tessellation;
    assert_eq!((modes.domain, modes.spacing), (Some(Domain::Quads), Some(Spacing::FractionalOdd)));
    assert_eq!((modes.ccw, modes.point_mode), (Some(false), true));
    let patch: Vec<u32> =
        ran.interface.inputs.iter().filter(|input| input.patch).map(|input| input.slot).collect();
    assert_eq!(patch, [slot::TESS_LEVEL_OUTER + 2, slot::location(3, 0)]);
}
