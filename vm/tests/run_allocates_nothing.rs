//! The second stage of a bind may not allocate: the allocator ends the process if it does. The first may fail at every allocation.
#![expect(clippy::unwrap_used, reason = "a failing test may panic")]
#![expect(unsafe_code, reason = "an allocator that refuses")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use lacuna_vm::*;

struct Refusing;

thread_local! {
    /// Any allocation aborts the process.
    static FORBIDDEN: Cell<bool> = const { Cell::new(false) };
    /// Allocations until one fails; none does at zero.
    static FAIL_AFTER: Cell<u64> = const { Cell::new(0) };
}

fn refuse() -> bool {
    if FORBIDDEN.with(Cell::get) {
        std::process::abort();
    }
    FAIL_AFTER.with(|left| {
        let now = left.get();
        left.set(now.saturating_sub(1));
        now == 1
    })
}

// SAFETY: every call goes to the system's allocator as it is, or fails, which `GlobalAlloc` permits.
unsafe impl GlobalAlloc for Refusing {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if refuse() {
            return std::ptr::null_mut();
        }
        // SAFETY: the caller's promises are the ones needed.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if refuse() {
            return std::ptr::null_mut();
        }
        // SAFETY: as above.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Refusing = Refusing;

/// A page table that does nothing, so that only the manager's own allocations count.
struct Nowhere;

impl PageTable for Nowhere {
    fn map_pages(&mut self, _: u64, _: u64, _: u64, _: MapFlags) {}
    fn unmap_pages(&mut self, _: u64, _: u64) {}
    fn set_null(&mut self, _: u64, _: u64) {}
    fn set_fault(&mut self, _: u64, _: u64, _: u64, _: MapFlags) {}
    fn invalidate(&mut self, _: u64, _: u64) {}
}

fn pages(start: u64, count: u64) -> VaRange {
    VaRange::new(Va(start * PAGE_SIZE), count * PAGE_SIZE).unwrap()
}

fn random(state: &mut u64) -> u64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    *state >> 33
}

fn batch(state: &mut u64, bos: &[BoId], len: u64) -> Vec<Request> {
    (0..len)
        .map(|_| {
            let range = pages(random(state) % 5000, 1 + random(state) % 40);
            let bo = bos[random(state) as usize % bos.len()];
            match random(state) % 4 {
                0 => Request::Unmap { range },
                1 => Request::MapNull { range },
                _ => Request::Map {
                    range,
                    bo,
                    offset: BoOffset(random(state) % 64 * PAGE_SIZE),
                    flags: MapFlags::EMPTY,
                },
            }
        })
        .collect()
}

fn setup(coalesce: bool) -> (Manager, VmId, Vec<BoId>) {
    let mut manager = Manager::new();
    let options =
        VmOptions { name: String::new(), range: pages(0, 1 << 20), reserved: None, coalesce, regions: false };
    let vm = manager.create_vm(options).unwrap();
    let bos = (1..4).map(|i| manager.create_bo(128 * PAGE_SIZE, i << 32).unwrap()).collect();
    (manager, vm, bos)
}

/// The test runs itself again, with an allocation where none is allowed.
#[test]
#[cfg_attr(miri, ignore = "starts a process")]
fn a_forbidden_allocation_is_noticed() {
    const ALLOCATE: &str = "LACUNA_TEST_ALLOCATE";
    if std::env::var_os(ALLOCATE).is_some() {
        FORBIDDEN.with(|forbidden| forbidden.set(true));
        drop(std::hint::black_box(Box::new(0)));
        return;
    }
    let mut this = std::process::Command::new(std::env::current_exe().unwrap());
    let output = this.arg("a_forbidden_allocation").env(ALLOCATE, "1").output().unwrap();
    assert!(!output.status.success());
}

#[test]
fn running_a_job_allocates_nothing() {
    let mut state = 5;
    #[cfg(not(miri))]
    let linear = LinearPageTable::reserve(40).unwrap();
    #[cfg(not(miri))]
    let mut table = &linear;
    #[cfg(miri)]
    let mut table = Nowhere;
    for coalesce in [false, true] {
        let (mut manager, vm, bos) = setup(coalesce);
        for round in 0..if cfg!(miri) { 5 } else { 400 } {
            // Several jobs at a time, whose reservations have to add up.
            let jobs: Vec<_> = (0..3)
                .map(|_| manager.prepare(vm, &batch(&mut state, &bos, 1 + round * 7 % 60)).unwrap())
                .collect();
            FORBIDDEN.with(|forbidden| forbidden.set(true));
            for job in jobs {
                manager.run(job, &mut table);
            }
            FORBIDDEN.with(|forbidden| forbidden.set(false));
        }
    }
}

#[test]
fn every_failed_allocation_of_prepare_is_an_error_that_changes_nothing() {
    let mut state = 9;
    for fail in 1..if cfg!(miri) { 6 } else { 30 } {
        let (mut manager, vm, bos) = setup(true);
        let job = manager.prepare(vm, &batch(&mut state, &bos, 20)).unwrap();
        manager.run(job, &mut Nowhere);
        let before: Vec<_> = manager.mappings(vm).unwrap().collect();
        let requests = batch(&mut state, &bos, if cfg!(miri) { 60 } else { 2000 });
        FAIL_AFTER.with(|left| left.set(fail));
        let result = manager.prepare(vm, &requests);
        let failed = FAIL_AFTER.with(|left| left.replace(0)) == 0;
        match result {
            Ok(job) => {
                assert!(!failed);
                manager.cancel(job);
            }
            Err(error) => assert_eq!(error, Error::OutOfMemory),
        }
        assert!(manager.mappings(vm).unwrap().eq(before));
        assert_eq!(
            check::faults(&manager, vm, |_| 0)
                .unwrap()
                .iter()
                .filter(|f| matches!(f, check::Fault::Pair(_)))
                .count(),
            0
        );
        // And the manager still works.
        let job = manager.prepare(vm, &requests).unwrap();
        manager.run(job, &mut Nowhere);
    }
}
