//! A timeline starts at its initial value, is signalled by host and device, and waits see every value reached.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::Timeline];

pub(super) fn run(cx: &Context) -> Outcome {
    let timeline = Semaphore::timeline(&cx.device, 10)?;
    check_eq!(timeline.value()?, 10, "the initial value");
    check!(timeline.wait_for(10, 0)? && timeline.wait_for(3, 0)?, "a value that is reached is waited for");
    check!(!timeline.wait_for(11, 1_000_000)?, "a wait for the next value succeeds");
    timeline.signal(12)?;
    check_eq!(timeline.value()?, 12, "the value after a signal of the host");
    cx.compute()?.submit(
        &cx.device,
        &[Submit { signals: &[(&timeline, 1 << 40)], ..Submit::default() }],
        None,
    )?;
    check!(timeline.wait_for(1 << 40, vk::PATIENCE)?, "the queue did not signal");
    check_eq!(timeline.value()?, 1 << 40, "the value after a signal of the queue");
    Ok(())
}
