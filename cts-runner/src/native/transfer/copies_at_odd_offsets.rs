//! A copy moves exactly its bytes, whatever offsets and sizes: every byte around it stays.

use crate::native::prelude::*;
use crate::rng::Rng;

pub(super) const NEEDS: &[Need] = &[Need::Compute];

pub(super) fn run(cx: &Context) -> Outcome {
    let mut rng = Rng::new(cx.seed);
    const SIZE: u64 = 40_000;
    let source: Vec<u8> = (0..SIZE).map(|_| rng.bits() as u8).collect();
    let from = HostBuffer::of(&cx.device, &source)?;
    let to = cx.host(SIZE)?;
    for round in 0..200 {
        to.memory.fill(0xcc);
        let size = if round % 2 == 0 { 1 + rng.below(70) } else { 1 + rng.below(SIZE) };
        let (a, b) = (rng.below(SIZE - size + 1), rng.below(SIZE - size + 1));
        cx.run(|r| {
            r.copy(&from, a, &to, b, size);
            r.barrier();
        })?;
        let mut expected = vec![0xcc; SIZE as usize];
        expected[b as usize..][..size as usize].copy_from_slice(&source[a as usize..][..size as usize]);
        let found = to.memory.read::<u8>(0, SIZE as usize);
        check!(found == expected, "copy of {size} bytes from {a} to {b}");
    }
    Ok(())
}
