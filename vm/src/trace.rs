//! Everything that happens, as events: for timelines, logs and replays.
//!
//! A driver that traces calls [`run_traced`](Manager::run_traced), [`evict_traced`](Manager::evict_traced) and
//! [`validate_traced`](Manager::validate_traced) instead of `run`, `evict` and `validate`, and wraps its table in [`Traced`] for whatever else it does.
//! Whoever does not, pays nothing: they know nothing of this module.

use std::convert::Infallible;

use crate::bo::{BoId, Pairs};
use crate::error::Error;
use crate::job::{self, BindJob, CarryOut};
use crate::manager::Manager;
use crate::mapping::MapFlags;
use crate::op::Op;
use crate::page_table::delta::{BindStats, Writer};
use crate::page_table::{Call, PageTable};
use crate::request::Step;
use crate::split::walk;
use crate::transact::Tell;
use crate::tree::Hint;
use crate::units::VaRange;
use crate::vm::{Vm, VmId};

/// Is told what happens, in order: a request or an eviction, its operations, the entries they change.
pub trait Trace {
    /// A request of a job begins. What continued the request before is part of it; a map whose BO is gone shows as the unmap it has become.
    fn request(&mut self, vm: VmId, range: VaRange, map: bool);
    /// An operation of the request.
    fn operation(&mut self, vm: VmId, op: &Op);
    /// A call to the page table.
    fn entries(&mut self, call: &Call);
    /// A BO is evicted; the entries that change follow.
    fn evict(&mut self, bo: BoId) {
        let _ = bo;
    }
    /// A VM gets an evicted BO back; the entries that change follow.
    fn validate(&mut self, vm: VmId, bo: BoId) {
        let _ = (vm, bo);
    }
}

/// A page table whose calls are traced.
#[derive(Debug)]
pub struct Traced<'a, P, T> {
    /// The page table itself.
    pub table: &'a mut P,
    /// Who is told.
    pub trace: &'a mut T,
}

impl<P: PageTable, T: Trace> PageTable for Traced<'_, P, T> {
    fn map_pages(&mut self, first: u64, count: u64, host_address: u64, flags: MapFlags) {
        self.trace.entries(&Call::Map { first, count, host_address, flags });
        self.table.map_pages(first, count, host_address, flags);
    }

    fn unmap_pages(&mut self, first: u64, count: u64) {
        self.trace.entries(&Call::Unmap(first, count));
        self.table.unmap_pages(first, count);
    }

    fn set_null(&mut self, first: u64, count: u64) {
        self.trace.entries(&Call::SetNull(first, count));
        self.table.set_null(first, count);
    }

    fn set_fault(&mut self, first: u64, count: u64, host_address: u64, flags: MapFlags) {
        self.trace.entries(&Call::SetFault(first, count));
        self.table.set_fault(first, count, host_address, flags);
    }

    fn invalidate(&mut self, first: u64, count: u64) {
        self.trace.entries(&Call::Invalidate(first, count));
        self.table.invalidate(first, count);
    }
}

impl Manager {
    /// As [`run`](Self::run), telling `trace` what happens. The result is the same; only the trace may allocate.
    pub fn run_traced(
        &mut self,
        job: BindJob,
        table: &mut impl PageTable,
        trace: &mut impl Trace,
    ) -> BindStats {
        let id = job.vm;
        let Some(vm) = self.vms.get_mut(id) else {
            self.cancel(job);
            return BindStats::default();
        };
        let mut tracer = Tracer { id, table, trace, stats: BindStats::default() };
        self.spare = job::run(vm, &mut self.pairs, job, &mut tracer);
        tracer.stats
    }
}

impl Manager {
    /// As [`evict`](Self::evict), telling `trace` what happens, if anything does.
    ///
    /// # Errors
    /// As for [`evict`](Self::evict).
    pub fn evict_traced(
        &mut self,
        bo: BoId,
        table: &mut impl PageTable,
        trace: &mut impl Trace,
    ) -> Result<BindStats, Error> {
        if self.bo(bo).is_ok_and(|bo| bo.pinned == 0 && !bo.evicted) {
            trace.evict(bo);
        }
        self.evict(bo, &mut Traced { table, trace })
    }

    /// As [`validate`](Self::validate), telling `trace` what happens.
    ///
    /// # Errors
    /// As for [`validate`](Self::validate).
    pub fn validate_traced<E: From<Error>>(
        &mut self,
        vm: VmId,
        table: &mut impl PageTable,
        trace: &mut impl Trace,
        mut bring_back: impl FnMut(BoId) -> Result<(), E>,
    ) -> Result<BindStats, E> {
        let mut stats = BindStats::default();
        loop {
            let Some(bo) = self.evicted_bos(vm)?.next() else { return Ok(stats) };
            trace.validate(vm, bo);
            let mut traced = Traced { table: &mut *table, trace: &mut *trace };
            stats += self.validate_next(vm, &mut traced, &mut bring_back)?.unwrap_or_default();
        }
    }
}

/// Tells of each step, then carries it out.
struct Tracer<'a, P, T> {
    id: VmId,
    table: &'a mut P,
    trace: &'a mut T,
    stats: BindStats,
}

impl<P: PageTable, T: Trace> CarryOut for Tracer<'_, P, T> {
    fn expect(&self, _: u32) {}

    fn carry_out(&mut self, vm: &mut Vm, pairs: &mut Pairs, step: &Step, hint: Hint) {
        let Self { id, table, trace, stats } = self;
        trace.request(*id, vm.range_of(step.piece.start, step.piece.end), step.map);
        let visit = |op: &Op| {
            trace.operation(*id, op);
            Ok(())
        };
        let Ok::<_, Infallible>(_) = walk(&vm.space, step, hint, vm.coalesce, &mut Tell { vm, pairs, visit });
        let mut traced = Traced { table: &mut **table, trace: &mut **trace };
        let mut writer = Writer::new(&mut traced, vm.base);
        job::run_step(vm, pairs, step, hint, &mut writer);
        *stats += writer.finish();
    }
}
