//! Shaders that run again and again give the same bits each time, whatever a driver does about those that run often.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute];

const ROUNDS: u32 = 100;

pub(super) fn run(cx: &Context) -> Outcome {
    repeat(cx, "control flow", vk::CONTROL_FLOW, 8192, 256, 8192 * 12)?;
    repeat(cx, "barriers", vk::SHARED_ROTATE, 99, 16, 1600 * 4)?;
    repeat(cx, "chains of additions and multiplications", vk::BENCH_ALU, 0.7f32.to_bits(), 64, 4096 * 4)
}

fn repeat(cx: &Context, what: &str, code: &[u32], push: u32, groups: u32, bytes: u64) -> Outcome {
    let output = cx.host(bytes)?;
    // Those that need one word do not see the others.
    let push = [push, 0.3f32.to_bits(), 50];
    let kernel = cx.kernel(code, 1, 12)?;
    let set = kernel.set(&[Bound::whole(&output)])?;
    let mut first = None;
    for round in 0..ROUNDS {
        output.memory.fill(0xee);
        cx.run(|r| {
            r.run(&kernel, &set, &push, groups);
            r.barrier();
        })?;
        let words = output.words();
        match &first {
            None => first = Some(words),
            Some(first) => same(&format!("{what}, round {round}"), &words, first)?,
        }
    }
    Ok(())
}
