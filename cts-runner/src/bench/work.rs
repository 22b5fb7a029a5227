//! A dispatch that is measured: recorded once, checked once, run often.

use super::{BenchError, median, timed};
use crate::vk::{Bound, Commands, DescriptorSet, Device, HostBuffer, Kernel};

const ROUNDS: usize = 7;

/// A dispatch that is recorded once.
pub(super) struct Work<'a> {
    device: &'a Device,
    commands: Commands,
    result: HostBuffer,
    _used: (Kernel, DescriptorSet),
}

impl<'a> Work<'a> {
    /// A shader with one buffer of `words`.
    pub(super) fn new(
        device: &'a Device,
        code: &[u32],
        push: &[u32],
        groups: [u32; 3],
        words: u32,
    ) -> Result<Self, BenchError> {
        let result = HostBuffer::new(device, u64::from(words) * 4)?;
        let kernel = Kernel::storage(device, code, 1, push.len() as u32 * 4)?;
        let set = kernel.set(&[Bound::whole(&result)])?;
        let commands = Commands::record(device, device.compute()?.family, |r| {
            r.bind(&kernel, &[&set], &[], push);
            r.dispatch(groups);
            r.barrier();
        })?;
        Ok(Self { device, commands, result, _used: (kernel, set) })
    }

    /// The median time of a dispatch, once its result was found to be right.
    pub(super) fn seconds(&self, is_right: impl FnOnce(&[u32]) -> bool) -> Result<f64, BenchError> {
        let queue = self.device.compute()?;
        queue.run_recorded(self.device, &[&self.commands])?;
        if !is_right(&self.result.words()) {
            return Err(BenchError::Wrong("the results are not what the shader computes".into()));
        }
        median(ROUNDS, |_| timed(|| queue.run_recorded(self.device, &[&self.commands])))
    }
}
