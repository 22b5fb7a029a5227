//! Several devices exist at once, and what one does is invisible to the others.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute];

pub(super) fn run(cx: &Context) -> Outcome {
    let devices: Vec<_> = (0..16)
        .map(|_| Device::new(&cx.device.physical, vk::DeviceOptions::default()))
        .collect::<vk::Result<_>>()?;
    let buffers: Vec<_> =
        devices.iter().map(|device| HostBuffer::new(device, 4096)).collect::<vk::Result<_>>()?;
    for (i, (device, buffer)) in (1..).zip(devices.iter().zip(&buffers)) {
        device.compute()?.run(device, |r| r.fill(buffer, 0, 4096, i))?;
    }
    (1..).zip(&buffers).try_for_each(|(i, buffer)| uniform(&format!("device {i}"), &buffer.words(), i))
}
