//! `VkQueryPool`: time stamps, and what draws count.

use std::time::Duration;

use ash::vk;
use parking_lot::{Condvar, Mutex};

use crate::error::Error;
use crate::object::device::Device;

/// A pool of queries of one type.
pub struct QueryPool {
    kind: vk::QueryType,
    statistics: vk::QueryPipelineStatisticFlags,
    /// Numbers that a query has.
    values: usize,
    results: Mutex<Results>,
    /// Notified when a result becomes available.
    written: Condvar,
}

struct Results {
    /// Of all queries, one after the other.
    values: Box<[u64]>,
    /// By query; false after a reset and before the first write.
    available: Box<[bool]>,
}

crate::object!(QueryPool, vk::QueryPool);

impl QueryPool {
    /// `vkCreateQueryPool`.
    ///
    /// # Errors
    /// [`Error::FeatureNotPresent`] for types that this device does not have.
    pub fn new(info: &vk::QueryPoolCreateInfo<'_>) -> Result<Self, Error> {
        let values = match info.query_type {
            vk::QueryType::TIMESTAMP | vk::QueryType::OCCLUSION | vk::QueryType::PRIMITIVES_GENERATED_EXT => {
                1
            }
            vk::QueryType::TRANSFORM_FEEDBACK_STREAM_EXT => 2,
            vk::QueryType::PIPELINE_STATISTICS => info.pipeline_statistics.as_raw().count_ones() as usize,
            _ => return Err(Error::FeatureNotPresent("queries of this type")),
        };
        let count = info.query_count as usize;
        let results =
            Results { values: vec![0; count * values].into(), available: vec![false; count].into() };
        Ok(Self {
            kind: info.query_type,
            statistics: info.pipeline_statistics,
            values,
            results: Mutex::new(results),
            written: Condvar::new(),
        })
    }

    /// What the queries are about.
    pub fn kind(&self) -> vk::QueryType {
        self.kind
    }

    /// The counters of pipeline statistics queries.
    pub fn statistics(&self) -> vk::QueryPipelineStatisticFlags {
        self.statistics
    }

    /// How many queries it has.
    pub fn len(&self) -> u32 {
        self.results.lock().available.len() as u32
    }

    /// Whether it has no query.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Makes queries unavailable (`vkCmdResetQueryPool`, `vkResetQueryPool`). Queries beyond the pool are ignored.
    pub fn reset(&self, first: u32, count: u32) {
        let mut results = self.results.lock();
        let reset = results.available.iter_mut().skip(first as usize).take(count as usize);
        reset.for_each(|available| *available = false);
    }

    /// Makes a query available with these numbers. A query beyond the pool is ignored.
    pub fn write(&self, query: u32, new: &[u64]) {
        let mut results = self.results.lock();
        let first = query as usize * self.values;
        if let Some(available) = results.available.get_mut(query as usize) {
            *available = true;
            results.values[first..first + self.values]
                .iter_mut()
                .zip(new)
                .for_each(|(value, new)| *value = *new);
        }
        drop(results);
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
        let size = if wide { 8 } else { 4 };
        // "if the value does not fit it is either wrapped or saturated": counters are more useful saturated.
        let narrow = |value: u64| match self.kind {
            vk::QueryType::TIMESTAMP => value as u32,
            _ => u32::try_from(value).unwrap_or(u32::MAX),
        };
        let mut put = |offset: u64, value: u64| match wide {
            true => write(offset, &value.to_ne_bytes()),
            false => write(offset, &narrow(value).to_ne_bytes()),
        };
        let mut all_available = true;
        let queries = results.available.iter().enumerate().skip(first as usize).take(count as usize);
        for (offset, (query, &available)) in (0..).map(|index: u64| index.wrapping_mul(stride)).zip(queries) {
            all_available &= available;
            let values = &results.values[query * self.values..][..self.values];
            // "if VK_QUERY_RESULT_PARTIAL_BIT is set, ... a result between zero and the final value"
            if available || flags.contains(vk::QueryResultFlags::PARTIAL) {
                let value = |&value: &u64| if available { value } else { 0 };
                (0..).zip(values).for_each(|(index, number)| put(offset + index * size, value(number)));
            }
            if flags.contains(vk::QueryResultFlags::WITH_AVAILABILITY) {
                put(offset + self.values as u64 * size, available.into());
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
        while results.available.iter().skip(first as usize).take(count as usize).any(|available| !available) {
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
        pool.write(0, &[2]);
        let flags = vk::QueryResultFlags::WITH_AVAILABILITY;
        assert_eq!(
            bytes(&pool, flags, 8),
            (false, vec![2, 0, 0, 0, 1, 0, 0, 0, 0xee, 0xee, 0xee, 0xee, 0, 0, 0, 0])
        );
        pool.write(1, &[7]);
        assert!(bytes(&pool, vk::QueryResultFlags::TYPE_64, 8).0);
        pool.reset(0, u32::MAX);
        assert_eq!(bytes(&pool, vk::QueryResultFlags::empty(), 4), (false, vec![0xee; 8]));
    }

    #[test]
    fn queries_beyond_the_pool_are_ignored_and_other_types_refused() {
        let pool = pool(1);
        pool.write(5, &[1]);
        let nothing = |_, _: &[u8]| panic!("no such query");
        assert!(pool.copy_results((5, 9), vk::QueryResultFlags::empty(), 4, nothing));
        let kind = vk::QueryType::PERFORMANCE_QUERY_KHR;
        let info = vk::QueryPoolCreateInfo::default().query_type(kind).query_count(1);
        assert!(QueryPool::new(&info).is_err());
    }

    #[test]
    fn statistics_have_a_number_for_each_counter_and_availability_behind_them() {
        let statistics = vk::QueryPipelineStatisticFlags::VERTEX_SHADER_INVOCATIONS
            | vk::QueryPipelineStatisticFlags::CLIPPING_PRIMITIVES;
        let info = vk::QueryPoolCreateInfo::default()
            .query_type(vk::QueryType::PIPELINE_STATISTICS)
            .pipeline_statistics(statistics)
            .query_count(2);
        let pool = QueryPool::new(&info).unwrap();
        pool.write(1, &[3, 1 << 32]);
        let (all, found) = bytes(&pool, vk::QueryResultFlags::WITH_AVAILABILITY, 12);
        assert!(!all);
        assert_eq!(found[..12], [0xee, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee, 0, 0, 0, 0]);
        assert_eq!(found[12..], [3, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 1, 0, 0, 0]);
    }
}
