//! Queries: time stamps, and copying results to buffers.
//!
//! `vkCmdBeginQuery` is refused: the query types that have a begin and an end count what only graphics does.

use std::sync::{Arc, OnceLock};
use std::time::Instant;

use ash::vk;
use lacuna_gpu::memory::address_space::Gpu;

use super::recording::{Command, Recording};
use super::transfer;
use crate::error::Error;
use crate::handle::Object;
use crate::object::buffer::Buffer;
use crate::object::query_pool::QueryPool;

/// `vkCmdCopyQueryPoolResults`.
pub struct CopyResults {
    pool: Arc<QueryPool>,
    first: u32,
    count: u32,
    buffer: Arc<Buffer>,
    offset: u64,
    stride: u64,
    flags: vk::QueryResultFlags,
}

impl Recording {
    /// `vkCmdResetQueryPool`.
    pub fn reset_queries(&mut self, pool: vk::QueryPool, first: u32, count: u32) -> Result<(), Error> {
        let pool = QueryPool::get(pool)?;
        check(&pool, first, count)?;
        self.push(Command::ResetQueries { pool, first, count }, 0)
    }

    /// `vkCmdWriteTimestamp`.
    pub fn write_timestamp(&mut self, pool: vk::QueryPool, query: u32) -> Result<(), Error> {
        let pool = QueryPool::get(pool)?;
        check(&pool, query, 1)?;
        self.push(Command::WriteTimestamp { pool, query }, 0)
    }

    /// `vkCmdCopyQueryPoolResults`: `queries` are the first and how many, `target` is offset and stride in bytes.
    pub fn copy_query_results(
        &mut self,
        pool: vk::QueryPool,
        (first, count): (u32, u32),
        buffer: vk::Buffer,
        (offset, stride): (u64, u64),
        flags: vk::QueryResultFlags,
    ) -> Result<(), Error> {
        let (pool, buffer) = (QueryPool::get(pool)?, Buffer::get(buffer)?);
        check(&pool, first, count)?;
        self.push(
            Command::CopyQueryResults(Box::new(CopyResults {
                pool,
                first,
                count,
                buffer,
                offset,
                stride,
                flags,
            })),
            0,
        )
    }
}

fn check(pool: &QueryPool, first: u32, count: u32) -> Result<(), Error> {
    let inside = first.checked_add(count).is_some_and(|end| end <= pool.len());
    if inside { Ok(()) } else { Err(Error::InvalidUsage("queries beyond the end of the pool")) }
}

/// Nanoseconds on a clock that never goes back.
pub(super) fn now() -> u64 {
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed().as_nanos() as u64
}

impl CopyResults {
    /// Writes what is available. Everything before it on the queue is done, so there is nothing to wait for.
    pub(super) fn execute(&self, gpu: Gpu) {
        let Some(address) = transfer::address(gpu, &self.buffer) else { return };
        let room = self.buffer.size();
        self.pool.copy_results((self.first, self.count), self.flags, self.stride, |offset, bytes| {
            let begin = self.offset.checked_add(offset);
            let end = begin.and_then(|begin| begin.checked_add(bytes.len() as u64));
            if let (Some(begin), Some(true)) = (begin, end.map(|end| end <= room)) {
                // SAFETY: inside the buffer, which this command holds with its memory.
                unsafe { lacuna_gpu::copy::update(address + begin, bytes) }
            }
        });
    }
}
