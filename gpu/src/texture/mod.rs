//! The texture unit: sampling, gathers, fetches, and accesses of images whose format shaders do not name.
//!
//! ```text
//!   machine code ── frame of eight lanes ──> run
//!                                             │  lanes with the same view and sampler go together
//!  wide, fast (common 2D images, all lanes at once) <┼─> sample ── lod ── filter ── wrap, cube      (anything, lane by lane)
//!                                             │                     │
//!                                             └── access, query ────┴── view: coordinates to texels ── memory: pages
//!                                                                       │
//!                                                                       └── ycbcr: views of planes to one color
//! ```
//!
//! [`View`] and [`Sampler`] are made by the driver, live as long as descriptors that point at them, and never change.
//! Rules are those of the Vulkan specification, chapter "Image Operations".

mod access;
mod ahead;
mod cube;
mod fast;
mod filter;
mod lanes;
mod lod;
mod memory;
mod query;
mod run;
mod sample;
mod sampler;
mod texel_buffer;
mod view;
#[cfg(target_arch = "x86_64")]
mod wide;
mod wrap;
mod ycbcr;

pub(crate) use ahead::{PACKETS, Packets, Places, Sampled, run_packets};
pub use run::run;
pub use sampler::{Sampler, SamplerInfo};
pub use view::{View, ViewInfo};
pub use ycbcr::ConversionInfo;

#[cfg(test)]
mod tests;
