//! The fast ways of sampling give what the general one gives.

use ash::vk;
use lacuna_shaders::abi::DispatchContext;
use lacuna_shaders::abi::texture::{LodMode, TextureFrame, TextureInstruction, TextureOp};
use lacuna_vm::page_table::pte;
use lacuna_vm::units::PAGE_SIZE;

use super::{Image, LINEAR, context, run, run_in, ways};
use crate::format::Format;
use crate::texture::{ConversionInfo, Sampler, SamplerInfo, View, ViewInfo};

/// Numbers from 0 to 1, the same each time.
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) fn bits(&mut self) -> u32 {
        self.0 = self.0.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        (self.0 >> 33) as u32
    }

    pub(super) fn word(&mut self) -> u64 {
        u64::from(self.bits()) << 32 | u64::from(self.bits())
    }

    pub(super) fn below(&mut self, bound: u32) -> u32 {
        self.bits() % bound
    }

    pub(super) fn float(&mut self) -> f32 {
        self.bits() as f32 / (1u64 << 31) as f32
    }
}

/// Memory of a sparse image: pages in any order, some not bound.
pub(super) struct Pages {
    pub(super) table: Vec<u64>,
    _memory: Vec<u64>,
}

impl Pages {
    pub(super) fn new(image: &Image, random: &mut Random) -> Self {
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

    /// One whose page table this is.
    pub(super) fn context(&self) -> DispatchContext {
        let mut context = context();
        (context.page_table, context.page_count) = (self.table.as_ptr(), self.table.len() as u64);
        context
    }
}

#[test]
fn the_fast_ways_give_what_the_general_one_gives() {
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
    for round in 0..4000 {
        let format = formats[round % formats.len()];
        let extent = [1 + random.below(300), 1 + random.below(200), 1];
        // Images with one level and no layers have ways of their own.
        let is_array = round / 16 % 2 == 0;
        let levels = if is_array { 1 + random.below(6).min(extent[0].max(extent[1]).ilog2()) } else { 1 };
        let mut image = Image::new(format, extent, levels, 3, false);
        for word in &mut image.memory {
            // Bits that are no number in no format.
            *word = random.word() & 0xbf7f_3b7f_bf7f_3b7f;
        }
        let pages = Pages::new(&image, &mut random);
        let context = pages.context();
        let address = if round % 3 == 0 { pte::SPARSE_TAG } else { image.memory.as_ptr() as u64 };
        use vk::ComponentSwizzle as From;
        let components = match round % 2 {
            0 => vk::ComponentMapping::default(),
            _ => vk::ComponentMapping { r: From::B, g: From::G, b: From::R, a: From::ONE },
        };
        let kind = if is_array { vk::ImageViewType::TYPE_2D_ARRAY } else { vk::ImageViewType::TYPE_2D };
        let view = image.view_at(address, kind, components);
        assert!(view.fast.is_some());
        let pick = |random: &mut Random, from: &[i32]| from[random.below(from.len() as u32) as usize];
        let mode = |random: &mut Random| vk::SamplerAddressMode::from_raw(pick(random, &[0, 1, 2, 3, 4]));
        let filter = |random: &mut Random| vk::Filter::from_raw(pick(random, &[0, 1]));
        let mut filters = [filter(&mut random), filter(&mut random)];
        if !is_array {
            filters[1] = filters[0];
        }
        // Samples along an axis are anywhere: where a nearest filter is used, roundings would decide.
        let may_be_long = filters == [vk::Filter::LINEAR; 2];
        let info = SamplerInfo {
            mag_filter: filters[0],
            min_filter: filters[1],
            mipmap_mode: vk::SamplerMipmapMode::from_raw(pick(&mut random, &[0, 1])),
            address_modes: [mode(&mut random), mode(&mut random), mode(&mut random)],
            mip_lod_bias: random.float(),
            max_lod: 4.0 * random.float(),
            max_anisotropy: if may_be_long { [1.0, 1.0, 3.5, 16.0][round / 4 % 4] } else { 1.0 },
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
        #[cfg(target_arch = "x86_64")]
        {
            let mut plain = image.view_at(address, kind, components);
            let mut looked_up = frame;
            if plain.wide.as_mut().is_some_and(super::super::wide::Texels::forget_permutations) {
                run_in(&context, &plain, &ways(&info)[0], &instruction, &mut looked_up);
                let same = looked_up.texel == wide.texel && looked_up.resident == wide.resident;
                assert!(same, "round {round} {format:?} {extent:?} {info:?} {lod:?}");
            }
        }
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
