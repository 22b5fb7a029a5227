//! Operations for a visitor or as a list, and batches that a visitor may refuse.
//!
//! Here the operations are what the caller wants to see, one by one; [`job`](crate::job) runs the same walk with the page table as its only
//! visitor. A refusal undoes the requests that were carried out before it in the same batch: each has saved what it replaced.

use thiserror::Error as ThisError;

use crate::arena::NONE;
use crate::bo::{BoId, Pairs};
use crate::error::Error;
use crate::job::{BindJob, run_step};
use crate::manager::Manager;
use crate::mapping::Piece;
use crate::op::Op;
use crate::page_table::PageTable;
use crate::page_table::delta::{BindStats, Writer};
use crate::query::mapping;
use crate::request::{Request, Step};
use crate::split::{Old, Visit, walk};
use crate::tree::{Hint, Reserve, Span};
use crate::units::VaRange;
use crate::vm::{Vm, VmId};

/// Why a transaction did not happen. The space is as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ThisError)]
pub enum TransactError<E> {
    /// The requests are wrong, or memory is exhausted.
    #[error(transparent)]
    Invalid(#[from] Error),
    /// The visitor refused an operation.
    #[error("the visitor refused an operation")]
    Refused(E),
}

/// Turns the pieces of a walk into operations and hands them on.
pub(crate) struct Tell<'a, F> {
    pub(crate) vm: &'a Vm,
    pub(crate) pairs: &'a Pairs,
    pub(crate) visit: F,
}

impl<E, F: FnMut(&Op) -> Result<(), E>> Visit for Tell<'_, F> {
    type Refusal = E;

    fn cut(&mut self, step: &Step, old: Old<'_>, keep: bool) -> Result<(), E> {
        let (piece, Step { piece: new, .. }) = (old.piece(), step);
        let show = |part: Piece| mapping(self.vm, self.pairs, &part);
        let prev = (piece.start < new.start).then(|| show(piece.part(piece.start, new.start)));
        let next = (new.end < piece.end).then(|| show(piece.part(new.end, piece.end)));
        let mapping = show(piece);
        (self.visit)(&match (prev, next) {
            (None, None) => Op::Unmap { mapping, keep },
            _ => Op::Remap { mapping, prev, next, keep },
        })
    }

    fn map(&mut self, new: &Piece) -> Result<(), E> {
        (self.visit)(&Op::Map(mapping(self.vm, self.pairs, new)))
    }

    fn merge(&mut self, left: &Piece, right: &Piece) -> Result<(), E> {
        let [left, right] = [left, right].map(|piece| mapping(self.vm, self.pairs, piece));
        (self.visit)(&Op::Merge { left, right })
    }
}

/// What a step replaced, and the room to put it back.
struct Undo {
    span: Span,
    saved: Vec<Piece>,
    nodes: Reserve,
}

impl Manager {
    /// The operations that a request would take, in order; nothing changes.
    ///
    /// # Errors
    /// As [`prepare`](Self::prepare).
    #[doc(alias = "drm_gpuvm_sm_map_ops_create")]
    #[doc(alias = "drm_gpuvm_sm_unmap_ops_create")]
    pub fn operations(&mut self, vm: VmId, request: &Request) -> Result<Vec<Op>, Error> {
        let job = self.prepare(vm, std::slice::from_ref(request))?;
        let mut list = Vec::new();
        let target = self.vm(vm)?;
        let visit = |op: &Op| {
            list.try_reserve(1).map_err(|_| Error::OutOfMemory)?;
            list.push(*op);
            Ok(())
        };
        let mut tell = Tell { vm: target, pairs: &self.pairs, visit };
        let walked: Result<(), Error> =
            job.promise.steps.iter().try_for_each(|step| {
                walk(&target.space, step, Hint::NONE, target.coalesce, &mut tell).map(drop)
            });
        self.cancel(job);
        walked.map(|()| list)
    }

    /// One `Prefetch` for each mapping that intersects a range.
    ///
    /// # Errors
    /// [`Error::NoVm`].
    #[doc(alias = "drm_gpuvm_prefetch_ops_create")]
    pub fn prefetch_operations(
        &self,
        vm: VmId,
        range: VaRange,
    ) -> Result<impl Iterator<Item = Op> + '_, Error> {
        Ok(self.mappings_in(vm, range)?.map(Op::Prefetch))
    }

    /// One `Unmap` for each mapping of a BO in a VM.
    ///
    /// # Errors
    /// [`Error::NoVm`], [`Error::NoBo`].
    #[doc(alias = "drm_gpuvm_bo_unmap_ops_create")]
    pub fn unmap_bo_operations(&self, vm: VmId, bo: BoId) -> Result<impl Iterator<Item = Op> + '_, Error> {
        Ok(self.mappings_of(vm, bo)?.map(|mapping| Op::Unmap { mapping, keep: false }))
    }

    /// Carries a batch out at once, showing `visit` each operation before it happens. If `visit` refuses one, the whole batch is undone.
    ///
    /// # Errors
    /// As [`prepare`](Self::prepare); [`TransactError::Refused`] with what `visit` returned.
    #[doc(alias = "drm_gpuvm_sm_map")]
    #[doc(alias = "drm_gpuvm_sm_unmap")]
    pub fn transact<E>(
        &mut self,
        vm: VmId,
        requests: &[Request],
        table: &mut impl PageTable,
        mut visit: impl FnMut(&Op) -> Result<(), E>,
    ) -> Result<BindStats, TransactError<E>> {
        let job = self.prepare(vm, requests)?;
        let target = self.vms.get_mut(vm).ok_or(Error::NoVm)?;
        let mut writer = Writer::new(table, target.base);
        let mut undo = Vec::new();
        let result = carry_out(target, &mut self.pairs, &job, &mut writer, &mut undo, &mut visit);
        for Undo { span, saved, nodes } in undo.into_iter().rev() {
            if result.is_err() {
                put_back(target, &mut self.pairs, span, &saved, &mut writer);
            }
            saved.iter().for_each(|piece| unpin(&mut self.pairs, piece));
            target.space.tree.release(nodes);
            target.space.records.release(saved.len() + 1);
        }
        let stats = writer.finish();
        self.cancel(job);
        result.map(|()| stats)
    }
}

fn carry_out<E>(
    vm: &mut Vm,
    pairs: &mut Pairs,
    job: &BindJob,
    writer: &mut Writer<'_, impl PageTable>,
    undo: &mut Vec<Undo>,
    visit: &mut impl FnMut(&Op) -> Result<(), E>,
) -> Result<(), TransactError<E>> {
    for step in &job.promise.steps {
        let mut tell = Tell { vm, pairs, visit: &mut *visit };
        walk(&vm.space, step, Hint::NONE, vm.coalesce, &mut tell).map_err(TransactError::Refused)?;
        undo.try_reserve(1).map_err(|_| Error::OutOfMemory)?;
        undo.push(save(vm, pairs, step)?);
        run_step(vm, pairs, step, Hint::NONE, writer);
    }
    Ok(())
}

/// Saves the mappings that a step touches or may join, with room to restore them.
fn save(vm: &mut Vm, pairs: &mut Pairs, step: &Step) -> Result<Undo, Error> {
    let Span { mut start, mut end } = Span::new(step.piece.start, step.piece.end);
    for neighbour in [vm.space.tree.find_prev(start), vm.space.tree.find_next(end)].into_iter().flatten() {
        start = start.min(neighbour.start);
        end = end.max(neighbour.end);
    }
    let mut saved = Vec::new();
    for entry in vm.space.tree.intersecting(Span::new(start, end)) {
        saved.try_reserve(1).map_err(|_| Error::OutOfMemory)?;
        saved.push(vm.space.piece(&entry));
    }
    if let (Some(first), Some(last)) = (saved.first(), saved.last()) {
        start = start.min(first.start);
        end = end.max(last.end);
    }
    let nodes = vm.space.tree.reserve(saved.len() + 1)?;
    if let Err(error) = vm.space.records.reserve(saved.len() + 1) {
        vm.space.tree.release(nodes);
        return Err(error);
    }
    for piece in saved.iter().filter(|piece| !piece.is_null()) {
        pairs.vm_bos[piece.vm_bo].pins += 1;
    }
    Ok(Undo { span: Span::new(start, end), saved, nodes })
}

fn put_back(
    vm: &mut Vm,
    pairs: &mut Pairs,
    span: Span,
    saved: &[Piece],
    writer: &mut Writer<'_, impl PageTable>,
) {
    let coalesce = std::mem::replace(&mut vm.coalesce, false);
    run_step(vm, pairs, &Step::unmap(span.start, span.end), Hint::NONE, writer);
    for piece in saved {
        run_step(vm, pairs, &Step { piece: *piece, map: true }, Hint::NONE, writer);
    }
    vm.coalesce = coalesce;
}

fn unpin(pairs: &mut Pairs, piece: &Piece) {
    if piece.vm_bo != NONE {
        pairs.vm_bos[piece.vm_bo].pins -= 1;
        pairs.drop_if_unused(piece.vm_bo);
    }
}
