//! What it costs to make things: pipelines that no cache knows, and devices.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::cost::cost;
use super::{BenchError, Options, Reading, median, timed};
use crate::vk::{
    self, Bound, Check as _, Device, HostBuffer, ImageShape, Kernel, KernelOptions, Painter, PainterOptions,
    StorageImage,
};

/// The constant in some of our shaders that makes each module a new one.
pub(super) const MARK: u32 = 0x5eed_5eed;

/// A mark that is different in every run, so that no cache on disk knows the shaders; up to 256 more may be counted from it.
pub(super) fn fresh() -> u32 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |t| t.as_nanos() as u32) & !0x1ff
}

/// The shader with another mark.
pub(super) fn marked(code: &[u32], mark: u32) -> Vec<u32> {
    code.iter().map(|&word| if word == MARK { mark } else { word }).collect()
}

/// Elements of the buffers that all shaders of `shaders/real` work on.
const COUNT: u32 = 64;

/// A module, a pipeline and its first dispatch, for each of more than a hundred shaders.
pub(super) fn pipelines(device: &Device, _: &Options) -> Result<Vec<Reading>, BenchError> {
    let bytes = u64::from(COUNT) * 16;
    let (points, result) = (HostBuffer::new(device, bytes)?, HostBuffer::new(device, bytes)?);
    let parameters = HostBuffer::new(device, 256)?;
    let storage = (vk::DescriptorType::STORAGE_BUFFER, 1);
    let bindings = [storage, storage, (vk::DescriptorType::UNIFORM_BUFFER, 1)];
    let sets = [bindings.as_slice()];
    let seed = fresh();
    let queue = device.compute()?;
    let (mut total, mut most) = (Duration::ZERO, Duration::ZERO);
    let cost = cost(vk::REAL.len(), |i| {
        let (name, code) = vk::REAL[i];
        let code = marked(code, seed + i as u32);
        let time = timed(|| {
            let options = KernelOptions { sets: &sets, push_bytes: 8, ..KernelOptions::default() };
            let kernel = Kernel::new(device, &code, options)?;
            let set =
                kernel.set(&[Bound::whole(&points), Bound::whole(&result), Bound::whole(&parameters)])?;
            queue.run(device, |r| r.run(&kernel, &set, &[COUNT, 1], 1))
        })?;
        log::info!("{name}: {:.3} ms", time.as_secs_f64() * 1e3);
        (total, most) = (total + time, most.max(time));
        Ok(time)
    })?;
    let median = cost.time("pipeline_compile_compute_ms");
    let mut all = Reading::new("pipeline_compile_compute_total_ms", total.as_secs_f64() * 1e3, "ms");
    all.note = format!("{} shaders, {:.2} ms at most", vk::REAL.len(), most.as_secs_f64() * 1e3);
    Ok(vec![median, all])
}

/// Two modules, a pipeline and its first draw, a hundred times with different shaders.
pub(super) fn graphics(device: &Device, _: &Options) -> Result<Vec<Reading>, BenchError> {
    const SIZE: u32 = 16;
    let canvas = vk::Canvas::new(device, vk::CanvasShape::flat(SIZE, SIZE))?;
    let corner = |x: f32, y: f32| [x, y, 0.5, 1.0, 0.0, 0.0, 1.0, 0.0];
    let corners = [corner(-1.0, -1.0), corner(3.0, -1.0), corner(-1.0, 3.0)];
    let vertices = HostBuffer::of(device, corners.as_flattened())?;
    let scene: [f32; 40] = std::array::from_fn(|n| if n % 16 % 5 == 0 { 1.0 } else { 0.0 });
    let scene = HostBuffer::of(device, &scene)?;
    let shape = ImageShape::flat(vk::Format::R8G8B8A8_UNORM, SIZE, SIZE);
    let picture = StorageImage::sampled(device, shape)?;
    let sampler = vk::TextureSampler::new(device, &vk::SamplerCreateInfo::default())?;
    let queue = device.queue(vk::QueueFlags::GRAPHICS)?;
    queue.run(device, |r| {
        r.general(&[&picture]);
        r.clear(&picture, vk::ClearColorValue { float32: [1.0; 4] }, &[picture.all()]);
    })?;
    let seed = fresh();
    let cost = cost(100, |i| {
        let codes = [vk::LIT_VERT, vk::LIT_FRAG].map(|code| marked(code, seed + i as u32));
        timed(|| {
            let options = PainterOptions {
                has_vertices: true,
                bindings: &[
                    (vk::DescriptorType::UNIFORM_BUFFER, 1),
                    (vk::DescriptorType::COMBINED_IMAGE_SAMPLER, 1),
                ],
                ..PainterOptions::colored(&codes[0], &codes[1], canvas.pass, [SIZE; 2])
            };
            let painter = Painter::new(device, &options)?;
            let set = painter.set()?;
            set.write(0, 0, &[Bound::whole(&scene)]);
            set.write_sampled(1, &picture, &sampler);
            queue.run(device, |r| {
                canvas.begin(r, [0.0; 4], vk::SubpassContents::INLINE);
                r.paint(&painter);
                r.paint_with(&painter, &set);
                // SAFETY: recording; the buffer is alive.
                unsafe { device.raw.cmd_bind_vertex_buffers(r.handle, 0, &[vertices.handle], &[0]) };
                r.draw(3);
                r.end_pass();
            })
        })
    })?;
    Ok(vec![cost.time("pipeline_compile_graphics_ms")])
}

/// `vkCreateDevice` with one queue, and `vkDestroyDevice`.
pub(super) fn devices(device: &Device, _: &Options) -> Result<Vec<Reading>, BenchError> {
    let physical = &device.physical;
    let functions = physical.instance.raw().fp_v1_0();
    let priorities = [1.0];
    let queues = [vk::DeviceQueueCreateInfo::default().queue_family_index(0).queue_priorities(&priorities)];
    let info = vk::DeviceCreateInfo::default().queue_create_infos(&queues);
    let seconds = median(301, |_| {
        timed(|| {
            let mut made = ash::vk::Device::null();
            // SAFETY: `info` outlives the call, `made` is a place to write to.
            unsafe { (functions.create_device)(physical.handle, &info, std::ptr::null(), &mut made) }
                .result()
                .at("vkCreateDevice")?;
            // The loader's own table entry works for every device.
            // SAFETY: just made, used by nobody.
            unsafe { (device.raw.fp_v1_0().destroy_device)(made, std::ptr::null()) };
            Ok(())
        })
    })?;
    Ok(vec![Reading::new("device_create_us", seconds * 1e6, "us")])
}
