//! Multisampled sparse images: every sample of every texel of a bound block is a place of its own.

use super::weave::Weave;
use crate::native::context::IMAGE;
use crate::native::prelude::*;

const FORMATS: [(vk::Format, &str, u32); 5] = [
    (vk::Format::R8_UINT, "r8ui", 1),
    (vk::Format::R16_UINT, "r16ui", 2),
    (vk::Format::R32_UINT, "r32ui", 4),
    (vk::Format::R32G32_UINT, "rg32ui", 8),
    (vk::Format::R32G32B32A32_UINT, "rgba32ui", 16),
];

const SAMPLES: [vk::SampleCountFlags; 4] = [
    vk::SampleCountFlags::TYPE_2,
    vk::SampleCountFlags::TYPE_4,
    vk::SampleCountFlags::TYPE_8,
    vk::SampleCountFlags::TYPE_16,
];

type Test = fn(&Context, &Weave<'_>) -> Outcome;

const TESTS: [(&str, Test); 2] = [("residency", residency), ("rebind", rebind)];

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (group, test) in TESTS {
        for (format, word, bytes) in FORMATS {
            for samples in SAMPLES {
                let name = format!("sparse_image.multisample.{group}.{word}.samples_{}", samples.as_raw());
                let needs = vec![
                    Need::Compute,
                    Need::SparseSamples(samples),
                    Need::StrictZero,
                    Need::ResidencyCodes,
                    Need::MultisampleStorage,
                    Need::FormatlessStorage,
                    Need::StorageImage(format),
                ];
                cases.push(Case::with(name, needs, move |cx| {
                    let mut weave = weave(cx, format, samples, bytes)?;
                    weave.image.image.make_view()?;
                    cx.run(|r| r.general(&[&weave.image.image]))?;
                    test(cx, &weave)
                }));
            }
        }
    }
    cases
}

/// An image of two whole blocks and a part of one in each direction.
fn weave(
    cx: &Context,
    format: vk::Format,
    samples: vk::SampleCountFlags,
    bytes: u32,
) -> vk::Result<Weave<'_>> {
    let usage = vk::ImageUsageFlags::STORAGE | vk::ImageUsageFlags::SAMPLED;
    let small = ImageShape { samples, ..ImageShape::flat(format, 16, 16) };
    let block = SparseImage::granularity(&cx.device, &small, usage)
        .ok_or_else(|| vk::Error::NotSupported(format!("sparse images of {format:?} with {samples:?}")))?;
    let extent = [2 * block[0] + block[0] / 3, 2 * block[1] + block[1] / 3, 1];
    Weave::of_shape(cx, ImageShape { extent, ..small }, bytes, Default::default(), usage)
}

/// Stores to all samples, or fetches all: values and residency codes in turn.
fn dispatch(cx: &Context, weave: &Weave<'_>, store: bool, salt: u32) -> vk::Result<Vec<u32>> {
    let sampler = vk::TextureSampler::new(&cx.device, &vk::SamplerCreateInfo::default())?;
    let sampled = (vk::DescriptorType::COMBINED_IMAGE_SAMPLER, 1);
    let buffer = (vk::DescriptorType::STORAGE_BUFFER, 1);
    let set = [sampled, IMAGE, buffer];
    let sets = [set.as_slice()];
    let constants = [(0, u32::from(store))];
    let options =
        vk::KernelOptions { sets: &sets, push_bytes: 16, constants: &constants, ..Default::default() };
    let kernel = Kernel::new(&cx.device, vk::SPARSE_SAMPLES, options)?;
    let samples = weave.image.image.shape.samples.as_raw();
    let count = weave.texels(0) * samples;
    let result = cx.dirty(u64::from(count) * 8)?;
    let set = kernel.empty_set(0)?;
    set.write_sampled(0, &weave.image.image, &sampler);
    set.write_image(1, &weave.image.image);
    set.write(2, 0, &[Bound::whole(&result)]);
    let [width, height, _] = weave.image.image.shape.extent;
    cx.run(|r| {
        r.run(&kernel, &set, &[width, height, samples, salt], count.div_ceil(64));
        r.barrier();
    })?;
    Ok(result.words())
}

/// Checks values and residency codes of all samples.
fn expect(cx: &Context, weave: &Weave<'_>, salt: u32) -> Outcome {
    let samples = weave.image.image.shape.samples.as_raw();
    for (i, found) in (0..).zip(dispatch(cx, weave, false, 0)?.chunks_exact(2)) {
        let place = weave.place_of(0, i / samples);
        let resident = weave.bound(place).is_some();
        let value = if resident { (i + salt) % 100 + 1 } else { 0 };
        let what = || format!("sample {} of texel {} in block {place:?}", i % samples, i / samples);
        check_eq!(found[0], value, "{}", what());
        check_eq!(found[1], u32::from(resident), "residency of {}", what());
    }
    Ok(())
}

fn residency(cx: &Context, weave: &Weave<'_>) -> Outcome {
    expect(cx, weave, 0)?;
    weave.checkerboard()?;
    dispatch(cx, weave, true, 3)?;
    expect(cx, weave, 3)
}

fn rebind(cx: &Context, weave: &Weave<'_>) -> Outcome {
    let count = weave.places(0).len() as u64;
    for set in [0, 1] {
        weave.bind(0, |n, _| Some(set * count + n as u64))?;
        dispatch(cx, weave, true, set as u32)?;
    }
    for set in [0, 1] {
        weave.bind(0, |n, _| Some(set * count + n as u64))?;
        expect(cx, weave, set as u32)?;
    }
    Ok(())
}
