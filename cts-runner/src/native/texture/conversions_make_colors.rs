//! Luma and chroma of two planes become the colors that the standard says, wherever chroma lies and however it is filtered.

use crate::native::prelude::*;
use crate::rng::Rng;
use crate::vk::{ChromaLocation, Conversion, Filter, PlanarImage, SamplerYcbcrConversionCreateInfo};

pub(super) const NEEDS: &[Need] = &[Need::Compute];

const FORMAT: vk::Format = vk::Format::G8_B8R8_2PLANE_420_UNORM;
/// Texels of luma; chroma is half of it.
const SIZE: [u32; 2] = [12, 10];

pub(super) fn run(cx: &Context) -> Outcome {
    let features = cx.device.physical.optimal_features(FORMAT);
    let wanted = vk::FormatFeatureFlags::SAMPLED_IMAGE | vk::FormatFeatureFlags::TRANSFER_DST;
    if !cx.device.physical.extra.ycbcr_conversion || !features.contains(wanted) {
        return Err(vk::Error::NotSupported("samplerYcbcrConversion".into()).into());
    }
    let mut rng = Rng::new(cx.seed);
    let mut bytes = |count: u32| -> Vec<u8> { (0..count).map(|_| rng.below(256) as u8).collect() };
    let pixels = Pixels { luma: bytes(SIZE[0] * SIZE[1]), chroma: bytes(SIZE[0] * SIZE[1] / 2) };
    let cosited = features.contains(vk::FormatFeatureFlags::COSITED_CHROMA_SAMPLES);
    let midpoint = features.contains(vk::FormatFeatureFlags::MIDPOINT_CHROMA_SAMPLES);
    let linear = features.contains(vk::FormatFeatureFlags::SAMPLED_IMAGE_YCBCR_CONVERSION_LINEAR_FILTER);
    let forced = features.contains(
        vk::FormatFeatureFlags::SAMPLED_IMAGE_YCBCR_CONVERSION_CHROMA_RECONSTRUCTION_EXPLICIT_FORCEABLE,
    );
    for offset in [ChromaLocation::COSITED_EVEN, ChromaLocation::MIDPOINT] {
        if !(if offset == ChromaLocation::MIDPOINT { midpoint } else { cosited }) {
            continue;
        }
        for (filter, explicit) in [
            (Filter::NEAREST, false),
            (Filter::NEAREST, true),
            (Filter::LINEAR, false),
            (Filter::LINEAR, true),
        ] {
            if (filter == Filter::NEAREST || linear) && (!explicit || forced) {
                converts(cx, &pixels, offset, filter, explicit)?;
            }
        }
    }
    Ok(())
}

/// What the planes hold.
struct Pixels {
    luma: Vec<u8>,
    /// Blue and red alternate.
    chroma: Vec<u8>,
}

fn converts(
    cx: &Context,
    pixels: &Pixels,
    offset: ChromaLocation,
    filter: Filter,
    explicit: bool,
) -> Outcome {
    let info = SamplerYcbcrConversionCreateInfo::default()
        .format(FORMAT)
        .ycbcr_model(vk::SamplerYcbcrModelConversion::YCBCR_709)
        .ycbcr_range(vk::SamplerYcbcrRange::ITU_NARROW)
        .x_chroma_offset(offset)
        .y_chroma_offset(offset)
        .chroma_filter(filter)
        .force_explicit_reconstruction(explicit);
    let conversion = Conversion::new(&cx.device, &info)?;
    let mut image = PlanarImage::new(&cx.device, &image_info())?;
    image.bind()?;
    image.make_view(&conversion)?;
    let (luma, chroma) =
        (HostBuffer::of(&cx.device, &pixels.luma)?, HostBuffer::of(&cx.device, &pixels.chroma)?);
    let results = cx.host(u64::from(SIZE[0] * SIZE[1]) * 16)?;
    let set = [(vk::DescriptorType::COMBINED_IMAGE_SAMPLER, 1), (vk::DescriptorType::STORAGE_BUFFER, 1)];
    let samplers = [conversion.sampler];
    let options =
        vk::KernelOptions { sets: &[&set], immutable_samplers: &samplers, ..vk::KernelOptions::default() };
    let kernel = Kernel::new(&cx.device, vk::CONVERT, options)?;
    let set = kernel.empty_set(0)?;
    set.write_converted(0, &image);
    set.write(1, 0, &[Bound::whole(&results)]);
    cx.run(|r| {
        r.planar_general(&image, vk::ImageLayout::UNDEFINED);
        r.copy_to_plane(&luma, &image, 0, SIZE);
        r.copy_to_plane(&chroma, &image, 1, SIZE.map(|size| size / 2));
        r.barrier();
        r.bind(&kernel, &[&set], &[], &[]);
        r.dispatch([SIZE[0].div_ceil(8), SIZE[1].div_ceil(8), 1]);
        r.barrier();
    })?;
    let results: Vec<f32> = results.memory.read(0, (SIZE[0] * SIZE[1] * 4) as usize);
    for (n, found) in results.chunks(4).enumerate() {
        let at = [n as u32 % SIZE[0], n as u32 / SIZE[0]];
        let wanted = color(pixels, at, offset, filter);
        let near = (0..3).all(|i| (found[i] - wanted[i]).abs() < 0.01);
        check!(
            near && found[3] == 1.0,
            "{offset:?}, {filter:?}, explicit {explicit}, texel {at:?}: {found:?} is not {wanted:?}"
        );
    }
    Ok(())
}

fn image_info() -> vk::ImageCreateInfo<'static> {
    vk::ImageCreateInfo::default()
        .image_type(vk::ImageType::TYPE_2D)
        .format(FORMAT)
        .extent(vk::Extent3D { width: SIZE[0], height: SIZE[1], depth: 1 })
        .mip_levels(1)
        .array_layers(1)
        .samples(vk::SampleCountFlags::TYPE_1)
        .usage(vk::ImageUsageFlags::SAMPLED | vk::ImageUsageFlags::TRANSFER_DST)
}

/// What a texel of luma becomes, clamped to what may be clamped.
fn color(pixels: &Pixels, [x, y]: [u32; 2], offset: ChromaLocation, filter: Filter) -> [f32; 3] {
    let luma = f32::from(pixels.luma[(y * SIZE[0] + x) as usize]);
    // Chroma's texels and weights along one axis: "Explicit Reconstruction" of the specification.
    let along = |n: u32, size: u32| -> [(u32, f32); 2] {
        let most = size / 2 - 1;
        let half = n / 2;
        match (filter, offset, n % 2) {
            (Filter::NEAREST, ..) | (_, ChromaLocation::COSITED_EVEN, 0) => [(half, 1.0), (half, 0.0)],
            (_, ChromaLocation::COSITED_EVEN, _) => [(half, 0.5), ((half + 1).min(most), 0.5)],
            (_, _, 0) => [(half.saturating_sub(1), 0.25), (half, 0.75)],
            _ => [(half, 0.75), ((half + 1).min(most), 0.25)],
        }
    };
    let mut chroma = [0.0; 2];
    for (j, b) in along(y, SIZE[1]) {
        for (i, a) in along(x, SIZE[0]) {
            let first = (j * SIZE[0] + i * 2) as usize;
            for (channel, sum) in chroma.iter_mut().enumerate() {
                *sum += a * b * f32::from(pixels.chroma[first + channel]);
            }
        }
    }
    let luma = (luma - 16.0) / 219.0;
    let [blue, red] = chroma.map(|chroma| (chroma - 128.0) / 224.0);
    [luma + 1.5748 * red, luma - 0.187_324 * blue - 0.468_124 * red, luma + 1.8556 * blue]
}
