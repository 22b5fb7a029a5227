//! A compiled graphics stage, and how it is run.
//!
//! Called by whoever draws, from many threads at once. One call runs one packet: up to eight vertices, primitives or fragments;
//! of tessellation control one patch, whose packets wait for each other at barriers as those of a
//! [compute kernel](crate::kernel) do.
//!
//! ```text
//!   scratch, Packet:  | private memory |
//!   scratch, Phases:  | packet 0: private memory, frame | packet 1 ... | states, one u32 each |
//! ```

use crate::abi::{DispatchContext, LANES, StageFrame};
use crate::compiled::Compiled;
use crate::kernel::Scratch;
use crate::lower::Entry;
use crate::stage::{Interface, Stage};

/// Machine code of one stage. Frees its memory on drop; wrap it in an `Arc` to share it.
#[derive(Debug)]
pub struct StageKernel {
    compiled: Compiled,
    stage: Stage,
    interface: Interface,
    /// Packets of a call.
    packets: u32,
    frame_bytes: usize,
}

type RunPacket = unsafe extern "C" fn(*const DispatchContext, *mut StageFrame, *mut u8);
type RunPhase =
    unsafe extern "C" fn(*const DispatchContext, *mut StageFrame, *mut u32, *mut u8, *mut u8, usize) -> u32;

impl StageKernel {
    pub(crate) fn new(
        function: &crate::ir::Function,
        stage: Stage,
        interface: Interface,
        compiled: Compiled,
    ) -> Self {
        let frame_bytes = match compiled.entry {
            Entry::Phases { frame_bytes } => frame_bytes,
            Entry::Groups | Entry::Packet => 0,
        };
        Self {
            compiled,
            stage,
            interface,
            packets: function.workgroup_size.iter().product::<u32>().div_ceil(LANES),
            frame_bytes: frame_bytes as usize,
        }
    }

    /// Which stage it is.
    pub fn stage(&self) -> Stage {
        self.stage
    }

    /// What it reads, writes and asks for.
    pub fn interface(&self) -> &Interface {
        &self.interface
    }

    /// Runs one packet; of tessellation control one patch.
    ///
    /// # Safety
    /// - The context is what its fields say, for the whole call: descriptors describe live memory, every set that the shader
    ///   uses is null or has all its descriptors, and valid page table entries name live pages.
    /// - The frame's pointers reach as far as [`abi::stage`](crate::abi::stage) says: for all slots of the interface, and as many
    ///   vertices as the primitive, the patch (`PatchVertices`) or the output patch has.
    /// - `emit` is there for geometry shaders, `interpolate` for fragment shaders.
    #[inline]
    pub unsafe fn run(&self, ctx: &DispatchContext, frame: &mut StageFrame, scratch: &mut Scratch) {
        if self.stage == Stage::TessellationControl {
            // SAFETY: the caller's promise.
            return unsafe { self.run_patch(ctx, frame, scratch) };
        }
        if frame.active == 0 {
            return;
        }
        let memory = scratch.reserve(self.compiled.local_bytes);
        // SAFETY: the code was made with this signature; `memory` is as large as it says.
        unsafe {
            let run: RunPacket = std::mem::transmute(self.compiled.code.entry());
            run(ctx, frame, memory);
        }
    }

    /// # Safety
    /// As [`run`](Self::run).
    unsafe fn run_patch(&self, ctx: &DispatchContext, frame: &mut StageFrame, scratch: &mut Scratch) {
        let packets = self.packets as usize;
        let stride = (self.compiled.local_bytes + self.frame_bytes).next_multiple_of(64);
        let memory = scratch.reserve(packets * (stride + size_of::<u32>()));
        // SAFETY: the code was made with this signature.
        let run: RunPhase = unsafe { std::mem::transmute(self.compiled.code.entry()) };
        // SAFETY: `packets` words behind the frames, aligned as the blocks are.
        let states =
            unsafe { std::slice::from_raw_parts_mut(memory.add(packets * stride).cast::<u32>(), packets) };
        states.fill(0);
        // SAFETY: each packet has its own `stride` bytes, and a state.
        while unsafe { run(ctx, frame, states.as_mut_ptr(), memory, memory, stride) } != 0 {}
    }
}

const _: () = {
    const fn shared_between_threads<T: Send + Sync>() {}
    shared_between_threads::<StageKernel>();
};
