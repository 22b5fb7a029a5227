//! The shaders of a draw, as the pipeline around them sees them.
#![expect(unsafe_code, reason = "declares what runs machine code")]

use lacuna_shaders::Scratch;
use lacuna_shaders::abi::{DispatchContext, StageFrame};

/// A programmable stage: machine code, or in tests a function.
pub trait Program: Send + Sync {
    /// Runs one packet: up to eight vertices, primitives or fragments, or one patch of the tessellation control stage.
    ///
    /// # Safety
    /// The context is what its fields say, and the frame's pointers name as many slots as the stages' interfaces mention.
    unsafe fn run(&self, context: &DispatchContext, frame: &mut StageFrame, scratch: &mut Scratch);
}
