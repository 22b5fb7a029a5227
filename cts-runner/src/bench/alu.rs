//! How fast shaders compute: arithmetic without memory.

use super::work::Work;
use super::{BenchError, Options, Reading};
use crate::vk::{self, Device};

/// Invocations of the metrics without a picture: enough for every thread, few enough that memory does not matter.
const INVOCATIONS: u32 = 1 << 16;
const GROUP: u32 = 64;

/// `x * a + b` in eight chains.
pub(super) fn separate(device: &Device, _: &Options) -> Result<Vec<Reading>, BenchError> {
    chains(device, "alu_gflops", vk::BENCH_ALU)
}

/// The same with `fma`.
pub(super) fn fused(device: &Device, _: &Options) -> Result<Vec<Reading>, BenchError> {
    chains(device, "alu_fma_gflops", vk::BENCH_ALU_FUSED)
}

fn chains(device: &Device, name: &'static str, code: &[u32]) -> Result<Vec<Reading>, BenchError> {
    // In each turn, eight steps of eight chains; a step is two operations.
    const TURNS: u32 = 512;
    const PER_TURN: f64 = 8.0 * 8.0 * 2.0;
    let (a, b) = (0.75f32, 0.5f32);
    // All chains end at the fixed point.
    let expected = 8.0 * b / (1.0 - a);
    let push = [a.to_bits(), b.to_bits(), TURNS];
    let seconds = Work::new(device, code, &push, [INVOCATIONS / GROUP, 1, 1], INVOCATIONS)?
        .seconds(|results| results.iter().all(|&word| (f32::from_bits(word) - expected).abs() < 1e-3))?;
    let operations = f64::from(INVOCATIONS) * f64::from(TURNS) * PER_TURN;
    Ok(vec![Reading::new(name, operations / seconds / 1e9, "GFLOP/s")])
}

/// Sine, exponential, logarithm, square root, a quarter each.
pub(super) fn transcendental(device: &Device, _: &Options) -> Result<Vec<Reading>, BenchError> {
    const TURNS: u32 = 128;
    let a = 1.5f32;
    let expected = (0..TURNS).fold(0.0, |x: f64, _| (x.sin().exp() + f64::from(a)).ln().sqrt());
    let push = [a.to_bits(), TURNS];
    let work = Work::new(device, vk::BENCH_TRANSCENDENTAL, &push, [INVOCATIONS / GROUP, 1, 1], INVOCATIONS)?;
    let seconds = work.seconds(|results| {
        results.iter().all(|&word| (f64::from(f32::from_bits(word)) - expected).abs() < 1e-4)
    })?;
    let operations = f64::from(INVOCATIONS) * f64::from(TURNS) * 4.0;
    Ok(vec![Reading::new("alu_transcendental_gops", operations / seconds / 1e9, "Gop/s")])
}

/// The Mandelbrot set, 1024 x 1024, at most 256 iterations.
pub(super) fn divergent(device: &Device, _: &Options) -> Result<Vec<Reading>, BenchError> {
    const SIZE: u32 = 1024;
    let work = Work::new(device, vk::BENCH_MANDELBROT, &[], [SIZE / 8, SIZE / 8, 1], SIZE * SIZE)?;
    // Rounding decides near the border, so that pictures may differ there.
    let inside = |n: u32| (0.15..0.25).contains(&(f64::from(n) / f64::from(SIZE * SIZE)));
    let seconds = work.seconds(|results| inside(results.iter().filter(|&&n| n == 256).count() as u32))?;
    Ok(vec![Reading::new("compute_divergent", f64::from(SIZE * SIZE) / seconds / 1e6, "Mpixel/s")])
}
