//! What it costs to make things: pipelines that no cache knows, and devices.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::{BenchError, Options, Reading, median, timed};
use crate::vk::{self, Bound, Check as _, Device, HostBuffer, Kernel, KernelOptions};

/// The constant in `shaders/real/interface.glsl` that makes each module a new one.
const MARK: u32 = 0x5eed_5eed;
/// Elements of the buffers that all these shaders work on.
const COUNT: u32 = 64;

/// A module, a pipeline and its first dispatch, for each of more than a hundred shaders.
pub(super) fn pipelines(device: &Device, _: &Options) -> Result<Vec<Reading>, BenchError> {
    let bytes = u64::from(COUNT) * 16;
    let (points, result) = (HostBuffer::new(device, bytes)?, HostBuffer::new(device, bytes)?);
    let parameters = HostBuffer::new(device, 256)?;
    let storage = (vk::DescriptorType::STORAGE_BUFFER, 1);
    let bindings = [storage, storage, (vk::DescriptorType::UNIFORM_BUFFER, 1)];
    let sets = [bindings.as_slice()];
    // Different in every run, so that no cache on disk knows the shaders either.
    let seed = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |t| t.as_nanos() as u32) & !0xff;
    let queue = device.compute()?;
    let mut times = Vec::with_capacity(vk::REAL.len());
    for (i, (name, code)) in (0..).zip(vk::REAL) {
        let code: Vec<u32> = code.iter().map(|&word| if word == MARK { seed + i } else { word }).collect();
        let time = timed(|| {
            let options = KernelOptions { sets: &sets, push_bytes: 8, ..KernelOptions::default() };
            let kernel = Kernel::new(device, &code, options)?;
            let set =
                kernel.set(&[Bound::whole(&points), Bound::whole(&result), Bound::whole(&parameters)])?;
            queue.run(device, |r| r.run(&kernel, &set, &[COUNT, 1], 1))
        })?;
        log::info!("{name}: {:.3} ms", time.as_secs_f64() * 1e3);
        times.push(time);
    }
    let total: Duration = times.iter().sum();
    times.sort_unstable();
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    let (middle, most) = (ms(times[times.len() / 2]), ms(times[times.len() - 1]));
    let mut median = Reading::new("pipeline_compile_compute_ms", middle, "ms");
    median.note = format!("{} shaders, {most:.2} at most", times.len());
    Ok(vec![median, Reading::new("pipeline_compile_compute_total_ms", ms(total), "ms")])
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
