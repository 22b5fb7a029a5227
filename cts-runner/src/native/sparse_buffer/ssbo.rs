//! Storage buffers: every kind of load, store and atomic of a compute shader.

use super::{Plan, Sheet};
use crate::native::prelude::*;

/// How `sparse_read.comp` reads.
const READS: [(&str, u32); 9] = [
    ("words", 0),
    ("vectors", 1),
    ("backwards", 2),
    ("scattered", 3),
    ("uniform", 4),
    ("atomic_add_zero", 5),
    ("atomic_compare", 6),
    ("single_lanes", 7),
    ("shifted", 8),
];

/// What becomes of an old word and a value.
type Becomes = fn(u32, u32) -> u32;

/// How `sparse_write.comp` writes, and what becomes of an old word and a value.
const WRITES: [(&str, u32, Becomes); 10] = [
    ("words", 0, |_, value| value),
    ("vectors", 1, |_, value| value),
    ("backwards", 2, |_, value| value),
    ("every_other_lane", 3, |_, value| value),
    ("exchange", 4, |_, value| value),
    ("add", 5, |old, value| old.wrapping_add(value)),
    ("and", 6, |old, value| old & value),
    ("or", 7, |old, value| old | value),
    ("smallest", 8, |old, value| old.min(value)),
    ("swap_if_equal", 9, |_, value| value),
];

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for plan in Plan::ALL {
        for (way, mode) in READS {
            let name = format!("sparse_buffer.ssbo.read.{way}.{}", plan.name());
            cases.push(Case::with(name, plan.needs(&[Need::Compute]), move |cx| read(cx, plan, mode)));
        }
        for (way, mode, becomes) in WRITES {
            // Through aliases several invocations would add to the same words.
            if plan == Plan::Shared && matches!(mode, 4..) {
                continue;
            }
            let name = format!("sparse_buffer.ssbo.write.{way}.{}", plan.name());
            cases.push(Case::with(name, plan.needs(&[Need::Compute]), move |cx| {
                write(cx, plan, mode, becomes)
            }));
        }
    }
    cases
}

fn kernel(cx: &Context, code: &[u32], mode: u32) -> vk::Result<Kernel> {
    let buffer = (vk::DescriptorType::STORAGE_BUFFER, 1);
    let set = [buffer, buffer];
    let sets = [set.as_slice()];
    let options =
        vk::KernelOptions { sets: &sets, push_bytes: 4, constants: &[(0, mode)], ..Default::default() };
    Kernel::new(&cx.device, code, options)
}

fn read(cx: &Context, plan: Plan, mode: u32) -> Outcome {
    let sheet = Sheet::new(cx, plan)?;
    let (kernel, result) = (kernel(cx, vk::SPARSE_READ, mode)?, cx.dirty(sheet.buffer.size)?);
    let set = kernel.set(&[Bound::whole(&sheet.buffer), Bound::whole(&result)])?;
    let count = sheet.len();
    cx.run(|r| {
        r.run(&kernel, &set, &[count], count.div_ceil(64));
        r.barrier();
    })?;
    same("read", &result.words(), &sheet.words())?;
    sheet.expect_written(|_| None)
}

fn write(cx: &Context, plan: Plan, mode: u32, becomes: Becomes) -> Outcome {
    let sheet = Sheet::new(cx, plan)?;
    let kernel = kernel(cx, vk::SPARSE_WRITE, mode)?;
    // In: the values, or what is expected to be there. Out: what atomics return.
    let from = HostBuffer::of(&cx.device, &sheet.values())?;
    let set = kernel.set(&[Bound::whole(&sheet.buffer), Bound::whole(&from)])?;
    let count = sheet.len();
    cx.run(|r| {
        r.run(&kernel, &set, &[count], count.div_ceil(64));
        r.barrier();
    })?;
    let touched = |word: u32| mode != 3 || word.is_multiple_of(2);
    sheet.expect_written(|word| touched(word).then(|| becomes(sheet.word(word), sheet.value(word))))?;
    if (4..=8).contains(&mode) {
        same("what atomics returned", &from.words(), &sheet.words())?;
    }
    Ok(())
}
