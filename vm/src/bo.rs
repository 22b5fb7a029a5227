//! Buffer objects, and the pairs of a VM and a BO ([`VmBo`]).
//!
//! A pair exists while the VM has a mapping of the BO or a prepared job may make one. It answers, at the cost of the answer alone: the
//! mappings of this BO in this VM, the VMs that hold this BO, the evicted and the shared BOs of this VM.
//!
//! ```text
//!   Bo ──IN_BO──> VmBo ──────> VmBo            the VMs of one BO
//!                  │ ^
//!         mappings │ └─ IN_VM, EVICTED, EXTERNAL ── Vm
//!                  v
//!               Record <─> Record <─> Record    in one VM
//! ```
//!
//! # Invariants
//! 1. There is at most one pair per VM and BO, and it is on the BO's and on the VM's list.
//! 2. A pair is on the VM's evicted list exactly if its BO is evicted, on its external list exactly if the BO is in another VM too.
//! 3. `count` records are on the list that begins at `mappings`, and each of them names the pair.

use std::collections::HashMap;
use std::fmt;
use std::hash::{BuildHasherDefault, DefaultHasher};

use slotmap::{SlotMap, new_key_type};

use crate::arena::{Arena, NONE, number};
use crate::error::Error;
use crate::evict::Priority;
use crate::mapping::{Record, Records};
use crate::units::PAGE_SHIFT;
use crate::vm::VmId;

new_key_type! {
    /// Names a BO of a [`Manager`](crate::Manager).
    pub struct BoId;
}

impl fmt::Display for BoId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "bo{}", number(*self))
    }
}

/// A buffer object: memory that can be mapped.
#[derive(Debug)]
pub(crate) struct Bo {
    /// Where the memory is, in the host's address space.
    pub(crate) host: u64,
    pub(crate) pages: u32,
    pub(crate) evicted: bool,
    /// Counted: while it is not zero the BO is not evicted.
    pub(crate) pinned: u32,
    pub(crate) priority: Priority,
    pub(crate) last_use: u64,
    pub(crate) vm_bos: u32,
}

impl Bo {
    pub(crate) const fn new(host: u64, pages: u32) -> Self {
        Self {
            host,
            pages,
            evicted: false,
            pinned: 0,
            priority: Priority::DEFAULT,
            last_use: 0,
            vm_bos: NONE,
        }
    }

    /// Its size in bytes, whole pages.
    pub(crate) const fn size(&self) -> u64 {
        (self.pages as u64) << PAGE_SHIFT
    }
}

/// What a pair's mappings have in the page table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Residency {
    /// Addresses.
    Resident,
    /// Entries that fault.
    Evicted,
    /// The BO is destroyed; only prepared jobs still know the pair.
    Dead,
}

/// The lists that a pair can be on.
#[derive(Clone, Copy, Debug)]
pub(crate) enum List {
    InBo,
    InVm,
    Evicted,
    External,
}

#[derive(Clone, Copy, Debug)]
struct Link {
    prev: u32,
    next: u32,
}

impl Link {
    const OFF: Self = Self { prev: NONE, next: NONE };
}

/// The pair of a VM and a BO.
#[derive(Debug)]
pub(crate) struct VmBo {
    pub(crate) vm: VmId,
    pub(crate) bo: BoId,
    pub(crate) host: u64,
    pub(crate) residency: Residency,
    /// First of the mappings.
    pub(crate) mappings: u32,
    pub(crate) count: u32,
    /// Steps of prepared jobs that will map the BO.
    pub(crate) pins: u32,
    links: [Link; 4],
}

impl VmBo {
    /// The next pair on the list.
    pub(crate) const fn next(&self, list: List) -> u32 {
        self.links[list as usize].next
    }

    /// Whether it has neither mappings nor pins.
    #[inline]
    pub(crate) const fn is_unused(&self) -> bool {
        self.count == 0 && self.pins == 0
    }
}

/// Where the lists of a VM begin.
#[derive(Debug)]
pub(crate) struct VmLists {
    pub(crate) all: u32,
    pub(crate) evicted: u32,
    pub(crate) external: u32,
}

impl VmLists {
    pub(crate) const fn new() -> Self {
        Self { all: NONE, evicted: NONE, external: NONE }
    }

    fn head(&mut self, list: List) -> &mut u32 {
        match list {
            List::Evicted => &mut self.evicted,
            List::External => &mut self.external,
            List::InVm | List::InBo => &mut self.all,
        }
    }
}

/// All BOs and pairs of a manager.
#[derive(Debug)]
pub(crate) struct Pairs {
    pub(crate) bos: SlotMap<BoId, Bo>,
    pub(crate) vm_bos: Arena<VmBo>,
    /// By the index of the VM.
    pub(crate) lists: Vec<VmLists>,
    /// The pair of a VM and a BO; only ever looked up, so that its order does not matter.
    by_members: HashMap<(VmId, BoId), u32, BuildHasherDefault<DefaultHasher>>,
}

impl Pairs {
    pub(crate) fn new() -> Self {
        let by_members = HashMap::with_hasher(BuildHasherDefault::new());
        Self { bos: SlotMap::with_key(), vm_bos: Arena::new(), lists: Vec::new(), by_members }
    }

    /// The pairs on a list, from its head.
    pub(crate) fn walk(&self, list: List, head: u32) -> impl Iterator<Item = u32> + '_ {
        let some = |index| (index != NONE).then_some(index);
        std::iter::successors(some(head), move |&index| some(self.vm_bos[index].next(list)))
    }

    /// Where the lists of `vm` begin.
    pub(crate) fn lists(&self, vm: VmId) -> &VmLists {
        &self.lists[number(vm) as usize]
    }

    fn push(&mut self, list: List, index: u32) {
        let pair = &self.vm_bos[index];
        let head = match list {
            List::InBo => self.bos.get_mut(pair.bo).map(|bo| &mut bo.vm_bos),
            _ => Some(self.lists[number(pair.vm) as usize].head(list)),
        };
        let Some(head) = head else { return };
        let old = std::mem::replace(head, index);
        self.vm_bos[index].links[list as usize] = Link { prev: index, next: old };
        if old != NONE {
            self.vm_bos[old].links[list as usize].prev = index;
        }
        // The first element's `prev` is itself: it is on the list, and nothing is before it.
    }

    /// Takes a pair off a list; nothing happens if it is not on it.
    fn unlink(&mut self, list: List, index: u32) {
        let Link { prev, next } = std::mem::replace(&mut self.vm_bos[index].links[list as usize], Link::OFF);
        if prev == NONE {
            return;
        }
        if next != NONE {
            self.vm_bos[next].links[list as usize].prev = if prev == index { next } else { prev };
        }
        if prev != index {
            self.vm_bos[prev].links[list as usize].next = next;
            return;
        }
        let pair = &self.vm_bos[index];
        match list {
            List::InBo => {
                if let Some(bo) = self.bos.get_mut(pair.bo) {
                    bo.vm_bos = next;
                }
            }
            _ => *self.lists[number(pair.vm) as usize].head(list) = next,
        }
    }

    /// The pair of `vm` and `bo`, if it exists.
    pub(crate) fn find(&self, vm: VmId, bo: BoId) -> Option<u32> {
        let first = self.bos.get(bo)?.vm_bos;
        if first != NONE && self.vm_bos[first].vm == vm {
            // Nearly always: few BOs are in more than one VM.
            return Some(first);
        }
        self.by_members.get(&(vm, bo)).copied()
    }

    /// The pair of `vm` and `bo`, made if it does not exist yet.
    pub(crate) fn obtain(&mut self, vm: VmId, bo: BoId) -> Result<u32, Error> {
        if let Some(index) = self.find(vm, bo) {
            return Ok(index);
        }
        let Bo { evicted, host, vm_bos: first, .. } = *self.bos.get(bo).ok_or(Error::NoBo)?;
        self.vm_bos.reserve(1)?;
        self.vm_bos.release(1);
        self.by_members.try_reserve(1).map_err(|_| Error::OutOfMemory)?;
        let residency = if evicted { Residency::Evicted } else { Residency::Resident };
        let links = [Link::OFF; 4];
        let index =
            self.vm_bos.add(VmBo { vm, bo, host, residency, mappings: NONE, count: 0, pins: 0, links });
        self.by_members.insert((vm, bo), index);
        self.push(List::InBo, index);
        self.push(List::InVm, index);
        if evicted {
            self.push(List::Evicted, index);
        }
        if first != NONE {
            self.push(List::External, index);
            if self.vm_bos[first].next(List::InBo) == NONE {
                // Until now the BO was in one VM only.
                self.push(List::External, first);
            }
        }
        Ok(index)
    }

    /// Drops a pair that has neither mappings nor pins.
    #[inline]
    pub(crate) fn drop_if_unused(&mut self, index: u32) {
        if self.vm_bos[index].is_unused() {
            self.detach(index);
            self.vm_bos.remove(index);
        }
    }

    /// Takes a pair off all lists: from then on only prepared jobs know it.
    pub(crate) fn detach(&mut self, index: u32) {
        let VmBo { vm, bo, residency, .. } = self.vm_bos[index];
        if residency == Residency::Dead {
            return;
        }
        self.by_members.remove(&(vm, bo));
        for list in [List::InBo, List::InVm, List::Evicted, List::External] {
            self.unlink(list, index);
        }
        self.vm_bos[index].residency = Residency::Dead;
        let last = self.bos.get(bo).map_or(NONE, |bo| bo.vm_bos);
        if last != NONE && self.vm_bos[last].next(List::InBo) == NONE {
            self.unlink(List::External, last);
        }
    }

    /// Forgets all pairs of a VM that goes away with its mappings; prepared jobs keep theirs until they are run or cancelled.
    pub(crate) fn drop_vm(&mut self, vm: VmId) {
        while self.lists(vm).all != NONE {
            let index = self.lists(vm).all;
            self.detach(index);
            self.vm_bos[index].count = 0;
            self.drop_if_unused(index);
        }
    }

    /// Marks a pair as evicted or not, on the pair and on the VM's list.
    pub(crate) fn set_residency(&mut self, index: u32, residency: Residency) {
        self.unlink(List::Evicted, index);
        if residency == Residency::Evicted {
            self.push(List::Evicted, index);
        }
        self.vm_bos[index].residency = residency;
    }

    /// Links the record in `slot` to the pair that it names.
    #[inline]
    pub(crate) fn link_record(&mut self, records: &mut Records, slot: u32) {
        let vm_bo = records[slot].piece.vm_bo;
        if vm_bo == NONE {
            return;
        }
        let pair = &mut self.vm_bos[vm_bo];
        let next = std::mem::replace(&mut pair.mappings, slot);
        pair.count += 1;
        let record = &mut records[slot];
        (record.prev, record.next) = (NONE, next);
        if next != NONE {
            records[next].prev = slot;
        }
    }

    /// Takes the record in `slot` off its pair's list, and drops the pair with its last record.
    #[inline]
    pub(crate) fn unlink_record(&mut self, records: &mut Records, slot: u32) {
        let Record { piece, prev, next } = records[slot];
        if piece.is_null() {
            return;
        }
        let pair = &mut self.vm_bos[piece.vm_bo];
        pair.count -= 1;
        match prev {
            NONE => pair.mappings = next,
            _ => records[prev].next = next,
        }
        if next != NONE {
            records[next].prev = prev;
        }
        self.drop_if_unused(piece.vm_bo);
    }
}
