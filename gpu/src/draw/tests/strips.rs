//! Boxes without packets: they leave what packets leave.

use super::*;

/// A fragment shader that gives a color and does not look at its input, which may vary.
fn constant(color: [f32; 4], interface: Interface) -> Arc<dyn Program> {
    stage(interface, move |lane| lane.outputs(slot::location(0, 0), &color))
}

/// Tilted triangles over each other, the last ones beyond both ends of the depth range.
fn triangles(depth: f32) -> Vec<Vertex> {
    [[-1.5, -1.2], [2.7, -0.9], [-0.8, 2.9]]
        .into_iter()
        .zip([depth - 0.4, depth + 0.1, depth + 0.6])
        .map(|([x, y], z)| ([x, y, z, 1.0], [x; 4]))
        .collect()
}

/// Bytes that any state leaves in color and depth, and how many samples passed.
fn drawn(format: vk::Format, varies: bool, change: &dyn Fn(&mut Scene)) -> (Vec<u8>, Vec<u8>, u64) {
    let mut color = Image::new(vk::Format::R8G8B8A8_UNORM, 150, 90, 1, 1);
    let mut depth = Image::new(format, 150, 90, 1, 1);
    color.fill([0.3, 0.6, 0.1, 0.8]);
    depth.fill([0.45; 4]);
    let mut passed = 0;
    for (z, shade) in [(0.45, [0.9, 0.2, 0.4, 0.5]), (0.3, [0.1, 0.7, 0.8, 0.25])] {
        let mut scene = Scene::new(&color, triangles(z));
        let interface = writes(&[0], &[]);
        // Inputs that vary make packets of everything.
        scene.state.stages.fragment = Some(if varies {
            constant(shade, reads(interface, 0, Interpolation::Smooth))
        } else {
            constant(shade, interface)
        });
        scene.targets.depth = Some(depth.surface);
        scene.state.depth_stencil.depth_test = true;
        change(&mut scene);
        passed += scene.draw();
    }
    (color.memory, depth.memory, passed)
}

fn agree(format: vk::Format, change: &dyn Fn(&mut Scene), what: &str) -> u64 {
    let (strips, packets) = (drawn(format, false, change), drawn(format, true, change));
    assert!(strips == packets, "{format:?} {what}: {} {}", strips.2, packets.2);
    strips.2
}

const DEPTHS: [vk::Format; 3] =
    [vk::Format::D16_UNORM, vk::Format::X8_D24_UNORM_PACK32, vk::Format::D32_SFLOAT];

#[test]
fn every_depth_test_leaves_the_same() {
    let mut passed = 0;
    for (format, op) in DEPTHS.into_iter().flat_map(|format| (0..8).map(move |op| (format, op))) {
        for (write, clamp) in [(false, false), (true, false), (true, true)] {
            let change = |scene: &mut Scene| {
                scene.state.depth_stencil.depth_compare = vk::CompareOp::from_raw(op);
                scene.state.depth_stencil.depth_write = write;
                scene.state.rasterization.depth_clamp = clamp;
                scene.state.rasterization.depth_clip = !clamp;
            };
            passed += agree(format, &change, &format!("{op} {write} {clamp}"));
        }
    }
    assert!(passed > 0);
}

#[test]
fn blending_and_scissors_leave_the_same() {
    use vk::BlendFactor as F;
    let factors = [F::ZERO, F::ONE, F::SRC_ALPHA, F::ONE_MINUS_SRC_ALPHA, F::CONSTANT_COLOR, F::DST_COLOR];
    for (source, target) in factors.into_iter().flat_map(|s| factors.map(|t| (s, t))) {
        for (op, tests) in [(0, true), (1, false), (2, true), (3, false)] {
            let change = |scene: &mut Scene| {
                let scissor = &mut scene.state.viewport.scissors[0];
                *scissor = vk::Rect2D {
                    offset: vk::Offset2D { x: 3, y: 5 },
                    extent: vk::Extent2D { width: 130, height: 73 },
                };
                scene.state.depth_stencil.depth_test = tests;
                scene.state.depth_stencil.depth_compare = vk::CompareOp::GREATER;
                scene.state.blend.constants = [0.2, 0.4, 0.6, 0.8];
                scene.state.blend.attachments[0] = vk::PipelineColorBlendAttachmentState {
                    blend_enable: 1,
                    color_blend_op: vk::BlendOp::from_raw(op),
                    src_color_blend_factor: source,
                    dst_color_blend_factor: target,
                    src_alpha_blend_factor: target,
                    dst_alpha_blend_factor: source,
                    color_write_mask: vk::ColorComponentFlags::RGBA,
                    ..Default::default()
                };
            };
            let passed = agree(vk::Format::D32_SFLOAT, &change, &format!("{source:?} {target:?} {op}"));
            assert!(passed > 0);
        }
    }
}

#[test]
fn any_format_takes_a_color_as_packets_do() {
    use vk::Format as F;
    for format in
        [F::R8G8B8A8_SRGB, F::A2B10G10R10_UNORM_PACK32, F::R16G16_SFLOAT, F::R32_UINT, F::R5G6B5_UNORM_PACK16]
    {
        let draw = |varies: bool| {
            let image = Image::new(format, 70, 40, 1, 1);
            let mut scene = Scene::new(&image, triangles(0.4));
            let interface = writes(&[0], &[]);
            let interface = if varies { reads(interface, 0, Interpolation::Smooth) } else { interface };
            scene.state.stages.fragment = Some(constant([0.3, 0.9, 0.02, 0.7], interface));
            scene.draw();
            image.memory
        };
        assert!(draw(false) == draw(true), "{format:?}");
    }
}

#[test]
fn depth_is_written_without_a_fragment_shader() {
    for format in DEPTHS {
        let draw = |has_shader: bool| {
            let change = move |scene: &mut Scene| {
                scene.state.depth_stencil.depth_write = true;
                scene.state.depth_stencil.depth_compare = vk::CompareOp::LESS;
                if !has_shader {
                    scene.state.stages.fragment = None;
                }
            };
            let (_, depth, passed) = drawn(format, false, &change);
            (depth, passed)
        };
        assert!(draw(true) == draw(false), "{format:?}");
    }
}

#[test]
fn equal_colors_of_one_draw_are_not_mixed_up() {
    // Red, red, a gradient, red, green: what the shader gave last is not what the next one gets.
    let image = Image::new(vk::Format::R8G8B8A8_UNORM, 50, 10, 1, 1);
    let (red, green) = ([1.0, 0.0, 0.0, 1.0], [0.0, 1.0, 0.0, 1.0]);
    let colors = [[red; 3], [red; 3], [red, green, green], [red; 3], [green; 3]];
    let list = colors.iter().enumerate().flat_map(|(n, colors)| {
        let x = 10.0 * n as f32;
        [(x, 0.0), (x + 10.0, 0.0), (x, 10.0)].into_iter().zip(colors).map(|((x, y), &color)| {
            let (position, _) = at(&image, x, y, 0.0);
            (position, color)
        })
    });
    let scene = Scene::new(&image, list.collect());
    scene.draw();
    assert_eq!([0, 10, 30, 40].map(|x| image.color(x, 0)), [red, red, red, green]);
    let mixed = image.color(22, 2);
    assert!(mixed[0] > 0.1 && mixed[1] > 0.1, "{mixed:?}");
}
