//! Code for the processor's vectors leaves what loops over lanes leave.

use super::super::processor::Processor;
use super::*;

/// Three triangles whose corners have different w, depths beyond both ends, and colors beyond both ends.
fn triangles() -> Vec<Vertex> {
    let corners = [[-1.5, -1.2, 0.1], [2.7, -0.9, 0.4], [-0.8, 2.9, 1.3]];
    (0..9)
        .map(|n: usize| {
            let ([x, y, z], w) = (corners[n % 3], [1.0, 2.5, 0.7][(n + n / 3) % 3]);
            let z = z - 0.15 * (n / 3) as f32;
            let color = [0.1, 0.7, 1.2, -0.2].map(|channel| channel + 0.3 * (n % 4) as f32 - 0.2);
            ([x * w, y * w, z * w, w], color)
        })
        .collect()
}

/// Bytes of color and depth, and how many samples passed.
fn drawn(formats: [vk::Format; 2], change: &dyn Fn(&mut Scene)) -> (Vec<u8>, Vec<u8>, u64) {
    let mut color = Image::new(formats[0], 150, 90, 1, 1);
    let mut depth = Image::new(formats[1], 150, 90, 1, 1);
    color.fill([0.3, 0.6, 0.1, 0.8]);
    depth.fill([0.45; 4]);
    let mut scene = Scene::new(&color, triangles());
    scene.targets.depth = Some(depth.surface);
    scene.state.depth_stencil.depth_test = true;
    scene.state.depth_stencil.depth_write = true;
    change(&mut scene);
    let passed = scene.draw();
    (color.memory, depth.memory, passed)
}

fn agree(formats: [vk::Format; 2], change: &dyn Fn(&mut Scene), what: &str) {
    let vectors = drawn(formats, change);
    let loops = Processor::without_vectors(|| drawn(formats, change));
    assert!(vectors == loops, "{formats:?} {what}: {} {}", vectors.2, loops.2);
    assert!(vectors.2 > 0, "{what}");
}

#[test]
fn inputs_and_depths_are_the_same() {
    for format in [vk::Format::D16_UNORM, vk::Format::X8_D24_UNORM_PACK32, vk::Format::D32_SFLOAT] {
        // Nothing is equal to what is there.
        for op in [1, 3, 4, 5, 6, 7] {
            for (interpolation, clamp) in
                [(Interpolation::Smooth, false), (Interpolation::NoPerspective, true)]
            {
                let change = |scene: &mut Scene| {
                    scene.state.stages.fragment = Some(pass(interpolation));
                    scene.state.depth_stencil.depth_compare = vk::CompareOp::from_raw(op);
                    scene.state.rasterization.depth_clamp = clamp;
                    scene.state.rasterization.depth_clip = !clamp;
                };
                agree([vk::Format::R8G8B8A8_UNORM, format], &change, &format!("{op} {interpolation:?}"));
            }
        }
    }
}

#[test]
fn colors_are_the_same() {
    use vk::BlendFactor as F;
    let formats = [vk::Format::B8G8R8A8_UNORM, vk::Format::R8G8B8A8_SRGB, vk::Format::R16G16B16A16_SFLOAT];
    let factors = [F::SRC_ALPHA, F::ONE_MINUS_SRC_ALPHA, F::DST_COLOR, F::ONE];
    for (format, source) in formats.into_iter().flat_map(|format| factors.map(|factor| (format, factor))) {
        for (target, enable) in [(F::ONE_MINUS_SRC_ALPHA, 0), (F::ONE_MINUS_SRC_ALPHA, 1), (F::ZERO, 1)] {
            let change = |scene: &mut Scene| {
                scene.state.blend.attachments[0] = vk::PipelineColorBlendAttachmentState {
                    blend_enable: enable,
                    src_color_blend_factor: source,
                    dst_color_blend_factor: target,
                    src_alpha_blend_factor: source,
                    dst_alpha_blend_factor: target,
                    color_write_mask: vk::ColorComponentFlags::RGBA,
                    ..Default::default()
                };
            };
            agree([format, vk::Format::D32_SFLOAT], &change, &format!("{source:?} {target:?} {enable}"));
        }
    }
}
