//! What paging costs those who have enough memory: `cargo bench -p lacuna-gpu --bench pager`.
//!
//! Compare with the shortest submission (`submit_latency_us` of `cts-runner bench`), which pays for one job, a few commands
//! and a few uses.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark")]

use std::hint::black_box;

use lacuna_gpu::pager::{self, Mode, Options, SwapOptions, Tenant, Terms};
use lacuna_gpu::{Bo, in_flight};
use rustix::time::{ClockId, clock_gettime};

/// Has no mappings.
#[derive(Debug)]
struct Nobody;

impl Tenant for Nobody {
    fn set_evicted(&self, _: bool) {}
}

fn main() {
    let swap = SwapOptions { directory: std::env::temp_dir(), bytes: None };
    let pager = pager::start(|| Options { limit: 1 << 40, mode: Mode::Lru, swap });
    let bos: Vec<_> = (0..1000).map(|_| Bo::allocate(1 << 16).unwrap()).collect();
    for bo in &bos {
        bo.make_pageable(pager, Terms::default(), Box::new(Nobody)).unwrap();
    }
    measure("is anything away?", pager::before_job);
    measure("a ticket", || drop(black_box(in_flight::enter())));
    let mut ticket = in_flight::enter();
    measure("between two commands", || pager::between_commands(&mut ticket));
    let mut all = bos.iter().cycle();
    measure("a use of one of 1,000 BOs", || all.next().unwrap().touch());
}

/// That this thread computed.
fn seconds() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

fn measure(what: &str, mut run: impl FnMut()) {
    const COUNT: u32 = 1_000_000;
    let mut rounds: Vec<_> = (0..9)
        .map(|_| {
            let start = seconds();
            (0..COUNT).for_each(|_| run());
            (seconds() - start) / f64::from(COUNT)
        })
        .collect();
    rounds.sort_by(f64::total_cmp);
    println!("{what:30} {:6.1} ns", rounds[rounds.len() / 2] * 1e9);
}
