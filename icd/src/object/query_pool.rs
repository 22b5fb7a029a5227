//! `VkQueryPool`: time stamps.
//!
//! Occlusion and statistics queries count what draws do; without draws they are refused.

use std::time::Duration;

use ash::vk;
use parking_lot::{Condvar, Mutex};

use crate::error::Error;
use crate::object::device::Device;

/// A pool of time stamps.
pub struct QueryPool {
    /// `None` is "unavailable": reset, or not written yet.
    results: Mutex<Box<[Option<u64>]>>,
    /// Notified when a result becomes available.
    written: Condvar,
}

crate::object!(QueryPool, vk::QueryPool);

impl QueryPool {
    /// `vkCreateQueryPool`.
    ///
    /// # Errors
    /// [`Error::FeatureNotPresent`] for everything but time stamps.
    pub fn new(info: &vk::QueryPoolCreateInfo<'_>) -> Result<Self, Error> {
        if info.query_type != vk::QueryType::TIMESTAMP {
            return Err(Error::FeatureNotPresent("queries other than time stamps"));
        }
        let results = vec![None; info.query_count as usize].into_boxed_slice();
        Ok(Self { results: Mutex::new(results), written: Condvar::new() })
    }

    /// How many queries it has.
    pub fn len(&self) -> u32 {
        self.results.lock().len() as u32
    }

    /// Whether it has no query.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Makes queries unavailable (`vkCmdResetQueryPool`, `vkResetQueryPool`). Queries beyond the pool are ignored.
    pub fn reset(&self, first: u32, count: u32) {
        self.results
            .lock()
            .iter_mut()
            .skip(first as usize)
            .take(count as usize)
            .for_each(|result| *result = None);
    }

    /// Makes a query available with this value. A query beyond the pool is ignored.
    pub fn write(&self, query: u32, value: u64) {
        if let Some(result) = self.results.lock().get_mut(query as usize) {
            *result = Some(value);
        }
        self.written.notify_all();
    }

    /// The results of `vkGetQueryPoolResults` and `vkCmdCopyQueryPoolResults` as bytes: `write(offset, bytes)` for each
    /// value and availability that `flags` want stored. Says whether all queries were available.
    pub fn copy_results(
        &self,
        (first, count): (u32, u32),
        flags: vk::QueryResultFlags,
        stride: u64,
        mut write: impl FnMut(u64, &[u8]),
    ) -> bool {
        let results = self.results.lock();
        let wide = flags.contains(vk::QueryResultFlags::TYPE_64);
        let mut put = |offset: u64, value: u64| match wide {
            true => write(offset, &value.to_ne_bytes()),
            false => write(offset, &(value as u32).to_ne_bytes()),
        };
        let mut all_available = true;
        for (index, result) in results.iter().skip(first as usize).take(count as usize).enumerate() {
            let offset = index as u64 * stride;
            all_available &= result.is_some();
            // "if VK_QUERY_RESULT_PARTIAL_BIT is set, ... a result between zero and the final value"
            let partial = flags.contains(vk::QueryResultFlags::PARTIAL).then_some(0);
            if let Some(value) = result.or(partial) {
                put(offset, value);
            }
            if flags.contains(vk::QueryResultFlags::WITH_AVAILABILITY) {
                put(offset + if wide { 8 } else { 4 }, result.is_some().into());
            }
        }
        all_available
    }

    /// Blocks until all the queries are available.
    ///
    /// # Errors
    /// [`Error::DeviceLost`] when nobody will write them any more.
    pub fn wait(&self, device: &Device, first: u32, count: u32) -> Result<(), Error> {
        /// How often a waiter looks whether the device was lost.
        const PATIENCE: Duration = Duration::from_millis(50);
        let mut results = self.results.lock();
        while results.iter().skip(first as usize).take(count as usize).any(Option::is_none) {
            if device.is_lost() {
                return Err(Error::DeviceLost("while waiting for a query"));
            }
            self.written.wait_for(&mut results, PATIENCE);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pool(count: u32) -> QueryPool {
        let info = vk::QueryPoolCreateInfo::default().query_type(vk::QueryType::TIMESTAMP).query_count(count);
        QueryPool::new(&info).unwrap()
    }

    fn bytes(pool: &QueryPool, flags: vk::QueryResultFlags, stride: u64) -> (bool, Vec<u8>) {
        let mut out = vec![0xee; stride as usize * pool.len() as usize];
        let all = pool.copy_results((0, pool.len()), flags, stride, |offset, bytes| {
            out[offset as usize..][..bytes.len()].copy_from_slice(bytes);
        });
        (all, out)
    }

    #[test]
    fn unavailable_results_are_not_written_and_said_to_be_so() {
        let pool = pool(2);
        pool.write(0, 0x1_0000_0002);
        let flags = vk::QueryResultFlags::WITH_AVAILABILITY;
        assert_eq!(
            bytes(&pool, flags, 8),
            (false, vec![2, 0, 0, 0, 1, 0, 0, 0, 0xee, 0xee, 0xee, 0xee, 0, 0, 0, 0])
        );
        pool.write(1, 7);
        assert!(bytes(&pool, vk::QueryResultFlags::TYPE_64, 8).0);
        pool.reset(0, u32::MAX);
        assert_eq!(bytes(&pool, vk::QueryResultFlags::empty(), 4), (false, vec![0xee; 8]));
    }

    #[test]
    fn queries_beyond_the_pool_are_ignored_and_other_types_refused() {
        let pool = pool(1);
        pool.write(5, 1);
        let nothing = |_, _: &[u8]| panic!("no such query");
        assert!(pool.copy_results((5, 9), vk::QueryResultFlags::empty(), 4, nothing));
        let info = vk::QueryPoolCreateInfo::default().query_type(vk::QueryType::OCCLUSION).query_count(1);
        assert!(QueryPool::new(&info).is_err());
    }
}
