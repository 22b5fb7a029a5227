//! A compiled compute shader, and how it is run.
//!
//! Called by whoever dispatches, from many threads at once. Owns the machine code, of which there may be two
//! [tiers](crate::tier); each call runs the best there is.
//!
//! # Contract with [`lower`](crate::lower)
//! - [`Entry::Groups`]: one call runs any number of consecutive workgroups.
//! - [`Entry::Phases`]: one call runs all packets of a workgroup up to their next barrier and says whether one has to go on.
//!
//! ```text
//!   scratch, Groups:  | shared | private memory of the packet |
//!   scratch, Phases:  | shared | packet 0: private memory, frame | packet 1 ... | states, one u32 each |
//! ```

use std::ops::Range;
use std::ptr::NonNull;

use crate::TypedImage;
use crate::abi::{DispatchContext, LANES};
use crate::compiled::Compiled;
use crate::lower::{Entry, shared_bytes};
use crate::tier::Tiered;

/// Machine code of one compute shader. Frees its memory on drop; wrap it in an `Arc` to share it.
#[derive(Debug)]
pub struct ComputeKernel {
    tiers: Tiered,
    workgroup_size: [u32; 3],
    shared_memory_size: u32,
    shared_bytes: usize,
    zero_shared: bool,
    typed_images: Vec<TypedImage>,
}

type RunGroups = unsafe extern "C" fn(*const DispatchContext, u64, u64, *mut u8);
type RunPhase =
    unsafe extern "C" fn(*const DispatchContext, *const [u32; 3], *mut u32, *mut u8, *mut u8, usize) -> u32;

/// Memory that a thread lends to the kernels it runs, one after the other.
#[derive(Debug, Default)]
pub struct Scratch {
    blocks: Vec<Block>,
}

/// The unit of scratch memory: one cache line, aligned.
#[repr(C, align(64))]
#[derive(Clone, Copy, Debug)]
struct Block([u8; 64]);

impl Scratch {
    /// Without memory; it grows with the first kernel that needs some.
    pub const fn new() -> Self {
        Self { blocks: Vec::new() }
    }

    /// At least that many bytes, aligned to a cache line.
    #[inline]
    pub(crate) fn reserve(&mut self, bytes: usize) -> *mut u8 {
        let blocks = bytes.div_ceil(size_of::<Block>());
        if self.blocks.len() < blocks {
            self.blocks.resize(blocks, Block([0; 64]));
        }
        self.blocks.as_mut_ptr().cast()
    }
}

impl ComputeKernel {
    pub(crate) fn new(function: &crate::ir::Function, tiers: Tiered) -> Self {
        Self {
            tiers,
            workgroup_size: function.workgroup_size,
            shared_memory_size: function.shared_bytes,
            shared_bytes: shared_bytes(function) as usize,
            zero_shared: function.zero_shared,
            typed_images: Vec::new(),
        }
    }

    pub(crate) fn with_typed_images(self, typed_images: Vec<TypedImage>) -> Self {
        Self { typed_images, ..self }
    }

    /// Whether it takes a storage image for one of a certain format.
    pub fn has_typed_images(&self) -> bool {
        !self.typed_images.is_empty()
    }

    /// Whether the storage images that are bound are of the formats that it takes them for.
    ///
    /// # Safety
    /// Every set that the shader uses is null or has all its descriptors.
    pub unsafe fn fits(&self, ctx: &DispatchContext) -> bool {
        self.typed_images.iter().all(|image| {
            let first = ctx.sets[image.set as usize];
            // SAFETY: the caller's promise.
            first.is_null() || image.fits(unsafe { &*first.add(image.slot as usize) })
        })
    }

    /// Invocations of a workgroup in each dimension.
    pub fn workgroup_size(&self) -> [u32; 3] {
        self.workgroup_size
    }

    /// Bytes of memory that the invocations of a workgroup share.
    pub fn shared_memory_size(&self) -> u32 {
        self.shared_memory_size
    }

    /// Runs the workgroups `first_group..first_group + group_count`, counted x fastest, without the base.
    ///
    /// # Safety
    /// - The context is what its fields say, for the whole call: descriptors describe live memory, every set that the shader
    ///   uses is null or has all its descriptors, and valid page table entries name live pages.
    /// - The groups are inside the dispatch that the context describes.
    pub unsafe fn run(
        &self,
        ctx: &DispatchContext,
        first_group: u64,
        group_count: u64,
        scratch: &mut Scratch,
    ) {
        if group_count == 0 {
            return;
        }
        self.tiers.run(|compiled| match compiled.entry {
            Entry::Groups => {
                let memory = scratch.reserve(self.shared_bytes + compiled.local_bytes);
                // SAFETY: the code was made with this signature; `memory` is as large as it says.
                unsafe {
                    let run: RunGroups = std::mem::transmute(compiled.code.entry());
                    run(ctx, first_group, group_count, memory);
                }
            }
            // Stages are no compute kernels.
            Entry::Packet => {}
            // SAFETY: the caller's promise.
            Entry::Phases { frame_bytes } => unsafe {
                self.run_phases(compiled, ctx, first_group..first_group + group_count, frame_bytes, scratch);
            },
        });
    }

    /// # Safety
    /// As [`run`](Self::run).
    unsafe fn run_phases(
        &self,
        compiled: &Compiled,
        ctx: &DispatchContext,
        groups: Range<u64>,
        frame_bytes: u32,
        scratch: &mut Scratch,
    ) {
        let invocations: u32 = self.workgroup_size.iter().product();
        let packets = invocations.div_ceil(LANES) as usize;
        let stride = (compiled.local_bytes + frame_bytes as usize).next_multiple_of(64);
        let states_at = self.shared_bytes + packets * stride;
        let shared = scratch.reserve(states_at + packets * size_of::<u32>());
        // SAFETY: the code was made with this signature.
        let run: RunPhase = unsafe { std::mem::transmute::<NonNull<_>, RunPhase>(compiled.code.entry()) };
        // SAFETY: what was reserved begins with the shared memory.
        let frames = unsafe { shared.add(self.shared_bytes) };
        // SAFETY: `packets` words behind the frames, aligned as the blocks are.
        let states = unsafe { std::slice::from_raw_parts_mut(shared.add(states_at).cast::<u32>(), packets) };
        let mut group = Groups::new(ctx.group_count, groups.start);
        for _ in groups {
            if self.zero_shared {
                // SAFETY: the block begins with the shared memory.
                unsafe { shared.write_bytes(0, self.shared_bytes) };
            }
            states.fill(0);
            // SAFETY: each packet has its own frame of `stride` bytes behind the shared memory, and a state.
            while unsafe { run(ctx, &group.id, states.as_mut_ptr(), shared, frames, stride) } != 0 {}
            group.advance();
        }
    }
}

/// Counts workgroups, x fastest.
struct Groups {
    id: [u32; 3],
    extent: [u32; 3],
}

impl Groups {
    fn new(extent: [u32; 3], first: u64) -> Self {
        let [x, y, _] = extent.map(|n| u64::from(n.max(1)));
        let id = [first % x, first / x % y, first / x / y].map(|id| id as u32);
        Self { id, extent }
    }

    fn advance(&mut self) {
        for (id, extent) in self.id.iter_mut().zip(self.extent) {
            *id += 1;
            if *id < extent {
                return;
            }
            *id = 0;
        }
    }
}

const _: () = {
    const fn shared_between_threads<T: Send + Sync>() {}
    shared_between_threads::<ComputeKernel>();
};
