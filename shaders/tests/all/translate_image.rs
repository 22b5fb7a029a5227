//! Storage images.

use crate::support::{Dispatch, glsl_for, optimized};
use lacuna_shaders::abi::Descriptor;

/// Runs `main` with `uint o[16]` at binding 0 and an image at binding 1; gives both.
fn run(
    declaration: &str,
    body: &str,
    words: &[u32],
    extent: [u32; 3],
    texel_bytes: u32,
) -> (Vec<u32>, Vec<u32>) {
    let source = format!(
        "#version 450\nlayout(binding = 0) buffer O {{ uint o[]; }};\n\
         layout(binding = 1, {declaration} img;\nvoid main() {{ {body} }}\n"
    );
    let words_of = |code| {
        let results = Dispatch::new(code).buffer(0, &[0; 16]).image(1, words, extent, texel_bytes).run();
        (results.words(0), results.words(1))
    };
    let code = glsl_for("vulkan1.0", &source);
    let plain = words_of(code.clone());
    assert_eq!(words_of(optimized(&code)), plain);
    plain
}

#[test]
fn texels_are_where_the_pitches_say() {
    let body = "imageStore(img, ivec2(1, 2), uvec4(77)); o[0] = imageLoad(img, ivec2(2, 1)).x;
        o[1] = imageLoad(img, ivec2(1, 2)).x; o[2] = imageLoad(img, ivec2(1, 2)).w;";
    let texels: Vec<u32> = (100..112).collect();
    let (out, image) = run("r32ui) uniform uimage2D", body, &texels, [3, 4, 1], 4);
    assert_eq!(out[..3], [105, 77, 1]);
    let mut expected = texels;
    expected[7] = 77;
    assert_eq!(image, expected);
}

#[test]
fn coordinates_outside_of_the_image_read_zero_and_write_nothing() {
    let body =
        "ivec2 at[5] = ivec2[](ivec2(3, 0), ivec2(-1, 0), ivec2(0, 2), ivec2(0, -1), ivec2(0x40000000, 0));
        for (int k = 0; k < 5; k++) {
            imageStore(img, at[k], uvec4(9)); o[k] = imageLoad(img, at[k]).x + 1;
            o[k + 5] = imageAtomicAdd(img, at[k], 4) + 1;
        }";
    // One row more than the image has lies behind it.
    let (out, image) = run("r32ui) uniform uimage2D", body, &[5; 9], [3, 2, 1], 4);
    assert_eq!(out[..10], [1; 10]);
    assert_eq!(image, [5; 9]);
}

#[test]
fn floats_saturate_and_round_to_the_nearest_step() {
    let body = "imageStore(img, ivec2(0), vec4(0.5, 2.0, -1.0, 0.0 / float(o[15])));
        vec4 back = imageLoad(img, ivec2(0)); o[0] = floatBitsToUint(back.x); o[1] = floatBitsToUint(back.y);";
    let bits = |x: f32| x.to_bits();
    let (out, image) = run("rgba8) uniform image2D", body, &[0; 1], [1, 1, 1], 4);
    assert_eq!((image[0], &out[..2]), (0x0000_ff80, &[bits(128.0 / 255.0), bits(1.0)][..]));
    let (out, image) = run("rgba8_snorm) uniform image2D", body, &[0; 1], [1, 1, 1], 4);
    assert_eq!((image[0], &out[..2]), (0x0081_7f40, &[bits(64.0 / 127.0), bits(1.0)][..]));
    let (out, image) = run("rgba16) uniform image2D", body, &[0; 2], [1, 1, 1], 8);
    assert_eq!((&image[..], out[1]), (&[0xffff_8000, 0][..], bits(1.0)));
    // The least number of two patterns.
    let least = "vec4 back = imageLoad(img, ivec2(0)); o[0] = floatBitsToUint(back.x); o[1] = floatBitsToUint(back.y);";
    let (out, _) = run("rgba8_snorm) uniform image2D", least, &[0x0000_8180], [1, 1, 1], 4);
    assert_eq!(out[..2], [bits(-1.0), bits(-1.0)]);
}

#[test]
fn half_floats_and_narrow_integers_are_widened_by_their_sign() {
    let load = "vec4 v = imageLoad(img, ivec2(0)); for (int k = 0; k < 4; k++) o[k] = floatBitsToUint(v[k]);
        imageStore(img, ivec2(0), v + vec4(1));";
    let (out, image) = run("rg16f) uniform image2D", load, &[0xc000_3c00], [1, 1, 1], 4);
    assert_eq!(out[..4], [1.0f32, -2.0, 0.0, 1.0].map(f32::to_bits));
    assert_eq!(image, [0xbc00_4000]);
    let load = "ivec4 v = imageLoad(img, ivec2(0)); for (int k = 0; k < 4; k++) o[k] = uint(v[k]);
        imageStore(img, ivec2(0), v - 1);";
    let (out, image) = run("rgba8i) uniform iimage2D", load, &[0x7f80_ff01], [1, 1, 1], 4);
    assert_eq!(out[..4], [1, -1, -128, 127].map(|x: i32| x as u32));
    assert_eq!(image, [0x7e7f_fe00]);
    let load =
        "uvec4 v = imageLoad(img, ivec2(0)); o[0] = v.x; o[1] = v.y; imageStore(img, ivec2(0), v + 1);";
    let (out, image) = run("rg16ui) uniform uimage2D", load, &[0xffff_8000], [1, 1, 1], 4);
    assert_eq!((&out[..2], image[0]), (&[0x8000, 0xffff][..], 0x0000_8001));
}

#[test]
fn texel_buffers_are_rows_of_texels() {
    let body = "imageStore(img, 1, imageLoad(img, 2) + 1); imageStore(img, 3, uvec4(9)); imageStore(img, -1, uvec4(9));
        o[0] = imageAtomicAdd(img, 0, 5);";
    let (out, image) = run("r32ui) uniform uimageBuffer", body, &[10, 11, 12, 13], [3, 1, 1], 4);
    assert_eq!((out[0], &image[..]), (10, &[15, 13, 12, 13][..]));
}

#[test]
fn wide_texels_have_all_their_channels() {
    let body = "vec4 v = imageLoad(img, 1); imageStore(img, 0, v.wzyx);";
    let words: Vec<u32> = [0.0f32, 0.0, 0.0, 0.0, 1.0, 2.0, 3.0, 4.0].map(f32::to_bits).to_vec();
    let (_, image) = run("rgba32f) uniform image1D", body, &words, [2, 1, 1], 16);
    assert_eq!(image[..4], [4.0f32, 3.0, 2.0, 1.0].map(f32::to_bits));
    let (_, image) = run("rgba16f) uniform image1D", body, &[0, 0, 0x4000_3c00, 0x4400_4200], [2, 1, 1], 8);
    assert_eq!(image[..2], [0x4200_4400, 0x3c00_4000]);
}

#[test]
fn slices_layers_and_faces_are_the_third_coordinate() {
    let texels: Vec<u32> = (0..24).collect();
    for declaration in [
        "r32ui) uniform uimage3D",
        "r32ui) uniform uimage2DArray",
        "r32ui) uniform uimageCube",
        "r32ui) uniform uimageCubeArray",
    ] {
        let body = "imageStore(img, ivec3(1, 0, 4), uvec4(99)); o[0] = imageLoad(img, ivec3(0, 1, 3)).x;
            o[1] = imageLoad(img, ivec3(0, 0, 6)).x;";
        let (out, image) = run(declaration, body, &texels, [2, 2, 6], 4);
        assert_eq!((&out[..2], image[17]), (&[14, 0][..], 99), "{declaration}");
    }
    let body = "imageStore(img, ivec2(1, 4), uvec4(99)); o[0] = imageLoad(img, ivec2(3, 2)).x;";
    let (out, image) = run("r32ui) uniform uimage1DArray", body, &texels, [4, 1, 6], 4);
    assert_eq!((out[0], image[17]), (11, 99));
}

#[test]
fn sizes_are_those_of_the_view() {
    let ivec3 = "ivec3 s = imageSize(img); o[0] = s.x; o[1] = s.y; o[2] = s.z;";
    let ivec2 = "ivec2 s = imageSize(img); o[0] = s.x; o[1] = s.y; o[2] = 7;";
    let sizes = [
        ("r32ui) uniform uimage1D", "o[0] = imageSize(img); o[1] = 7;", &[5, 7][..]),
        ("r32ui) uniform uimageBuffer", "o[0] = imageSize(img); o[1] = 7;", &[5, 7]),
        ("r32ui) uniform uimage1DArray", ivec2, &[5, 12, 7]),
        ("r32ui) uniform uimage2D", ivec2, &[5, 4, 7]),
        ("r32ui) uniform uimage2DArray", ivec3, &[5, 4, 12]),
        ("r32ui) uniform uimage3D", ivec3, &[5, 4, 12]),
        ("r32ui) uniform uimageCube", ivec2, &[5, 4, 7]),
        ("r32ui) uniform uimageCubeArray", ivec3, &[5, 4, 2]),
    ];
    for (declaration, body, expected) in sizes {
        let (out, _) = run(declaration, body, &[0; 4], [5, 4, 12], 4);
        assert_eq!(&out[..expected.len()], expected, "{declaration}");
    }
}

#[test]
fn atomics_return_what_was_there() {
    let body = "o[0] = imageAtomicAdd(img, ivec2(1, 0), 3); o[1] = imageAtomicMax(img, ivec2(1, 0), 20);
        o[2] = imageAtomicExchange(img, ivec2(0, 1), 6); o[3] = imageAtomicCompSwap(img, ivec2(0, 1), 6, 8);
        o[4] = imageAtomicCompSwap(img, ivec2(0, 1), 6, 9);";
    let (out, image) = run("r32ui) uniform uimage2D", body, &[10, 11, 12, 13], [2, 2, 1], 4);
    assert_eq!((&out[..5], &image[..]), (&[11, 14, 12, 6, 8][..], &[10, 20, 8, 13][..]));
}

#[test]
fn images_are_chosen_from_arrays_lane_by_lane() {
    let source = "#version 450
        layout(binding = 0) buffer O { uint o[]; };
        layout(binding = 1, r32ui) uniform uimage2D img[2];
        layout(local_size_x = 2) in;
        void main() {
            uint lane = gl_LocalInvocationID.x;
            o[lane] = imageLoad(img[lane], ivec2(1, 0)).x; o[2 + lane] = imageSize(img[1 - lane]).x;
        }";
    let mut dispatch = Dispatch::glsl(source).buffer(0, &[0; 4]).buffers(0, 1, &[&[1, 2], &[3, 4]]);
    for (slot, width) in [(16, 3), (17, 2)] {
        let shape =
            Descriptor { extent: [width, 1, 1], row_pitch: 8, block_log2: [31, 31, 0], ..Default::default() };
        dispatch.memory.descriptors.insert((0, slot), shape);
    }
    assert_eq!(dispatch.run().words(0), [2, 4, 2, 3]);
}

#[test]
fn slices_beyond_four_gibibytes_do_not_wrap() {
    let source = "#version 450
        layout(binding = 0) buffer O { uint o[]; };
        layout(binding = 1, r32ui) uniform uimage3D img;
        void main() { imageStore(img, ivec3(0, 0, 1), uvec4(9)); o[0] = imageLoad(img, ivec3(0, 0, 2)).x; }";
    let mut dispatch = Dispatch::glsl(source).buffer(0, &[5]).image(1, &[7; 4], [2, 2, 3], 4);
    if let Some(shape) = dispatch.memory.descriptors.get_mut(&(0, 16)) {
        shape.block_slice_pitch = 1 << 32;
    }
    let results = dispatch.run();
    assert_eq!((results.words(0), results.words(1)), (vec![0], vec![7; 4]));
}

#[test]
fn blocks_rows_of_blocks_and_samples_are_where_the_descriptor_says() {
    let source = "#version 450
        layout(binding = 0) buffer O { uint o[]; };
        layout(binding = 1, r32ui) uniform uimage2DMSArray img;
        layout(local_size_x = 8) in;
        void main() {
            ivec3 at[8] = ivec3[](ivec3(2, 0, 0), ivec3(1, 1, 0), ivec3(0, 2, 0), ivec3(3, 3, 0), ivec3(1, 0, 1),
                ivec3(0), ivec3(0), ivec3(4, 0, 0));
            int lane = int(gl_LocalInvocationID.x);
            int s[8] = int[](0, 0, 0, 1, 0, 1, 2, 0);
            imageStore(img, at[lane], s[lane], uvec4(lane + 1)); o[lane] = imageLoad(img, at[lane], s[lane]).x;
        }";
    let descriptor = Descriptor {
        extent: [4, 4, 2],
        row_pitch: 8,
        slice_pitch: 0,
        block_row_pitch: 1 << 17,
        block_slice_pitch: 1 << 18,
        sample_pitch: 64,
        block_log2: [1, 1, 0],
        samples_log2: 1,
        ..Descriptor::default()
    };
    let words = vec![0; (1 << 17) + 64];
    let mut dispatch = Dispatch::glsl(source).buffer(0, &[9; 8]).image(1, &words, [1; 3], 4);
    dispatch.memory.descriptors.insert((0, 16), descriptor);
    let results = dispatch.run();
    assert_eq!(results.words(0), [1, 2, 3, 4, 5, 6, 0, 0]);
    let image = results.words(1);
    let written: Vec<(usize, u32)> = (0..).zip(image).filter(|&(_, word)| word != 0).collect();
    let block = 1 << 14;
    let expected = [(3, 2), (16, 6), (block, 1), (2 * block, 3), (3 * block + 3 + 16, 4), (4 * block + 1, 5)];
    assert_eq!(written, expected);
}

#[test]
fn texels_of_64_bits_have_atomics() {
    let source = "#version 450
        #extension GL_EXT_shader_image_int64 : enable
        #extension GL_EXT_shader_explicit_arithmetic_types_int64 : enable
        layout(binding = 0) buffer O { uint64_t o[]; };
        layout(binding = 1, r64ui) uniform u64image2D img;
        void main() {
            imageStore(img, ivec2(1, 0), u64vec4(5000000000ul)); o[0] = imageAtomicAdd(img, ivec2(1, 0), 1ul);
            o[1] = imageLoad(img, ivec2(1, 0)).x; o[2] = imageLoad(img, ivec2(1, 0)).w;
        }";
    let results = Dispatch::glsl(source).buffer(0, &[0; 6]).image(1, &[0; 4], [2, 1, 1], 8).run();
    assert_eq!(results.words(0), [705032704, 1, 705032705, 1, 1, 0]);
}
