//! What an access means when its page table entry is not `VALID`: the page-fault policy.
//!
//! Called by machine code through [`handle`] and by copies through [`resolve`], so that both agree. Memory that is evicted
//! is there after the fault ([`pager`]). Where nothing is bound, loads give zero and stores vanish
//! (`residencyNonResidentStrict`); who wants to know which shader does that gives its context [`Records`].

use core::ffi::c_void;

use lacuna_shaders::abi::{DispatchContext, FaultKind};
use lacuna_vm::page_table::pte;
use lacuna_vm::units::PAGE_SIZE;
use parking_lot::Mutex;

use super::span::{Access, Entries};
use super::{DeviceAddress, pager};

/// Accesses that are remembered of one job: the first ones tell most.
const MOST: usize = 64;

/// What follows from a shader's access to memory that is not bound. Its result is the same in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NonResident {
    /// Nothing: shaders may do that.
    Zero,
    /// It is logged.
    Report,
    /// The device is lost.
    Lose,
    /// The process is aborted, for a debugger to look at.
    Abort,
}

/// A shader's access to memory that is not bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record {
    /// Where.
    pub address: DeviceAddress,
    /// Whether it was a store or an atomic operation.
    pub is_write: bool,
}

/// What the shaders of a job accessed that is not bound, once for each page.
#[derive(Debug, Default)]
pub struct Records(Mutex<Vec<Record>>);

impl Records {
    /// What was recorded since the last call.
    pub fn take(&self) -> Vec<Record> {
        std::mem::take(&mut self.0.lock())
    }

    /// For [`DispatchContext::user`].
    pub fn as_user(&self) -> *const c_void {
        (&raw const *self).cast()
    }

    fn note(&self, address: DeviceAddress, is_write: bool) {
        let mut records = self.0.lock();
        let known = |record: &Record| page(record.address) == page(address) && record.is_write == is_write;
        if records.len() < MOST && !records.iter().any(known) {
            records.push(Record { address, is_write });
        }
    }
}

/// The first address of a page.
pub fn page(address: DeviceAddress) -> DeviceAddress {
    address & !(PAGE_SIZE - 1)
}

/// The entry to use for an access whose entry is not `VALID` or not writable: zero means that there is no memory.
pub fn resolve(entry: u64, access: Access) -> u64 {
    if entry & pte::FAULT == 0 {
        return 0;
    }
    if let Some(pager) = pager::get() {
        pager.fault(entry & pte::ADDRESS_MASK);
    }
    let entry = pte::restored(entry);
    if permits(entry, access) { entry } else { 0 }
}

/// Whether an access may use `entry` as it is.
pub fn permits(entry: u64, access: Access) -> bool {
    let needed = match access {
        Access::Read => pte::VALID,
        Access::Write => pte::VALID | pte::READ_ONLY,
    };
    entry & needed == pte::VALID
}

/// The [`FaultHandler`](lacuna_shaders::abi::FaultHandler) of every context.
#[expect(
    unsafe_code,
    clippy::not_unsafe_ptr_arg_deref,
    reason = "looks into the context that machine code was given; a handler's type is safe"
)]
pub extern "C" fn handle(context: *const DispatchContext, address: DeviceAddress, kind: u32) -> u64 {
    // SAFETY: machine code hands on the context that it runs with, whose `user` is null or what `as_user` gave, alive as long
    // as the context is used, and whose page table is the one that `address` is looked up in.
    let (entries, records) = unsafe {
        let context = &*context;
        let entries = Entries::new(context.page_table.cast(), context.page_count);
        (entries, context.user.cast::<Records>().as_ref())
    };
    let access = if kind == FaultKind::Load as u32 { Access::Read } else { Access::Write };
    let entry = entries.load(address);
    let usable = if permits(entry, access) { entry } else { resolve(entry, access) };
    if let Some(records) = records.filter(|_| usable == 0) {
        records.note(address, access == Access::Write);
    }
    usable
}
