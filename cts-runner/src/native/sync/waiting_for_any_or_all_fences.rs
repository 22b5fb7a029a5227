//! A wait for any fence ends with the first one, a wait for all with the last.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute];

pub(super) fn run(cx: &Context) -> Outcome {
    let (signalled, pending) = (Fence::new(&cx.device, true)?, Fence::new(&cx.device, false)?);
    let wait = |all| {
        // SAFETY: both fences are alive.
        unsafe { cx.device.raw.wait_for_fences(&[pending.handle, signalled.handle], all, 1_000_000) }
    };
    check_eq!(wait(false), Ok(()), "a wait for any of two");
    check_eq!(wait(true), Err(vk::Code::TIMEOUT), "a wait for both");
    cx.compute()?.submit(&cx.device, &[], Some(&pending))?;
    pending.wait()?;
    check_eq!(wait(true), Ok(()), "a wait for both, both signalled");
    Ok(())
}
