//! Two thousand allocations hold their own contents while others are freed in random order.

use crate::native::prelude::*;
use crate::rng::Rng;

pub(super) const NEEDS: &[Need] = &[];

pub(super) fn run(cx: &Context) -> Outcome {
    let mut rng = Rng::new(cx.seed);
    let mut live = Vec::new();
    for i in 0..2000u32 {
        let memory = vk::Memory::host(&cx.device, 64 + rng.below(5000) * 4, u32::MAX)?;
        memory.write(0, &[i; 16]);
        live.push((i, memory));
    }
    rng.shuffle(&mut live);
    while let Some((i, memory)) = live.pop() {
        check_eq!(memory.read::<u32>(0, 16), [i; 16].to_vec(), "allocation {i}");
    }
    Ok(())
}
