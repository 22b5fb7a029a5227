//! What it costs to make things: pipelines that no cache knows, and devices.

use std::time::{SystemTime, UNIX_EPOCH};

use super::{BenchError, Options, Reading, median, timed};
use crate::vk::{self, Bound, Check as _, Device, HostBuffer, Kernel, KernelOptions};

/// The constant in `shaders/ordinary.comp` that makes each module a new one.
const MARK: u32 = 0x5eed_5eed;

/// A module, a pipeline and its first dispatch, a hundred times with different shaders.
pub(super) fn pipelines(device: &Device, _: &Options) -> Result<Vec<Reading>, BenchError> {
    let (points, result) = (HostBuffer::new(device, 64 * 16)?, HostBuffer::new(device, 64 * 16)?);
    let matrices = HostBuffer::new(device, 256)?;
    let storage = (vk::DescriptorType::STORAGE_BUFFER, 1);
    let bindings = [storage, storage, (vk::DescriptorType::UNIFORM_BUFFER, 1)];
    let sets = [bindings.as_slice()];
    // Different in every run, so that no cache on disk knows the shaders either.
    let seed = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |t| t.as_nanos() as u32) & !0xff;
    let queue = device.compute()?;
    let seconds = median(100, |i| {
        let code: Vec<u32> =
            vk::ORDINARY.iter().map(|&word| if word == MARK { seed + i as u32 } else { word }).collect();
        timed(|| {
            let options = KernelOptions { sets: &sets, push_bytes: 8, ..KernelOptions::default() };
            let kernel = Kernel::new(device, &code, options)?;
            let set = kernel.set(&[Bound::whole(&points), Bound::whole(&result), Bound::whole(&matrices)])?;
            queue.run(device, |r| r.run(&kernel, &set, &[64, 1], 1))
        })
    })?;
    Ok(vec![Reading::new("pipeline_compile_compute_ms", seconds * 1e3, "ms")])
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
