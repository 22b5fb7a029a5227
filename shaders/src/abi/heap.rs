//! Descriptor heaps as machine code sees them: sets whose descriptors lie in memory of the application.
//!
//! ```text
//!   set 0 ..         descriptor sets
//!   RESOURCE_HEAP    the memory itself: slot n is the descriptor at n * 64 bytes
//!   SAMPLER_HEAP     the memory itself, for the texture unit alone: slot n is the sampler at n * 32 bytes
//!   HEAP_MEMORY      two descriptors, of the memory of both heaps as buffers: data that shaders read from there
//! ```
//!
//! What lies in a heap is the application's promise: where a shader uses a descriptor, the driver has written it, or it is zero.
//! Slots behind the end of the resource heap are null descriptors for machine code.
//!
//! What a heap holds is [`Descriptor`](super::Descriptor)s, of samplers the first half of one.

use super::MAX_SETS;

/// The set that is the resource heap.
pub const RESOURCE_HEAP: u32 = MAX_SETS as u32;
/// The set that is the sampler heap; only image instructions may name it.
pub const SAMPLER_HEAP: u32 = RESOURCE_HEAP + 1;
/// The set of the heaps' memory: slot 0 is that of resources, slot 1 that of samplers.
pub const HEAP_MEMORY: u32 = SAMPLER_HEAP + 1;
/// Sets with those of the heaps.
pub const BASES: usize = HEAP_MEMORY as usize + 1;
/// The set of samplers that are part of the shader; only the translation knows it.
pub(crate) const EMBEDDED: u32 = u32::MAX;

/// Bytes of a descriptor in the resource heap.
pub const RESOURCE_BYTES: u32 = size_of::<super::Descriptor>() as u32;
/// Bytes of a descriptor in the sampler heap.
pub const SAMPLER_BYTES: u32 = 32;

/// [`link`](super::Descriptor::link) of a texel buffer that no view belongs to: its [`row_pitch`](super::Descriptor::row_pitch)
/// is the number of its format, and the texture unit makes a view of that.
pub const TEXEL_BUFFER: u64 = 1;
