//! The software GPU: memory, the sparse address space, copies and compute.
//!
//! Knows no Vulkan objects: the driver hands it device addresses, sizes and kernels.
//!
//! ```text
//!   compute ──┐            ┌── copy
//!             ▼            ▼
//!           pool      memory::span ── memory::fault     what an address means right now
//!                          │
//!                    memory::address_space ── memory::bo ── memory::os
//!                                                  │
//!                                    memory::pager ── memory::swap          what is in memory
//! ```
//!
//! A *device address* is a `u64`: the address of host memory, or, with
//! [`SPARSE_TAG`](lacuna_vm::page_table::pte::SPARSE_TAG) set, an address that the page table translates.
#![deny(unsafe_code)]

pub mod compute;
pub mod copy;
pub mod draw;
pub mod format;
#[cfg(target_arch = "x86_64")]
mod gather;
pub mod layout;
pub mod memory;
pub mod pool;
pub mod surface;
pub mod texture;

pub use memory::address_space::{AddressSpace, address_space};
pub use memory::bo::Bo;
pub use memory::in_flight::{self, InFlight};
pub use memory::pager;
pub use memory::span::{Access, Span, spans};
pub use memory::{DeviceAddress, MemoryError};
pub use pool::JobPanicked;
pub use surface::Surface;
