//! Integer instructions give the bits that SPIR-V defines, also at the extremes.

use crate::native::prelude::*;
use crate::rng::Rng;

pub(super) const NEEDS: &[Need] = &[Need::Compute];

pub(super) fn run(cx: &Context) -> Outcome {
    let mut rng = Rng::new(cx.seed);
    let edges = [0, 1, 2, 31, 32, 0x7fff_ffff, 0x8000_0000, 0x8000_0001, u32::MAX - 1, u32::MAX];
    let mut pairs: Vec<[u32; 2]> = edges.iter().flat_map(|&a| edges.map(|b| [a, b])).collect();
    pairs.extend((0..924).map(|_| [rng.bits() as u32, rng.bits() as u32 >> rng.below(32)]));
    let input = HostBuffer::of(&cx.device, pairs.as_flattened())?;
    let output = cx.host(pairs.len() as u64 * 80)?;
    cx.compute_once(vk::INTEGERS, &[&input, &output], &[pairs.len() as u32], 16)?;
    let words = output.words();
    for ([a, b], found) in pairs.iter().zip(words.chunks_exact(20)) {
        same(&format!("results for {a:#x} and {b:#x}"), found, &expected(*a, *b))?;
    }
    Ok(())
}

fn expected(a: u32, b: u32) -> [u32; 20] {
    let (sa, sb) = (a as i32, b as i32);
    let msb_signed = |v: i32| if v < 0 { !v } else { v }.checked_ilog2().map_or(u32::MAX, |v| v);
    let extract = ((sb << 20) >> 23) as u32;
    let mask = ((1 << 13) - 1) << 7;
    let (sum, carry) = a.overflowing_add(b);
    let high = ((u64::from(a) * u64::from(b)) >> 32) as u32;
    [
        sum,
        a.wrapping_sub(b),
        a.wrapping_mul(b),
        a / (b | 1),
        a % (b | 1),
        (sa / (b >> 1 | 1) as i32) as u32,
        (a & b) ^ (a | !b),
        a << (b & 31),
        a >> (b & 31),
        (sa >> (b & 31)) as u32,
        a.min(b) ^ a.max(b),
        sa.min(sb) as u32,
        sa.max(-1000).min((b & 0xffff) as i32) as u32,
        a.count_ones() << 16 | if b == 0 { 0xffff } else { b.trailing_zeros() },
        a.checked_ilog2().unwrap_or(u32::MAX) & 0xff | msb_signed(sb) << 16,
        a.reverse_bits(),
        (a >> 5 & 0x7ff) ^ extract,
        a & !mask | b << 7 & mask,
        sum ^ u32::from(carry) << 31 ^ high,
        u32::from(a < b) | u32::from(sa < sb) << 1 | u32::from(a == b) << 2 | u32::from(a >= b) << 3,
    ]
}
