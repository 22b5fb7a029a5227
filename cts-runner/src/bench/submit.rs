//! What it costs to submit next to nothing and wait for it.

use super::{BenchError, Options, Reading, median, timed};
use crate::vk::{self, Commands, Device, Fence, Kernel, Submit};

/// A dispatch of one invocation, recorded before, and its fence.
pub(super) fn latency(device: &Device, _: &Options) -> Result<Vec<Reading>, BenchError> {
    let kernel = Kernel::storage(device, vk::EMPTY, 0, 0)?;
    let queue = device.compute()?;
    let commands = Commands::record(device, queue.family, |r| {
        r.bind(&kernel, &[], &[], &[]);
        r.dispatch([1, 1, 1]);
    })?;
    let fence = Fence::new(device, false)?;
    let once = || {
        let time = timed(|| {
            queue.submit(device, &[Submit { commands: &[&commands], ..Submit::default() }], Some(&fence))?;
            fence.wait()
        })?;
        fence.reset()?;
        Ok(time)
    };
    (0..100).try_for_each(|_| once().map(drop))?;
    let seconds = median(2000, |_| once())?;
    Ok(vec![Reading::new("submit_latency_us", seconds * 1e6, "us")])
}
