//! What a bind costs, through prepare, run and the linear page table.
//!
//! `cargo bench -p lacuna-vm --bench binds`; `docs/BENCHES.md` has the figures. All are nanoseconds of processor time for one bind or mapping.
#![expect(clippy::unwrap_used, reason = "a failing bench may stop")]

mod support;

use std::hint::black_box;

use criterion::{Criterion, SamplingMode, criterion_group, criterion_main};
use lacuna_vm::*;
use support::{CpuTime, rounds, shuffled, timed};

const BATCH: usize = 1024;

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
        let name = "bench".into();
        let vm = manager
            .create_vm(VmOptions { name, range, reserved: None, coalesce: true, regions: false })
            .unwrap();
        let bo = manager.create_bo(1 << 45, 1 << 20).unwrap();
        Self { manager, table: LinearPageTable::reserve(46).unwrap(), vm, bo }
    }

    /// Nanoseconds per request, in batches.
    fn bind(&mut self, requests: &[Request], batch: usize) -> f64 {
        timed(requests.len(), || {
            for batch in requests.chunks(batch) {
                let job = self.manager.prepare(self.vm, batch).unwrap();
                black_box(self.manager.run(job, &mut &self.table));
            }
        })
    }
}

/// Binds of pages in random order to places in the BO that depend on `shift`, so that no two join and each time is another.
fn random_binds(order: &[u32], bo: BoId, shift: u64) -> Vec<Request> {
    let pages = order.len() as u64;
    order.iter().map(|&page| map(page.into(), bo, 2 * (pages - u64::from(page)) + shift)).collect()
}

fn binds(criterion: &mut Criterion<CpuTime>) {
    let mut bench = |name: &str, round: &mut dyn FnMut(u64) -> f64| {
        let mut group = criterion.benchmark_group("binds");
        group.sampling_mode(SamplingMode::Flat);
        group.bench_function(name, |bencher| bencher.iter_custom(|count| rounds(count, &mut *round)));
    };
    bench("1,000,000 pages in order leave one mapping", &mut |_| {
        let mut setup = Setup::new();
        let bo = setup.bo;
        let requests: Vec<_> = (0..1_000_000).map(|page| map(page, bo, page)).collect();
        let time = setup.bind(&requests, BATCH);
        assert_eq!(setup.manager.mapping_count(setup.vm), Ok(1));
        time
    });
    for (pages, batch, name) in [
        (16_384, BATCH, "random single pages into 16,384 mappings"),
        (16_384, 1, "random single pages into 16,384 mappings, one a job"),
        (1_000_000, BATCH, "random single pages into 1,000,000 mappings"),
        (1_000_000, 1, "random single pages into 1,000,000 mappings, one a job"),
    ] {
        let mut setup = Setup::new();
        let order = shuffled(pages);
        let (mut shift, mut first) = (0, 0);
        setup.bind(&random_binds(&order, setup.bo, shift), BATCH);
        bench(name, &mut |_| {
            let count = order.len().min(1 << 16);
            first = (first + count) % (order.len() - count + 1);
            shift += 2;
            let requests = random_binds(&order, setup.bo, shift);
            setup.bind(&requests[first..first + count], batch)
        });
        assert!(setup.manager.mapping_count(setup.vm).unwrap() > pages as usize - 100);
    }
}

criterion_group! {
    name = benches;
    config = support::criterion();
    targets = binds
}
criterion_main!(benches);
