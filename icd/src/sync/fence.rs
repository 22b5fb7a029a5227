//! `VkFence`.

use std::sync::Arc;

use ash::vk;

use super::signal::{Point, Signal};

/// Tells the host that a submission is done.
pub struct Fence {
    signal: Arc<Signal>,
}

crate::object!(Fence, vk::Fence);

impl Fence {
    /// `vkCreateFence`.
    pub fn new(info: &vk::FenceCreateInfo<'_>) -> Self {
        Self { signal: Signal::new(info.flags.contains(vk::FenceCreateFlags::SIGNALED).into()) }
    }

    /// What a submission raises at its end, and what the host waits for.
    pub fn point(&self) -> Point {
        Point { signal: Arc::clone(&self.signal), value: 1 }
    }

    /// `vkGetFenceStatus`.
    pub fn is_signaled(&self) -> bool {
        self.signal.value() != 0
    }

    /// `vkResetFences`.
    pub fn reset(&self) {
        self.signal.reset();
    }
}
