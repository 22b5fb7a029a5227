//! The shaders of a draw, as the pipeline around them sees them.
#![expect(unsafe_code, reason = "declares and calls what runs machine code")]

use lacuna_shaders::abi::{DispatchContext, StageFrame};
use lacuna_shaders::stage::Interface;
use lacuna_shaders::{Scratch, StageKernel};

/// A programmable stage: machine code, or in tests a function.
pub trait Program: Send + Sync {
    /// What it reads, writes and asks for.
    fn interface(&self) -> &Interface;

    /// Runs one packet: up to eight vertices, primitives or fragments, or one patch of the tessellation control stage.
    ///
    /// # Safety
    /// The context is what its fields say, and the frame's pointers name as many slots as the stages' interfaces mention.
    unsafe fn run(&self, context: &DispatchContext, frame: &mut StageFrame, scratch: &mut Scratch);
}

impl Program for StageKernel {
    fn interface(&self) -> &Interface {
        self.interface()
    }

    unsafe fn run(&self, context: &DispatchContext, frame: &mut StageFrame, scratch: &mut Scratch) {
        // SAFETY: the caller's promise is the kernel's contract.
        unsafe { self.run(context, frame, scratch) }
    }
}

/// A frame with no lanes and no memory.
pub(super) fn empty_frame() -> StageFrame {
    StageFrame {
        builtins: [[0; 8]; _],
        active: 0,
        live: 0,
        inputs: core::ptr::null(),
        outputs: core::ptr::null_mut(),
        input_vertex_stride: 0,
        output_vertex_stride: 0,
        patch: core::ptr::null_mut(),
        emit: None,
        interpolate: None,
        user: core::ptr::null_mut(),
    }
}
