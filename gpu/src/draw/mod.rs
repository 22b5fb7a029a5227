//! The graphics pipeline around the shaders.

pub mod program;
pub mod state;
pub mod targets;

use lacuna_shaders::abi::DispatchContext;

pub use program::Program;
pub use state::DrawState;
pub use targets::{DrawCommand, DrawInputs, Queries, Statistics, Targets};

use crate::pool::JobPanicked;

/// Why a draw did not happen, or not all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DrawError {
    /// A worker panicked.
    #[error(transparent)]
    Panicked(#[from] JobPanicked),
}

/// Draws, and returns when all is done.
///
/// # Errors
/// [`DrawError`]; the targets hold a part of the draw then.
///
/// # Safety
/// All memory that the targets, the inputs and the context name stays mapped during the call.
#[expect(unsafe_code, reason = "reads and writes the application's memory")]
pub unsafe fn draw(
    state: &DrawState,
    targets: &Targets,
    context: &DispatchContext,
    inputs: &DrawInputs,
    queries: &Queries<'_>,
) -> Result<(), DrawError> {
    let _ = (state, targets, context, inputs, queries);
    Ok(())
}
