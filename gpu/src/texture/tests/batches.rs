//! Samples of many packets give to the last bit what those of one after the other give.

use ash::vk;
use lacuna_shaders::abi::Descriptor;
use lacuna_shaders::abi::texture::{LodMode, TextureFrame, TextureInstruction, TextureOp};
use lacuna_vm::page_table::pte;

use super::ways::{Pages, Random};
use super::{Image, LINEAR, run_in};
use crate::draw::Row;
use crate::texture::{PACKETS, Packets, Places, Sampled, Sampler, SamplerInfo, run_packets};

/// Coordinates of packets: texel by texel, stretched, or anywhere.
fn coordinates(random: &mut Random, extent: [u32; 3], kind: usize) -> [[Row; PACKETS]; 2] {
    let scale = [1.0, random.float() * 3.0, 1.0][kind];
    [0, 1].map(|axis: usize| {
        let start = random.float() * 1.5 - 0.25;
        std::array::from_fn(|packet| {
            Row(std::array::from_fn(|lane| {
                let own = [packet * 4 + (lane & 1 | lane >> 1 & 2), lane >> 1 & 1][axis];
                let beside = start + scale * own as f32 / extent[axis] as f32;
                let at = if kind == 2 { random.float() * 4.0 - 2.0 } else { beside };
                at.to_bits()
            }))
        })
    })
}

#[test]
fn a_batch_gives_what_its_packets_give() {
    let formats = [
        vk::Format::R8G8B8A8_UNORM,
        vk::Format::B8G8R8A8_UNORM,
        vk::Format::B8G8R8A8_SRGB,
        vk::Format::R8_UNORM,
    ];
    let mut random = Random::new(3);
    let (mut places, mut results) = (Places::default(), [Sampled::default(); PACKETS]);
    for round in 0..1500 {
        let extent = [1 + random.below(400), 1 + random.below(300), 1];
        let levels = if round % 4 == 3 { 1 + extent[0].max(extent[1]).ilog2() } else { 1 };
        let mut image = Image::new(formats[round / 2 % 4], extent, levels, 1, false);
        for word in &mut image.memory {
            *word = random.word();
        }
        let pages = Pages::new(&image, &mut random);
        let context = pages.context();
        let address = if round % 2 == 0 { pte::SPARSE_TAG } else { image.memory.as_ptr() as u64 };
        use vk::ComponentSwizzle as From;
        let components = match round % 3 {
            0 => vk::ComponentMapping { r: From::B, g: From::ONE, b: From::R, a: From::ZERO },
            _ => vk::ComponentMapping::default(),
        };
        let view = image.view_at(address, vk::ImageViewType::TYPE_2D, components);
        let mode = |random: &mut Random| vk::SamplerAddressMode::from_raw(random.below(5) as i32);
        let sampler = Sampler::new(&SamplerInfo {
            mag_filter: vk::Filter::from_raw(i32::from(round % 5 != 0)),
            address_modes: [mode(&mut random), mode(&mut random), vk::SamplerAddressMode::REPEAT],
            max_lod: 16.0,
            border_color: [random.float(), 0.5, 0.25, 1.0].map(f32::to_bits),
            ..LINEAR
        });
        let instruction =
            TextureInstruction { lod: LodMode::Quad, ..TextureInstruction::new(TextureOp::Sample) };
        let rows = coordinates(&mut random, extent, round % 3);
        let descriptor =
            Descriptor::sampled(std::ptr::from_ref(&view) as u64, std::ptr::from_ref(&sampler) as u64);
        let mut frame = TextureFrame::zeroed();
        (frame.image_set, frame.sampler_set) = (&raw const descriptor, &raw const descriptor);
        let active =
            std::array::from_fn(|_| if random.below(4) == 0 { [0xf, 0xf0][round & 1] } else { 0xff });
        let count = 1 + random.below(PACKETS as u32) as usize;
        let coordinates = [&rows[0], &rows[1]];
        let packets = Packets { coordinates, active, count, results: &mut results };
        run_packets(&context, &instruction, &mut frame, &mut places, packets);
        for (place, sampled) in results[..count].iter().enumerate() {
            let mut frame = TextureFrame::zeroed();
            (frame.coordinates[0], frame.coordinates[1]) = (rows[0][place].0, rows[1][place].0);
            frame.active = active[place];
            run_in(&context, &view, &sampler, &instruction, &mut frame);
            for lane in (0..8).filter(|lane| active[place] >> lane & 1 != 0) {
                let texel = sampled.texel.map(|row| row.0[lane]);
                assert_eq!(
                    texel,
                    frame.texel.map(|row| row[lane]),
                    "round {round} packet {place} lane {lane}"
                );
                assert_eq!(sampled.resident.0[lane], frame.resident[lane], "round {round} packet {place}");
            }
        }
    }
}
