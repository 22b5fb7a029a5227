//! Commands execute on the devices that are in the mask of the submission and in that of the command buffer, once on each, and
//! shaders know on which. Without a mask of the submission it is the first device.

use super::{pair, run_on};
use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] =
    &[Need::Compute, Need::DeviceGroup(2), Need::Extension("VK_KHR_device_group")];

pub(super) fn run(cx: &Context) -> Outcome {
    let device = &pair(cx)?;
    let queue = device.compute()?;
    let counts = HostBuffer::new(device, 4096)?;
    let kernel = Kernel::storage(device, vk::DEVICE_INDEX, 1, 0)?;
    let set = kernel.set(&[Bound::whole(&counts)])?;
    let group = device.device_group()?;
    let mut expected = [0; 2];
    // Mask of the submission, mask that is set while recording.
    for (submitted, recorded) in
        [(0b11, None), (0b01, None), (0b10, None), (0b11, Some(0b10)), (0b01, Some(0b10))]
    {
        let commands = Commands::record(device, queue.family, |r| {
            if let Some(mask) = recorded {
                // SAFETY: recording; the mask names devices of the group.
                unsafe { group.cmd_set_device_mask(r.handle, mask) };
            }
            r.run(&kernel, &set, &[], 3);
            r.barrier();
        })?;
        run_on(device, queue, &commands, submitted)?;
        let executing = submitted & recorded.unwrap_or(0b11);
        for (index, count) in expected.iter_mut().enumerate() {
            *count += 3 * 64 * (executing >> index & 1);
        }
        let found = &counts.words()[..2];
        same(&format!("submitted to {submitted:#b}, recorded for {recorded:?}"), found, &expected)?;
    }
    let commands = Commands::record(device, queue.family, |r| {
        r.run(&kernel, &set, &[], 3);
        r.barrier();
    })?;
    queue.run_recorded(device, &[&commands])?;
    expected[0] += 3 * 64;
    same("submitted without a mask", &counts.words()[..2], &expected)
}
