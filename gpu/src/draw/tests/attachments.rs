//! Depth, stencil, blending and what else happens between fragments and memory.

use super::*;

fn cover(image: &Image, color: f32, depth: f32) -> Vec<Vertex> {
    let _ = image;
    [[-1.0, -1.0], [3.0, -1.0], [-1.0, 3.0]].map(|[x, y]| ([x, y, depth, 1.0], [color; 4])).to_vec()
}

fn test_depth(scene: &mut Scene, image: &Image, op: vk::CompareOp) {
    scene.targets.depth = Some(image.surface);
    scene.state.depth_stencil = DepthStencil {
        depth_test: true,
        depth_write: true,
        depth_compare: op,
        depth_bounds: None,
        stencil: None,
    };
}

#[test]
fn depth_tests_keep_what_is_nearer() {
    for format in [vk::Format::D16_UNORM, vk::Format::X8_D24_UNORM_PACK32, vk::Format::D32_SFLOAT] {
        for samples in [1, 4] {
            let color = Image::new(vk::Format::R32_SFLOAT, 33, 9, samples, 1);
            let mut depth = Image::new(format, 33, 9, samples, 1);
            depth.fill([1.0; 4]);
            for (value, z, passes) in
                [(0.1, 0.5, true), (0.2, 0.75, false), (0.3, 0.25, true), (0.4, 0.25, false)]
            {
                let mut scene = Scene::new(&color, cover(&color, value, z));
                test_depth(&mut scene, &depth, vk::CompareOp::LESS);
                let pixels = u64::from(33 * 9 * samples);
                assert_eq!(scene.draw(), if passes { pixels } else { 0 }, "{format:?} {z}");
                assert_eq!(color.color(32, 8)[0] == value, passes);
            }
            assert!((depth.color(32, 8)[0] - 0.25).abs() < 1e-4);
        }
    }
}

#[test]
fn depth_bounds_look_at_what_is_stored() {
    let color = Image::new(vk::Format::R32_SFLOAT, 8, 8, 1, 1);
    let mut depth = Image::new(vk::Format::D32_SFLOAT, 8, 8, 1, 1);
    for (stored, passes) in [(0.1, false), (0.5, true), (0.9, false)] {
        depth.fill([stored; 4]);
        let mut scene = Scene::new(&color, cover(&color, 1.0, 0.7));
        test_depth(&mut scene, &depth, vk::CompareOp::ALWAYS);
        scene.state.depth_stencil.depth_bounds = Some([0.25, 0.75]);
        assert_eq!(scene.draw() > 0, passes);
        assert_eq!(depth.color(3, 3)[0], if passes { 0.7 } else { stored });
    }
}

#[test]
fn depth_bias_moves_by_units_and_slopes() {
    let color = Image::new(vk::Format::R32_SFLOAT, 8, 8, 1, 1);
    let bias = |format: vk::Format, constant: f32, slope: f32, clamp: f32, tilt: f32| {
        let mut depth = Image::new(format, 8, 8, 1, 1);
        depth.fill([1.0; 4]);
        let list = [[-1.0, -1.0], [3.0, -1.0], [-1.0, 3.0]]
            .map(|[x, y]: [f32; 2]| ([x, y, 0.5 + tilt * x, 1.0], [1.0; 4]));
        let mut scene = Scene::new(&color, list.to_vec());
        test_depth(&mut scene, &depth, vk::CompareOp::ALWAYS);
        scene.state.rasterization.depth_clip = false;
        scene.state.rasterization.depth_bias = Some(DepthBias { constant, clamp, slope });
        scene.draw();
        f64::from(depth.color(0, 0)[0]) - f64::from(0.5 + tilt * (-1.0 + 1.0 / 8.0))
    };
    let near = |value: f64, wanted: f64| assert!((value - wanted).abs() < 2e-5, "{value} {wanted}");
    near(
        bias(vk::Format::D16_UNORM, 100.0, 0.0, 0.0, 0.0),
        100.0 / 65536.0 + bias(vk::Format::D16_UNORM, 0.0, 0.0, 0.0, 0.0),
    );
    near(bias(vk::Format::X8_D24_UNORM_PACK32, 1e5, 0.0, 0.0, 0.0), 1e5 / 16_777_216.0);
    near(bias(vk::Format::D32_SFLOAT, 1e6, 0.0, 0.0, 0.0), 1e6 / 16_777_216.0);
    near(bias(vk::Format::D32_SFLOAT, 0.0, 2.0, 0.0, 0.1), 2.0 * 0.1 * 2.0 / 8.0);
    near(bias(vk::Format::D32_SFLOAT, 0.0, 2.0, 0.01, 0.1), 0.01);
    near(bias(vk::Format::D32_SFLOAT, 0.0, -2.0, -0.02, 0.1), -0.02);
}

#[test]
fn stencil_counts_what_passes_and_what_fails() {
    let color = Image::new(vk::Format::R32_SFLOAT, 8, 8, 1, 1);
    let mut depth = Image::new(vk::Format::D32_SFLOAT, 8, 8, 1, 1);
    let stencil = Image::new(vk::Format::S8_UINT, 8, 8, 1, 1);
    depth.fill([0.5; 4]);
    let face = vk::StencilOpState {
        fail_op: vk::StencilOp::INVERT,
        pass_op: vk::StencilOp::INCREMENT_AND_WRAP,
        depth_fail_op: vk::StencilOp::REPLACE,
        compare_op: vk::CompareOp::EQUAL,
        compare_mask: 0x0f,
        write_mask: 0x7f,
        reference: 0,
    };
    let draw = |z: f32, face: vk::StencilOpState| {
        let mut scene = Scene::new(&color, cover(&color, 1.0, z));
        test_depth(&mut scene, &depth, vk::CompareOp::LESS);
        scene.state.depth_stencil.depth_write = false;
        scene.targets.stencil = Some(stencil.surface);
        scene.state.depth_stencil.stencil = Some([face; 2]);
        (scene.draw(), stencil.bits(3, 3, 0, 0)[0])
    };
    assert_eq!(draw(0.25, face), (64, 1), "passes");
    assert_eq!(draw(0.25, face), (0, 0x7e), "fails");
    let other = vk::StencilOpState { reference: 0x3e, ..face };
    assert_eq!(draw(0.75, other), (0, 0x3e), "fails in depth");
}

#[test]
fn formats_take_colors_with_masks_and_logic() {
    let draw = |format: vk::Format, change: &dyn Fn(&mut Scene)| {
        let mut image = Image::new(format, 9, 5, 1, 1);
        image.fill([0.2, 0.4, 0.6, 0.8]);
        let mut scene = Scene::new(&image, cover(&image, 1.0, 0.0));
        change(&mut scene);
        scene.draw();
        (image.bits(8, 4, 0, 0), image.bits(0, 0, 0, 0))
    };
    let near = |got: [u32; 4], wanted: [f32; 4]| {
        for (got, wanted) in got.into_iter().zip(wanted) {
            assert!((f32::from_bits(got) - wanted).abs() < 0.02, "{} {wanted}", f32::from_bits(got));
        }
    };
    for format in [
        vk::Format::R8G8B8A8_UNORM,
        vk::Format::B8G8R8A8_UNORM,
        vk::Format::R8G8B8A8_SRGB,
        vk::Format::R16G16B16A16_SFLOAT,
        vk::Format::A2B10G10R10_UNORM_PACK32,
    ] {
        let (all, first) = draw(format, &|_| ());
        near(all, [1.0; 4]);
        near(first, [1.0; 4]);
        let alpha = if format == vk::Format::A2B10G10R10_UNORM_PACK32 { 2.0 / 3.0 } else { 0.8 };
        let (masked, _) = draw(format, &|scene| {
            scene.state.blend.attachments[0].color_write_mask =
                vk::ColorComponentFlags::G | vk::ColorComponentFlags::B;
        });
        near(masked, [0.2, 1.0, 1.0, alpha]);
        let (half, _) = draw(format, &|scene| {
            scene.state.blend.constants = [0.5; 4];
            scene.state.blend.attachments[0] = vk::PipelineColorBlendAttachmentState {
                blend_enable: 1,
                src_color_blend_factor: vk::BlendFactor::CONSTANT_COLOR,
                dst_color_blend_factor: vk::BlendFactor::ONE_MINUS_CONSTANT_COLOR,
                src_alpha_blend_factor: vk::BlendFactor::ZERO,
                dst_alpha_blend_factor: vk::BlendFactor::ONE,
                color_write_mask: vk::ColorComponentFlags::RGBA,
                ..Default::default()
            };
        });
        near(half, [0.6, 0.7, 0.8, alpha]);
    }
    let (inverted, _) =
        draw(vk::Format::R8G8B8A8_UNORM, &|scene| scene.state.blend.logic_op = Some(vk::LogicOp::INVERT));
    near(inverted, [0.8, 0.6, 0.4, 0.2]);
}

#[test]
fn discarded_fragments_leave_no_trace() {
    let color = Image::new(vk::Format::R32_SFLOAT, 16, 16, 1, 1);
    let mut depth = Image::new(vk::Format::D32_SFLOAT, 16, 16, 1, 1);
    depth.fill([1.0; 4]);
    let mut scene = Scene::new(&color, cover(&color, 1.0, 0.25));
    test_depth(&mut scene, &depth, vk::CompareOp::LESS);
    let mut interface = writes(&[0], &[]);
    interface.fragment.discards = true;
    interface.builtins.insert(StageBuiltin::FragCoordX);
    scene.state.stages.fragment = Some(stage(interface, |lane| {
        let x = f32::from_bits(lane.builtin(StageBuiltin::FragCoordX));
        lane.outputs(slot::location(0, 0), &[x; 4]);
        if (x as u32).is_multiple_of(3) {
            lane.discard();
        }
    }));
    assert_eq!(scene.draw(), 160);
    for x in 0..16 {
        let is_gone = x % 3 == 0;
        assert_eq!(color.color(x, 7)[0], if is_gone { 0.0 } else { x as f32 + 0.5 });
        assert_eq!(depth.color(x, 7)[0], if is_gone { 1.0 } else { 0.25 });
    }
}

#[test]
fn shaders_that_run_for_each_sample_know_it() {
    let image = Image::new(vk::Format::R32G32B32A32_SFLOAT, 4, 4, 4, 1);
    let mut scene = Scene::new(&image, cover(&image, 1.0, 0.25));
    let mut interface = writes(&[0], &[]);
    interface.fragment.per_sample = true;
    let read = [
        StageBuiltin::SampleId,
        StageBuiltin::SamplePositionX,
        StageBuiltin::FragCoordY,
        StageBuiltin::SampleMaskIn,
    ];
    read.iter().for_each(|&builtin| interface.builtins.insert(builtin));
    scene.state.stages.fragment = Some(stage(interface, move |lane| {
        let [id, x, y, mask] = read.map(|builtin| lane.builtin(builtin));
        lane.outputs(slot::location(0, 0), &[id as f32, f32::from_bits(x), f32::from_bits(y), mask as f32]);
    }));
    scene.draw();
    let wanted = [[0.375, 0.125], [0.875, 0.375], [0.125, 0.625], [0.625, 0.875]];
    for sample in 0..4 {
        let [x, y] = wanted[sample as usize];
        let got = image.bits(2, 3, 0, sample).map(f32::from_bits);
        assert_eq!(got, [sample as f32, x, 3.0 + y, (1 << sample) as f32]);
    }
}

#[test]
fn alpha_and_masks_take_samples_away() {
    let image = Image::new(vk::Format::R32G32B32A32_SFLOAT, 4, 4, 8, 1);
    let mut scene = Scene::new(&image, cover(&image, 0.5, 0.25));
    scene.state.multisample.alpha_to_coverage = true;
    assert_eq!(scene.draw(), 16 * 4);
    scene.state.multisample.alpha_to_coverage = false;
    scene.state.multisample.mask = 0b1010_0101;
    assert_eq!(scene.draw(), 16 * 4);
    scene.state.multisample.mask = 0;
    assert_eq!(scene.draw(), 0);
}
