//! Every family has queues and abilities, some family computes, and sparse binding comes with a queue for it.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[];

pub(super) fn run(cx: &Context) -> Outcome {
    let physical = &cx.device.physical;
    check!(!physical.families.is_empty(), "no queue family");
    for (i, family) in physical.families.iter().enumerate() {
        check!(family.queue_count > 0, "family {i} has no queue");
        check!(!family.queue_flags.is_empty(), "family {i} can do nothing");
        let bits = family.timestamp_valid_bits;
        check!(bits == 0 || (36..=64).contains(&bits), "family {i}: timestampValidBits is {bits}");
    }
    let some = |flag| physical.families.iter().any(|f| f.queue_flags.contains(flag));
    check!(some(vk::QueueFlags::COMPUTE), "no family computes");
    check_eq!(
        some(vk::QueueFlags::SPARSE_BINDING),
        physical.features.sparse_binding == vk::TRUE,
        "whether a family binds sparse memory"
    );
    let mut handles: Vec<_> = cx.device.queues.iter().map(|q| q.handle).collect();
    check!(handles.iter().all(|&h| h != ash::vk::Queue::null()), "a queue is null");
    handles.sort_unstable();
    handles.dedup();
    check_eq!(handles.len(), cx.device.queues.len(), "number of different queues");
    Ok(())
}
