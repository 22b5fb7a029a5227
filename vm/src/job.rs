//! Bind jobs: a batch of requests, prepared where that may fail, run where it may not.
//!
//! ```text
//!   prepare   check every request, obtain the pairs, promise records and tree nodes for the worst case     may fail, changes no mapping
//!   run       for each step: walk, write entries, store                                                    cannot fail, allocates nothing
//! ```
//!
//! Between the two the space may change: other jobs run, BOs are evicted or destroyed, regions removed. That is why the worst case is reserved, and
//! why a job knows pairs and not host addresses. A map of a BO that is gone by then unbinds its range; so does one outside every region.
//!
//! Requests take effect in order. Contiguous neighbours in a batch are one step from the start if the VM coalesces.

use std::convert::Infallible;

use crate::arena::NONE;
use crate::bo::{Pairs, Residency};
use crate::error::Error;
use crate::page_table::PageTable;
use crate::page_table::delta::{Delta, Writer};
use crate::request::{Checker, Request, Step};
use crate::split::{commit, walk};
use crate::tree::{Reserve, Span};
use crate::vm::{Vm, VmId};

/// A prepared batch of requests. Give it to [`Manager::run`](crate::Manager::run) or [`Manager::cancel`](crate::Manager::cancel):
/// what is promised to a job that is merely dropped stays promised until the VM is destroyed.
#[derive(Debug)]
#[must_use = "a job does nothing until it is run"]
pub struct BindJob {
    pub(crate) vm: VmId,
    pub(crate) steps: Vec<Step>,
    nodes: Reserve,
    records: usize,
    /// Of the regions, when the steps were checked.
    epoch: u64,
}

impl BindJob {
    /// The VM that it will change.
    #[must_use]
    pub const fn vm(&self) -> VmId {
        self.vm
    }
}

/// Checks `requests` and reserves what running them can take at most. `steps` is an empty buffer to use.
pub(crate) fn prepare(
    id: VmId,
    vm: &mut Vm,
    pairs: &mut Pairs,
    requests: &[Request],
    mut steps: Vec<Step>,
) -> Result<BindJob, Error> {
    steps.try_reserve(requests.len()).map_err(|_| Error::OutOfMemory)?;
    let mut checker = Checker::new(id, vm, pairs);
    let mut result = Ok(());
    for request in requests {
        match checker.check(request) {
            Ok(step) => append(&mut steps, step, vm.coalesce, checker.pairs),
            Err(error) => {
                result = Err(error);
                break;
            }
        }
    }
    checker.finish();
    match result.and_then(|()| reserve(vm, &steps)) {
        Ok((nodes, records)) => {
            let epoch = vm.regions.as_ref().map_or(0, |regions| regions.epoch);
            Ok(BindJob { vm: id, steps, nodes, records, epoch })
        }
        Err(error) => {
            unpin(pairs, &steps);
            Err(error)
        }
    }
}

/// Adds a step, as part of the last one if it continues it.
#[inline]
fn append(steps: &mut Vec<Step>, step: Step, coalesce: bool, pairs: &mut Pairs) {
    if let Some(last) = steps.last_mut().filter(|_| coalesce) {
        let (old, new) = (&mut last.piece, &step.piece);
        if last.map == step.map && old.end == new.start && (!step.map || old.continues(new)) {
            old.end = new.end;
            return;
        }
    }
    if step.map && !step.piece.is_null() {
        pairs.vm_bos[step.piece.vm_bo].pins += 1;
    }
    steps.push(step);
}

fn reserve(vm: &mut Vm, steps: &[Step]) -> Result<(Reserve, usize), Error> {
    let records = steps.iter().map(Step::worst_case).sum();
    let nodes = vm.space.tree.reserve(records)?;
    match vm.space.records.reserve(records) {
        Ok(()) => Ok((nodes, records)),
        Err(error) => {
            vm.space.tree.release(nodes);
            Err(error)
        }
    }
}

fn unpin(pairs: &mut Pairs, steps: &[Step]) {
    for step in steps {
        unpin_step(pairs, step);
    }
}

#[inline]
fn unpin_step(pairs: &mut Pairs, step: &Step) {
    let vm_bo = step.piece.vm_bo;
    if vm_bo != NONE {
        pairs.vm_bos[vm_bo].pins -= 1;
        pairs.drop_if_unused(vm_bo);
    }
}

/// Gives back what the job holds, without running it. Returns its empty buffer.
pub(crate) fn cancel(vm: Option<&mut Vm>, pairs: &mut Pairs, job: BindJob) -> Vec<Step> {
    let BindJob { mut steps, nodes, records, .. } = job;
    unpin(pairs, &steps);
    if let Some(vm) = vm {
        vm.space.tree.release(nodes);
        vm.space.records.release(records);
    }
    steps.clear();
    steps
}

/// Runs the job on its VM: `act` carries out each step. Returns the job's empty buffer.
#[inline]
pub(crate) fn run(
    vm: &mut Vm,
    pairs: &mut Pairs,
    job: BindJob,
    mut act: impl FnMut(&mut Vm, &mut Pairs, &Step),
) -> Vec<Step> {
    let BindJob { mut steps, nodes, records, epoch, .. } = job;
    let checked = vm.regions.as_ref().is_none_or(|regions| regions.epoch == epoch);
    for step in &steps {
        let now = effective(vm, pairs, step, checked);
        act(vm, pairs, &now);
        unpin_step(pairs, step);
    }
    vm.space.tree.release(nodes);
    vm.space.records.release(records);
    steps.clear();
    steps
}

/// The step itself, or an unmap if what it wants to map, or the region to map it in, is gone.
#[inline]
fn effective(vm: &Vm, pairs: &Pairs, step: &Step, checked: bool) -> Step {
    let Step { piece, map } = step;
    let gone = *map && !piece.is_null() && pairs.vm_bos[piece.vm_bo].residency == Residency::Dead;
    let outside =
        || vm.regions.as_ref().is_some_and(|regions| !regions.hold(Span::new(piece.start, piece.end)));
    if gone || (*map && !checked && outside()) { Step::unmap(piece.start, piece.end) } else { *step }
}

/// One step: entries, then the space.
#[inline]
pub(crate) fn run_step<P: PageTable + ?Sized>(
    vm: &mut Vm,
    pairs: &mut Pairs,
    step: &Step,
    writer: &mut Writer<'_, P>,
) {
    let Ok::<_, Infallible>(plan) = walk(&vm.space, step, vm.coalesce, &mut Delta::new(writer, pairs, step));
    commit(&mut vm.space, pairs, step, &plan);
}
