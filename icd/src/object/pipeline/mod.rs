//! `VkPipeline`: compiled shaders, and of a graphics pipeline the state around them.

mod compute;
mod dispatched;
mod graphics;
mod library;
mod shader;
mod state;

use std::sync::Arc;

use ash::vk;

pub use compute::ComputePipeline;
pub use dispatched::Dispatched;
pub use graphics::{GraphicsPipeline, STAGES, Shaders, stage};
pub use shader::pipeline_flags;
pub(super) use shader::{shader_layout, specialization};
pub use state::color_write_mask;

use crate::error::Error;

/// A pipeline, by what it is bound to.
pub enum Pipeline {
    /// One kernel.
    Compute(ComputePipeline),
    /// Shaders and state of draws.
    Graphics(Arc<GraphicsPipeline>),
}

crate::object!(Pipeline, vk::Pipeline);

impl Pipeline {
    /// A pipeline for dispatches.
    ///
    /// # Errors
    /// [`Error::InvalidUsage`] for another one.
    pub fn as_compute(&self) -> Result<&ComputePipeline, Error> {
        match self {
            Self::Compute(pipeline) => Ok(pipeline),
            Self::Graphics(_) => Err(Error::InvalidUsage("VUID-vkCmdBindPipeline-pipelineBindPoint-00779")),
        }
    }

    /// A pipeline for draws.
    ///
    /// # Errors
    /// [`Error::InvalidUsage`] for another one.
    pub fn as_graphics(&self) -> Result<&Arc<GraphicsPipeline>, Error> {
        match self {
            Self::Graphics(pipeline) => Ok(pipeline),
            Self::Compute(_) => Err(Error::InvalidUsage("VUID-vkCmdBindPipeline-pipelineBindPoint-00780")),
        }
    }
}
