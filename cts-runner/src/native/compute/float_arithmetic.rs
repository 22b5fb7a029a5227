//! Float instructions are as precise as Vulkan demands: exact for add, subtract, multiply, compare and rounding.

use crate::native::prelude::*;
use crate::rng::Rng;

pub(super) const NEEDS: &[Need] = &[Need::Compute];

pub(super) fn run(cx: &Context) -> Outcome {
    let mut rng = Rng::new(cx.seed);
    let mut number = || (rng.below(2_000_001) as f32 - 1e6) / [1.0, 16.0, 1000.0, 1e5][rng.below(4) as usize];
    let mut pairs: Vec<[f32; 2]> = vec![[0.0, 1.0], [-1.0, 3.0], [1.5, -2.5], [3e8, 1e-20], [-0.5, 0.5]];
    while pairs.len() < 1024 {
        let (a, b) = (number(), number());
        if b != 0.0 {
            pairs.push([a, b]);
        }
    }
    let input = HostBuffer::of(&cx.device, pairs.as_flattened())?;
    let output = cx.host(pairs.len() as u64 * 64)?;
    cx.compute_once(vk::FLOATS, &[&input, &output], &[pairs.len() as u32], 16)?;
    let found = output.memory.read::<f32>(0, pairs.len() * 16);
    for ([a, b], found) in pairs.iter().zip(found.chunks_exact(16)) {
        for (i, (found, (expected, ulps))) in found.iter().zip(expected(*a, *b)).enumerate() {
            let distance = (f64::from(*found) - f64::from(expected)).abs();
            let unit = f64::from(f32::EPSILON) * f64::from(expected.abs());
            let right = *found == expected || distance <= unit * ulps;
            check!(right, "result {i} for {a} and {b}: found {found}, expected {expected}");
        }
    }
    Ok(())
}

/// Results and how many units in the last place they may be off.
fn expected(a: f32, b: f32) -> [(f32, f64); 16] {
    // Sums of large cancelling terms: the bound is relative to the terms, not to their sum.
    let mix = a * 0.75 + b * 0.25;
    let mix_ulps = 8.0 * f64::from((a.abs() + b.abs()) / mix.abs().max(1e-30));
    [
        (a + b, 0.0),
        (a - b, 0.0),
        (a * b, 0.0),
        (a / b, 2.5),
        (a.abs().sqrt(), 4.0),
        (a.floor() + b.ceil(), 0.0),
        (a.trunc(), 0.0),
        (a.min(b), 0.0),
        (a.max(b), 0.0),
        (a.abs() * b.signum(), 0.0),
        (a as i32 as f32 + b.abs() as u32 as f32, 0.0),
        (mix, mix_ulps),
        (a - a.floor(), 0.0),
        (
            if a < b {
                1.0
            } else if a == b {
                2.0
            } else {
                3.0
            },
            0.0,
        ),
        (1.0 / (b.abs() + 1.0).sqrt(), 4.0),
        (-a, 0.0),
    ]
}
