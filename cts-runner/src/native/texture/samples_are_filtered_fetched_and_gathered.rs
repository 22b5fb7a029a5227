//! Linear samples of a ramp are the ramp; fetches outside are zero; gathers give the four texels around.
//!
//! Of images that are one tile, several, and so small that they have none.

use crate::native::prelude::*;
use crate::rng::Rng;

pub(super) const NEEDS: &[Need] = &[Need::Compute];

pub(super) fn run(cx: &Context) -> Outcome {
    let sampler = vk::TextureSampler::new(
        &cx.device,
        &vk::SamplerCreateInfo::default()
            .mag_filter(vk::Filter::LINEAR)
            .min_filter(vk::Filter::LINEAR)
            .address_mode_u(vk::SamplerAddressMode::CLAMP_TO_EDGE)
            .address_mode_v(vk::SamplerAddressMode::CLAMP_TO_EDGE),
    )?;
    let image = (vk::DescriptorType::COMBINED_IMAGE_SAMPLER, 1);
    let buffer = (vk::DescriptorType::STORAGE_BUFFER, 1);
    let kernel = cx.kernel_with(vk::SAMPLE, &[image, buffer, buffer])?;
    for (width, height) in [(5, 3), (128, 128), (300, 200)] {
        let shape = ImageShape::flat(vk::Format::R32_SFLOAT, width, height);
        let image = StorageImage::sampled(&cx.device, shape)?;
        let value = |x: u32, y: u32| (x + 1000 * y) as f32;
        let texels: Vec<f32> =
            (0..height).flat_map(|y| (0..width).map(move |x| (x + 1000 * y) as f32)).collect();
        let from = HostBuffer::of(&cx.device, &texels)?;
        let places = places(cx.seed);
        let (at, results) = (HostBuffer::of(&cx.device, &places)?, cx.host(places.len() as u64 * 24)?);
        let set = kernel.empty_set(0)?;
        set.write_sampled(0, &image, &sampler);
        set.write(1, 0, &[Bound::whole(&at)]);
        set.write(2, 0, &[Bound::whole(&results)]);
        cx.run(|r| {
            r.general(&[&image]);
            r.copy_to_image(&from, &image, &[shape.whole_level(0, 0)]);
            r.barrier();
            r.bind(&kernel, &[&set], &[], &[]);
            r.dispatch([(places.len() as u32 / 2).div_ceil(8), 1, 1]);
            r.barrier();
        })?;
        let results: Vec<f32> = results.memory.read(0, places.len() * 6);
        for (place, result) in places.chunks(2).zip(results.chunks(12)) {
            let (u, v) = (place[0] * width as f32, place[1] * height as f32);
            let inside = |c: f32, size: u32| (c - 0.5).clamp(0.0, (size - 1) as f32);
            let wanted = inside(u, width) + 1000.0 * inside(v, height);
            // A 256th of a texel is what a sampler has to tell apart.
            check!((result[0] - wanted).abs() <= 1001.0 / 256.0, "{place:?}: {} is not {wanted}", result[0]);
            check!(result[1..4] == [0.0, 0.0, 1.0], "{place:?}: channels that the format lacks");
            let (x, y) = (u.floor(), v.floor());
            let outside = x < 0.0 || y < 0.0 || x >= width as f32 || y >= height as f32;
            let texel = if outside { 0.0 } else { value(x as u32, y as u32) };
            check!(result[4] == texel, "{place:?}: texel {x}, {y} is {}, not {texel}", result[4]);
            let near =
                |c: f32, plus: f32, size: u32| ((c - 0.5).floor() + plus).clamp(0.0, (size - 1) as f32);
            let around = [[0.0, 1.0], [1.0, 1.0], [1.0, 0.0], [0.0, 0.0]];
            let gathered = around.map(|[i, j]| value(near(u, i, width) as u32, near(v, j, height) as u32));
            check!(result[8..12] == gathered, "{place:?}: gathered {:?}, not {gathered:?}", &result[8..12]);
        }
    }
    Ok(())
}

/// Coordinates inside and around the image, none on the border of two texels.
fn places(seed: u64) -> Vec<f32> {
    let mut rng = Rng::new(seed);
    (0..200).map(|_| (rng.below(1300) as f32 - 150.0) / 1000.0 + 0.000_37).collect()
}
