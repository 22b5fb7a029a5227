//! What is refused, what the lists hold, and what eviction does to entries.
#![expect(clippy::unwrap_used, reason = "a failing test may panic")]

use lacuna_vm::check::{Model, faults};
use lacuna_vm::evict::{Chaos, Lru, Priority};
use lacuna_vm::page_table::{Call, pte};
use lacuna_vm::trace::Trace;
use lacuna_vm::*;

fn pages(start: u64, end: u64) -> VaRange {
    VaRange::new(Va(start * PAGE_SIZE), (end - start) * PAGE_SIZE).unwrap()
}

fn map(range: VaRange, bo: BoId, page: u64) -> Request {
    Request::Map { range, bo, offset: BoOffset(page * PAGE_SIZE), flags: MapFlags::EMPTY }
}

struct World {
    manager: Manager,
    table: RecordingPageTable,
    vm: VmId,
    bo: BoId,
}

fn options(range: VaRange) -> VmOptions {
    VmOptions { name: "rules".into(), range, reserved: None, coalesce: true, regions: false }
}

impl World {
    fn new(options: VmOptions) -> Self {
        let mut manager = Manager::new();
        let vm = manager.create_vm(options).unwrap();
        let bo = manager.create_bo(64 * PAGE_SIZE, 1 << 32).unwrap();
        Self { manager, table: RecordingPageTable::new(), vm, bo }
    }

    fn bind(&mut self, requests: &[Request]) -> Result<BindStats, Error> {
        let job = self.manager.prepare(self.vm, requests)?;
        let stats = self.manager.run(job, &mut self.table);
        assert_eq!(faults(&self.manager, self.vm, |page| self.table.load(page)), Ok(vec![]));
        Ok(stats)
    }

    /// A map and an unmap are refused in the same way.
    fn refuses(&mut self, range: VaRange, error: Error) {
        assert_eq!(self.bind(&[map(range, self.bo, 0)]), Err(error));
        assert_eq!(self.bind(&[Request::MapNull { range }]), Err(error));
        assert_eq!(self.bind(&[Request::Unmap { range }]), Err(error));
    }
}

#[test]
fn requests_lie_wholly_inside_the_vm() {
    let mut world = World::new(options(pages(8, 16)));
    for (start, end) in [(7, 9), (15, 17), (7, 17), (0, 8), (16, 20)] {
        world.refuses(pages(start, end), Error::OutsideVm(pages(start, end)));
    }
    assert!(world.bind(&[map(pages(8, 16), world.bo, 0)]).is_ok());
}

#[test]
fn the_ends_of_the_64_bit_space_are_usable() {
    let top = u64::MAX / PAGE_SIZE;
    let mut world = World::new(options(pages(top - 64, top)));
    assert!(world.bind(&[map(pages(top - 64, top), world.bo, 0)]).is_ok());
    let mut world = World::new(options(pages(0, 64)));
    assert!(world.bind(&[map(pages(0, 64), world.bo, 0)]).is_ok());
    assert_eq!(world.manager.find_prev(world.vm, Va(0)), Ok(None));
    let whole = VaRange::new(Va(0), PAGE_SIZE * (u64::from(u32::MAX) + 1)).unwrap();
    assert_eq!(world.manager.create_vm(options(whole)), Err(Error::TooLarge(whole.size())));
}

#[test]
fn the_reserved_range_is_untouchable() {
    let reserved = Some(pages(4, 6));
    let mut world = World::new(VmOptions { reserved, ..options(pages(0, 16)) });
    for (start, end) in [(4, 6), (3, 5), (5, 7), (0, 16)] {
        world.refuses(pages(start, end), Error::Reserved(pages(start, end)));
    }
    assert!(world.bind(&[map(pages(0, 4), world.bo, 0), map(pages(6, 16), world.bo, 0)]).is_ok());
    let outside = VmOptions { reserved: Some(pages(15, 17)), ..options(pages(0, 16)) };
    assert_eq!(world.manager.create_vm(outside), Err(Error::OutsideVm(pages(15, 17))));
}

#[test]
fn mappings_lie_inside_their_bo_and_on_page_borders() {
    let mut world = World::new(options(pages(0, 1 << 20)));
    let outside =
        |page, count| Error::OutsideBo { offset: BoOffset(page * PAGE_SIZE), size: count * PAGE_SIZE };
    assert_eq!(world.bind(&[map(pages(0, 2), world.bo, 63)]), Err(outside(63, 2)));
    assert_eq!(world.bind(&[map(pages(0, 1), world.bo, 64)]), Err(outside(64, 1)));
    let far = (u64::MAX >> PAGE_SHIFT) - 1;
    assert_eq!(world.bind(&[map(pages(0, 1), world.bo, far)]), Err(outside(far, 1)));
    let odd = Request::Map { range: pages(0, 1), bo: world.bo, offset: BoOffset(12), flags: MapFlags::EMPTY };
    assert_eq!(world.bind(&[odd]), Err(Error::Misaligned(12)));
    let odd = VaRange::new(Va(PAGE_SIZE), 100).unwrap();
    world.refuses(odd, Error::Misaligned(100));
    let flags = MapFlags::SPARSE;
    let odd = Request::Map { range: pages(0, 1), bo: world.bo, offset: BoOffset(0), flags };
    assert_eq!(world.bind(&[odd]), Err(Error::InvalidFlags));
    assert_eq!(world.manager.create_bo(0, 0), Err(Error::Empty));
    assert_eq!(world.manager.create_bo(1, 7), Err(Error::Misaligned(7)));
}

#[test]
fn a_refused_batch_leaves_no_trace() {
    let mut world = World::new(options(pages(0, 64)));
    let other = world.manager.create_bo(PAGE_SIZE, 2 << 32).unwrap();
    let bad = [map(pages(0, 1), world.bo, 0), map(pages(1, 2), other, 0), map(pages(2, 3), other, 1)];
    assert!(world.bind(&bad).is_err());
    assert_eq!(world.manager.mapping_count(world.vm), Ok(0));
    assert_eq!(world.manager.bos_of(world.vm).unwrap().count(), 0, "no pair is left");
}

#[test]
fn mappings_stay_inside_their_region() {
    let mut world = World::new(VmOptions { regions: true, ..options(pages(0, 64)) });
    let (vm, flags) = (world.vm, RegionFlags { sparse: true });
    let low = world.manager.insert_region(vm, pages(0, 8), flags).unwrap();
    let high = world.manager.insert_region(vm, pages(8, 16), flags).unwrap();
    let conflict = world.manager.insert_region(vm, pages(15, 20), flags);
    assert_eq!(conflict, Err(Error::RegionConflict(pages(15, 20))));
    for (start, end) in [(7, 9), (15, 17), (20, 21)] {
        let range = pages(start, end);
        assert_eq!(world.bind(&[map(range, world.bo, 0)]), Err(Error::OutsideRegion(range)));
    }
    assert!(world.bind(&[map(pages(0, 8), world.bo, 0), map(pages(10, 12), world.bo, 0)]).is_ok());
    assert!(world.bind(&[Request::Unmap { range: pages(4, 11) }]).is_ok());
    assert_eq!(world.manager.remove_region(vm, low), Err(Error::RegionNotEmpty(pages(0, 8))));
    let job = world.manager.prepare(vm, &[map(pages(12, 13), world.bo, 0)]).unwrap();
    world.manager.clear_region(vm, high, &mut world.table).unwrap();
    world.manager.run(job, &mut world.table);
    assert!(
        (8..16).all(|page| world.table.load(page) == 0),
        "a map prepared into a region that is gone unbinds"
    );
    assert_eq!(world.manager.remove_region(vm, high), Err(Error::NoRegion));
    assert_eq!(world.manager.region(vm, low).unwrap().range, pages(0, 8));
}

#[test]
fn evict_then_validate_restores_every_entry() {
    let mut world = World::new(options(pages(0, 64)));
    let other = world.manager.create_bo(8 * PAGE_SIZE, 2 << 32).unwrap();
    let (vm, bo) = (world.vm, world.bo);
    world.bind(&[map(pages(0, 4), bo, 0), map(pages(4, 8), other, 0), map(pages(9, 12), bo, 7)]).unwrap();
    let before: Vec<_> = (0..16).map(|page| world.table.load(page)).collect();
    world.manager.evict(bo, &mut world.table).unwrap();
    for page in [0, 3, 9, 11] {
        let fault = world.table.load(page);
        assert_eq!(fault & (pte::FAULT | pte::VALID), pte::FAULT);
        assert_eq!(pte::restored(fault), before[page as usize], "the fault says where the memory will be");
    }
    assert_eq!(world.table.load(4), before[4], "the other BO's entries stay");
    assert_eq!(world.manager.evicted_bos(vm).unwrap().collect::<Vec<_>>(), [bo]);
    // Binding an evicted BO is legal, and splitting its mappings too.
    world.bind(&[map(pages(20, 21), bo, 3), map(pages(1, 2), other, 0), map(pages(1, 2), bo, 1)]).unwrap();
    assert_eq!(world.table.load(20) & (pte::FAULT | pte::VALID), pte::FAULT);
    let failed = world.manager.validate(vm, &mut world.table, |_| Err(Error::OutOfMemory));
    assert_eq!(failed, Err(Error::OutOfMemory));
    assert_eq!(world.manager.is_evicted(bo), Ok(true));
    let mut asked = Vec::new();
    let bring_back = |bo| {
        asked.push(bo);
        Ok::<_, Error>(())
    };
    world.manager.validate(vm, &mut world.table, bring_back).unwrap();
    assert_eq!(asked, [bo]);
    assert_eq!((0..16).map(|page| world.table.load(page)).collect::<Vec<_>>(), before);
    assert_eq!(world.table.load(20), ((1 << 32) + 3 * PAGE_SIZE) | pte::VALID);
}

#[test]
fn restore_brings_one_bo_back_in_all_vms_and_leaves_the_others() {
    let mut world = World::new(options(pages(0, 64)));
    let (vm, bo) = (world.vm, world.bo);
    let other = world.manager.create_bo(8 * PAGE_SIZE, 2 << 32).unwrap();
    let second = world.manager.create_vm(options(pages(64, 128))).unwrap();
    world.bind(&[map(pages(0, 2), bo, 0), map(pages(2, 4), other, 0)]).unwrap();
    let job = world.manager.prepare(second, &[map(pages(64, 65), bo, 1)]).unwrap();
    world.manager.run(job, &mut world.table);
    let before: Vec<_> = (0..65).map(|page| world.table.load(page)).collect();
    for evicted in [bo, other] {
        world.manager.evict(evicted, &mut world.table).unwrap();
    }
    world.manager.restore(bo, &mut world.table).unwrap();
    assert_eq!([0, 1, 64].map(|page| world.table.load(page)), [0, 1, 64].map(|page| before[page as usize]));
    assert_eq!(world.manager.evicted_bos(vm).unwrap().collect::<Vec<_>>(), [other]);
    assert_eq!(world.manager.resident_bytes(), 64 * PAGE_SIZE, "the world's BO");
    assert_eq!(
        world.manager.restore(bo, &mut world.table),
        Ok(BindStats::default()),
        "nothing is left to do"
    );
    world.manager.restore(other, &mut world.table).unwrap();
    assert_eq!((0..65).map(|page| world.table.load(page)).collect::<Vec<_>>(), before);
}

#[test]
fn bos_in_two_vms_are_external_in_both() {
    let mut world = World::new(options(pages(0, 64)));
    let (vm, bo) = (world.vm, world.bo);
    let second = world.manager.create_vm(options(pages(64, 128))).unwrap();
    world.bind(&[map(pages(0, 1), bo, 0)]).unwrap();
    assert_eq!(world.manager.external_bos(vm).unwrap().count(), 0);
    let job = world.manager.prepare(second, &[map(pages(64, 65), bo, 0)]).unwrap();
    world.manager.run(job, &mut world.table);
    for vm in [vm, second] {
        assert_eq!(world.manager.external_bos(vm).unwrap().collect::<Vec<_>>(), [bo]);
    }
    assert_eq!(world.manager.vms_of(bo).unwrap().count(), 2);
    world.manager.destroy_vm(second, &mut world.table);
    assert_eq!(world.table.load(64), 0);
    assert_eq!(world.manager.external_bos(vm).unwrap().count(), 0);
    assert_eq!(world.manager.vms_of(bo).unwrap().collect::<Vec<_>>(), [vm]);
}

#[test]
fn a_job_for_a_vm_that_is_gone_does_nothing() {
    let mut world = World::new(options(pages(0, 64)));
    let job = world.manager.prepare(world.vm, &[map(pages(0, 1), world.bo, 0)]).unwrap();
    let cancelled = world.manager.prepare(world.vm, &[map(pages(0, 1), world.bo, 0)]).unwrap();
    world.manager.destroy_vm(world.vm, &mut world.table);
    assert_eq!(world.manager.run(job, &mut world.table), BindStats::default());
    world.manager.cancel(cancelled);
    assert!(world.table.calls.is_empty());
    assert_eq!(world.manager.prepare(world.vm, &[]).unwrap_err(), Error::NoVm);
    assert_eq!(world.manager.vms_of(world.bo).unwrap().count(), 0);
}

#[test]
fn the_least_recently_used_of_the_lowest_priority_goes_first() {
    let mut manager = Manager::new();
    let bos: Vec<_> = (1..6).map(|i| manager.create_bo(PAGE_SIZE, i << 32).unwrap()).collect();
    bos.iter().rev().for_each(|&bo| manager.touch(bo));
    manager.set_priority(bos[4], Priority::new(0.75)).unwrap();
    manager.pin(bos[3]).unwrap();
    assert_eq!(manager.victims(&mut Lru, 2 * PAGE_SIZE), [bos[2], bos[1]]);
    assert_eq!(manager.victims(&mut Lru, u64::MAX), [bos[2], bos[1], bos[0], bos[4]]);
    assert_eq!(manager.evict(bos[3], &mut RecordingPageTable::new()), Err(Error::Pinned));
    manager.unpin(bos[3]).unwrap();
    assert_eq!(manager.unpin(bos[3]), Err(Error::NotPinned));
    let chosen = manager.victims(&mut Chaos::new(7), u64::MAX);
    assert_eq!(chosen, manager.victims(&mut Chaos::new(7), u64::MAX), "a seed is a seed");
    assert_eq!(chosen.len(), 5);
}

#[test]
fn a_refusing_visitor_undoes_the_whole_batch() {
    let mut world = World::new(options(pages(0, 64)));
    let bo = world.bo;
    world.bind(&[map(pages(0, 8), bo, 0), map(pages(10, 12), bo, 20)]).unwrap();
    let before = text::space(&world.manager, world.vm).unwrap();
    let entries: Vec<_> = (0..64).map(|page| world.table.load(page)).collect();
    let requests =
        [map(pages(2, 4), bo, 40), Request::Unmap { range: pages(6, 11) }, map(pages(8, 10), bo, 8)];
    for refused_at in 0..5 {
        let mut count = 0;
        let visit = |_: &Op| {
            count += 1;
            if count > refused_at { Err(refused_at) } else { Ok(()) }
        };
        let result = world.manager.transact(world.vm, &requests, &mut world.table, visit);
        assert_eq!(result, Err(TransactError::Refused(refused_at)));
        assert_eq!(text::space(&world.manager, world.vm).unwrap(), before);
        assert!((0..64).map(|page| world.table.load(page)).eq(entries.iter().copied()));
    }
    let done = world.manager.transact(world.vm, &requests, &mut world.table, |_| Ok::<_, ()>(()));
    assert_eq!(done.unwrap().maps, 2);
}

#[test]
fn find_is_exact_and_neighbours_are_adjacent() {
    let mut world = World::new(options(pages(0, 64)));
    let (vm, bo) = (world.vm, world.bo);
    world.bind(&[map(pages(2, 4), bo, 0), map(pages(6, 8), bo, 30)]).unwrap();
    let manager = &world.manager;
    assert!(manager.find(vm, pages(2, 4)).unwrap().is_some());
    assert!(manager.find(vm, pages(2, 3)).unwrap().is_none());
    assert!(manager.find_prev(vm, pages(4, 5).start()).unwrap().is_some());
    assert!(manager.find_prev(vm, pages(5, 6).start()).unwrap().is_none());
    assert!(manager.find_next(vm, pages(6, 7).start()).unwrap().is_some());
    assert!(manager.find_next(vm, pages(5, 6).start()).unwrap().is_none());
    assert_eq!(manager.interval_empty(vm, pages(4, 6)), Ok(true));
    assert_eq!(manager.interval_empty(vm, pages(3, 6)), Ok(false));
    assert_eq!(manager.mappings_of(vm, bo).unwrap().count(), 2);
    assert_eq!(manager.mappings_in(vm, VaRange::new(Va(3 * PAGE_SIZE + 5), 1).unwrap()).unwrap().count(), 1);
    assert_eq!(manager.vm_name(vm), Ok("rules"));
}

#[derive(Default)]
struct Events(Vec<String>);

impl Trace for Events {
    fn request(&mut self, _: VmId, range: VaRange, map: bool) {
        self.0.push(format!("request {} {map}", range.start().page()));
    }

    fn operation(&mut self, _: VmId, op: &Op) {
        self.0.push(text::operation(op));
    }

    fn entries(&mut self, call: &Call) {
        self.0.push(format!("{call:?}"));
    }

    fn evict(&mut self, bo: BoId) {
        self.0.push(format!("evict {bo}"));
    }

    fn validate(&mut self, vm: VmId, bo: BoId) {
        self.0.push(format!("validate {bo} in {vm}"));
    }
}

#[test]
fn a_trace_tells_of_evictions() {
    let mut world = World::new(options(pages(0, 64)));
    let (vm, bo) = (world.vm, world.bo);
    world.bind(&[map(pages(0, 2), bo, 0)]).unwrap();
    let World { manager, table, .. } = &mut world;
    let mut events = Events::default();
    manager.evict_traced(bo, table, &mut events).unwrap();
    manager.evict_traced(bo, table, &mut events).unwrap();
    manager.validate_traced(vm, table, &mut events, |_| Ok::<_, Error>(())).unwrap();
    let map =
        format!("{:?}", Call::Map { first: 0, count: 2, host_address: 1 << 32, flags: MapFlags::EMPTY });
    let expected =
        ["evict bo0", "SetFault(0, 2)", "Invalidate(0, 2)", "validate bo0 in vm0", &map, "Invalidate(0, 2)"];
    assert_eq!(events.0, expected);
    manager.pin(bo).unwrap();
    assert_eq!(manager.evict_traced(bo, table, &mut events), Err(Error::Pinned));
    assert_eq!(events.0.len(), expected.len());
}

#[test]
fn a_trace_tells_requests_operations_and_entries_in_order() {
    let mut world = World::new(options(pages(0, 64)));
    world.bind(&[map(pages(0, 4), world.bo, 0)]).unwrap();
    let job = world.manager.prepare(world.vm, &[Request::Unmap { range: pages(1, 2) }]).unwrap();
    let mut events = Events::default();
    let stats = world.manager.run_traced(job, &mut world.table, &mut events);
    let expected =
        ["request 1 false", "remap 0..4 a@0: prev 0..1 a@0 next 2..4 a@2", "Unmap(1, 1)", "Invalidate(1, 1)"];
    assert_eq!(events.0, expected);
    assert_eq!((stats.remaps, stats.entries_written), (1, 1));
}

#[test]
fn the_checker_finds_a_wrong_entry_and_a_wrong_page() {
    let mut world = World::new(options(pages(0, 64)));
    let request = map(pages(0, 4), world.bo, 0);
    world.bind(&[request]).unwrap();
    let mut model = Model::new();
    model.apply(&request);
    let load = |page| world.table.load(page);
    assert_eq!(model.compare(&world.manager, world.vm, pages(0, 64), load), Ok(vec![]));
    let broken = |page| if page == 2 { 0 } else { world.table.load(page) };
    assert_eq!(model.compare(&world.manager, world.vm, pages(0, 64), broken).unwrap().len(), 1);
    model.apply(&Request::Unmap { range: pages(3, 4) });
    assert_eq!(model.compare(&world.manager, world.vm, pages(0, 64), load).unwrap().len(), 2);
}

#[test]
fn a_dropped_job_is_cancelled_by_the_next_one() {
    let mut manager = Manager::new();
    let vm = manager.create_vm(options(pages(0, 64))).unwrap();
    let bos = [1, 2, 3].map(|i| manager.create_bo(PAGE_SIZE, i << 32).unwrap());
    let jobs = bos.map(|bo| manager.prepare(vm, &[map(pages(0, 1), bo, 0)]).unwrap());
    assert_eq!(manager.bos_of(vm).unwrap().count(), 3);
    let [first, second, third] = jobs;
    manager.cancel(first);
    std::thread::spawn(move || drop((second, third))).join().unwrap();
    // The pairs are there for the sake of the dropped jobs; another job finds them out.
    assert_eq!(manager.bos_of(vm).unwrap().count(), 2);
    let job = manager.prepare(vm, &[Request::Unmap { range: pages(0, 1) }]).unwrap();
    assert_eq!(manager.bos_of(vm).unwrap().count(), 0);
    manager.cancel(job);
}

#[test]
fn a_job_may_be_dropped_after_its_vm_and_its_manager() {
    let mut manager = Manager::new();
    let vm = manager.create_vm(options(pages(0, 64))).unwrap();
    let bo = manager.create_bo(PAGE_SIZE, 1 << 32).unwrap();
    let mut jobs =
        [0, 1].map(|page| Some(manager.prepare(vm, &[map(pages(page, page + 1), bo, 0)]).unwrap()));
    manager.destroy_vm(vm, &mut RecordingPageTable::new());
    jobs[0] = None;
    let other = manager.create_vm(options(pages(0, 64))).unwrap();
    let job = manager.prepare(other, &[map(pages(0, 1), bo, 0)]).unwrap();
    manager.run(job, &mut RecordingPageTable::new());
    assert_eq!(check::faults(&manager, other, |_| (1 << 32) | page_table::pte::VALID), Ok(vec![]));
    drop(manager);
    drop(jobs);
}
