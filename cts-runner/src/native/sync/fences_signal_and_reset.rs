//! A fence is unsignalled until its submission is done, stays signalled until reset, and can be made signalled.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute];

pub(super) fn run(cx: &Context) -> Outcome {
    let fence = Fence::new(&cx.device, false)?;
    check!(!fence.signalled()?, "a new fence is signalled");
    check!(!fence.wait_for(0)?, "a wait of 0 for a new fence succeeds");
    check!(!fence.wait_for(2_000_000)?, "a wait of 2 ms for a new fence succeeds");
    for _ in 0..100 {
        cx.compute()?.submit(&cx.device, &[], Some(&fence))?;
        fence.wait()?;
        check!(fence.signalled()? && fence.wait_for(0)?, "the fence is not signalled after its submission");
        fence.reset()?;
        check!(!fence.signalled()?, "the fence is signalled after its reset");
    }
    check!(Fence::new(&cx.device, true)?.wait_for(0)?, "a fence created signalled is not");
    Ok(())
}
