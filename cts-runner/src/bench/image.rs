//! How fast blocks of sparse images are bound, and how fast images and buffers are cleared and copied.

use super::{BATCH, BenchError, Options, Reading, median, timed};
use crate::rng::Rng;
use crate::vk::{self, BlockBind, Commands, Device, Fence, ImageShape, Memory, SparseImage, StorageImage};

const ROUNDS: usize = 5;

/// Blocks of a new 8192² RGBA8 image in random order, [`BATCH`] a call with a fence.
pub(super) fn tiles(device: &Device, _: &Options) -> Result<Vec<Reading>, BenchError> {
    const SIZE: u32 = 8192;
    let shape = ImageShape::flat(vk::Format::R8G8B8A8_UNORM, SIZE, SIZE);
    let mut rng = Rng::new(3);
    let mut blocks = 0;
    let seconds = median(ROUNDS, |_| {
        let image = SparseImage::new(device, shape, Default::default())?;
        let [block_x, block_y, _] = image.block();
        let columns = u64::from(SIZE.div_ceil(block_x));
        blocks = columns * u64::from(SIZE.div_ceil(block_y));
        let bits = image.memory_requirements.memory_type_bits;
        let memory = Memory::host(device, blocks * image.page(), bits)?;
        let targets = rng.distinct(blocks as usize, blocks);
        let binds: Vec<_> = rng
            .distinct(blocks as usize, blocks)
            .into_iter()
            .zip(targets)
            .map(|(n, target)| image.map([(n % columns) as u32, (n / columns) as u32, 0], 0, &memory, target))
            .map(|bind| BlockBind::raw(&bind))
            .collect();
        let queue = device.sparse()?;
        let fence = Fence::new(device, false)?;
        timed(|| {
            for batch in binds.chunks(BATCH) {
                let images =
                    [vk::SparseImageMemoryBindInfo::default().image(image.image.handle).binds(batch)];
                let info = vk::BindSparseInfo::default().image_binds(&images);
                queue.bind_raw(device, &[info], Some(&fence))?;
                fence.wait()?;
                fence.reset()?;
            }
            Ok(())
        })
    })?;
    Ok(vec![Reading::new("sparse_bind_tiles_random", blocks as f64 / seconds, "binds/s")])
}

/// `vkCmdClearColorImage` of a 4096² RGBA8 image.
pub(super) fn clear(device: &Device, _: &Options) -> Result<Vec<Reading>, BenchError> {
    const SIZE: u32 = 4096;
    let shape = ImageShape::flat(vk::Format::R8G8B8A8_UNORM, SIZE, SIZE);
    let image = StorageImage::new(device, shape)?;
    let queue = device.compute()?;
    let color = vk::ClearColorValue { float32: [0.1, 0.2, 0.3, 0.4] };
    let commands = Commands::record(device, queue.family, |r| {
        r.general(&[&image]);
        r.clear(&image, color, &[image.all()]);
    })?;
    let seconds = best(device, queue, &commands)?;
    let bytes = f64::from(SIZE) * f64::from(SIZE) * 4.0;
    Ok(vec![Reading::new("clear_color_image_gbs", bytes / seconds / 1e9, "GB/s")])
}

/// `vkCmdCopyBuffer` of 256 MiB.
pub(super) fn copy(device: &Device, _: &Options) -> Result<Vec<Reading>, BenchError> {
    const SIZE: u64 = 256 << 20;
    let (from, to) = (vk::HostBuffer::new(device, SIZE)?, vk::HostBuffer::new(device, SIZE)?);
    from.memory.fill(0x5a);
    let queue = device.compute()?;
    let commands = Commands::record(device, queue.family, |r| r.copy(&from, 0, &to, 0, SIZE))?;
    let seconds = best(device, queue, &commands)?;
    if to.memory.read::<u8>(SIZE - 1, 1) != [0x5a] {
        return Err(BenchError::Wrong("the last byte was not copied".into()));
    }
    Ok(vec![Reading::new("copy_buffer_gbs", SIZE as f64 / seconds / 1e9, "GB/s")])
}

/// The median of some runs, after one that touches the memory.
fn best(device: &Device, queue: &vk::Queue, commands: &Commands) -> Result<f64, BenchError> {
    queue.run_recorded(device, &[commands])?;
    median(9, |_| timed(|| queue.run_recorded(device, &[commands])))
}
