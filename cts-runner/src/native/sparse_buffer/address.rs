//! Device addresses: loads and stores of shaders that know no buffer.

use super::{Plan, Sheet};
use crate::native::prelude::*;

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for plan in Plan::ALL {
        let needs = || plan.needs(&[Need::Compute, Need::DeviceAddress]);
        let name = |way: &str| format!("sparse_buffer.address.{way}.{}", plan.name());
        cases.push(Case::with(name("load"), needs(), move |cx| load(cx, plan)));
        cases.push(Case::with(name("store"), needs(), move |cx| store(cx, plan)));
    }
    cases
}

/// Copies words from one device address to another.
fn copy(cx: &Context, from: u64, to: u64, words: u32) -> Outcome {
    let kernel = cx.kernel(vk::ADDRESS_COPY, 0, 24)?;
    let push = [from as u32, (from >> 32) as u32, to as u32, (to >> 32) as u32, words];
    cx.run(|r| {
        r.bind(&kernel, &[], &[], &push);
        r.dispatch([words.div_ceil(64), 1, 1]);
        r.barrier();
    })?;
    Ok(())
}

fn load(cx: &Context, plan: Plan) -> Outcome {
    let sheet = Sheet::new(cx, plan)?;
    let to = cx.dirty(sheet.buffer.size)?;
    copy(cx, sheet.buffer.address()?, to.address()?, sheet.len())?;
    same("loaded", &to.words(), &sheet.words())
}

fn store(cx: &Context, plan: Plan) -> Outcome {
    let sheet = Sheet::new(cx, plan)?;
    let from = HostBuffer::of(&cx.device, &sheet.values())?;
    copy(cx, from.address()?, sheet.buffer.address()?, sheet.len())?;
    sheet.expect_written(|word| Some(sheet.value(word)))
}
