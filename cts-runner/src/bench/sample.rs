//! How fast images are sampled with linear filters, sparse ones beside plain ones.

use std::time::Duration;

use super::{BenchError, Options, Reading, median, timed};
use crate::rng::Rng;
use crate::vk::{
    self, Bound, Commands, Device, HostBuffer, ImageShape, Kernel, KernelOptions, SparseImage, StorageImage,
    TextureSampler,
};

const SIZE: u32 = 4096;
const ROUNDS: usize = 7;

/// One sample of each texel of a 4096² RGBA8 image in a compute shader: of a plain image, and of a sparse one with shuffled
/// blocks.
pub(super) fn both(device: &Device, _: &Options) -> Result<Vec<Reading>, BenchError> {
    let shape = ImageShape::flat(vk::Format::R8G8B8A8_UNORM, SIZE, SIZE);
    let plain = StorageImage::sampled(device, shape)?;
    let mut sparse = SparseImage::sampled(device, shape)?;
    let [block_x, block_y, _] = sparse.block();
    let (columns, rows) = (SIZE.div_ceil(block_x), SIZE.div_ceil(block_y));
    let blocks = columns * rows;
    let memory = sparse.memory(device, blocks.into())?;
    let binds: Vec<_> = (0..blocks)
        .zip(Rng::new(5).distinct(blocks as usize, blocks.into()))
        .map(|(n, target)| sparse.map([n % columns, n / columns, 0], 0, &memory, target))
        .collect();
    device.sparse()?.bind_image(device, &sparse.image, &binds, &[])?;
    sparse.image.make_view()?;
    let (on_sparse, on_plain) = (Sampling::new(device, &sparse.image)?, Sampling::new(device, &plain)?);
    // In turn, so that the ratio does not show what else the machine did meanwhile.
    let mut plain_times = Vec::new();
    let sparse_time = median(ROUNDS, |_| {
        plain_times.push(on_plain.pass(device)?);
        on_sparse.pass(device)
    })?;
    plain_times.sort_unstable();
    let rate = |seconds: f64| f64::from(SIZE) * f64::from(SIZE) / seconds / 1e6;
    let (sparse_rate, plain_rate) = (rate(sparse_time), rate(plain_times[ROUNDS / 2].as_secs_f64()));
    on_sparse.check()?;
    on_plain.check()?;
    let mut second = Reading::new("sparse_sample_bilinear_mtexels", sparse_rate, "Mtexel/s");
    second.note = format!("{:.2} of plain", sparse_rate / plain_rate);
    Ok(vec![Reading::new("sample_bilinear_mtexels", plain_rate, "Mtexel/s"), second])
}

/// A sample of each texel of an image of one color, recorded and run once to warm up.
struct Sampling {
    commands: Commands,
    wrong: HostBuffer,
    _used: (Kernel, vk::DescriptorSet, TextureSampler),
}

impl Sampling {
    fn new(device: &Device, image: &StorageImage) -> Result<Self, BenchError> {
        let edge = vk::SamplerAddressMode::CLAMP_TO_EDGE;
        let info = vk::SamplerCreateInfo::default()
            .mag_filter(vk::Filter::LINEAR)
            .min_filter(vk::Filter::LINEAR)
            .address_mode_u(edge)
            .address_mode_v(edge);
        let sampler = TextureSampler::new(device, &info)?;
        let kinds = [vk::DescriptorType::COMBINED_IMAGE_SAMPLER, vk::DescriptorType::STORAGE_BUFFER];
        let options = KernelOptions { sets: &[&kinds.map(|kind| (kind, 1))], ..KernelOptions::default() };
        let kernel = Kernel::new(device, vk::BILINEAR, options)?;
        let wrong = HostBuffer::new(device, 4)?;
        let set = kernel.empty_set(0)?;
        set.write_sampled(0, image, &sampler);
        set.write(1, 0, &[Bound::whole(&wrong)]);
        let queue = device.compute()?;
        queue.run(device, |r| {
            r.general(&[image]);
            let color = vk::ClearColorValue { float32: [0.2, 0.4, 0.6, 0.8] };
            r.clear(image, color, &[image.all()]);
            r.barrier();
        })?;
        let commands = Commands::record(device, queue.family, |r| {
            r.bind(&kernel, &[&set], &[], &[]);
            r.dispatch([SIZE / 8, SIZE / 8, 1]);
        })?;
        queue.run_recorded(device, &[&commands])?;
        Ok(Self { commands, wrong, _used: (kernel, set, sampler) })
    }

    fn pass(&self, device: &Device) -> Result<Duration, BenchError> {
        let queue = device.compute()?;
        timed(|| queue.run_recorded(device, &[&self.commands]))
    }

    fn check(&self) -> Result<(), BenchError> {
        match self.wrong.words()[0] {
            0 => Ok(()),
            wrong => Err(BenchError::Wrong(format!("{wrong} samples have another color"))),
        }
    }
}
