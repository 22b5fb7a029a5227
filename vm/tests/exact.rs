//! Insert and remove of single mappings, and lists of operations, which can be walked both ways.
#![expect(clippy::unwrap_used, reason = "a failing test may panic")]

use lacuna_vm::check::faults;
use lacuna_vm::*;

struct World {
    manager: Manager,
    table: RecordingPageTable,
    vm: VmId,
    bo: BoId,
}

fn pages(start: u64, end: u64) -> VaRange {
    VaRange::new(Va(start * PAGE_SIZE), (end - start) * PAGE_SIZE).unwrap()
}

impl World {
    fn new(coalesce: bool) -> Self {
        let mut manager = Manager::new();
        let (name, range, reserved) = ("exact".into(), pages(0, 64), Some(pages(60, 64)));
        let vm = manager.create_vm(VmOptions { name, range, reserved, coalesce, regions: false }).unwrap();
        let bo = manager.create_bo(64 * PAGE_SIZE, 1 << 32).unwrap();
        Self { manager, table: RecordingPageTable::new(), vm, bo }
    }

    fn mapping(&self, start: u64, end: u64, bo_page: u64) -> Mapping {
        let (range, offset) = (pages(start, end), BoOffset(bo_page * PAGE_SIZE));
        Mapping { range, bo: Some(self.bo), offset, flags: MapFlags::EMPTY.with_user(3) }
    }

    fn insert(&mut self, mapping: Mapping) -> Result<BindStats, Error> {
        let result = self.manager.insert(self.vm, mapping, &mut self.table);
        self.check();
        result
    }

    fn remove(&mut self, start: u64, end: u64) -> Result<Option<Mapping>, Error> {
        let result = self.manager.remove(self.vm, pages(start, end), &mut self.table);
        self.check();
        result
    }

    fn run(&mut self, request: Request) {
        let job = self.manager.prepare(self.vm, &[request]).unwrap();
        self.manager.run(job, &mut self.table);
        self.check();
    }

    fn check(&self) {
        assert_eq!(faults(&self.manager, self.vm, |page| self.table.load(page)), Ok(vec![]));
    }

    fn space(&self) -> String {
        text::space(&self.manager, self.vm).unwrap()
    }
}

#[test]
fn an_insert_goes_into_a_gap_or_nowhere() {
    for coalesce in [false, true] {
        let mut world = World::new(coalesce);
        assert_eq!(world.insert(world.mapping(4, 8, 10)).unwrap().maps, 1);
        let (before, entries) = (world.space(), world.table.calls.len());
        for (start, end) in [(4, 8), (5, 6), (3, 5), (7, 9), (0, 20)] {
            let refused = world.insert(world.mapping(start, end, 0));
            assert_eq!(refused, Err(Error::Exists(pages(start, end))));
        }
        assert_eq!((world.space(), world.table.calls.len()), (before, entries), "a refusal changes nothing");
        assert_eq!(
            world.insert(world.mapping(59, 61, 0)),
            Err(Error::Reserved(pages(59, 61))),
            "as for any map"
        );
        assert!(
            world.insert(world.mapping(8, 10, 14)).is_ok() && world.insert(world.mapping(0, 4, 0)).is_ok()
        );
        let expected = if coalesce {
            "0..4 a@0 user=3 | 4..10 a@10 user=3"
        } else {
            "0..4 a@0 user=3 | 4..8 a@10 user=3 | 8..10 a@14 user=3"
        };
        assert_eq!(world.space(), expected);
    }
}

#[test]
fn a_remove_takes_exactly_what_is_there_and_an_insert_puts_it_back() {
    let mut world = World::new(true);
    world.insert(world.mapping(4, 8, 10)).unwrap();
    let null = Mapping { bo: None, flags: MapFlags::SPARSE, offset: BoOffset(0), ..world.mapping(8, 9, 0) };
    world.insert(null).unwrap();
    let before = world.space();
    for (start, end) in [(4, 7), (3, 8), (5, 6), (20, 21), (4, 9)] {
        assert_eq!(world.remove(start, end), Ok(None));
    }
    assert_eq!(world.remove(59, 61), Err(Error::Reserved(pages(59, 61))));
    world.manager.evict(world.bo, &mut world.table).unwrap();
    for (start, end) in [(4, 8), (8, 9)] {
        let gone = world.remove(start, end).unwrap().unwrap();
        assert_eq!(gone.range, pages(start, end));
        assert_eq!(world.table.load(start), 0);
        world.insert(gone).unwrap();
    }
    world.manager.restore(world.bo, &mut world.table).unwrap();
    assert_eq!(world.space(), before);
    world.remove(4, 8).unwrap();
    assert_eq!(world.manager.bos_of(world.vm).unwrap().count(), 0, "the pair went with its last mapping");
}

#[test]
fn the_first_mapping_of_a_range_is_found() {
    let mut world = World::new(true);
    world.insert(world.mapping(4, 8, 10)).unwrap();
    world.insert(world.mapping(9, 10, 0)).unwrap();
    let first = |start, end| world.manager.find_first(world.vm, pages(start, end)).unwrap();
    assert_eq!(first(7, 20).map(|mapping| mapping.range), Some(pages(4, 8)));
    assert_eq!(first(8, 20).map(|mapping| mapping.range), Some(pages(9, 10)));
    assert_eq!(first(8, 9), None, "a gap");
}

#[test]
fn a_list_of_operations_walked_backwards_undoes_the_request() {
    for request in [(2, 12), (5, 6), (0, 20), (4, 8)] {
        let mut world = World::new(false);
        for (start, end, page) in [(1, 3, 40), (4, 8, 10), (9, 10, 0), (11, 15, 20)] {
            world.insert(world.mapping(start, end, page)).unwrap();
        }
        let before = world.space();
        let wanted = Request::from(world.mapping(request.0, request.1, 30));
        let list = world.manager.operations(world.vm, &wanted).unwrap();
        world.run(wanted);
        assert_ne!(world.space(), before);
        for operation in list.iter().rev() {
            match *operation {
                Op::Map(mapping) => world.run(Request::Unmap { range: mapping.range }),
                Op::Unmap { mapping, .. } | Op::Remap { mapping, .. } => world.run(mapping.into()),
                Op::Prefetch(_) | Op::Merge { .. } => {}
            }
        }
        assert_eq!(world.space(), before);
    }
}
