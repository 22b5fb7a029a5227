//! Proves a Vulkan driver: a demo, a conformance suite, `deqp-vk` runs and benches, all through the system's loader.
//!
//! Everything here is a Vulkan *client*. It runs on any driver that the loader can open ([`icd`]) and knows nothing of
//! the inside of any of them; what a driver does not offer is counted as *not supported*.
//!
//! | module | is |
//! |---|---|
//! | [`vk`] | the small Vulkan client that all others use |
//! | [`demo`] | a sparse buffer bigger than the machine, shown working |
//! | [`native`] | our own conformance suite |
//! | [`mutation`] | whether that suite notices deliberate bugs |
//! | [`mod@bench`] | measurements, one driver or two beside each other |
//! | [`deqp`] | Khronos' conformance tests, run in parallel and counted |
//! | [`smoke`] | real programs in windows |
//! | [`report`] | results as one HTML page |

pub mod bench;
pub mod demo;
pub mod deqp;
pub mod entry;
mod hold;
pub mod icd;
pub mod mutation;
pub mod native;
pub mod report;
pub mod rng;
pub mod smoke;
pub mod status;
pub mod units;
pub mod vk;
pub mod wayland;
pub mod x11;
