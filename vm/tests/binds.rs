//! The way of a bind through the public interface.
#![expect(clippy::unwrap_used, reason = "a failing test may panic")]

use lacuna_vm::*;

fn pages(start: u64, end: u64) -> VaRange {
    VaRange::new(Va(start * PAGE_SIZE), (end - start) * PAGE_SIZE).unwrap()
}

fn map(range: VaRange, bo: BoId, page: u64) -> Request {
    Request::Map { range, bo, offset: BoOffset(page * PAGE_SIZE), flags: MapFlags::EMPTY }
}

fn options(coalesce: bool) -> VmOptions {
    VmOptions { name: "test".into(), range: pages(0, 1 << 20), reserved: None, coalesce, regions: false }
}

#[test]
fn an_identical_rebind_writes_no_entry() {
    for coalesce in [false, true] {
        let mut manager = Manager::new();
        let mut table = RecordingPageTable::new();
        let vm = manager.create_vm(options(coalesce)).unwrap();
        let bo = manager.create_bo(64 * PAGE_SIZE, 0x1000_0000).unwrap();
        let job = manager.prepare(vm, &[map(pages(4, 12), bo, 2)]).unwrap();
        assert_eq!(manager.run(job, &mut table).entries_written, 8);
        for range in [pages(4, 12), pages(5, 6), pages(4, 5), pages(10, 12)] {
            let job = manager.prepare(vm, &[map(range, bo, range.start().page() - 2)]).unwrap();
            let stats = manager.run(job, &mut table);
            assert_eq!((stats.entries_written, stats.entries_kept), (0, range.size() / PAGE_SIZE));
        }
        assert_eq!(table.load(5), 0x1003_0001);
        manager.destroy_bo(bo, &mut table).unwrap();
        assert!((0..20).all(|page| table.load(page) == 0));
    }
}

#[test]
fn a_bo_destroyed_before_its_job_runs_is_unbound() {
    let mut manager = Manager::new();
    let mut table = RecordingPageTable::new();
    let vm = manager.create_vm(options(true)).unwrap();
    let old = manager.create_bo(64 * PAGE_SIZE, 0x1000_0000).unwrap();
    let new = manager.create_bo(64 * PAGE_SIZE, 0x2000_0000).unwrap();
    let job = manager.prepare(vm, &[map(pages(0, 4), old, 0)]).unwrap();
    manager.run(job, &mut table);
    let job = manager.prepare(vm, &[map(pages(1, 3), new, 0)]).unwrap();
    manager.destroy_bo(new, &mut table).unwrap();
    manager.run(job, &mut table);
    assert_eq!([0, 1, 2, 3].map(|page| table.load(page)), [0x1000_0001, 0, 0, 0x1003_0001]);
}
