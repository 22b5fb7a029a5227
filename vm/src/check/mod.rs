//! The checker: do all views of an address space agree?
//!
//! [`faults`] compares a VM with itself: tree, records, pairs, evicted list, page table entries. [`Model`] compares it with what the requests meant,
//! on an array of pages that is too simple to be wrong. Both report everything they find.

mod model;

pub use model::Model;

use crate::arena::NONE;
use crate::bo::{BoId, List, Residency};
use crate::error::Error;
use crate::manager::Manager;
use crate::mapping::Piece;
use crate::page_table::delta::Backing;
use crate::page_table::pte;
use crate::tree::Span;
use crate::units::{PAGE_SHIFT, VaRange};
use crate::vm::{Vm, VmId};

/// A disagreement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The mapping overlaps the one before it or leaves the VM.
    Misplaced(VaRange),
    /// The mapping lies in the reserved range or crosses a region's edge.
    Forbidden(VaRange),
    /// The tree and the record disagree about the mapping.
    Record(VaRange),
    /// The mapping and its left neighbour should be one.
    NotCoalesced(VaRange),
    /// The mapping reaches out of its BO.
    OutsideBo(VaRange),
    /// The list of the pair holds other mappings than the tree.
    Pair(BoId),
    /// The pair's place on the evicted or external list is wrong.
    Membership(BoId),
    /// A page table entry is not what the mapping says.
    Entry {
        /// The page.
        page: u64,
        /// What the entry should be.
        expected: u64,
        /// What it is.
        found: u64,
    },
    /// The page is mapped otherwise than the requests said.
    Page(u64),
}

/// All that is wrong with a VM; `load` reads the page table. Cost: all mapped pages.
///
/// # Errors
/// [`Error::NoVm`].
pub fn faults(manager: &Manager, vm: VmId, load: impl Fn(u64) -> u64) -> Result<Vec<Fault>, Error> {
    let mut faults = Vec::new();
    let target = manager.vm(vm)?;
    check_mappings(manager, target, &mut faults);
    check_entries(manager, target, load, &mut faults);
    check_pairs(manager, vm, target, &mut faults);
    Ok(faults)
}

fn check_mappings(manager: &Manager, vm: &Vm, faults: &mut Vec<Fault>) {
    let mut last: Option<Piece> = None;
    for entry in vm.space.tree.iter() {
        let piece = vm.space.piece(&entry);
        let range = vm.range_of(entry.start, entry.end);
        if entry.end <= entry.start
            || last.is_some_and(|last| entry.start < last.end)
            || !vm.range.contains(range)
        {
            faults.push(Fault::Misplaced(range));
        }
        let outside = |regions: &crate::region::Regions| !regions.hold(Span::new(entry.start, entry.end));
        if vm.reserved.is_some_and(|reserved| reserved.intersects(range))
            || vm.regions.as_ref().is_some_and(outside)
        {
            faults.push(Fault::Forbidden(range));
        }
        if (piece.start, piece.end, piece.tag()) != (entry.start, entry.end, entry.value.tag) {
            faults.push(Fault::Record(range));
        }
        if vm.coalesce && last.is_some_and(|last| last.end == piece.start && last.continues(&piece)) {
            faults.push(Fault::NotCoalesced(range));
        }
        if !piece.is_null() {
            let bo = manager.bo(manager.pairs.vm_bos[piece.vm_bo].bo);
            let last_page = u64::from(piece.bo_page) + u64::from(piece.end - piece.start);
            if bo.is_ok_and(|bo| last_page > u64::from(bo.pages)) {
                faults.push(Fault::OutsideBo(range));
            }
        }
        last = Some(piece);
    }
}

fn check_entries(manager: &Manager, vm: &Vm, load: impl Fn(u64) -> u64, faults: &mut Vec<Fault>) {
    for entry in vm.space.tree.iter() {
        let piece = vm.space.piece(&entry);
        for page in piece.start..piece.end {
            let address = |host| host + (u64::from(piece.bo_page_at(page)) << PAGE_SHIFT);
            let expected = match Backing::of(&manager.pairs, &piece) {
                Backing::Null => pte::NULL,
                Backing::Evicted(host) => pte::fault(address(host), piece.flags),
                Backing::At(host) => pte::valid(address(host), piece.flags),
            };
            let page = vm.base + u64::from(page);
            let found = load(page);
            if found != expected {
                faults.push(Fault::Entry { page, expected, found });
            }
        }
    }
}

fn check_pairs(manager: &Manager, id: VmId, vm: &Vm, faults: &mut Vec<Fault>) {
    let pairs = &manager.pairs;
    let lists = pairs.lists(id);
    let linked: usize =
        pairs.walk(List::InVm, lists.all).map(|index| pairs.vm_bos[index].count as usize).sum();
    let in_tree = vm.space.tree.iter().filter(|entry| !vm.space.piece(entry).is_null());
    let mut counts_agree = linked == in_tree.count();
    for index in pairs.walk(List::InVm, lists.all) {
        let pair = &pairs.vm_bos[index];
        let (mut slot, mut before, mut count) = (pair.mappings, NONE, 0);
        while slot != NONE && count <= pair.count {
            let record = &vm.space.records[slot];
            let span = Span::new(record.piece.start, record.piece.end);
            let found = vm.space.tree.find(span).is_some_and(|entry| entry.value.record == slot);
            counts_agree &= found && record.prev == before && record.piece.vm_bo == index;
            (before, slot, count) = (slot, record.next, count + 1);
        }
        if !counts_agree || count != pair.count || pair.vm != id || pairs.find(id, pair.bo) != Some(index) {
            faults.push(Fault::Pair(pair.bo));
        }
        let evicted = pairs.walk(List::Evicted, lists.evicted).any(|other| other == index);
        let external = pairs.walk(List::External, lists.external).any(|other| other == index);
        let shared = manager.vms_of(pair.bo).is_ok_and(|vms| vms.count() > 1);
        if evicted != (pair.residency == Residency::Evicted) || external != shared {
            faults.push(Fault::Membership(pair.bo));
        }
    }
}
