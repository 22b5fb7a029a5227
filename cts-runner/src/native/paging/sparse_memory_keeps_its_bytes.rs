//! Pages of many allocations that nobody maps keep their bytes while they are bound here and there, used and bound again.

use crate::native::prelude::*;
use crate::rng::Rng;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::SparseResidency];

const PAGES: u64 = 40;

pub(super) fn run(cx: &Context) -> Outcome {
    let buffer = SparseBuffer::new(&cx.device, (PAGES + 8) << 16)?;
    let (page, bits) = (buffer.page, buffer.requirements.memory_type_bits);
    let pages = (buffer.size / page).min(PAGES);
    let memory =
        (0..pages).map(|_| vk::Memory::local(&cx.device, page, bits)).collect::<vk::Result<Vec<_>>>()?;
    let words = (page / 4) as u32;
    let mut rng = Rng::new(cx.seed);
    // What each memory begins with; `None` until it is written.
    let mut holds: Vec<u32> = (0..pages as u32).map(|m| 0x1000_0000 + m * words).collect();
    let mut place: Vec<u64> = (0..pages).collect();
    for round in 0..8u32 {
        rng.shuffle(&mut place);
        let binds: Vec<_> =
            (0..).zip(&place).map(|(at, &m)| buffer.map(at, 1, &memory[m as usize], 0)).collect();
        cx.sparse()?.bind(&cx.device, &buffer, &binds)?;
        for (at, &m) in (0..).zip(&place) {
            if round == 0 || rng.below(3) == 0 {
                holds[m as usize] = 0x1000_0000 * (round + 1) + m as u32 * words;
                cx.scribble(buffer.pages(at, 1), 0, 1, words, holds[m as usize])?;
            }
        }
        let found = cx.probe(buffer.pages(0, pages), 0, 1, words * pages as u32)?;
        for ((at, &m), found) in (0..).zip(&place).zip(found.chunks_exact(words as usize)) {
            let expected: Vec<u32> = (0..words).map(|i| holds[m as usize] + i).collect();
            same(&format!("round {round}, page {at}, memory {m}"), found, &expected)?;
        }
    }
    Ok(())
}
