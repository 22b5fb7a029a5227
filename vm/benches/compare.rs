//! One trace, five keepers of ranges, three sizes: the whole manager, its bare tree, and what could have been taken instead.
//!
//! Each mapping covers three pages of eight. *map* puts a page into gaps in random order and *unmap* takes it away again; *rebind* gives random mappings other
//! memory; *split* puts another page into the middle of random mappings and *merge* makes them whole; *lookup* asks random pages; *iterate* visits
//! all. The manager does all that a driver needs on top, in batches of 1,024 requests: checks, two stages, pairs, coalescing, entries of a page table. The
//! others keep ranges, and nothing else. *memory* says what the machine takes for loads from random places, which is most of what large trees cost.
//!
//! `cargo bench -p lacuna-vm --bench compare`; `docs/BENCHES.md` has the figures. All are nanoseconds of processor time for one of what is done.
#![expect(clippy::unwrap_used, reason = "a failing bench may stop")]

mod support;

use std::collections::BTreeMap;
use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, SamplingMode, criterion_group, criterion_main};
use intrusive_collections::{Bound, KeyAdapter, RBTree, RBTreeLink, intrusive_adapter};
use lacuna_vm::tree::{RangeTree, Span};
use lacuna_vm::*;
use rangemap::RangeMap;
use support::{CpuTime, rounds, shuffled, timed};

/// Pages from one mapping to the next.
const STRIDE: u32 = 8;
const PAGES: u32 = 3;

/// A range and the place in the memory of its first page.
#[derive(Clone, Copy)]
struct Bind {
    start: u32,
    end: u32,
    memory: u32,
}

trait Keeper {
    const NAME: &'static str;
    fn new() -> Self;
    fn map(&mut self, binds: &[Bind]);
    fn unmap(&mut self, binds: &[Bind]);
    /// The memory at a page.
    fn lookup(&self, page: u32) -> Option<u32>;
    /// The number of ranges and the sum of their bounds.
    fn visit(&self) -> (usize, u64);
}

struct Whole {
    manager: Manager,
    table: LinearPageTable,
    vm: VmId,
    bo: BoId,
    requests: Vec<Request>,
}

impl Whole {
    fn run<T>(&mut self, all: &[T], request: impl Fn(&T) -> Request) {
        for batch in all.chunks(1024) {
            self.requests.clear();
            self.requests.extend(batch.iter().map(&request));
            let job = self.manager.prepare(self.vm, &self.requests).unwrap();
            black_box(self.manager.run(job, &mut &self.table));
        }
    }
}

fn pages(start: u32, end: u32) -> VaRange {
    VaRange::new(Va(u64::from(start) << PAGE_SHIFT), u64::from(end - start) << PAGE_SHIFT).unwrap()
}

impl Keeper for Whole {
    const NAME: &'static str = "Manager";

    fn new() -> Self {
        let mut manager = Manager::new();
        let range = VaRange::new(Va(0), 1 << 46).unwrap();
        let name = "bench".into();
        let vm = manager
            .create_vm(VmOptions { name, range, reserved: None, coalesce: true, regions: false })
            .unwrap();
        let bo = manager.create_bo(1 << 46, 1 << 20).unwrap();
        Self { manager, table: LinearPageTable::reserve(46).unwrap(), vm, bo, requests: Vec::new() }
    }

    fn map(&mut self, binds: &[Bind]) {
        let bo = self.bo;
        self.run(binds, |bind| Request::Map {
            range: pages(bind.start, bind.end),
            bo,
            offset: BoOffset(u64::from(bind.memory) << PAGE_SHIFT),
            flags: MapFlags::EMPTY,
        });
    }

    fn unmap(&mut self, binds: &[Bind]) {
        self.run(binds, |bind| Request::Unmap { range: pages(bind.start, bind.end) });
    }

    fn lookup(&self, page: u32) -> Option<u32> {
        let mapping = self.manager.mappings_in(self.vm, pages(page, page + 1)).unwrap().next()?;
        let into = u64::from(page) - (mapping.range.start().0 >> PAGE_SHIFT);
        Some(((mapping.offset.0 >> PAGE_SHIFT) + into) as u32)
    }

    fn visit(&self) -> (usize, u64) {
        self.manager.mappings(self.vm).unwrap().fold((0, 0), |(count, sum), mapping| {
            (count + 1, sum + ((mapping.range.start().0 + mapping.range.end().0) >> PAGE_SHIFT))
        })
    }
}

/// Values of the others: the place in the memory of page 0, so that parts of a range need no new value.
const fn value(bind: &Bind) -> u32 {
    bind.memory.wrapping_sub(bind.start)
}

impl Keeper for RangeTree<u32> {
    const NAME: &'static str = "RangeTree";

    fn new() -> Self {
        Self::default()
    }

    fn map(&mut self, binds: &[Bind]) {
        let mut cursor = self.cursor(Span::new(0, u32::MAX));
        for bind in binds {
            cursor.store(Span::new(bind.start, bind.end), Some(value(bind)), |value, _| value).unwrap();
        }
    }

    fn unmap(&mut self, binds: &[Bind]) {
        let mut cursor = self.cursor(Span::new(0, u32::MAX));
        for bind in binds {
            cursor.store(Span::new(bind.start, bind.end), None, |value, _| value).unwrap();
        }
    }

    fn lookup(&self, page: u32) -> Option<u32> {
        self.find_first(Span::new(page, page + 1)).map(|entry| entry.value.wrapping_add(page))
    }

    fn visit(&self) -> (usize, u64) {
        self.iter()
            .fold((0, 0), |(n, sum), entry| (n + 1, sum + u64::from(entry.start) + u64::from(entry.end)))
    }
}

impl Keeper for BTreeMap<u32, (u32, u32)> {
    const NAME: &'static str = "BTreeMap";

    fn new() -> Self {
        Self::default()
    }

    fn map(&mut self, binds: &[Bind]) {
        for bind in binds {
            self.unmap(std::slice::from_ref(bind));
            self.insert(bind.start, (bind.end, value(bind)));
        }
    }

    fn unmap(&mut self, binds: &[Bind]) {
        for &Bind { start, end, .. } in binds {
            while let Some((&old, &(old_end, value))) =
                self.range(..end).next_back().filter(|(_, (e, _))| *e > start)
            {
                self.remove(&old);
                if old < start {
                    self.insert(old, (start, value));
                }
                if old_end > end {
                    self.insert(end, (old_end, value));
                }
            }
        }
    }

    fn lookup(&self, page: u32) -> Option<u32> {
        let (_, &(end, value)) = self.range(..=page).next_back()?;
        (page < end).then(|| value.wrapping_add(page))
    }

    fn visit(&self) -> (usize, u64) {
        self.iter()
            .fold((0, 0), |(n, sum), (start, (end, _))| (n + 1, sum + u64::from(*start) + u64::from(*end)))
    }
}

impl Keeper for RangeMap<u32, u32> {
    const NAME: &'static str = "rangemap";

    fn new() -> Self {
        Self::default()
    }

    fn map(&mut self, binds: &[Bind]) {
        binds.iter().for_each(|bind| self.insert(bind.start..bind.end, value(bind)));
    }

    fn unmap(&mut self, binds: &[Bind]) {
        binds.iter().for_each(|bind| self.remove(bind.start..bind.end));
    }

    fn lookup(&self, page: u32) -> Option<u32> {
        self.get(&page).map(|value| value.wrapping_add(page))
    }

    fn visit(&self) -> (usize, u64) {
        self.iter()
            .fold((0, 0), |(n, sum), (range, _)| (n + 1, sum + u64::from(range.start) + u64::from(range.end)))
    }
}

/// One allocated node a range, as the kernel's interval tree has them. Ranges that are disjoint need no subtree maximum.
struct Node {
    link: RBTreeLink,
    start: u32,
    end: u32,
    value: u32,
}

intrusive_adapter!(NodeAdapter = Box<Node>: Node { link => RBTreeLink });

impl<'a> KeyAdapter<'a> for NodeAdapter {
    type Key = u32;

    fn get_key(&self, node: &'a Node) -> u32 {
        node.start
    }
}

fn node(start: u32, end: u32, value: u32) -> Box<Node> {
    Box::new(Node { link: RBTreeLink::new(), start, end, value })
}

impl Keeper for RBTree<NodeAdapter> {
    const NAME: &'static str = "rb-tree";

    fn new() -> Self {
        Self::new(NodeAdapter::new())
    }

    fn map(&mut self, binds: &[Bind]) {
        for bind in binds {
            self.unmap(std::slice::from_ref(bind));
            self.insert(node(bind.start, bind.end, value(bind)));
        }
    }

    fn unmap(&mut self, binds: &[Bind]) {
        for &Bind { start, end, .. } in binds {
            let mut cursor = self.upper_bound_mut(Bound::Excluded(&end));
            while cursor.get().is_some_and(|old| old.end > start) {
                let Some(old) = cursor.remove() else { break };
                if old.end > end {
                    cursor.insert_before(node(end, old.end, old.value));
                    cursor.move_prev();
                }
                if old.start < start {
                    cursor.insert_before(node(old.start, start, old.value));
                    break;
                }
                cursor.move_prev();
            }
        }
    }

    fn lookup(&self, page: u32) -> Option<u32> {
        let cursor = self.upper_bound(Bound::Included(&page));
        cursor.get().filter(|node| page < node.end).map(|node| node.value.wrapping_add(page))
    }

    fn visit(&self) -> (usize, u64) {
        self.iter().fold((0, 0), |(n, sum), node| (n + 1, sum + u64::from(node.start) + u64::from(node.end)))
    }
}

fn bind(index: u32, first: u32, count: u32, memory: u32) -> Bind {
    let start = index * STRIDE + first;
    Bind { start, end: start + count, memory }
}

/// *map*, *unmap*, *rebind*, *split*, *merge*, *lookup*, *iterate*: nanoseconds for each.
fn measure<K: Keeper>(criterion: &mut Criterion<CpuTime>, n: u32) {
    let mut keeper = K::new();
    let order = shuffled(n);
    let binds = |first, count, memory: u32| -> Vec<Bind> {
        let taken = order.iter().take(1 << 17);
        taken.map(|&i| bind(i, first, count, i * STRIDE + memory)).collect()
    };
    keeper.map(&order.iter().map(|&i| bind(i, 0, PAGES, i * STRIDE)).collect::<Vec<_>>());
    let whole = keeper.visit();
    assert_eq!(whole.0, n as usize);
    let (gaps, middles, all) = (binds(5, 1, 900_000_000 >> 1), binds(1, 1, 400_000_000), binds(0, PAGES, 0));
    let len = gaps.len();
    let mut bench = |what: &str, round: &mut dyn FnMut() -> f64| {
        let mut group = criterion.benchmark_group(n.to_string());
        group.sampling_mode(SamplingMode::Flat);
        group.bench_function(BenchmarkId::new(what, K::NAME), |bencher| {
            bencher.iter_custom(|count| rounds(count, |_| round()));
        });
    };
    bench("map", &mut || {
        let time = timed(len, || keeper.map(&gaps));
        keeper.unmap(&gaps);
        time
    });
    bench("unmap", &mut || {
        keeper.map(&gaps);
        timed(len, || keeper.unmap(&gaps))
    });
    let mut memory = 0;
    bench("rebind", &mut || {
        memory ^= 1 << 24;
        let others = binds(0, PAGES, memory);
        timed(len, || keeper.map(&others))
    });
    keeper.map(&all);
    bench("split", &mut || {
        let time = timed(len, || keeper.map(&middles));
        assert_eq!(keeper.visit().0, n as usize + 2 * len);
        keeper.map(&all);
        time
    });
    bench("merge", &mut || {
        keeper.map(&middles);
        timed(len, || keeper.map(&all))
    });
    assert_eq!(keeper.visit(), whole);
    bench("lookup", &mut || {
        let mut sum = 0;
        let look = |bind: &Bind| keeper.lookup(bind.start + 1).unwrap();
        let time = timed(len, || sum = all.iter().map(look).fold(0, u32::wrapping_add));
        assert_eq!(sum, all.iter().map(|bind| bind.start + 1).fold(0, u32::wrapping_add));
        time
    });
    bench("iterate", &mut || timed(n as usize, || _ = black_box(keeper.visit())));
}

fn keepers(criterion: &mut Criterion<CpuTime>) {
    for n in [100, 10_000, 1_000_000] {
        measure::<Whole>(criterion, n);
        measure::<RangeTree<u32>>(criterion, n);
        measure::<BTreeMap<u32, (u32, u32)>>(criterion, n);
        measure::<RangeMap<u32, u32>>(criterion, n);
        measure::<RBTree<NodeAdapter>>(criterion, n);
    }
}

/// Nanoseconds a load from a random cache line of `1 << 20`, when each says where the next one is, and when they can be under way at once.
fn memory(criterion: &mut Criterion<CpuTime>) {
    const LINES: u32 = 1 << 20;
    const LOADS: usize = 1 << 17;
    let order = shuffled(LINES);
    let mut lines = vec![[0_u32; 16]; LINES as usize];
    for pair in order.windows(2) {
        lines[pair[0] as usize][0] = pair[1];
    }
    lines[order[order.len() - 1] as usize][0] = order[0];
    let mut group = criterion.benchmark_group("memory");
    group.sampling_mode(SamplingMode::Flat);
    let mut at = 0;
    group.bench_function("one load after the other", |bencher| {
        let mut chase = || timed(LOADS, || (0..LOADS).for_each(|_| at = lines[at as usize][0]));
        bencher.iter_custom(|count| rounds(count, |_| chase()));
    });
    black_box(at);
    let mut from = 0;
    group.bench_function("many loads at once", |bencher| {
        bencher.iter_custom(|count| {
            rounds(count, |_| {
                from = (from + LOADS) % order.len();
                let load = |&line: &u32| lines[line as usize][0];
                timed(LOADS, || _ = black_box(order[from..from + LOADS].iter().map(load).max()))
            })
        });
    });
}

/// Nanoseconds a mapping for *evict* and *validate*: one of a hundred BOs, with a hundredth of the mappings, goes and comes back.
fn evictions(criterion: &mut Criterion<CpuTime>) {
    for n in [100, 10_000, 1_000_000] {
        let mut whole = Whole::new();
        let bos: Vec<_> = (1..101).map(|i| whole.manager.create_bo(PAGE_SIZE, i << 32).unwrap()).collect();
        let order: Vec<_> = shuffled(n).into_iter().enumerate().collect();
        whole.run(&order, |&(number, i)| {
            let range = pages(i * STRIDE, i * STRIDE + 1);
            Request::Map { range, bo: bos[number % 100], offset: BoOffset(0), flags: MapFlags::EMPTY }
        });
        let Whole { manager, table, vm, .. } = &mut whole;
        let (count, mut next) = (n as usize / 100, bos.iter().cycle());
        let mut both = || {
            let bo = *next.next().unwrap();
            let evict = timed(count, || _ = manager.evict(bo, &mut &*table).unwrap());
            let validate = || _ = manager.validate(*vm, &mut &*table, |_| Ok::<_, Error>(())).unwrap();
            (evict, timed(count, validate))
        };
        let mut group = criterion.benchmark_group(n.to_string());
        group.sampling_mode(SamplingMode::Flat);
        group.bench_function("evict/Manager", |bencher| {
            bencher.iter_custom(|count| rounds(count, |_| both().0));
        });
        group.bench_function("validate/Manager", |bencher| {
            bencher.iter_custom(|count| rounds(count, |_| both().1));
        });
    }
}

criterion_group! {
    name = benches;
    config = support::criterion();
    targets = memory, keepers, evictions
}
criterion_main!(benches);
