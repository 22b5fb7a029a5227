//! A gather at random places over bound and unbound pages, eight invocations all over the buffer, reads right values.

use crate::native::prelude::*;
use crate::native::support::Pages;
use crate::rng::Rng;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::SparseResidency, Need::StrictZero];

pub(super) fn run(cx: &Context) -> Outcome {
    let pages = Pages::new(cx, 16, 16)?;
    let mut rng = Rng::new(cx.seed);
    let bound: Vec<_> = (0..16).map(|m| (!rng.one_in(3)).then_some((m * 7) % 16)).collect();
    let binds: Vec<_> = (0..).zip(&bound).filter_map(|(page, m)| Some(pages.map(page, (*m)?))).collect();
    pages.bind(&binds)?;
    let total = u64::from(pages.words()) * 16;
    let places: Vec<u32> = (0..20_000).map(|_| rng.below(total) as u32).collect();
    let list = HostBuffer::of(&cx.device, &places)?;
    let result = cx.host(places.len() as u64 * 4)?;
    let whole: &Buffer = &pages.buffer;
    cx.compute_once(
        vk::GATHER,
        &[whole, &list, &result],
        &[places.len() as u32],
        places.len().div_ceil(64) as u32,
    )?;
    let shown: Vec<u32> =
        bound.iter().flat_map(|m| m.map_or(vec![0; pages.words() as usize], |m| pages.pattern(m))).collect();
    let expected: Vec<u32> = places.iter().map(|&at| shown[at as usize]).collect();
    same("gathered words", &result.words(), &expected)
}
