//! `VkSemaphore`, binary and timeline.
//!
//! A binary semaphore counts: the n-th wait operation that is submitted waits for the n-th signal operation. That is what
//! "wait, then unsignal" means for every use that Vulkan allows, it needs no moment at which a wait *consumes* the
//! signal, and a wait that is submitted first simply waits.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ash::vk;

use super::signal::{Point, Signal};
use crate::error::Error;
use crate::pnext;

/// Orders submissions, and for timelines the host too.
pub struct Semaphore {
    signal: Arc<Signal>,
    kind: Kind,
}

crate::object!(Semaphore, vk::Semaphore);

enum Kind {
    /// How many operations were submitted.
    Binary {
        signals: AtomicU64,
        waits: AtomicU64,
    },
    Timeline,
}

impl Semaphore {
    /// `vkCreateSemaphore`.
    ///
    /// # Errors
    /// [`Error::InvalidUsage`] for an unknown type, or an initial value of a binary semaphore.
    ///
    /// # Safety
    /// `info` is a valid structure.
    pub unsafe fn new(info: &vk::SemaphoreCreateInfo<'_>) -> Result<Self, Error> {
        // SAFETY: the chain of a valid structure.
        let created = unsafe { pnext::find::<vk::SemaphoreTypeCreateInfo<'_>>(info.p_next) };
        let (kind, value) =
            created.map_or((vk::SemaphoreType::BINARY, 0), |info| (info.semaphore_type, info.initial_value));
        match kind {
            vk::SemaphoreType::TIMELINE => Ok(Self::timeline(value)),
            vk::SemaphoreType::BINARY if value == 0 => Ok(Self::binary()),
            vk::SemaphoreType::BINARY => {
                Err(Error::InvalidUsage("VUID-VkSemaphoreTypeCreateInfo-semaphoreType-03279"))
            }
            _ => Err(Error::InvalidUsage("VUID-VkSemaphoreTypeCreateInfo-semaphoreType-parameter")),
        }
    }

    /// A binary semaphore.
    pub fn binary() -> Self {
        Self {
            signal: Signal::new(0),
            kind: Kind::Binary { signals: AtomicU64::new(0), waits: AtomicU64::new(0) },
        }
    }

    /// A timeline semaphore that starts at `value`.
    pub fn timeline(value: u64) -> Self {
        Self { signal: Signal::new(value), kind: Kind::Timeline }
    }

    /// What a wait operation that is submitted now waits for; `value` is the timeline's.
    pub fn wait_operation(&self, value: u64) -> Point {
        self.point(match &self.kind {
            Kind::Binary { waits, .. } => waits.fetch_add(1, Ordering::Relaxed) + 1,
            Kind::Timeline => value,
        })
    }

    /// What a signal operation that is submitted now raises; `value` is the timeline's.
    pub fn signal_operation(&self, value: u64) -> Point {
        self.point(match &self.kind {
            Kind::Binary { signals, .. } => signals.fetch_add(1, Ordering::Relaxed) + 1,
            Kind::Timeline => value,
        })
    }

    /// A value of a timeline, for the host to wait for or to signal.
    ///
    /// # Errors
    /// [`Error::InvalidUsage`] for a binary semaphore.
    pub fn timeline_point(&self, value: u64) -> Result<Point, Error> {
        match self.kind {
            Kind::Timeline => Ok(self.point(value)),
            Kind::Binary { .. } => {
                Err(Error::InvalidUsage("a binary semaphore where a timeline is required"))
            }
        }
    }

    /// `vkGetSemaphoreCounterValue`.
    pub fn counter(&self) -> Result<u64, Error> {
        Ok(self.timeline_point(0)?.signal.value())
    }

    fn point(&self, value: u64) -> Point {
        Point { signal: Arc::clone(&self.signal), value }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_wait_of_a_binary_semaphore_belongs_to_one_signal() {
        let semaphore = Semaphore::binary();
        let (first_signal, first_wait) = (semaphore.signal_operation(0), semaphore.wait_operation(0));
        let (second_signal, second_wait) = (semaphore.signal_operation(0), semaphore.wait_operation(0));
        assert!(!first_wait.is_reached());
        first_signal.raise();
        assert!(first_wait.is_reached() && !second_wait.is_reached());
        second_signal.raise();
        assert!(second_wait.is_reached());
    }

    #[test]
    fn only_timelines_have_values_for_the_host() {
        assert!(Semaphore::binary().counter().is_err());
        let timeline = Semaphore::timeline(7);
        assert_eq!(timeline.counter(), Ok(7));
        timeline.timeline_point(9).unwrap().raise();
        assert_eq!(timeline.counter(), Ok(9));
    }
}
