//! Shaders on images of which every other block is bound: fetches, samples, gathers, loads and stores, with residency codes.

use super::weave::{Kind, Weave};
use crate::native::context::IMAGE;
use crate::native::prelude::*;

/// Formats, their names, bytes of a texel and channels.
const FORMATS: [(vk::Format, &str, u32, u32); 6] = [
    (vk::Format::R8_UINT, "r8ui", 1, 1),
    (vk::Format::R16_UINT, "r16ui", 2, 1),
    (vk::Format::R8G8B8A8_UINT, "rgba8ui", 4, 4),
    (vk::Format::R32_UINT, "r32ui", 4, 1),
    (vk::Format::R32G32_UINT, "rg32ui", 8, 2),
    (vk::Format::R32G32B32A32_UINT, "rgba32ui", 16, 4),
];

/// What `sparse_image.glsl` does with each texel.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Way {
    name: &'static str,
    mode: u32,
    /// Whether it gives residency codes.
    codes: bool,
}

const STORE: u32 = 6;
const GATHER: u32 = 7;
const WAYS: [Way; 8] = [
    Way { name: "fetch", mode: 0, codes: false },
    Way { name: "sparse_fetch", mode: 1, codes: true },
    Way { name: "sample", mode: 2, codes: false },
    Way { name: "sparse_sample", mode: 3, codes: true },
    Way { name: "load", mode: 4, codes: false },
    Way { name: "sparse_load", mode: 5, codes: true },
    Way { name: "store", mode: STORE, codes: false },
    Way { name: "sparse_gather", mode: GATHER, codes: true },
];

const KINDS: [(Kind, &str, &[u32]); 3] = [
    (Kind::Flat, "2d", vk::SPARSE_IMAGE_2D),
    (Kind::Array, "2d_array", vk::SPARSE_IMAGE_ARRAY),
    (Kind::Solid, "3d", vk::SPARSE_IMAGE_3D),
];

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (kind, kind_word, code) in KINDS {
        for way in WAYS.into_iter().filter(|way| way.mode != GATHER || kind != Kind::Solid) {
            for (format, word, bytes, channels) in FORMATS {
                let name = format!("sparse_image.intrinsics.{}.{kind_word}.{word}", way.name);
                let needs = [
                    Need::StrictZero,
                    Need::ResidencyCodes,
                    Need::FormatlessStorage,
                    Need::StorageImage(format),
                ];
                cases.push(Case::with(name, kind.needs(&needs), move |cx| {
                    run(cx, kind, code, way, Texel { format, bytes, channels })
                }));
            }
        }
    }
    cases
}

#[derive(Clone, Copy)]
struct Texel {
    format: vk::Format,
    bytes: u32,
    channels: u32,
}

impl Texel {
    /// The channels of texel `n`; those that the format lacks are 0, 0, 1.
    fn decode(&self, data: &[u8], n: u32) -> [u32; 4] {
        let texel = &data[(n * self.bytes) as usize..][..self.bytes as usize];
        let mut channels = [0, 0, 0, 1];
        for (channel, bytes) in channels.iter_mut().zip(texel.chunks((self.bytes / self.channels) as usize)) {
            *channel = bytes.iter().rev().fold(0, |value, &byte| value << 8 | u32::from(byte));
        }
        channels
    }

    /// The inverse, for values of less than 8 bits.
    fn encode(&self, channels: [u32; 4], data: &mut Vec<u8>) {
        for channel in &channels[..self.channels as usize] {
            data.extend(&channel.to_le_bytes()[..(self.bytes / self.channels) as usize]);
        }
    }
}

fn run(cx: &Context, kind: Kind, code: &[u32], way: Way, texel: Texel) -> Outcome {
    let usage = StorageImage::USAGE | vk::ImageUsageFlags::SAMPLED;
    let Some(block) = SparseImage::granularity(&cx.device, &kind.small(texel.format), usage) else {
        return Err(vk::Error::NotSupported(format!("sparse images of {:?}", texel.format)).into());
    };
    // A block and a third of one in each direction.
    let some = block.map(|size| if size == 1 { 1 } else { size + size.div_ceil(3) });
    let shape = ImageShape { extent: some, ..kind.shape(texel.format, block) };
    let mut weave = Weave::of_shape(cx, shape, texel.bytes, kind.flags(), usage)?;
    weave.image.image.make_view()?;
    weave.checkerboard()?;
    cx.run(|r| r.general(&[&weave.image.image]))?;
    let data = weave.data(0, 1);
    weave.upload(0, &data)?;
    let found = dispatch(cx, &weave, code, way.mode)?;
    if way.mode == STORE {
        return stored(&weave, texel, &found);
    }
    let shown = weave.shown(0, &data);
    for (n, found) in (0..).zip(found.chunks_exact(5)) {
        let (values, resident) = if way.mode == GATHER {
            gathered(&weave, texel, &shown, n)
        } else {
            (texel.decode(&shown, n), weave.bound(weave.place_of(0, n)).is_some())
        };
        let place = weave.place_of(0, n);
        check_eq!(found[..4], values, "texel {n} in block {place:?}, resident {resident}");
        if way.codes {
            check_eq!(found[4], u32::from(resident), "residency of texel {n} in block {place:?}");
        }
    }
    Ok(())
}

/// What each invocation saw: four channels and the residency code.
fn dispatch(cx: &Context, weave: &Weave<'_>, code: &[u32], mode: u32) -> vk::Result<Vec<u32>> {
    let nearest = vk::SamplerCreateInfo::default()
        .address_mode_u(vk::SamplerAddressMode::CLAMP_TO_EDGE)
        .address_mode_v(vk::SamplerAddressMode::CLAMP_TO_EDGE)
        .address_mode_w(vk::SamplerAddressMode::CLAMP_TO_EDGE);
    let sampler = vk::TextureSampler::new(&cx.device, &nearest)?;
    let sampled = (vk::DescriptorType::COMBINED_IMAGE_SAMPLER, 1);
    let buffer = (vk::DescriptorType::STORAGE_BUFFER, 1);
    let set = [sampled, IMAGE, buffer];
    let sets = [set.as_slice()];
    let constants = [(0, mode)];
    let options =
        vk::KernelOptions { sets: &sets, push_bytes: 16, constants: &constants, ..Default::default() };
    let kernel = Kernel::new(&cx.device, code, options)?;
    let count = weave.texels(0);
    let result = cx.dirty(u64::from(count) * 20)?;
    let set = kernel.empty_set(0)?;
    set.write_sampled(0, &weave.image.image, &sampler);
    set.write_image(1, &weave.image.image);
    set.write(2, 0, &[Bound::whole(&result)]);
    let [width, height, depth] = weave.image.image.shape.extent;
    cx.run(|r| {
        r.run(&kernel, &set, &[width, height, depth, count], count.div_ceil(64));
        r.barrier();
    })?;
    Ok(result.words())
}

/// The first channels of the four texels around the lower right corner of texel `n`, and whether all are resident.
fn gathered(weave: &Weave<'_>, texel: Texel, shown: &[u8], n: u32) -> ([u32; 4], bool) {
    let [width, height, _] = weave.image.image.shape.extent;
    let (x, y, layer) = (n % width, n / width % height, n / width / height);
    let around = [[0, 1], [1, 1], [1, 0], [0, 0]].map(|[right, down]| {
        let (x, y) = ((x + right).min(width - 1), (y + down).min(height - 1));
        x + width * (y + height * layer)
    });
    let resident = around.iter().all(|&n| weave.bound(weave.place_of(0, n)).is_some());
    (around.map(|n| texel.decode(shown, n)[0]), resident)
}

/// Each texel holds what was stored, for the invocation that stored it and for a copy; nothing where nothing is bound.
fn stored(weave: &Weave<'_>, texel: Texel, found: &[u32]) -> Outcome {
    let mut data = Vec::new();
    for n in 0..weave.texels(0) {
        texel.encode([n + 1, n + 2, n + 3, n + 4].map(|value| value & 63), &mut data);
    }
    let shown = weave.shown(0, &data);
    for (n, found) in (0..).zip(found.chunks_exact(5)) {
        check_eq!(found[..4], texel.decode(&shown, n), "texel {n} after the store, in the same invocation");
    }
    weave.expect("after the stores", 0, &data)
}
