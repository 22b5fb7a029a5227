//! How fast textures are sampled: plain, and sparse with shuffled blocks.

use super::cost::{Cost, cost};
use super::{BenchError, Options, Reading, timed};
use crate::rng::Rng;
use crate::vk::{
    self, BlockBind, Canvas, CanvasShape, Commands, Device, Fence, HostBuffer, ImageShape, Memory, Painter,
    PainterOptions, SparseImage, StorageImage, TextureSampler,
};

/// Of the picture, and of what is drawn.
const PICTURE: u32 = 4096;
const SIZE: u32 = 1024;
const PASSES: u32 = 16;
const ROUNDS: usize = 9;

/// Full-screen passes with one bilinear sample for each pixel, a texel apart, from all over the picture.
pub(super) fn both(device: &Device, _: &Options) -> Result<Vec<Reading>, BenchError> {
    let shape = ImageShape::flat(vk::Format::R8G8B8A8_UNORM, PICTURE, PICTURE);
    let plain = StorageImage::sampled(device, shape)?;
    let linear = Scene::new(device, &plain)?.measure(device)?;
    let mut sparse = SparseImage::new(device, shape, Default::default())?;
    sparse.image.make_view()?;
    let _memory = shuffle(device, &sparse)?;
    let scattered = Scene::new(device, &sparse.image)?.measure(device)?;
    let texels = f64::from(PASSES * SIZE * SIZE);
    Ok(vec![
        scattered.rate("sparse_tex_sample_mtexels", texels, "Mtexel/s"),
        linear.rate("linear_tex_sample_mtexels", texels, "Mtexel/s"),
    ])
}

/// Binds all blocks of an image, each to another place of the memory.
fn shuffle(device: &Device, image: &SparseImage) -> Result<Memory, BenchError> {
    let [block_x, block_y, _] = image.block();
    let (columns, rows) = (PICTURE.div_ceil(block_x), PICTURE.div_ceil(block_y));
    let blocks = u64::from(columns) * u64::from(rows);
    let memory = Memory::host(device, blocks * image.page(), image.memory_requirements.memory_type_bits)?;
    let binds: Vec<_> = (0..)
        .zip(Rng::new(5).distinct(blocks as usize, blocks))
        .map(|(n, target): (u32, u64)| image.map([n % columns, n / columns, 0], 0, &memory, target))
        .map(|bind| BlockBind::raw(&bind))
        .collect();
    let images = [vk::SparseImageMemoryBindInfo::default().image(image.image.handle).binds(&binds)];
    let fence = Fence::new(device, false)?;
    device.sparse()?.bind_raw(device, &[vk::BindSparseInfo::default().image_binds(&images)], Some(&fence))?;
    fence.wait()?;
    Ok(memory)
}

/// What draws a picture.
struct Scene {
    canvas: Canvas,
    draws: Commands,
    _used: (Painter, vk::DescriptorSet, TextureSampler),
}

impl Scene {
    fn new(device: &Device, picture: &StorageImage) -> Result<Self, BenchError> {
        let canvas = Canvas::new(device, CanvasShape::flat(SIZE, SIZE))?;
        let options = PainterOptions {
            bindings: &[(vk::DescriptorType::COMBINED_IMAGE_SAMPLER, 1)],
            ..PainterOptions::colored(vk::TEXTURED_VERT, vk::TEXTURED_FRAG, canvas.pass, [SIZE; 2])
        };
        let painter = Painter::new(device, &options)?;
        let filter = vk::Filter::LINEAR;
        let info = vk::SamplerCreateInfo::default().mag_filter(filter).min_filter(filter);
        let sampler = TextureSampler::new(device, &info)?;
        let set = painter.set()?;
        set.write_sampled(0, picture, &sampler);
        let queue = device.queue(vk::QueueFlags::GRAPHICS)?;
        queue.run(device, |r| {
            r.general(&[picture]);
            let color = vk::ClearColorValue { float32: [0.0, 1.0, 0.0, 1.0] };
            r.clear(picture, color, &[picture.all()]);
            r.barrier();
        })?;
        let draws = Commands::record(device, queue.family, |r| {
            canvas.begin(r, [0.0; 4], vk::SubpassContents::INLINE);
            r.paint(&painter);
            r.paint_with(&painter, &set);
            for pass in 0..PASSES {
                let share = SIZE as f32 / PICTURE as f32;
                let [x, y] = [pass % 4, pass / 4].map(|n| (n as f32 + 0.3 / SIZE as f32) * share);
                r.push_color(&painter, [x, y, share, share], 0.5);
                r.draw(3);
            }
            r.end_pass();
        })?;
        Ok(Self { canvas, draws, _used: (painter, set, sampler) })
    }

    fn measure(&self, device: &Device) -> Result<Cost, BenchError> {
        let queue = device.queue(vk::QueueFlags::GRAPHICS)?;
        queue.run_recorded(device, &[&self.draws])?;
        let host = HostBuffer::new(device, self.canvas.color.texels() * 4)?;
        queue.run(device, |r| {
            r.copy_from_attachment(&self.canvas.color, &host);
            r.barrier();
        })?;
        if host.words().iter().any(|&word| word != 0xff00_ff00) {
            return Err(BenchError::Wrong("a pixel is not that of the picture".into()));
        }
        cost(ROUNDS, |_| timed(|| queue.run_recorded(device, &[&self.draws])))
    }
}
