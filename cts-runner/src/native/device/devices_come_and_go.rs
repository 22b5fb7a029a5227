//! Devices can be created and destroyed over and over; the last one works like the first.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute];

pub(super) fn run(cx: &Context) -> Outcome {
    for round in 0..200 {
        let device = Device::new(&cx.device.physical, vk::DeviceOptions::default())?;
        if round % 50 == 0 {
            let buffer = HostBuffer::new(&device, 64)?;
            device.compute()?.run(&device, |r| r.fill(&buffer, 0, 64, round + 1))?;
            uniform("the buffer", &buffer.words(), round + 1)?;
        }
    }
    Ok(())
}
