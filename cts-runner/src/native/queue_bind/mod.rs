//! `vkQueueBindSparse` as a submission: on queues of each kind, what it waits for, what it signals, in which order.

mod order;
mod resource;

use super::Case;
use resource::{Kind, Resource, Step};

/// The cases of all files.
pub(super) fn cases() -> Vec<Case> {
    order::cases()
}
