//! Changes of one mapping, whole: [`insert`](Manager::insert) where nothing is, [`remove`](Manager::remove) of exactly what is there.
//!
//! For drivers that know what is where, and want to be told if that is wrong, where a map or unmap would make room.

use crate::error::Error;
use crate::job::run_step;
use crate::manager::Manager;
use crate::mapping::{MapFlags, Mapping, Piece};
use crate::page_table::PageTable;
use crate::page_table::delta::{BindStats, Delta, Writer};
use crate::query::mapping;
use crate::request::{Request, Step};
use crate::split::{Old, Visit, commit, walk};
use crate::tree::Hint;
use crate::units::VaRange;
use crate::vm::VmId;

impl From<Mapping> for Request {
    /// The request that makes such a mapping.
    fn from(Mapping { range, bo, offset, flags }: Mapping) -> Self {
        match bo {
            Some(bo) => Self::Map { range, bo, offset, flags: flags.without(MapFlags::EVICTED) },
            None => Self::MapNull { range },
        }
    }
}

/// Writes entries, but refuses to take anything away.
struct IntoGap<'w, 'a, P> {
    delta: Delta<'w, 'a, P>,
    range: VaRange,
}

impl<P: PageTable> Visit for IntoGap<'_, '_, P> {
    type Refusal = Error;

    fn cut(&mut self, _: &Step, _: Old<'_>, _: bool) -> Result<(), Error> {
        Err(Error::Exists(self.range))
    }

    fn map(&mut self, new: &Piece) -> Result<(), Error> {
        self.delta.map(new).map_err(|never| match never {})
    }

    fn merge(&mut self, left: &Piece, right: &Piece) -> Result<(), Error> {
        self.delta.merge(left, right).map_err(|never| match never {})
    }
}

impl Manager {
    /// Makes a mapping where nothing is mapped yet. A VM that coalesces may make it part of a neighbour.
    ///
    /// # Errors
    /// [`Error::Exists`]; as [`prepare`](Self::prepare).
    #[doc(alias = "drm_gpuva_insert")]
    pub fn insert(
        &mut self,
        vm: VmId,
        mapping: Mapping,
        table: &mut impl PageTable,
    ) -> Result<BindStats, Error> {
        let job = self.prepare(vm, &[mapping.into()])?;
        let target = self.vms.get_mut(vm).ok_or(Error::NoVm)?;
        let mut writer = Writer::new(table, target.base);
        let mut result = Ok(());
        for step in &job.promise.steps {
            let delta = Delta::new(&mut writer, &self.pairs, step);
            let mut into_gap = IntoGap { delta, range: mapping.range };
            result = walk(&target.space, step, Hint::NONE, target.coalesce, &mut into_gap)
                .map(|plan| commit(&mut target.space, &mut self.pairs, step, &plan));
        }
        let stats = writer.finish();
        self.cancel(job);
        result.map(|()| stats)
    }

    /// Removes the mapping with exactly these bounds and returns it; [`insert`](Self::insert) would put it back. Nothing happens if there is no such
    /// mapping. Allocates nothing.
    ///
    /// # Errors
    /// [`Error::NoVm`]; what is wrong with the range.
    #[doc(alias = "drm_gpuva_remove")]
    pub fn remove(
        &mut self,
        vm: VmId,
        range: VaRange,
        table: &mut impl PageTable,
    ) -> Result<Option<Mapping>, Error> {
        let target = self.vms.get_mut(vm).ok_or(Error::NoVm)?;
        let span = target.span(range)?;
        let Some(entry) = target.space.tree.find(span) else { return Ok(None) };
        let gone = mapping(target, &self.pairs, &target.space.piece(&entry));
        let mut writer = Writer::new(table, target.base);
        run_step(target, &mut self.pairs, &Step::unmap(span.start, span.end), Hint::NONE, &mut writer);
        writer.finish();
        Ok(Some(gone))
    }
}
