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
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::arena::NONE;
use crate::bo::{Pairs, Residency};
use crate::error::Error;
use crate::mutation;
use crate::page_table::PageTable;
use crate::page_table::delta::{Delta, Writer};
use crate::request::{Checker, Request, Step};
use crate::split::{commit, walk};
use crate::tree::{Hint, Reserve};
use crate::vm::{Space, Vm, VmId};

/// A prepared batch of requests, for [`Manager::run`](crate::Manager::run) or [`Manager::cancel`](crate::Manager::cancel). One that is merely dropped
/// is cancelled when the manager prepares the next one.
#[derive(Debug)]
#[must_use = "a job does nothing until it is run"]
pub struct BindJob {
    pub(crate) vm: VmId,
    pub(crate) promise: Promise,
    /// Where the promise goes if the job is dropped.
    home: Option<Home>,
}

/// Promises of dropped jobs, of one manager.
#[derive(Debug, Default)]
pub(crate) struct Dropped {
    /// Whether there may be some: saves taking the lock.
    any: AtomicBool,
    jobs: Mutex<Vec<(VmId, Promise)>>,
}

/// Shared by a manager and its jobs.
pub(crate) type Home = Arc<Dropped>;

impl Dropped {
    /// Those dropped since the last call.
    pub(crate) fn take(&self) -> Option<Vec<(VmId, Promise)>> {
        if !self.any.load(Ordering::Acquire) {
            return None;
        }
        let mut jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        self.any.store(false, Ordering::Release);
        Some(std::mem::take(&mut *jobs))
    }
}

/// What a job holds.
#[derive(Debug, Default)]
pub(crate) struct Promise {
    pub(crate) steps: Vec<Step>,
    nodes: Reserve,
    records: usize,
    /// Of the regions, when the steps were checked.
    epoch: u64,
}

/// What a job leaves behind for the next one, so that a job at a time neither allocates a buffer nor counts references.
#[derive(Debug)]
pub(crate) struct Spare {
    pub(crate) steps: Vec<Step>,
    pub(crate) home: Option<Home>,
}

impl Spare {
    pub(crate) const EMPTY: Self = Self { steps: Vec::new(), home: None };
}

impl BindJob {
    /// The VM that it will change.
    #[must_use]
    pub const fn vm(&self) -> VmId {
        self.vm
    }

    /// The job's parts; dropping it does nothing any more.
    pub(crate) fn take(mut self) -> (Promise, Option<Home>) {
        (std::mem::take(&mut self.promise), self.home.take())
    }
}

impl Drop for BindJob {
    fn drop(&mut self) {
        let Some(home) = self.home.take() else { return };
        // Whoever panicked with the lock had nothing half done.
        let mut jobs = home.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        // Without room for it, the promise stays made until the VM is destroyed.
        if jobs.try_reserve(1).is_ok() {
            jobs.push((self.vm, std::mem::take(&mut self.promise)));
            home.any.store(true, Ordering::Release);
        }
    }
}

/// Checks `requests` and reserves what running them can take at most.
pub(crate) fn prepare(
    id: VmId,
    vm: &mut Vm,
    pairs: &mut Pairs,
    requests: &[Request],
    spare: Spare,
) -> Result<BindJob, Error> {
    let Spare { mut steps, home } = spare;
    steps.try_reserve(requests.len()).map_err(|_| Error::OutOfMemory)?;
    let mut checker = Checker::new(id, vm, pairs);
    let mut result = Ok(());
    let requests = if mutation::is("last_bind_of_many_is_lost") && requests.len() > 1 {
        &requests[..requests.len() - 1]
    } else {
        requests
    };
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
            Ok(BindJob { vm: id, promise: Promise { steps, nodes, records, epoch }, home })
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
    for alike in steps.chunk_by(|a, b| a.piece.vm_bo == b.piece.vm_bo) {
        let vm_bo = alike[0].piece.vm_bo;
        if vm_bo != NONE {
            pairs.vm_bos[vm_bo].pins -= alike.len() as u32;
            pairs.drop_if_unused(vm_bo);
        }
    }
}

/// Gives back what a job held, without running it. Returns its empty buffer.
pub(crate) fn cancel(vm: Option<&mut Vm>, pairs: &mut Pairs, promise: Promise) -> Vec<Step> {
    let Promise { mut steps, nodes, records, .. } = promise;
    unpin(pairs, &steps);
    if let Some(vm) = vm {
        vm.space.tree.release(nodes);
        vm.space.records.release(records);
    }
    steps.clear();
    steps
}

/// What [`run`] has done with each step.
pub(crate) trait CarryOut {
    /// The page's entry is likely to be written soon.
    fn expect(&self, page: u32);
    /// Carries a step out. `hint` says where it may be.
    fn carry_out(&mut self, vm: &mut Vm, pairs: &mut Pairs, step: &Step, hint: Hint);
}

/// Runs the job on its VM. Returns what the next job can use.
#[inline]
pub(crate) fn run(vm: &mut Vm, pairs: &mut Pairs, job: BindJob, act: &mut impl CarryOut) -> Spare {
    let (Promise { mut steps, nodes, records, epoch }, home) = job.take();
    let checked = vm.regions.as_ref().is_none_or(|regions| regions.epoch == epoch);
    let mut ahead = Ahead::new(&vm.space, &steps);
    for now in 0..steps.len() + ahead.lead() {
        ahead.look(&vm.space, &steps, now, act);
        let Some(now) = now.checked_sub(ahead.lead()) else { continue };
        let unbind;
        let mut step = &steps[now];
        if !is_possible(vm, pairs, step, checked) {
            unbind = Step::unmap(step.piece.start, step.piece.end);
            step = &unbind;
        }
        act.carry_out(vm, pairs, step, ahead.hint(now));
    }
    unpin(pairs, &steps);
    vm.space.tree.release(nodes);
    vm.space.records.release(records);
    steps.clear();
    Spare { steps, home }
}

/// Looks ahead to what the next steps will need, so that it is in the cache by then.
struct Ahead {
    /// Levels of the tree; none if there is nothing to look ahead to.
    levels: usize,
    /// Where steps seem to be, by their number.
    hints: [Hint; Self::RING],
    /// The records that they seem to cut, by their number.
    cuts: [u32; Self::RING],
}

impl Ahead {
    /// Steps that are carried out while the memory for another one is on its way.
    const STRIDE: usize = 4;
    /// Strides from the beginning of a search to its step.
    const STRIDES: usize = 5;
    /// More than all the steps under way; a power of two.
    const RING: usize = 64;

    fn new(space: &Space, steps: &[Step]) -> Self {
        let levels = if steps.len() > 1 { space.tree.levels() } else { 0 };
        Self { levels, hints: [Hint::NONE; Self::RING], cuts: [NONE; Self::RING] }
    }

    /// By how many steps the looking is ahead of the doing.
    const fn lead(&self) -> usize {
        if self.levels > 0 { self.levels - 1 + Self::STRIDES * Self::STRIDE } else { 0 }
    }

    const fn hint(&self, number: usize) -> Hint {
        self.hints[number % Self::RING]
    }

    /// Begins the search for step `now` and takes those begun before further.
    #[inline]
    fn look(&mut self, space: &Space, steps: &[Step], now: usize, act: &impl CarryOut) {
        if let Some(step) = steps.get(now) {
            act.expect(step.piece.start);
        }
        if self.levels == 0 {
            return;
        }
        let Space { tree, records } = space;
        if now < steps.len() {
            self.hints[now % Self::RING] = tree.begin();
        }
        // One level each of several searches, none of which has to wait for another.
        let lowest = self.levels - 1;
        for level in 0..lowest {
            let number = now.wrapping_sub(level);
            if let Some(step) = steps.get(number) {
                tree.down(step.piece.start, level, &mut self.hints[number % Self::RING]);
            }
        }
        let before = |strides: usize| {
            let number = now.wrapping_sub(lowest + strides * Self::STRIDE);
            steps.get(number).map(|step| (step, number % Self::RING))
        };
        if let Some((step, place)) = before(1) {
            tree.down(step.piece.start, lowest, &mut self.hints[place]);
        }
        if let Some((step, place)) = before(2) {
            tree.narrow(step.piece.start, &mut self.hints[place]);
        }
        if let Some((step, place)) = before(3) {
            self.cuts[place] = tree.arrive(self.hints[place], step.span()).map_or(NONE, |slot| slot.record);
            records.ask_for(self.cuts[place]);
            records.ask_for_room(2 * Self::STRIDE);
        }
        if let Some((step, place)) = before(4)
            && let Some(record) = records.get(self.cuts[place])
            && (!step.map || record.piece.vm_bo != step.piece.vm_bo)
        {
            // It will be taken out of a list.
            records.ask_for(record.prev);
            records.ask_for(record.next);
        }
    }
}

/// Whether what the step wants to map, and the region to map it in, are still there.
#[inline]
fn is_possible(vm: &Vm, pairs: &Pairs, step: &Step, checked: bool) -> bool {
    let Step { piece, map } = step;
    let gone = *map && !piece.is_null() && pairs.vm_bos[piece.vm_bo].residency == Residency::Dead;
    let outside = || vm.regions.as_ref().is_some_and(|regions| !regions.hold(step.span()));
    !gone && (!map || checked || !outside())
}

/// One step: entries, then the space.
#[inline]
pub(crate) fn run_step<P: PageTable + ?Sized>(
    vm: &mut Vm,
    pairs: &mut Pairs,
    step: &Step,
    hint: Hint,
    writer: &mut Writer<'_, P>,
) {
    let mut delta = Delta::new(writer, pairs, step);
    let Ok::<_, Infallible>(plan) = walk(&vm.space, step, hint, vm.coalesce, &mut delta);
    commit(&mut vm.space, pairs, step, &plan);
}

impl<P: PageTable + ?Sized> CarryOut for Writer<'_, P> {
    #[inline]
    fn expect(&self, page: u32) {
        self.expect(page);
    }

    #[inline]
    fn carry_out(&mut self, vm: &mut Vm, pairs: &mut Pairs, step: &Step, hint: Hint) {
        run_step(vm, pairs, step, hint, self);
    }
}
