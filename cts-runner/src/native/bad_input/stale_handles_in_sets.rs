//! A descriptor of a destroyed buffer may stay in a set that is not used; a set with new descriptors works.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute];

pub(super) fn run(cx: &Context) -> Outcome {
    let kernel = cx.kernel(vk::SCRIBBLE, 1, 16)?;
    let doomed = cx.host(256)?;
    let set = kernel.set(&[Bound::whole(&doomed)])?;
    drop(doomed);
    let alive = cx.host(256)?;
    set.write(0, 0, &[Bound::whole(&alive)]);
    cx.run(|r| {
        r.run(&kernel, &set, &[0, 1, 64, 9], 1);
        r.barrier();
    })?;
    same("the buffer that is alive", &alive.words(), &(9..73).collect::<Vec<_>>())
}
