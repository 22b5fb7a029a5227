//! Fences, semaphores and events: one primitive, three faces.

pub mod event;
pub mod fence;
pub mod host_wait;
pub mod semaphore;
pub mod signal;
