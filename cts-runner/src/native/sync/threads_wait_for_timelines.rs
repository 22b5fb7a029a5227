//! Host threads that wait for values of one timeline are all woken, by host and queue signals.

use crate::native::prelude::*;
use crate::native::support::in_threads;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::Timeline];

pub(super) fn run(cx: &Context) -> Outcome {
    let timeline = Semaphore::timeline(&cx.device, 0)?;
    in_threads(5, |thread| {
        if thread > 0 {
            for value in 1..=50 {
                check!(timeline.wait_for(value, vk::PATIENCE)?, "thread {thread} was not woken for {value}");
            }
            return Ok(());
        }
        for value in 1..=50 {
            if value % 2 == 0 {
                timeline.signal(value)?;
            } else {
                let submit = Submit { signals: &[(&timeline, value)], ..Submit::default() };
                cx.compute()?.submit(&cx.device, &[submit], None)?;
                timeline.wait_for(value, vk::PATIENCE)?;
            }
        }
        Ok(())
    })
}
