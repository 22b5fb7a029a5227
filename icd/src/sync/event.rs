//! `VkEvent`.

use std::sync::Arc;

use ash::vk;

use super::signal::{Point, Signal};

/// Set and reset by the host and by command buffers.
pub struct Event {
    signal: Arc<Signal>,
}

crate::object!(Event, vk::Event);

impl Default for Event {
    /// `vkCreateEvent`: reset.
    fn default() -> Self {
        Self { signal: Signal::new(0) }
    }
}

impl Event {
    /// Set.
    pub fn point(&self) -> Point {
        Point { signal: Arc::clone(&self.signal), value: 1 }
    }

    /// Whether it is set.
    pub fn is_set(&self) -> bool {
        self.signal.value() != 0
    }

    /// `vkSetEvent`, `vkCmdSetEvent`.
    pub fn set(&self) {
        self.signal.raise(1);
    }

    /// `vkResetEvent`, `vkCmdResetEvent`.
    pub fn reset(&self) {
        self.signal.reset();
    }
}
