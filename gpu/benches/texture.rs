//! Samples of a 4096 × 4096 RGBA8 image, plain and sparse: `cargo bench -p lacuna-gpu --bench texture`.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark")]

use std::hint::black_box;
use std::time::Instant;

use ash::vk;
use lacuna_gpu::format::Format;
use lacuna_gpu::layout::{ImageLayout, Shape};
use lacuna_gpu::texture::{Sampler, SamplerInfo, View, ViewInfo, run};
use lacuna_shaders::abi::texture::{LodMode, TextureFrame, TextureInstruction, TextureOp};
use lacuna_shaders::abi::{Descriptor, DispatchContext};
use lacuna_vm::page_table::pte;

const SIZE: u32 = 4096;

fn main() {
    let format = Format::find(vk::Format::R8G8B8A8_UNORM).unwrap();
    let shape =
        Shape { extent: [SIZE, SIZE, 1], levels: 1, layers: 1, element_bytes: 4, samples: 1, block: [1, 1] };
    let layout = ImageLayout::sparse(shape, false).unwrap();
    let memory = vec![0x5au8; layout.size() as usize + (1 << 16)];
    let start = (memory.as_ptr() as u64).next_multiple_of(1 << 16);
    let table: Vec<u64> = (0..layout.size() >> 16).map(|page| (start + (page << 16)) | pte::VALID).collect();
    let mut context = lacuna_gpu::compute::context(Default::default()).unwrap();
    (context.page_table, context.page_count) = (table.as_ptr(), table.len() as u64);
    let view = |address| {
        View::new(&ViewInfo {
            address,
            levels: &[*layout.level(0).unwrap()],
            extent: [SIZE, SIZE, 1],
            first_layer: 0,
            layers: 1,
            is_3d: false,
            kind: vk::ImageViewType::TYPE_2D,
            format,
            components: vk::ComponentMapping::default(),
            samples: 1,
            min_lod: 0.0,
        })
    };
    let linear = SamplerInfo {
        mag_filter: vk::Filter::LINEAR,
        min_filter: vk::Filter::LINEAR,
        ..SamplerInfo::default()
    };
    let clamped = SamplerInfo { address_modes: [vk::SamplerAddressMode::CLAMP_TO_EDGE; 3], ..linear };
    let (plain, sparse) = (view(start), view(pte::SPARSE_TAG));
    for (name, view, info) in [
        ("nearest, plain", &plain, SamplerInfo::default()),
        ("bilinear, plain", &plain, linear),
        ("bilinear, clamped, plain", &plain, clamped),
        ("bilinear, sparse", &sparse, linear),
        ("anisotropic (general way), plain", &plain, SamplerInfo { max_anisotropy: 2.0, ..linear }),
    ] {
        println!("{name}: {:.0} Mtexel/s on one core", measure(&context, view, &Sampler::new(&info)) / 1e6);
    }
}

/// Samples per second, rows of texels one after the other as compute shaders go through an image.
fn measure(context: &DispatchContext, view: &View, sampler: &Sampler) -> f64 {
    let descriptor = Descriptor::sampled(std::ptr::from_ref(view) as u64, std::ptr::from_ref(sampler) as u64);
    let instruction =
        TextureInstruction { lod: LodMode::Explicit, ..TextureInstruction::new(TextureOp::Sample) };
    let mut frame = TextureFrame::zeroed();
    (frame.image_set, frame.sampler_set, frame.active) = (&raw const descriptor, &raw const descriptor, 0xff);
    let mut best = 0f64;
    for _ in 0..5 {
        let start = Instant::now();
        for y in 0..512 {
            frame.coordinates[1] = [((y as f32 + 0.3) / SIZE as f32).to_bits(); 8];
            for x in (0..SIZE).step_by(8) {
                for lane in 0..8 {
                    frame.coordinates[0][lane] = (((x + lane as u32) as f32 + 0.7) / SIZE as f32).to_bits();
                }
                run(context, (&raw const instruction).cast(), (&raw mut frame).cast());
                black_box(&frame.texel);
            }
        }
        best = best.max(512.0 * f64::from(SIZE) / start.elapsed().as_secs_f64());
    }
    best
}
