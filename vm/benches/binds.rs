//! What a bind costs, through prepare, run and the linear page table; beside the standard and a well-known range map on the same trace.
//!
//! Times are the thread's own processor time, so that a busy machine spoils them less.
//!
//! `cargo bench -p lacuna-vm` prints one line per metric. An argument selects the lines that contain it.
#![expect(clippy::unwrap_used, reason = "a failing bench may stop")]

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::Duration;

use lacuna_vm::*;
use rangemap::RangeMap;

const BATCH: usize = 1024;
const PAGES: u64 = 16_384;

type Bench = fn(&str);

fn main() {
    let filter = std::env::args().skip(1).find(|arg| !arg.starts_with('-')).unwrap_or_default();
    let all: &[(&str, Bench)] = &[
        ("random binds", random_binds),
        ("rebinds", rebinds),
        ("sequential binds", sequential_binds),
        ("binds into 1,000,000 mappings", binds_into_a_million),
        ("evictions among 1,000,000 mappings", evictions),
        ("BTreeMap and rangemap", others),
        ("16,777,216 scattered mappings", scattered),
    ];
    for (name, bench) in all.iter().filter(|(name, _)| name.contains(&filter)) {
        bench(name);
    }
}

/// A moment in the processor time of this thread.
#[derive(Clone, Copy)]
struct Instant(Duration);

impl Instant {
    fn now() -> Self {
        let now = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
        Self(Duration::new(now.tv_sec as u64, now.tv_nsec as u32))
    }

    fn elapsed(self) -> Duration {
        Self::now().0 - self.0
    }
}

fn report(name: &str, what: &str, value: f64, unit: &str) {
    println!("{name:36} {what:36} {value:10.1} {unit}");
}

fn random(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}

fn page_at(page: u64) -> VaRange {
    VaRange::new(Va(page * PAGE_SIZE), PAGE_SIZE).unwrap()
}

fn map(page: u64, bo: BoId, bo_page: u64) -> Request {
    Request::Map { range: page_at(page), bo, offset: BoOffset(bo_page * PAGE_SIZE), flags: MapFlags::EMPTY }
}

struct Setup {
    manager: Manager,
    table: LinearPageTable,
    vm: VmId,
    bo: BoId,
}

impl Setup {
    fn new() -> Self {
        let mut manager = Manager::new();
        let range = VaRange::new(Va(0), 1 << 46).unwrap();
        let options =
            VmOptions { name: "bench".into(), range, reserved: None, coalesce: true, regions: false };
        let vm = manager.create_vm(options).unwrap();
        let bo = manager.create_bo(1 << 45, 1 << 20).unwrap();
        Self { manager, table: LinearPageTable::reserve(46).unwrap(), vm, bo }
    }

    fn bind(&mut self, requests: &[Request]) {
        let job = self.manager.prepare(self.vm, requests).unwrap();
        black_box(self.manager.run(job, &mut &self.table));
    }

    /// Nanoseconds per request, in batches.
    fn time(&mut self, requests: &[Request]) -> f64 {
        let start = Instant::now();
        for batch in requests.chunks(BATCH) {
            self.bind(batch);
        }
        start.elapsed().as_secs_f64() * 1e9 / requests.len() as f64
    }
}

/// Binds of random pages of the BO at random pages.
fn random_requests(bo: BoId, pages: u64, count: usize) -> Vec<Request> {
    let mut state = 0x9e37_79b9_7f4a_7c15;
    (0..count).map(|_| map(random(&mut state) % pages, bo, random(&mut state) % pages)).collect()
}

fn best(mut run: impl FnMut() -> f64) -> f64 {
    (0..5).map(|_| run()).fold(f64::MAX, f64::min)
}

fn random_binds(name: &str) {
    let mut setup = Setup::new();
    let requests = random_requests(setup.bo, PAGES, 1 << 18);
    report(name, "first round", setup.time(&requests), "ns/bind");
    report(name, "prepare and run, 16,384 pages", best(|| setup.time(&requests)), "ns/bind");
    let single = best(|| {
        let start = Instant::now();
        requests[..65536].iter().for_each(|request| setup.bind(std::slice::from_ref(request)));
        start.elapsed().as_secs_f64() * 1e9 / 65536.0
    });
    report(name, "one per job", single, "ns/bind");
}

fn rebinds(name: &str) {
    let mut setup = Setup::new();
    let mut order: Vec<u64> = (0..PAGES).collect();
    let mut state = 7;
    (1..order.len()).rev().for_each(|i| order.swap(i, random(&mut state) as usize % (i + 1)));
    let (bo, mut shift) = (setup.bo, 0);
    let nanoseconds = best(|| {
        shift += 1;
        let requests: Vec<_> = order.iter().map(|&page| map(page, bo, (PAGES - page) * 2 + shift)).collect();
        setup.time(&requests)
    });
    report(name, "every page to another one", nanoseconds, "ns/bind");
    let requests: Vec<_> = order.iter().map(|&page| map(page, bo, (PAGES - page) * 2 + shift)).collect();
    report(name, "identical", best(|| setup.time(&requests)), "ns/bind");
    let unbinds: Vec<_> = order.iter().map(|&page| Request::Unmap { range: page_at(page) }).collect();
    report(name, "unbind", setup.time(&unbinds), "ns/unbind");
}

fn sequential_binds(name: &str) {
    let nanoseconds = best(|| {
        let mut setup = Setup::new();
        let bo = setup.bo;
        let requests: Vec<_> = (0..1_000_000).map(|page| map(page, bo, page)).collect();
        let nanoseconds = setup.time(&requests);
        assert_eq!(setup.manager.mapping_count(setup.vm), Ok(1));
        nanoseconds
    });
    report(name, "1,000,000 pages leave one mapping", nanoseconds, "ns/bind");
}

fn binds_into_a_million(name: &str) {
    let mut setup = Setup::new();
    let requests = random_requests(setup.bo, 1 << 20, 1 << 21);
    report(name, "filling", setup.time(&requests), "ns/bind");
    report(name, "random rebinds", best(|| setup.time(&requests[..1 << 19])), "ns/bind");
    let unbinds: Vec<_> = requests.iter().map(|request| Request::Unmap { range: request.range() }).collect();
    report(name, "unbinds", setup.time(&unbinds), "ns/unbind");
}

/// 1,000 VMs and 1,000 BOs with one mapping each of the pairs.
fn evictions(name: &str) {
    let mut manager = Manager::new();
    let mut table = LinearPageTable::reserve(46).unwrap();
    let vms: Vec<_> = (0..1000)
        .map(|i| {
            let range = VaRange::new(Va(i << 32), 1 << 32).unwrap();
            let options =
                VmOptions { name: String::new(), range, reserved: None, coalesce: true, regions: false };
            manager.create_vm(options).unwrap()
        })
        .collect();
    let bos: Vec<_> = (0..1000).map(|i| manager.create_bo(PAGE_SIZE, i << 16).unwrap()).collect();
    let start = Instant::now();
    for (i, &vm) in vms.iter().enumerate() {
        let requests: Vec<_> =
            bos.iter().enumerate().map(|(j, &bo)| map(((i as u64) << 16) | (2 * j as u64), bo, 0)).collect();
        let job = manager.prepare(vm, &requests).unwrap();
        manager.run(job, &mut &table);
    }
    report(name, "making the pairs", start.elapsed().as_secs_f64() * 1e9 / 1e6, "ns/mapping");
    let start = Instant::now();
    for &bo in &bos[..100] {
        manager.evict(bo, &mut &table).unwrap();
    }
    report(name, "evict", start.elapsed().as_secs_f64() * 1e9 / 1e5, "ns/mapping");
    let start = Instant::now();
    for &vm in &vms {
        manager.validate(vm, &mut &table, |_| Ok::<_, Error>(())).unwrap();
    }
    report(name, "validate", start.elapsed().as_secs_f64() * 1e9 / 1e5, "ns/mapping");
    black_box(&mut table);
}

/// The same random trace, bare: no page table, no BOs, no operations.
fn others(name: &str) {
    let mut state = 0x9e37_79b9_7f4a_7c15;
    let trace: Vec<(u64, u64)> =
        (0..1 << 18).map(|_| (random(&mut state) % PAGES, random(&mut state) % PAGES)).collect();
    let per_bind = |start: Instant| start.elapsed().as_secs_f64() * 1e9 / trace.len() as f64;
    let mut tree = BTreeMap::new();
    let nanoseconds = best(|| {
        let start = Instant::now();
        for &(page, offset) in &trace {
            let below = tree.range(..=page).next_back().map(|(&start, &(end, _))| (start, end));
            if let Some((start, _)) = below.filter(|&(_, end)| end > page) {
                tree.remove(&start);
            }
            tree.insert(page, (page + 1, offset));
        }
        per_bind(start)
    });
    report(name, "BTreeMap, whole pages only", nanoseconds, "ns/bind");
    let mut ranges = RangeMap::new();
    let nanoseconds = best(|| {
        let start = Instant::now();
        for &(page, offset) in &trace {
            ranges.insert(page..page + 1, offset.wrapping_sub(page));
        }
        per_bind(start)
    });
    report(name, "rangemap, coalescing", nanoseconds, "ns/bind");
    black_box((tree, ranges));
}

/// Kibibytes that the process holds.
fn resident() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// A whole tebibyte bound page by page so that no two neighbours join, in random order of blocks.
fn scattered(name: &str) {
    const COUNT: u64 = 1 << 24;
    let mut setup = Setup::new();
    let before = resident();
    let mut requests = Vec::with_capacity(BATCH);
    let (mut index, mut spent) = (0_u64, 0.0);
    while index < COUNT {
        requests.clear();
        for i in index..index + BATCH as u64 {
            // An odd multiplier permutes the pages.
            let page = i.wrapping_mul(0x9e37_79b9) % COUNT;
            requests.push(map(page, setup.bo, (COUNT - page) * 2));
        }
        let start = Instant::now();
        setup.bind(&requests);
        spent += start.elapsed().as_secs_f64();
        index += BATCH as u64;
    }
    assert_eq!(setup.manager.mapping_count(setup.vm), Ok(COUNT as usize));
    report(name, "bind", spent * 1e9 / COUNT as f64, "ns/bind");
    report(
        name,
        "memory, page table included",
        (resident() - before) * 1024.0 / COUNT as f64,
        "bytes/mapping",
    );
    report(name, "memory, page table included", (resident() - before) / 1024.0, "MiB");
}
