//! Threads create, use and destroy devices at the same time.

use crate::native::prelude::*;
use crate::native::support::in_threads;

pub(super) const NEEDS: &[Need] = &[Need::Compute];

pub(super) fn run(cx: &Context) -> Outcome {
    let work = |thread: u32| -> Outcome {
        for round in 0..30 {
            let device = Device::new(&cx.device.physical, vk::DeviceOptions::default())?;
            let buffer = HostBuffer::new(&device, 256)?;
            device.compute()?.run(&device, |r| r.fill(&buffer, 0, 256, thread << 8 | round))?;
            uniform(&format!("thread {thread}, round {round}"), &buffer.words(), thread << 8 | round)?;
        }
        Ok(())
    };
    in_threads(4, work)
}
