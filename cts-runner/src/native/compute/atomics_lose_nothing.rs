//! Atomics on buffers by thousands of invocations: no update is lost, and each ticket is given once.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute];

pub(super) fn run(cx: &Context) -> Outcome {
    const COUNT: u32 = 64 * 512;
    let counters = HostBuffer::of(
        &cx.device,
        &[0u32, u32::MAX, 0, 0, u32::MAX, 0, i32::MAX as u32, i32::MIN as u32, 0, 0],
    )?;
    let tickets = cx.host(u64::from(COUNT) * 4)?;
    let returned = cx.host(u64::from(COUNT + 1) * 4)?;
    cx.compute_once(vk::ATOMICS, &[&counters, &tickets, &returned], &[], 512)?;
    uniform("tickets", &tickets.words(), 1)?;
    let found = counters.words();
    let xored = (0..COUNT).fold(0, |a, b| a ^ b);
    let expected = [
        COUNT,
        17,
        COUNT - 1,
        0x7fff_ffff,
        !((1 << 29) - 1),
        xored,
        (5 - (COUNT as i32 - 1)) as u32,
        (COUNT as i32 - 1 - 100_000) as u32,
    ];
    same("counters", &found[..8], &expected)?;
    // Each exchange returned what another one had put in: together with the last value, all numbers once.
    let mut exchanged = returned.words();
    let winner = exchanged.pop().unwrap_or(0);
    exchanged.push(found[8]);
    exchanged.sort_unstable();
    same("values exchanged", &exchanged, &(0..=COUNT).collect::<Vec<_>>())?;
    check!(
        winner != 0 && winner == found[9],
        "compare-and-swap: {winner} says it won, memory says {}",
        found[9]
    );
    Ok(())
}
