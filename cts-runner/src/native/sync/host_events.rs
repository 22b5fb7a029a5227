//! The host sets and resets events.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[];

pub(super) fn run(cx: &Context) -> Outcome {
    let event = vk::Event::new(&cx.device)?;
    check!(!event.is_set()?, "a new event is set");
    event.set()?;
    check!(event.is_set()?, "the event is not set");
    event.reset()?;
    check!(!event.is_set()?, "the event is set after its reset");
    Ok(())
}
