//! 64-bit integer arithmetic.

use crate::native::prelude::*;
use crate::rng::Rng;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::Int64];

pub(super) fn run(cx: &Context) -> Outcome {
    let mut rng = Rng::new(cx.seed);
    let mut pairs: Vec<[u64; 2]> = vec![[0, 0], [u64::MAX, 1], [1 << 63, 63], [u64::MAX, u64::MAX]];
    pairs.extend((0..508).map(|_| [rng.bits(), rng.bits() >> rng.below(64)]));
    let input = HostBuffer::of(&cx.device, pairs.as_flattened())?;
    let output = cx.host(512 * 64)?;
    cx.compute_once(vk::INT64, &[&input, &output], &[512], 8)?;
    let found = output.memory.read::<u64>(0, 512 * 8);
    for ([a, b], found) in pairs.iter().zip(found.chunks_exact(8)) {
        let shift = b & 63;
        let expected = [
            a.wrapping_add(*b),
            a.wrapping_sub(*b),
            a.wrapping_mul(*b),
            a / (b | 1),
            a << shift,
            (*a as i64 >> shift) as u64,
            (a & b) ^ !a,
            u64::from(a < b) | u64::from((*a as i64) < (*b as i64)) << 32,
        ];
        check_eq!(found, expected.as_slice(), "results for {a:#x} and {b:#x}");
    }
    Ok(())
}
