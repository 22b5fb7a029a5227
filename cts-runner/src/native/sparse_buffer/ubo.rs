//! Uniform buffers: windows of 16 KiB, the least that every device allows, all over the sparse buffer and across its pages.

use super::{Plan, Sheet};
use crate::native::prelude::*;

/// Words of a window.
const WINDOW: u32 = 4096;

/// How descriptors reach their windows, and how the shader indexes.
#[derive(Clone, Copy)]
struct Way {
    name: &'static str,
    dynamic_offset: bool,
    /// Whether each invocation reads a place of its own, or all of them the same.
    uniform_index: bool,
}

const WAYS: [Way; 4] = [
    Way { name: "own_index", dynamic_offset: false, uniform_index: false },
    Way { name: "same_index", dynamic_offset: false, uniform_index: true },
    Way { name: "dynamic_offset", dynamic_offset: true, uniform_index: false },
    Way { name: "dynamic_offset_same_index", dynamic_offset: true, uniform_index: true },
];

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for way in WAYS {
        for plan in Plan::ALL {
            let name = format!("sparse_buffer.ubo.{}.{}", way.name, plan.name());
            cases.push(Case::with(name, plan.needs(&[Need::Compute]), move |cx| run(cx, plan, way)));
        }
    }
    cases
}

fn run(cx: &Context, plan: Plan, way: Way) -> Outcome {
    let sheet = Sheet::new(cx, plan)?;
    let kind = match way.dynamic_offset {
        true => vk::DescriptorType::UNIFORM_BUFFER_DYNAMIC,
        false => vk::DescriptorType::UNIFORM_BUFFER,
    };
    let set = [(kind, 1), (vk::DescriptorType::STORAGE_BUFFER, 1)];
    let sets = [set.as_slice()];
    let constants = [(0, u32::from(way.uniform_index))];
    let options = vk::KernelOptions { sets: &sets, constants: &constants, ..Default::default() };
    let kernel = Kernel::new(&cx.device, vk::SPARSE_UNIFORM, options)?;
    let result = cx.dirty(u64::from(WINDOW) * 4)?;
    // Windows begin at each half of a window: every second one lies across the border of two pages, or of two windows.
    let expected = sheet.words();
    for first in (0..=sheet.len() - WINDOW).step_by(WINDOW as usize * 3 / 2) {
        let offset = u64::from(first) * 4;
        let (fixed, moved) = if way.dynamic_offset { (0, vec![offset as u32]) } else { (offset, Vec::new()) };
        let set =
            kernel.set(&[Bound::part(&sheet.buffer, fixed, 4 * u64::from(WINDOW)), Bound::whole(&result)])?;
        cx.run(|r| {
            r.bind(&kernel, &[&set], &moved, &[]);
            r.dispatch([WINDOW / 64, 1, 1]);
            r.barrier();
        })?;
        let range = first as usize..(first + WINDOW) as usize;
        same(&format!("the window from word {first} on"), &result.words(), &expected[range])?;
    }
    Ok(())
}
