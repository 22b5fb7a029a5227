//! With robust buffer access, reads, writes and atomics beyond the bound range touch nothing outside of it: guard bands
//! in the same memory stay, and reads give zero or something that lies in the range.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::RobustAccess];

pub(super) fn run(cx: &Context) -> Outcome {
    aim(cx, &[(GUARD, 1), (GUARD + 1000, 700), (GUARD * 2 - 64, 4096), (0x0fff_0000, 1)])
}

/// Words bound, and words of each guard.
pub(super) const GUARD: u32 = 65_536;

/// Aims 64 invocations at words `first + i * stride` of the range, all outside of it, and looks at what happened.
pub(super) fn aim(cx: &Context, aims: &[(u32, u32)]) -> Outcome {
    let guard = GUARD as usize;
    let buffer = cx.host(4 * 3 * u64::from(GUARD))?;
    let result = cx.host(512)?;
    let kernel = cx.kernel(vk::OUT_OF_BOUNDS, 2, 8)?;
    // The middle third is bound.
    let middle = Bound::part(&buffer, 4 * u64::from(GUARD), 4 * u64::from(GUARD));
    let set = kernel.set(&[middle, Bound::whole(&result)])?;
    for &(first, stride) in aims {
        buffer.memory.fill(0x44);
        cx.run(|r| {
            r.run(&kernel, &set, &[first, stride], 1);
            r.barrier();
        })?;
        let words = buffer.words();
        uniform(&format!("guard before, aiming at {first}"), &words[..guard], 0x4444_4444)?;
        uniform(&format!("guard behind, aiming at {first}"), &words[2 * guard..], 0x4444_4444)?;
        let inside = |word: u32| word == 0 || words[guard..2 * guard].contains(&word) || word == 0x4444_4444;
        let found = result.words();
        check!(found[..64].iter().all(|&word| inside(word)), "a read from outside, aiming at {first}");
        if cx.device.physical.extra.robust_buffer_access2 {
            uniform(&format!("the range, aiming at {first}"), &words[guard..2 * guard], 0x4444_4444)?;
            uniform("what was read", &found[..64], 0)?;
        }
    }
    Ok(())
}
