//! Everything that machine code and Rust both look at: one definition of each layout.
//!
//! Machine code takes offsets from [`core::mem::offset_of!`] of these structures; a literal offset in a lowering is a bug.
//! Functions that machine code calls take and return raw scalars and never unwind.

mod descriptor;
pub mod heap;
pub mod stage;
pub mod texture;

use core::ffi::c_void;

pub use descriptor::Descriptor;
pub use spirv::ImageFormat;
pub use stage::StageFrame;
pub use texture::TextureUnit;

/// Lanes of one packet: shader invocations that run in lockstep.
pub const LANES: u32 = 8;
/// Descriptor sets that a pipeline layout can have.
pub const MAX_SETS: usize = 8;
/// Bytes of push constants.
pub const MAX_PUSH_CONSTANTS: usize = 256;

/// What a page-fault handler is asked for.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// A load of any size.
    Load = 0,
    /// A store of any size.
    Store = 1,
    /// A read-modify-write.
    Atomic = 2,
}

/// Called by machine code for an entry with `FAULT` set, and if the context has a `user` also for those that are unbound: `(context, device address, FaultKind)` to the page table entry
/// to use instead, `VALID` or zero. Must not unwind.
pub type FaultHandler = extern "C" fn(*const DispatchContext, u64, u32) -> u64;

/// What every invocation of one dispatch or draw shares. Read-only while kernels run.
#[repr(C)]
#[derive(Debug)]
pub struct DispatchContext {
    /// Entry 0 of the page table; entry `(address & !SPARSE_TAG) >> 16` translates a sparse address. Null when there is no sparse memory.
    pub page_table: *const u64,
    /// Entries of the table; addresses beyond are unbound.
    pub page_count: u64,
    /// One page (64 KiB) of zeros: where loads of unbound memory may be pointed, and the descriptors of sets that are not
    /// bound. Never null.
    pub zero_page: *const u8,
    /// One writable page: where stores to unbound memory may be pointed. Never read for a result.
    pub sink_page: *mut u8,
    /// The page-fault handler.
    pub fault: FaultHandler,
    /// Where image instructions go that machine code does not do itself.
    pub texture_unit: TextureUnit,
    /// For the page-fault handler.
    pub user: *const c_void,
    /// First descriptor of each bound set, then of each [part of the heaps](heap); null where none is bound.
    pub sets: [*const Descriptor; heap::BASES],
    /// Descriptors that the bound resource heap has room for; zero if none is bound.
    pub resource_heap_slots: u64,
    /// Workgroups of the dispatch in each dimension (`NumWorkgroups`).
    pub group_count: [u32; 3],
    /// Added to each workgroup's id (`vkCmdDispatchBase`).
    pub base_group: [u32; 3],
    /// Number of the GPU in its group (`DeviceIndex`).
    pub device_index: u32,
    /// The push constants.
    pub push_constants: [u8; MAX_PUSH_CONSTANTS],
}

/// Arguments and results, lane by lane, of the functions in [`runtime`](crate::runtime). Lives on the stack of machine code.
#[repr(C, align(16))]
#[derive(Clone, Copy, Debug)]
pub struct LaneFrame {
    /// Offset from the base of the access.
    pub offset: [u64; LANES as usize],
    /// Value in and result out; 32-bit values are packed into the first half.
    pub data: [u64; LANES as usize],
    /// Second operand, packed like `data`.
    pub other: [u64; LANES as usize],
    /// Third operand, packed like `data`.
    pub third: [u64; LANES as usize],
}
