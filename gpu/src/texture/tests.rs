//! Samples through [`run`](super::run), as machine code does them.
#![expect(unsafe_code, reason = "descriptors are raw pointers")]

use ash::vk;
use lacuna_shaders::abi::texture::{LodMode, TextureFrame, TextureInstruction, TextureOp};
use lacuna_shaders::abi::{Descriptor, DispatchContext};

use super::{Sampler, SamplerInfo, View, ViewInfo};
use crate::format::Format;
use crate::layout::{ImageLayout, Shape};

mod batches;
mod ways;

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
            // Weights may be multiples of 1 / 255.
            assert!(red.iter().zip(expected).all(|(a, b)| (a - b).abs() < 0.2 / 255.0), "{red:?}");
        }
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
