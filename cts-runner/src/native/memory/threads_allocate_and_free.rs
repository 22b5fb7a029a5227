//! Threads allocate, map, use and free memory and buffers of one device at the same time.

use crate::native::prelude::*;
use crate::native::support::in_threads;
use crate::rng::Rng;

pub(super) const NEEDS: &[Need] = &[];

pub(super) fn run(cx: &Context) -> Outcome {
    in_threads(4, |thread| {
        let mut rng = Rng::new(cx.seed + u64::from(thread));
        for round in 0..300 {
            let buffer = cx.host(4 + rng.below(100_000) * 4)?;
            let (mark, last) = (thread << 16 | round, buffer.size - 4);
            buffer.memory.write(last, &[mark]);
            check_eq!(buffer.memory.read::<u32>(last, 1), vec![mark], "thread {thread}, round {round}");
        }
        Ok(())
    })
}
