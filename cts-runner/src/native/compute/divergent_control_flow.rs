//! Branches, loops with break and continue, a switch, calls and early returns, different for every invocation.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute];

pub(super) fn run(cx: &Context) -> Outcome {
    const COUNT: u32 = 1000;
    let output = cx.host(u64::from(COUNT) * 12)?;
    cx.compute_once(vk::CONTROL_FLOW, &[&output], &[COUNT], COUNT.div_ceil(32))?;
    let expected: Vec<u32> =
        (0..COUNT).flat_map(|i| [collatz(i + 1), kind(i), if i % 5 == 4 { 4242 } else { sums(i) }]).collect();
    same("results", &output.words(), &expected)
}

fn collatz(mut n: u32) -> u32 {
    let mut steps = 0;
    while n != 1 {
        n = if n.is_multiple_of(2) { n / 2 } else { 3 * n + 1 };
        steps += 1;
    }
    steps
}

fn kind(i: u32) -> u32 {
    match i % 7 {
        0 => 10,
        1 => 25,
        2 => 5,
        3 => 77,
        5 => i,
        _ => 1000 + i % 2,
    }
}

fn sums(i: u32) -> u32 {
    let mut total = 0;
    for a in (0..i % 13).filter(|&a| a != 3) {
        for b in 0..10.min(a + 1) {
            if (a + b) % 2 == 1 {
                total += a * b;
            } else if b == 4 {
                total += 100;
            }
        }
        if total > 150 {
            break;
        }
    }
    total
}
