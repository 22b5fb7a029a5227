//! Samples through [`run`](super::run), as machine code does them.
#![expect(unsafe_code, reason = "descriptors are raw pointers")]

use ash::vk;
use lacuna_shaders::abi::texture::{LodMode, TextureFrame, TextureInstruction, TextureOp};
use lacuna_shaders::abi::{Descriptor, DispatchContext};

use super::{ConversionInfo, Sampler, SamplerInfo, View, ViewInfo};
use crate::format::Format;
use crate::layout::{ImageLayout, Shape};

/// An image in memory of its own.
struct Image {
    layout: ImageLayout,
    memory: Vec<u64>,
    format: Format,
    is_3d: bool,
}

impl Image {
    fn new(format: vk::Format, extent: [u32; 3], levels: u32, layers: u32, is_3d: bool) -> Self {
        let format = Format::find(format).unwrap();
        let shape = Shape {
            extent,
            levels,
            layers,
            element_bytes: format.element_bytes(),
            samples: 1,
            block: format.block_extent(),
        };
        let layout = ImageLayout::tiled(shape, is_3d).unwrap();
        let memory = vec![0; layout.size().div_ceil(8) as usize];
        Self { layout, memory, format, is_3d }
    }

    fn set(&mut self, level: u32, at: [u32; 3], layer: u32, color: [f32; 4]) {
        let offset = self.layout.level(level).unwrap().offset(at, layer, 0);
        // SAFETY: the layout's offsets are inside of its size.
        unsafe {
            let texel = self.memory.as_mut_ptr().cast::<u8>().add(offset as usize);
            (self.format.codec().store)(texel, color.map(f32::to_bits));
        }
    }

    fn view(&self, kind: vk::ImageViewType) -> View {
        self.view_at(self.memory.as_ptr() as u64, kind, vk::ComponentMapping::default())
    }

    fn view_at(&self, address: u64, kind: vk::ImageViewType, components: vk::ComponentMapping) -> View {
        let shape = self.layout.shape();
        let levels: Vec<_> = (0..shape.levels).map(|level| *self.layout.level(level).unwrap()).collect();
        View::new(&ViewInfo {
            address,
            levels: &levels,
            extent: shape.extent,
            first_layer: 0,
            layers: if self.is_3d && kind != vk::ImageViewType::TYPE_3D {
                shape.extent[2]
            } else {
                shape.layers
            },
            is_3d: self.is_3d,
            kind,
            format: self.format,
            components,
            samples: 1,
            min_lod: 0.0,
        })
    }
}

fn context() -> DispatchContext {
    crate::compute::context(Default::default()).unwrap()
}

/// Runs an instruction over all lanes.
fn run(view: &View, sampler: &Sampler, instruction: &TextureInstruction, frame: &mut TextureFrame) {
    frame.active = 0xff;
    run_in(&context(), view, sampler, instruction, frame);
}

/// Runs an instruction over the active lanes.
fn run_in(
    context: &DispatchContext,
    view: &View,
    sampler: &Sampler,
    instruction: &TextureInstruction,
    frame: &mut TextureFrame,
) {
    let descriptor = Descriptor::sampled(std::ptr::from_ref(view) as u64, std::ptr::from_ref(sampler) as u64);
    (frame.image_set, frame.sampler_set) = (&raw const descriptor, &raw const descriptor);
    super::run(
        std::ptr::from_ref(context),
        std::ptr::from_ref(instruction).cast(),
        std::ptr::from_mut(frame).cast(),
    );
}

/// A sample of one coordinate in all lanes, at a level.
fn sample(view: &View, sampler: &SamplerInfo, at: [f32; 3], layer: f32, lod: f32) -> [f32; 4] {
    let mut frame = TextureFrame::zeroed();
    frame.coordinates = at.map(|x| [x.to_bits(); 8]);
    frame.layer = [layer.to_bits(); 8];
    frame.lod = [lod.to_bits(); 8];
    let instruction =
        TextureInstruction { lod: LodMode::Explicit, ..TextureInstruction::new(TextureOp::Sample) };
    run(view, &Sampler::new(sampler), &instruction, &mut frame);
    assert_eq!(frame.resident, [1; 8]);
    frame.texel.map(|lanes| f32::from_bits(lanes[5]))
}

const LINEAR: SamplerInfo = SamplerInfo {
    mag_filter: vk::Filter::LINEAR,
    min_filter: vk::Filter::LINEAR,
    mipmap_mode: vk::SamplerMipmapMode::LINEAR,
    address_modes: [vk::SamplerAddressMode::REPEAT; 3],
    mip_lod_bias: 0.0,
    max_anisotropy: 1.0,
    compare: None,
    min_lod: 0.0,
    max_lod: 1000.0,
    border_color: [0; 4],
    unnormalized: false,
    non_seamless: false,
    reduction: vk::SamplerReductionMode::WEIGHTED_AVERAGE,
};

/// x + 10 y, to be looked at as floats.
fn ramp(width: u32, height: u32) -> Image {
    let mut image = Image::new(vk::Format::R32_SFLOAT, [width, height, 1], 1, 1, false);
    for (y, x) in (0..height).flat_map(|y| (0..width).map(move |x| (x, y))) {
        image.set(0, [y, x, 0], 0, [(y + 10 * x) as f32; 4]);
    }
    image
}

#[test]
fn linear_filters_blend_and_nearest_ones_choose() {
    let image = ramp(4, 4);
    let view = image.view(vk::ImageViewType::TYPE_2D);
    let nearest = SamplerInfo::default();
    assert_eq!(sample(&view, &nearest, [0.3, 0.9, 0.0], 0.0, 0.0), [31.0, 0.0, 0.0, 1.0]);
    // Between the centers of texels 1 and 2 in x, a quarter on from 0 to 1 in y.
    assert_eq!(sample(&view, &LINEAR, [0.5, 0.1875, 0.0], 0.0, 0.0), [4.0, 0.0, 0.0, 1.0]);
    // Across the edge, repeated: 0 and 3.
    assert_eq!(sample(&view, &LINEAR, [0.0, 0.125, 0.0], 0.0, 0.0)[0], 1.5);
    let border = SamplerInfo {
        address_modes: [vk::SamplerAddressMode::CLAMP_TO_BORDER; 3],
        border_color: [100f32.to_bits(); 4],
        ..LINEAR
    };
    assert_eq!(sample(&view, &border, [0.0, 0.125, 0.0], 0.0, 0.0), [50.0, 0.0, 0.0, 1.0]);
    let mode = |reduction| sample(&view, &SamplerInfo { reduction, ..LINEAR }, [0.5, 0.5, 0.0], 0.0, 0.0)[0];
    assert_eq!(mode(vk::SamplerReductionMode::MIN), 11.0);
    assert_eq!(mode(vk::SamplerReductionMode::MAX), 22.0);
}

#[test]
fn levels_are_chosen_by_derivatives_and_blended() {
    let mut image = Image::new(vk::Format::R32_SFLOAT, [16, 16, 1], 5, 1, false);
    for level in 0..5 {
        for (y, x) in (0..16 >> level).flat_map(|y| (0..16 >> level).map(move |x| (y, x))) {
            image.set(level, [x, y, 0], 0, [level as f32; 4]);
        }
    }
    let view = image.view(vk::ImageViewType::TYPE_2D);
    assert_eq!(sample(&view, &LINEAR, [0.5; 3], 0.0, 2.25)[0], 2.25);
    assert_eq!(sample(&view, &LINEAR, [0.5; 3], 0.0, 99.0)[0], 4.0);
    assert_eq!(sample(&view, &SamplerInfo { max_lod: 1.5, ..LINEAR }, [0.5; 3], 0.0, 2.25)[0], 1.5);
    assert_eq!(sample(&view, &SamplerInfo { mip_lod_bias: 0.5, ..LINEAR }, [0.5; 3], 0.0, 2.25)[0], 2.75);
    let mut frame = TextureFrame::zeroed();
    let step = 4.0 / 16.0;
    frame.coordinates[0] = [0, 1, 0, 1, 2, 3, 2, 3].map(|x| (x as f32 * step).to_bits());
    frame.coordinates[1] = [0, 0, 1, 1, 0, 0, 1, 1].map(|y| (y as f32 * step / 2.0).to_bits());
    let quad = TextureInstruction { lod: LodMode::Quad, ..TextureInstruction::new(TextureOp::Sample) };
    run(&view, &Sampler::new(&LINEAR), &quad, &mut frame);
    assert_eq!(frame.texel[0].map(f32::from_bits), [2.0; 8]);
    let query = TextureInstruction { op: TextureOp::QueryLod, ..quad };
    run(&view, &Sampler::new(&SamplerInfo { max_lod: 1.0, ..LINEAR }), &query, &mut frame);
    assert_eq!([0, 1].map(|i| f32::from_bits(frame.texel[i][3])), [1.0, 2.0]);
}

#[test]
fn gathers_give_four_texels_counterclockwise() {
    let image = ramp(4, 4);
    let view = image.view(vk::ImageViewType::TYPE_2D);
    let mut frame = TextureFrame::zeroed();
    frame.coordinates[0] = [0.5f32.to_bits(); 8];
    frame.coordinates[1] = [0.5f32.to_bits(); 8];
    let gather = TextureInstruction::new(TextureOp::Gather);
    run(&view, &Sampler::new(&LINEAR), &gather, &mut frame);
    assert_eq!(frame.texel.map(|lanes| f32::from_bits(lanes[0])), [21.0, 22.0, 12.0, 11.0]);
    let moved = TextureInstruction { offsets: [[0, 0, 0], [1, 0, 0], [0, 1, 0], [-1, -1, 0]], ..gather };
    run(&view, &Sampler::new(&LINEAR), &moved, &mut frame);
    assert_eq!(frame.texel.map(|lanes| f32::from_bits(lanes[0])), [11.0, 12.0, 21.0, 0.0]);
}

#[test]
fn comparisons_come_before_the_filter() {
    let image = ramp(4, 4);
    let view = image.view(vk::ImageViewType::TYPE_2D);
    let mut frame = TextureFrame::zeroed();
    frame.coordinates[0] = [0.5f32.to_bits(); 8];
    frame.coordinates[1] = [0.375f32.to_bits(); 8];
    frame.reference = [11.5f32.to_bits(); 8];
    let compare = TextureInstruction { compare: true, ..TextureInstruction::new(TextureOp::Sample) };
    let sampler = Sampler::new(&SamplerInfo { compare: Some(vk::CompareOp::LESS), ..LINEAR });
    run(&view, &sampler, &compare, &mut frame);
    assert_eq!(frame.texel.map(|lanes| f32::from_bits(lanes[0])), [0.5, 0.0, 0.0, 1.0]);
}

#[test]
fn cubes_choose_faces_and_have_no_seams() {
    let mut image = Image::new(vk::Format::R32_SFLOAT, [4, 4, 1], 1, 12, false);
    for layer in 0..12 {
        for (y, x) in (0..4).flat_map(|y| (0..4).map(move |x| (y, x))) {
            image.set(0, [x, y, 0], layer, [layer as f32; 4]);
        }
    }
    let view = image.view(vk::ImageViewType::CUBE_ARRAY);
    assert_eq!(sample(&view, &LINEAR, [0.1, -3.0, 0.2], 1.0, 0.0)[0], 9.0);
    // On the edge between +x (0) and +y (2), and at the corner with +z (4).
    assert_eq!(sample(&view, &LINEAR, [1.0, 1.0, 0.0], 0.0, 0.0)[0], 1.0);
    assert!((sample(&view, &LINEAR, [1.0, 1.0, 1.0], 0.0, 0.0)[0] - 2.0).abs() < 1e-6);
}

#[test]
fn solid_images_blend_slices_and_arrays_do_not() {
    let mut solid = Image::new(vk::Format::R32_SFLOAT, [2, 2, 4], 1, 1, true);
    let mut array = Image::new(vk::Format::R32_SFLOAT, [2, 2, 1], 1, 4, false);
    for (z, texel) in (0..4).flat_map(|z| (0..4).map(move |texel| (z, texel))) {
        solid.set(0, [texel % 2, texel / 2, z], 0, [z as f32; 4]);
        array.set(0, [texel % 2, texel / 2, 0], z, [z as f32; 4]);
    }
    assert_eq!(sample(&solid.view(vk::ImageViewType::TYPE_3D), &LINEAR, [0.5, 0.5, 0.5], 0.0, 0.0)[0], 1.5);
    let layers = array.view(vk::ImageViewType::TYPE_2D_ARRAY);
    assert_eq!(
        [-1.0, 1.4, 2.5, 99.0].map(|z| sample(&layers, &LINEAR, [0.5; 3], z, 0.0)[0]),
        [0.0, 1.0, 2.0, 3.0]
    );
    let slices = solid.view(vk::ImageViewType::TYPE_2D_ARRAY);
    assert_eq!(sample(&slices, &LINEAR, [0.5; 3], 3.0, 0.0)[0], 3.0);
}

#[test]
fn fetches_outside_are_zero_and_stores_vanish() {
    let image = ramp(4, 4);
    let view = image.view(vk::ImageViewType::TYPE_2D);
    let sampler = Sampler::new(&LINEAR);
    let mut frame = TextureFrame::zeroed();
    frame.coordinates[0] = [0, 1, 2, 3, 4, -1i32 as u32, 0, 1];
    frame.coordinates[1] = [0, 0, 1, 3, 0, 0, 4, u32::MAX];
    run(&view, &sampler, &TextureInstruction::new(TextureOp::Fetch), &mut frame);
    assert_eq!(frame.texel[0].map(f32::from_bits), [0.0, 1.0, 12.0, 33.0, 0.0, 0.0, 0.0, 0.0]);
    assert_eq!(frame.texel[3].map(f32::from_bits), [1.0; 8]);
    frame.texel[0] = [7f32.to_bits(); 8];
    run(&view, &sampler, &TextureInstruction::new(TextureOp::Write), &mut frame);
    run(&view, &sampler, &TextureInstruction::new(TextureOp::Read), &mut frame);
    assert_eq!(frame.texel[0].map(f32::from_bits), [7.0, 7.0, 7.0, 7.0, 0.0, 0.0, 0.0, 0.0]);
    run(&view, &sampler, &TextureInstruction::new(TextureOp::QuerySize), &mut frame);
    assert_eq!(frame.texel.map(|lanes| lanes[0]), [4, 4, 1, 1]);
}

#[test]
fn texel_buffers_are_rows() {
    let texels = [1u16, 2, 3, 4];
    let view = View::buffer(texels.as_ptr() as u64, Format::find(vk::Format::R16_UINT).unwrap(), 3);
    let mut frame = TextureFrame::zeroed();
    frame.coordinates[0] = [0, 1, 2, 3, 4, 5, 6, u32::MAX];
    run(&view, &Sampler::new(&LINEAR), &TextureInstruction::new(TextureOp::Fetch), &mut frame);
    assert_eq!(frame.texel[0], [1, 2, 3, 0, 0, 0, 0, 0]);
    assert_eq!(frame.texel[3], [1; 8]);
}

#[test]
fn null_views_give_zero() {
    let mut frame = TextureFrame::zeroed();
    let null = Descriptor::default();
    frame.image_set = &raw const null;
    frame.active = 0xf;
    frame.texel[0] = [9; 8];
    let instruction = TextureInstruction::new(TextureOp::Sample);
    let context = context();
    super::run(&raw const context, (&raw const instruction).cast(), (&raw mut frame).cast());
    assert_eq!(frame.texel[0], [0, 0, 0, 0, 9, 9, 9, 9]);
}

/// Numbers from 0 to 1, the same each time.
struct Random(u64);

impl Random {
    fn bits(&mut self) -> u32 {
        self.0 = self.0.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        (self.0 >> 33) as u32
    }

    fn below(&mut self, bound: u32) -> u32 {
        self.bits() % bound
    }

    fn float(&mut self) -> f32 {
        self.bits() as f32 / (1u64 << 31) as f32
    }
}

/// The sampler for the three ways of doing it: by the routines for vectors, by those for any processor, lane by lane.
fn ways(info: &SamplerInfo) -> [Sampler; 3] {
    let made = Sampler::new(info);
    #[cfg(target_arch = "x86_64")]
    return [made, Sampler { wide: false, ..made }, Sampler { wide: false, fast: false, ..made }];
    #[cfg(not(target_arch = "x86_64"))]
    [made, made, Sampler { fast: false, ..made }]
}

/// Memory of a sparse image: pages in any order, some not bound.
struct Pages {
    table: Vec<u64>,
    _memory: Vec<u64>,
}

impl Pages {
    fn new(image: &Image, random: &mut Random) -> Self {
        use lacuna_vm::page_table::pte;
        use lacuna_vm::units::PAGE_SIZE;
        let words = (PAGE_SIZE / 8) as usize;
        let count = image.memory.len().div_ceil(words);
        let mut memory = vec![0u64; (count + 1) * words];
        let start = (memory.as_ptr() as u64).next_multiple_of(PAGE_SIZE);
        let skip = ((start - memory.as_ptr() as u64) / 8) as usize;
        let mut places: Vec<_> = (0..count).collect();
        for n in (1..count).rev() {
            places.swap(n, random.below(n as u32 + 1) as usize);
        }
        let mut table = vec![0; count];
        for ((entry, place), bytes) in table.iter_mut().zip(places).zip(image.memory.chunks(words)) {
            let at = skip + place * words;
            memory[at..at + bytes.len()].copy_from_slice(bytes);
            if random.below(8) != 0 {
                *entry = (start + place as u64 * PAGE_SIZE) | pte::VALID;
            }
        }
        Self { table, _memory: memory }
    }
}

#[test]
fn the_fast_ways_give_what_the_general_one_gives() {
    use lacuna_vm::page_table::pte;
    let formats = [
        vk::Format::R8G8B8A8_UNORM,
        vk::Format::B8G8R8A8_UNORM,
        vk::Format::B8G8R8A8_SRGB,
        vk::Format::R8_UNORM,
        vk::Format::R8G8_UNORM,
        vk::Format::R16_SFLOAT,
        vk::Format::R16G16B16A16_SFLOAT,
        vk::Format::R16G16B16A16_UNORM,
        vk::Format::R5G6B5_UNORM_PACK16,
        vk::Format::A2R10G10B10_UNORM_PACK32,
        vk::Format::E5B9G9R9_UFLOAT_PACK32,
        vk::Format::R8G8B8A8_SNORM,
        vk::Format::R32G32B32A32_SFLOAT,
        vk::Format::D16_UNORM,
        vk::Format::X8_D24_UNORM_PACK32,
        vk::Format::D32_SFLOAT,
    ];
    let mut random = Random(7);
    for round in 0..2000 {
        let format = formats[round % formats.len()];
        let extent = [1 + random.below(300), 1 + random.below(200), 1];
        let mut image =
            Image::new(format, extent, 1 + random.below(6).min(extent[0].max(extent[1]).ilog2()), 3, false);
        for word in &mut image.memory {
            // Bits that are no number in no format.
            *word = (u64::from(random.bits()) << 32 | u64::from(random.bits())) & 0xbf7f_3b7f_bf7f_3b7f;
        }
        let pages = Pages::new(&image, &mut random);
        let mut context = context();
        (context.page_table, context.page_count) = (pages.table.as_ptr(), pages.table.len() as u64);
        let address = if round % 3 == 0 { pte::SPARSE_TAG } else { image.memory.as_ptr() as u64 };
        use vk::ComponentSwizzle as From;
        let components = match round % 2 {
            0 => vk::ComponentMapping::default(),
            _ => vk::ComponentMapping { r: From::B, g: From::G, b: From::R, a: From::ONE },
        };
        let view = image.view_at(address, vk::ImageViewType::TYPE_2D_ARRAY, components);
        assert!(view.fast.is_some());
        let pick = |random: &mut Random, from: &[i32]| from[random.below(from.len() as u32) as usize];
        let mode = |random: &mut Random| vk::SamplerAddressMode::from_raw(pick(random, &[0, 1, 2, 3, 4]));
        let filter = |random: &mut Random| vk::Filter::from_raw(pick(random, &[0, 1]));
        let info = SamplerInfo {
            mag_filter: filter(&mut random),
            min_filter: filter(&mut random),
            mipmap_mode: vk::SamplerMipmapMode::from_raw(pick(&mut random, &[0, 1])),
            address_modes: [mode(&mut random), mode(&mut random), mode(&mut random)],
            mip_lod_bias: random.float(),
            max_lod: 4.0 * random.float(),
            compare: Some(vk::CompareOp::from_raw(pick(&mut random, &[0, 1, 2, 3, 4, 5, 6, 7]))),
            border_color: [random.float(), 0.5, 0.25, 1.0].map(f32::to_bits),
            ..LINEAR
        };
        let mut frame = TextureFrame::zeroed();
        // Neighbours, or anywhere.
        let spread = [1.0, 0.0][round / 2 % 2];
        let start = [random.float(), random.float()];
        for lane in 0..8u32 {
            // Not on the border of two texels, where rounding decides.
            let own = [lane & 1 | lane >> 1 & 2, lane >> 1 & 1];
            for (axis, own) in own.into_iter().enumerate() {
                let anywhere = (random.float() * 4096.0 - 2048.0).floor() / 1024.0;
                let near = (start[axis] * 1024.0).floor() / 1024.0 + own as f32 / extent[axis] as f32;
                let at = anywhere * spread + near * (1.0 - spread) + 0.000_37;
                frame.coordinates[axis][lane as usize] = at.to_bits();
            }
            let lane = lane as usize;
            frame.layer[lane] = (random.float() * 4.0 * spread - 0.5).to_bits();
            frame.lod[lane] = (random.float() * 8.0 - 2.0).to_bits();
            frame.reference[lane] = (random.float() * 1.4 - 0.2).to_bits();
            for direction in 0..2 {
                for axis in 0..2 {
                    frame.gradients[direction][axis][lane] = (random.float() * 0.1).to_bits();
                }
            }
        }
        frame.active = if round % 5 == 0 { 1 + random.below(255) } else { 0xff };
        let lod =
            [LodMode::Zero, LodMode::Explicit, LodMode::Quad, LodMode::Gradient][random.below(4) as usize];
        let compare = info.mip_lod_bias > 0.5 && view.format.has_depth();
        let mut offset = || (random.below(16) as i8 - 8) * i8::from(round % 7 == 0);
        let instruction = TextureInstruction {
            lod,
            compare,
            offsets: [[offset(), offset(), 0]; 4],
            ..TextureInstruction::new(TextureOp::Sample)
        };
        let mut results = [frame; 3];
        for (sampler, frame) in ways(&info).iter().zip(&mut results) {
            run_in(&context, &view, sampler, &instruction, frame);
        }
        // Weights have eight bits where bytes are blended as integers.
        let tolerance = if view.format.channel_bits == [8; 4] { 4.5e-3 } else { 2e-3 };
        let [wide, fast, slow] = &results;
        for (way, frame) in [wide, fast].into_iter().enumerate() {
            for lane in 0..8 {
                for c in 0..4 {
                    let [a, b] = [frame.texel[c][lane], slow.texel[c][lane]].map(f32::from_bits);
                    let close = (a - b).abs() <= tolerance * b.abs().max(1.0);
                    assert!(
                        close,
                        "round {round}.{way} {format:?} {extent:?} lane {lane}: {a} {b}\n{info:?} {lod:?}"
                    );
                }
            }
            assert_eq!(frame.resident, slow.resident, "round {round}.{way} {info:?} {lod:?}");
        }
    }
}

#[test]
fn sparse_images_read_zero_where_nothing_is_bound_and_say_so() {
    use lacuna_vm::page_table::pte;
    use lacuna_vm::units::PAGE_SIZE;
    // Two pages: 256 times 128 texels, of which the right half is not bound.
    let mut image = Image::new(vk::Format::R8G8B8A8_UNORM, [256, 128, 1], 1, 1, false);
    image.memory.fill(u64::MAX);
    let pages = vec![0x33u8; 2 * PAGE_SIZE as usize];
    let aligned = (pages.as_ptr() as u64).next_multiple_of(PAGE_SIZE);
    let table = [aligned | pte::VALID, 0];
    let mut view = image.view(vk::ImageViewType::TYPE_2D);
    view.mips[0].base = pte::SPARSE_TAG;
    let mut context = context();
    (context.page_table, context.page_count) = (table.as_ptr(), 2);
    let mut frame = TextureFrame::zeroed();
    for lane in 0..8 {
        frame.coordinates[0][lane] = ((lane as f32 * 32.0 + 0.5) / 256.0).to_bits();
        frame.coordinates[1][lane] = (1.0f32 / 256.0).to_bits();
    }
    // Between the last bound and the first unbound texel.
    frame.coordinates[0][7] = 0.5f32.to_bits();
    frame.active = 0xff;
    for (info, last) in [(SamplerInfo::default(), 0.0), (LINEAR, 0.1)] {
        for sampler in ways(&info) {
            run_in(&context, &view, &sampler, &TextureInstruction::new(TextureOp::Sample), &mut frame);
            assert_eq!(frame.resident, [1, 1, 1, 1, 0, 0, 0, 0], "{last}");
            let red = frame.texel[0].map(f32::from_bits);
            let expected = [0.2, 0.2, 0.2, 0.2, 0.0, 0.0, 0.0, last];
            assert!(red.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-6), "{red:?}");
        }
    }
}

#[test]
fn the_fast_way_converts_luma_and_chroma_as_the_general_one() {
    use vk::ChromaLocation as Location;
    let mut random = Random(11);
    for round in 0..200u32 {
        let size = [2 * (1 + random.below(60)), 2 * (1 + random.below(60)), 1];
        let mut luma = Image::new(vk::Format::R8_UNORM, size, 1, 2, false);
        let mut chroma = Image::new(vk::Format::R8G8_UNORM, [size[0] / 2, size[1] / 2, 1], 1, 2, false);
        for word in luma.memory.iter_mut().chain(&mut chroma.memory) {
            *word = u64::from(random.bits()) << 32 | u64::from(random.bits());
        }
        let [filter, chroma_filter] =
            [0, 1].map(|bit| [vk::Filter::NEAREST, vk::Filter::LINEAR][(round >> bit & 1) as usize]);
        let offset = |bit: u32| [Location::COSITED_EVEN, Location::MIDPOINT][(round >> bit & 1) as usize];
        let conversion = ConversionInfo {
            model: vk::SamplerYcbcrModelConversion::YCBCR_601,
            range: vk::SamplerYcbcrRange::ITU_NARROW,
            components: vk::ComponentMapping::default(),
            chroma_offsets: [offset(2), offset(3)],
            chroma_filter,
            explicit: false,
        };
        let kind = vk::ImageViewType::TYPE_2D_ARRAY;
        let planes = vec![luma.view(kind), chroma.view(kind)];
        let level = *luma.layout.level(0).unwrap();
        let whole = ViewInfo {
            address: luma.memory.as_ptr() as u64,
            levels: &[level],
            extent: size,
            first_layer: 0,
            layers: 2,
            is_3d: false,
            kind,
            format: Format::find(vk::Format::G8_B8R8_2PLANE_420_UNORM).unwrap(),
            components: vk::ComponentMapping::default(),
            samples: 1,
            min_lod: 0.0,
        };
        let view = View::converted(&whole, conversion, planes);
        assert!(view.fast.is_some());
        let edge = [vk::SamplerAddressMode::CLAMP_TO_EDGE; 3];
        let fast = Sampler::new(&SamplerInfo {
            mag_filter: filter,
            min_filter: filter,
            address_modes: edge,
            ..LINEAR
        });
        let general = Sampler { fast: false, ..fast };
        let mut frame = TextureFrame::zeroed();
        for lane in 0..8 {
            for axis in 0..2 {
                frame.coordinates[axis][lane] = (random.float() * 1.2 - 0.1).to_bits();
            }
            frame.layer[lane] = random.float().to_bits();
        }
        let mut slow = frame;
        let instruction = TextureInstruction::new(TextureOp::Sample);
        run(&view, &fast, &instruction, &mut frame);
        run(&view, &general, &instruction, &mut slow);
        for (fast, slow) in frame.texel.iter().zip(&slow.texel) {
            for (a, b) in fast.iter().zip(slow).map(|(&a, &b)| (f32::from_bits(a), f32::from_bits(b))) {
                assert!((a - b).abs() <= 2e-3, "round {round} {size:?}: {a} {b}\n{conversion:?} {filter:?}");
            }
        }
        assert_eq!(frame.resident, slow.resident);
    }
}
