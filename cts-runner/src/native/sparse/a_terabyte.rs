//! A sparse buffer of 1 TiB: scattered pages over all of it hold their values, pages between them are empty.

use crate::native::prelude::*;
use crate::rng::Rng;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::SparseResidency, Need::SparseBytes(1 << 40)];

pub(super) fn run(cx: &Context) -> Outcome {
    let buffer = SparseBuffer::new(&cx.device, 1 << 40)?;
    let mut places = Rng::new(cx.seed).distinct(400, buffer.size / buffer.page);
    let empty = places.split_off(200);
    let memory = buffer.memory(&cx.device, 200)?;
    for m in 0..200 {
        memory.write(m * buffer.page, &[m as u32 + 1]);
    }
    let binds: Vec<_> = (0..).zip(&places).map(|(m, &page)| buffer.map(page, 1, &memory, m)).collect();
    cx.sparse()?.bind(&cx.device, &buffer, &binds)?;
    let host = cx.host(4 * 400)?;
    cx.run(|r| {
        for (i, page) in (0..).zip(places.iter().chain(&empty)) {
            r.copy(&buffer, page * buffer.page, &host, i * 4, 4);
        }
        r.barrier();
    })?;
    let words = host.words();
    same("bound pages", &words[..200], &(1..=200).collect::<Vec<_>>())?;
    if cx.device.physical.strict() {
        uniform("empty pages", &words[200..], 0)?;
    }
    Ok(())
}
