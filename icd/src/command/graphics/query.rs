//! Queries with a beginning and an end: what draws count in between.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ash::vk;
use lacuna_gpu::draw::targets::StreamCounters;
use lacuna_gpu::draw::{Queries, Statistics};

use super::feedback;
use crate::command::execute::State;
use crate::command::query::now;
use crate::command::recording::{Command, Recording};
use crate::error::Error;
use crate::handle::Object;
use crate::object::query_pool::QueryPool;

/// The queries that are active; of each type at most one.
#[derive(Default)]
pub(in crate::command) struct ActiveQueries {
    occlusion: Option<Active<AtomicU64>>,
    statistics: Option<Active<Box<Statistics>>>,
    /// Invocations of compute shaders since `statistics` began.
    compute_invocations: u64,
    /// Queries about vertex streams, with what `streams` said when they began.
    of_streams: Vec<Active<OfStream>>,
    /// By stream; counted while `of_streams` has any.
    streams: Box<[StreamCounters; 4]>,
}

/// A query about a vertex stream.
struct OfStream {
    stream: usize,
    /// Primitives written and needed.
    before: [u64; 2],
}

/// An active query.
struct Active<C> {
    pool: Arc<QueryPool>,
    query: u32,
    counter: C,
}

impl Recording {
    /// `vkCmdBeginQuery`, or of a vertex stream `vkCmdBeginQueryIndexedEXT`. Counts are always precise.
    ///
    /// # Errors
    /// [`Error::InvalidHandle`], [`Error::InvalidUsage`] for a query beyond the pool.
    pub fn begin_query(&mut self, pool: vk::QueryPool, query: u32, stream: u32) -> Result<(), Error> {
        let pool = checked(pool, query)?;
        if stream as usize >= feedback::BUFFERS {
            return Err(Error::InvalidUsage("VUID-vkCmdBeginQueryIndexedEXT-queryType-06693, -06694"));
        }
        self.push(Command::BeginQuery { pool, query, stream }, 0)
    }

    /// `vkCmdEndQuery`.
    ///
    /// # Errors
    /// [`Error::InvalidHandle`], [`Error::InvalidUsage`] for a query beyond the pool.
    pub fn end_query(&mut self, pool: vk::QueryPool, query: u32) -> Result<(), Error> {
        let pool = checked(pool, query)?;
        self.push(Command::EndQuery { pool, query }, 0)
    }
}

fn checked(pool: vk::QueryPool, query: u32) -> Result<Arc<QueryPool>, Error> {
    let pool = QueryPool::get(pool)?;
    if query >= pool.len() {
        return Err(Error::InvalidUsage("VUID-vkCmdBeginQuery-query-00802, VUID-vkCmdEndQuery-query-00810"));
    }
    Ok(pool)
}

impl ActiveQueries {
    /// Primitives of a stream, written and needed, since the execution began.
    fn stream(&self, stream: usize) -> [u64; 2] {
        let counters = &self.streams[stream];
        [counters.written.load(Ordering::Relaxed), counters.needed.load(Ordering::Relaxed)]
    }

    /// Counts the invocations of a dispatch.
    pub(in crate::command) fn count_dispatch(&mut self, groups: [u32; 3], group: [u32; 3]) {
        let sizes = groups.into_iter().chain(group).map(u64::from);
        let invocations = sizes.fold(1, u64::saturating_mul);
        self.compute_invocations = self.compute_invocations.saturating_add(invocations);
    }

    /// Where draws count.
    pub(super) fn counters(&self) -> Queries<'_> {
        Queries {
            occlusion: self.occlusion.as_ref().map(|active| &active.counter),
            statistics: self.statistics.as_ref().map(|active| &*active.counter),
            streams: (!self.of_streams.is_empty()).then_some(&*self.streams),
        }
    }
}

impl State<'_> {
    pub(in crate::command) fn begin_query(&mut self, pool: &Arc<QueryPool>, query: u32, stream: u32) {
        let queries = &mut self.inherited.queries;
        let pool = Arc::clone(pool);
        match pool.kind() {
            vk::QueryType::OCCLUSION => {
                queries.occlusion = Some(Active { pool, query, counter: AtomicU64::default() });
            }
            vk::QueryType::PIPELINE_STATISTICS => {
                queries.statistics = Some(Active { pool, query, counter: Box::default() });
                queries.compute_invocations = 0;
            }
            vk::QueryType::TRANSFORM_FEEDBACK_STREAM_EXT | vk::QueryType::PRIMITIVES_GENERATED_EXT => {
                let stream = stream as usize;
                let before = queries.stream(stream);
                queries.of_streams.push(Active { pool, query, counter: OfStream { stream, before } });
            }
            _ => log::warn!("vkCmdBeginQuery of a query that has no beginning: ignored"),
        }
    }

    /// Queries that a query takes: under multiview one for each view.
    fn queries_of_one(&self) -> u32 {
        self.inherited.pass.as_ref().map_or(1, |pass| pass.view_count())
    }

    pub(in crate::command) fn write_timestamp(&mut self, pool: &Arc<QueryPool>, query: u32) {
        let now = now();
        (0..self.queries_of_one()).for_each(|view| pool.write(query.saturating_add(view), &[now]));
    }

    /// Under multiview the first query has the sum.
    pub(in crate::command) fn end_query(&mut self, pool: &Arc<QueryPool>, query: u32) {
        let views = self.queries_of_one();
        let queries = &mut self.inherited.queries;
        let is_it = |other: &Arc<QueryPool>, number: u32| Arc::ptr_eq(other, pool) && number == query;
        if let Some(active) = queries.occlusion.take_if(|active| is_it(&active.pool, active.query)) {
            pool.write(query, &[active.counter.into_inner()]);
        } else if let Some(active) = queries.statistics.take_if(|active| is_it(&active.pool, active.query)) {
            pool.write(query, &chosen(&active.counter, queries.compute_invocations, pool.statistics()));
        } else if let Some(place) =
            queries.of_streams.iter().position(|active| is_it(&active.pool, active.query))
        {
            let OfStream { stream, before } = queries.of_streams.swap_remove(place).counter;
            let [written, needed] = queries.stream(stream);
            let (written, needed) = (written.wrapping_sub(before[0]), needed.wrapping_sub(before[1]));
            match pool.kind() {
                vk::QueryType::TRANSFORM_FEEDBACK_STREAM_EXT => pool.write(query, &[written, needed]),
                _ => pool.write(query, &[needed]),
            }
        } else {
            log::warn!("vkCmdEndQuery of a query that did not begin: ignored");
            return;
        }
        let zeros = [0; 16];
        (1..views).for_each(|view| pool.write(query.saturating_add(view), &zeros));
    }
}

/// The counters that a pool has, in the order of their bits.
fn chosen(all: &Statistics, compute: u64, flags: vk::QueryPipelineStatisticFlags) -> Vec<u64> {
    let counters = [
        &all.input_assembly_vertices,
        &all.input_assembly_primitives,
        &all.vertex_invocations,
        &all.geometry_invocations,
        &all.geometry_primitives,
        &all.clipping_invocations,
        &all.clipping_primitives,
        &all.fragment_invocations,
        &all.tessellation_control_patches,
        &all.tessellation_evaluation_invocations,
        &AtomicU64::new(compute),
    ];
    let is_chosen = |(bit, _): &(usize, &&AtomicU64)| flags.as_raw() >> bit & 1 != 0;
    let load = |(_, counter): (usize, &&AtomicU64)| counter.load(Ordering::Relaxed);
    counters.iter().enumerate().filter(is_chosen).map(load).collect()
}
