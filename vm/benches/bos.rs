//! What it costs to find, evict and validate the mappings of BOs where there are many VMs.
//!
//! `cargo bench -p lacuna-vm --bench bos`; `docs/BENCHES.md` has the figures. All are nanoseconds of processor time for what the name of
//! a figure says.
#![expect(clippy::unwrap_used, reason = "a failing bench may stop")]

mod support;

use std::hint::black_box;

use criterion::{Criterion, SamplingMode, criterion_group, criterion_main};
use lacuna_vm::*;
use support::{CpuTime, rounds, shuffled, timed};

fn map(page: u64, bo: BoId, bo_page: u64) -> Request {
    let range = VaRange::new(Va(page * PAGE_SIZE), PAGE_SIZE).unwrap();
    Request::Map { range, bo, offset: BoOffset(bo_page * PAGE_SIZE), flags: MapFlags::EMPTY }
}

fn vms(manager: &mut Manager, count: u64) -> Vec<VmId> {
    let mut vm = |i| {
        let (name, range) = (String::new(), VaRange::new(Va(i << 32), 1 << 32).unwrap());
        manager.create_vm(VmOptions { name, range, reserved: None, coalesce: true, regions: false }).unwrap()
    };
    (0..count).map(&mut vm).collect()
}

/// BOs by the mappings that they have in each of 100 VMs; a last one has the rest of 10,000 there.
fn some_of_a_million(criterion: &mut Criterion<CpuTime>) {
    const EACH: u32 = 10_000;
    let counts = [1, 10, 100, 1_000];
    let mut manager = Manager::new();
    let table = LinearPageTable::reserve(46).unwrap();
    let vms = vms(&mut manager, 100);
    let bos = counts.map(|count| manager.create_bo(2 * count * PAGE_SIZE, 0).unwrap());
    let rest = manager.create_bo(u64::from(2 * EACH) * PAGE_SIZE, 1 << 30).unwrap();
    for (i, &vm) in (0..).zip(&vms) {
        let mut places = shuffled(EACH).into_iter().map(|place| i << 16 | u64::from(place));
        let mut requests = Vec::new();
        for (bo, count) in bos.into_iter().zip(counts).chain([(rest, u64::from(EACH))]) {
            // Every other page of the BO, so that none joins another.
            requests
                .extend(places.by_ref().take(count as usize).zip(0..).map(|(page, n)| map(page, bo, 2 * n)));
        }
        let job = manager.prepare(vm, &requests).unwrap();
        manager.run(job, &mut &table);
    }
    let total: usize = vms.iter().map(|&vm| manager.mapping_count(vm).unwrap()).sum();
    assert!(total > 990_000, "{total} mappings");
    let mut group = criterion.benchmark_group("100 VMs, 1,000,000 mappings");
    group.sampling_mode(SamplingMode::Flat);
    for (bo, count) in bos.into_iter().zip(counts) {
        let mut next = vms.iter().cycle();
        group.bench_function(format!("find all {count} of a BO in a VM"), |bencher| {
            let mut find = || {
                assert_eq!(manager.mappings_of(*next.next().unwrap(), bo).unwrap().count(), count as usize)
            };
            bencher.iter_custom(|times| rounds(times, |_| timed(100, || (0..100).for_each(|_| find()))));
        });
        group.bench_function(format!("evict a BO with {count} in each VM, for one mapping"), |bencher| {
            bencher.iter_custom(|times| {
                rounds(times, |_| {
                    let time = timed(100 * count as usize, || {
                        _ = black_box(manager.evict(bo, &mut &table).unwrap())
                    });
                    for &vm in &vms {
                        manager.validate(vm, &mut &table, |_| Ok::<_, Error>(())).unwrap();
                    }
                    time
                })
            });
        });
    }
}

/// 1,000 VMs and 1,000 BOs, each bound once in each.
fn many_vms(criterion: &mut Criterion<CpuTime>) {
    let mut manager = Manager::new();
    let table = LinearPageTable::reserve(46).unwrap();
    let vms = vms(&mut manager, 1000);
    let bos: Vec<_> = (0..1000).map(|i| manager.create_bo(PAGE_SIZE, i << 16).unwrap()).collect();
    for (i, &vm) in vms.iter().enumerate() {
        let page = |j: usize| ((i as u64) << 16) | (2 * j as u64);
        let requests: Vec<_> = bos.iter().enumerate().map(|(j, &bo)| map(page(j), bo, 0)).collect();
        let job = manager.prepare(vm, &requests).unwrap();
        manager.run(job, &mut &table);
    }
    let mut group = criterion.benchmark_group("1,000 VMs, 1,000 BOs, 1,000,000 mappings");
    group.sampling_mode(SamplingMode::Flat);
    let mut next = bos.iter().cycle();
    let mut both = || {
        let bo = *next.next().unwrap();
        let evict = timed(vms.len(), || _ = manager.evict(bo, &mut &table).unwrap());
        let validate = timed(vms.len(), || {
            for &vm in &vms {
                manager.validate(vm, &mut &table, |_| Ok::<_, Error>(())).unwrap();
            }
        });
        (evict, validate)
    };
    group.bench_function("evict", |bencher| bencher.iter_custom(|count| rounds(count, |_| both().0)));
    group.bench_function("validate", |bencher| bencher.iter_custom(|count| rounds(count, |_| both().1)));
    let mut pair = 0;
    group.bench_function("find the mappings of a BO in a VM", |bencher| {
        bencher.iter_custom(|count| {
            rounds(count, |_| {
                let found = 1000;
                timed(found, || {
                    for _ in 0..found {
                        pair = (pair + 7919) % 1_000_000;
                        let (vm, bo) = (vms[pair / 1000], bos[pair % 1000]);
                        assert_eq!(manager.mappings_of(vm, bo).unwrap().count(), 1);
                    }
                })
            })
        });
    });
    let mut pair = 0;
    group.bench_function("unmap_bo and map again", |bencher| {
        bencher.iter_custom(|count| {
            rounds(count, |_| {
                pair = (pair + 7919) % 1_000_000;
                let (vm, bo) = (pair / 1000, pair % 1000);
                let request = map(((vm as u64) << 16) | (2 * bo as u64), bos[bo], 0);
                timed(1, || {
                    manager.unmap_bo(vms[vm], bos[bo], &mut &table).unwrap();
                    let job = manager.prepare(vms[vm], &[request]).unwrap();
                    manager.run(job, &mut &table);
                })
            })
        });
    });
}

criterion_group! {
    name = benches;
    config = support::criterion();
    targets = some_of_a_million, many_vms
}
criterion_main!(benches);
