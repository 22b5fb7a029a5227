//! SPIR-V that is cut off, garbled or not SPIR-V at all is refused, or at least survived. Vulkan allows a driver to crash
//! here (and some do); one that runs inside of somebody's test suite should not.

use crate::native::prelude::*;
use crate::rng::Rng;

pub(super) const NEEDS: &[Need] = &[Need::Compute];

pub(super) fn run(cx: &Context) -> Outcome {
    let mut rng = Rng::new(cx.seed);
    for round in 0..200usize {
        let mut code = vk::CONTROL_FLOW.to_vec();
        match round % 4 {
            0 => code.truncate(5 + rng.below(code.len() as u64 - 5) as usize),
            1 => code[0] = rng.bits() as u32,
            _ => {
                let at = 5 + rng.below(code.len() as u64 - 5) as usize;
                code[at] = if round % 4 == 2 { rng.bits() as u32 } else { code[at] ^ (1 << rng.below(32)) };
            }
        }
        // Whether it compiles does not matter; it is never run.
        drop(cx.kernel(&code, 1, 4));
    }
    let buffer = cx.host(64)?;
    cx.run(|r| r.fill(&buffer, 0, 64, 5))?;
    uniform("a buffer afterwards", &buffer.words(), 5)
}
