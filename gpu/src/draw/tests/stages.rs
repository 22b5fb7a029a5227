//! Instances, layers, viewports, clip distances, geometry shaders, statistics.

use super::*;
use lacuna_shaders::stage::{GeometryInput, GeometryModes, GeometryOutput};

const COVER: [[f32; 2]; 3] = [[-1.0, -1.0], [3.0, -1.0], [-1.0, 3.0]];

fn cover() -> Vec<Vertex> {
    COVER.map(|[x, y]| ([x, y, 0.0, 1.0], [1.0; 4])).to_vec()
}

#[test]
fn many_instances_and_primitives_are_drawn_in_order() {
    let image = Image::new(vk::Format::R32_SFLOAT, 70, 70, 1, 1);
    let mut scene = Scene::new(&image, cover());
    let interface = writes(&[0], &[0, 1, 2, 3]);
    scene.state.stages.vertex = stage(interface, |lane| {
        let vertex = lane.builtin(StageBuiltin::VertexIndex);
        let instance = lane.builtin(StageBuiltin::InstanceIndex);
        let [x, y] = COVER[vertex as usize % 3];
        lane.outputs(slot::POSITION, &[x, y, 0.0, 1.0]);
        lane.outputs(slot::location(0, 0), &[(instance * 10 + vertex / 3) as f32; 4]);
    });
    scene.inputs.draw =
        DrawCommand::Direct { vertices: 30, instances: 60, first_vertex: 0, first_instance: 7 };
    assert_eq!(scene.draw(), 70 * 70 * 600);
    let last = ((60 + 6) * 10 + 9) as f32;
    assert!((0..70).all(|n| image.color(n, n)[0] == last && image.color(69 - n, n)[0] == last));
}

#[test]
fn layers_and_viewports_are_chosen_by_the_provoking_vertex() {
    let image = Image::new(vk::Format::R32_SFLOAT, 16, 16, 1, 4);
    let mut scene = Scene::new(&image, cover());
    let half = vk::Viewport { x: 8.0, width: 8.0, height: 16.0, max_depth: 1.0, ..Default::default() };
    scene.state.viewport.viewports.push(half);
    let scissor = scene.state.viewport.scissors[0];
    scene.state.viewport.scissors.push(scissor);
    scene.state.stages.vertex =
        stage(writes(&[0], &[0, 1, 2, 3, slot::LAYER, slot::VIEWPORT_INDEX]), |lane| {
            let vertex = lane.builtin(StageBuiltin::VertexIndex);
            let [x, y] = COVER[vertex as usize % 3];
            lane.outputs(slot::POSITION, &[x, y, 0.0, 1.0]);
            lane.outputs(slot::location(0, 0), &[1.0; 4]);
            let choice = |first: u32| f32::from_bits(if vertex % 3 == 0 { first } else { 9 });
            lane.output(slot::LAYER, choice(vertex / 3));
            lane.output(slot::VIEWPORT_INDEX, choice(vertex / 3 % 2));
        });
    scene.inputs.draw =
        DrawCommand::Direct { vertices: 18, instances: 1, first_vertex: 0, first_instance: 0 };
    // Layers 4 and 5 do not exist.
    assert_eq!(scene.draw(), 2 * (256 + 128));
    for layer in 0..4 {
        let left = f32::from_bits(image.bits(3, 3, layer, 0)[0]);
        assert_eq!(left, if layer % 2 == 0 { 1.0 } else { 0.0 });
        assert_eq!(f32::from_bits(image.bits(12, 3, layer, 0)[0]), 1.0);
    }
}

#[test]
fn views_go_to_their_layers() {
    let image = Image::new(vk::Format::R32_SFLOAT, 8, 8, 1, 3);
    let mut scene = Scene::new(&image, cover());
    scene.targets.view_mask = 0b101;
    scene.state.stages.vertex = stage(writes(&[0], &[0, 1, 2, 3]), |lane| {
        let [x, y] = COVER[lane.builtin(StageBuiltin::VertexIndex) as usize];
        lane.outputs(slot::POSITION, &[x, y, 0.0, 1.0]);
        lane.outputs(slot::location(0, 0), &[lane.builtin(StageBuiltin::ViewIndex) as f32 + 1.0; 4]);
    });
    scene.draw();
    let red = [0, 1, 2].map(|layer| f32::from_bits(image.bits(4, 4, layer, 0)[0]));
    assert_eq!(red, [1.0, 0.0, 3.0]);
}

#[test]
fn clip_distances_cut_and_cull_distances_drop() {
    let image = Image::new(vk::Format::R32_SFLOAT, 16, 16, 1, 1);
    let mut scene = Scene::new(&image, cover());
    let shader = |clip: bool| {
        let first = if clip { slot::CLIP_DISTANCE } else { slot::CULL_DISTANCE };
        stage(writes(&[0], &[0, 1, 2, 3, first]), move |lane| {
            let [x, y] = COVER[lane.builtin(StageBuiltin::VertexIndex) as usize];
            lane.outputs(slot::POSITION, &[x, y, 0.0, 1.0]);
            lane.output(first, x);
            lane.outputs(slot::location(0, 0), &[1.0; 4]);
        })
    };
    scene.state.stages.vertex = shader(true);
    assert_eq!(scene.draw(), 128, "the right half");
    scene.state.stages.vertex = shader(false);
    assert_eq!(scene.draw(), 256, "one vertex is inside");
}

#[test]
fn geometry_shaders_make_strips() {
    let image = Image::new(vk::Format::R32_SFLOAT, 16, 16, 1, 1);
    let mut scene = Scene::new(&image, cover());
    let mut interface = reads(writes(&[0], &[0, 1, 2, 3]), 0, Interpolation::Smooth);
    interface.builtins.insert(StageBuiltin::InvocationId);
    interface.geometry = GeometryModes {
        input: GeometryInput::Points,
        output: GeometryOutput::TriangleStrip,
        max_vertices: 4,
        invocations: 2,
        streams: 1,
    };
    scene.state.stages.geometry = Some(stage(interface, |lane| {
        let id = lane.builtin(StageBuiltin::InvocationId) as f32;
        let color = lane.input_of(0, slot::location(0, 0));
        for [x, y] in [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [5.0, 5.0]] {
            lane.outputs(slot::POSITION, &[x - id, y - id, 0.0, 1.0]);
            lane.outputs(slot::location(0, 0), &[color + id; 4]);
            lane.emit();
        }
    }));
    scene.state.assembly.topology = vk::PrimitiveTopology::POINT_LIST;
    scene.inputs.draw = DrawCommand::Direct { vertices: 1, instances: 1, first_vertex: 0, first_instance: 0 };
    let statistics = Statistics::default();
    scene.draw_with(&Queries { statistics: Some(&statistics), ..Default::default() });
    assert_eq!((image.color(12, 12)[0], image.color(3, 3)[0], image.color(12, 3)[0]), (1.0, 2.0, 0.0));
    let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
    assert_eq!(count(&statistics.geometry_invocations), 2);
    assert_eq!(count(&statistics.geometry_primitives), 4);
    assert_eq!(count(&statistics.fragment_invocations), 128);
    assert_eq!(count(&statistics.input_assembly_vertices), 1);
}

#[test]
fn captured_vertices_go_to_buffers_while_there_is_room() {
    use lacuna_shaders::stage::{XfbForm, XfbOutput};
    let image = Image::new(vk::Format::R32_SFLOAT, 8, 8, 1, 1);
    let mut scene = Scene::new(&image, cover());
    let mut interface = writes(&[0], &[0, 1, 2, 3]);
    interface.xfb.push(XfbOutput {
        buffer: 1,
        offset: 4,
        stride: 12,
        stream: 0,
        slot: slot::location(0, 0),
        count: 2,
        form: XfbForm::Word,
    });
    scene.state.stages.vertex = stage(interface, |lane| {
        let vertex = lane.builtin(StageBuiltin::VertexIndex);
        let [x, y] = COVER[vertex as usize % 3];
        lane.outputs(slot::POSITION, &[x, y, 0.0, 1.0]);
        lane.outputs(slot::location(0, 0), &[vertex as f32, -1.0]);
    });
    scene.inputs.draw = DrawCommand::Direct { vertices: 9, instances: 1, first_vertex: 0, first_instance: 0 };
    let mut buffer = [0f32; 20];
    let written = AtomicU64::new(0);
    let mut buffers = [None; 4];
    buffers[1] = Some(CaptureBuffer { address: buffer.as_mut_ptr() as u64, size: 80, written: &written });
    scene.inputs.transform_feedback = Some(TransformFeedback { buffers });
    let streams: [StreamCounters; 4] = Default::default();
    scene.draw_with(&Queries { streams: Some(&streams), ..Default::default() });
    assert_eq!(written.load(Ordering::Relaxed), 72);
    assert_eq!(streams[0].written.load(Ordering::Relaxed), 2);
    assert_eq!(streams[0].needed.load(Ordering::Relaxed), 3);
    for vertex in 0..6 {
        assert_eq!(buffer[vertex * 3..][..3], [0.0, vertex as f32, -1.0]);
    }
    assert_eq!(buffer[18..], [0.0; 2]);
}

#[test]
fn without_a_geometry_shader_there_is_one_stream() {
    let image = Image::new(vk::Format::R32_SFLOAT, 16, 16, 1, 1);
    for (stream, covered) in [(0, 256), (1, 0)] {
        let mut scene = Scene::new(&image, cover());
        scene.state.rasterization.stream = stream;
        assert_eq!(scene.draw(), covered, "stream {stream}");
    }
}

#[test]
fn the_only_sample_of_a_pixel_is_where_its_inputs_are() {
    let image = Image::new(vk::Format::R32_SFLOAT, 8, 8, 1, 1);
    // A texel is one unit wide.
    let corners = COVER.map(|[x, y]| ([x, y, 0.0, 1.0], [4.0 * x + 4.0; 4]));
    let mut scene = Scene::new(&image, corners.to_vec());
    scene.state.multisample.locations =
        Some(SampleLocations { grid: [2, 1], positions: [[0.25, 0.5], [0.75, 0.5]].into_iter().collect() });
    assert_eq!(scene.draw(), 64);
    for x in 0..8 {
        let place = x as f32 + if x % 2 == 0 { 0.25 } else { 0.75 };
        assert!((image.color(x, 3)[0] - place).abs() < 1e-4, "pixel {x}: {:?}", image.color(x, 3));
    }
}
