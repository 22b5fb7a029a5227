//! Everything that machine code and Rust both look at: one definition of each layout.
//!
//! Machine code takes offsets from [`core::mem::offset_of!`] of these structures; a literal offset in a lowering is a bug.
//! Functions that machine code calls take and return raw scalars and never unwind.

use core::ffi::c_void;

/// Lanes of one packet: shader invocations that run in lockstep.
pub const LANES: u32 = 8;
/// Descriptor sets that a pipeline layout can have.
pub const MAX_SETS: usize = 8;
/// Bytes of push constants.
pub const MAX_PUSH_CONSTANTS: usize = 256;

/// One descriptor of a buffer or storage image, as `vkUpdateDescriptorSets` writes it. All zero: a null descriptor (reads
/// zero, drops writes).
///
/// Of an image it describes one mip level as seen through a view; texel `(x, y, z)` begins at byte
/// `x * texel size + y * row_pitch + z * slice_pitch` from `address`. `range` ends behind the last texel, so that whatever
/// texel size a shader believes in, an access stays inside the image.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Descriptor {
    /// Device address of the first byte: a host address, or a sparse address with
    /// [`SPARSE_TAG`](lacuna_vm::page_table::pte::SPARSE_TAG). The dynamic offset is added already.
    pub address: u64,
    /// Accessible bytes from `address` on. Accesses beyond follow `robustBufferAccess2`: loads give zero, stores vanish.
    pub range: u64,
    /// Texels in each dimension; of an array the third is its layers, of a cube its faces. Zero for buffers: no texel is
    /// inside.
    pub extent: [u32; 3],
    /// Bytes from one row of texels to the next.
    pub row_pitch: u32,
    /// Bytes from one depth slice or array layer to the next.
    pub slice_pitch: u64,
    /// What a dynamic buffer has from `address` on, in bytes. Not read by machine code.
    pub left: u64,
    /// Zero.
    pub reserved: [u64; 2],
}

impl Descriptor {
    /// 32-bit words of a descriptor.
    pub const WORDS: u32 = (size_of::<Self>() / 4) as u32;
    /// The word where [`extent`](Self::extent) begins.
    pub const EXTENT_WORD: u32 = (core::mem::offset_of!(Self, extent) / 4) as u32;
    /// The word that is [`row_pitch`](Self::row_pitch).
    pub const ROW_PITCH_WORD: u32 = (core::mem::offset_of!(Self, row_pitch) / 4) as u32;
    /// The low word of [`slice_pitch`](Self::slice_pitch); the high word follows.
    pub const SLICE_PITCH_WORD: u32 = (core::mem::offset_of!(Self, slice_pitch) / 4) as u32;

    /// The descriptor of a buffer.
    pub const fn buffer(address: u64, range: u64) -> Self {
        Self { address, range, extent: [0; 3], row_pitch: 0, slice_pitch: 0, left: 0, reserved: [0; 2] }
    }

    /// One of its words, lowest address first.
    pub fn word(&self, index: u32) -> u32 {
        let [x, y, z] = self.extent;
        let halves = |value: u64| [value as u32, (value >> 32) as u32];
        let ([a, b], [c, d], [e, f]) = (halves(self.address), halves(self.range), halves(self.slice_pitch));
        let words = [a, b, c, d, x, y, z, self.row_pitch, e, f];
        words.get(index as usize).copied().unwrap_or(0)
    }
}

const _: () = assert!(size_of::<Descriptor>() == 64, "a descriptor is one cache line");

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

/// Called by machine code for an entry with `FAULT` set: `(context, device address, FaultKind)` to the page table entry
/// to use instead, `VALID` or zero. Must not unwind.
pub type FaultHandler = extern "C" fn(*const DispatchContext, u64, u32) -> u64;

/// What every invocation of one dispatch shares. Read-only while kernels run.
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
    /// For the page-fault handler.
    pub user: *const c_void,
    /// First descriptor of each bound set; null where none is bound.
    pub sets: [*const Descriptor; MAX_SETS],
    /// Workgroups of the dispatch in each dimension (`NumWorkgroups`).
    pub group_count: [u32; 3],
    /// Added to each workgroup's id (`vkCmdDispatchBase`).
    pub base_group: [u32; 3],
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
