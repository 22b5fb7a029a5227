//! The four parts that graphics pipelines can be made of, each alone, and linked later (`VK_EXT_graphics_pipeline_library`).
//!
//! A pipeline that is made at once has all parts. Because state is a list and shaders are compiled one by one, linking is
//! putting lists together.

use std::sync::Arc;

use ash::vk;
use ash::vk::GraphicsPipelineLibraryFlagsEXT as Parts;

use super::Pipeline;
use super::graphics::GraphicsPipeline;
use crate::error::Error;
use crate::guard::slice;
use crate::handle::Object;
use crate::pnext;

/// All parts.
pub(super) const ALL: Parts = Parts::from_raw(
    Parts::VERTEX_INPUT_INTERFACE.as_raw()
        | Parts::PRE_RASTERIZATION_SHADERS.as_raw()
        | Parts::FRAGMENT_SHADER.as_raw()
        | Parts::FRAGMENT_OUTPUT_INTERFACE.as_raw(),
);

/// The libraries that a pipeline is linked from.
///
/// # Errors
/// [`Error::InvalidHandle`], [`Error::InvalidUsage`] for pipelines that are not for graphics.
///
/// # Safety
/// `info` is a valid structure.
pub(super) unsafe fn libraries(
    info: &vk::GraphicsPipelineCreateInfo<'_>,
) -> Result<Vec<Arc<GraphicsPipeline>>, Error> {
    // SAFETY: the chain of a valid structure.
    let Some(list) = (unsafe { pnext::find::<vk::PipelineLibraryCreateInfoKHR<'_>>(info.p_next) }) else {
        return Ok(Vec::new());
    };
    // SAFETY: members of a valid structure.
    let libraries = unsafe { slice(list.p_libraries, list.library_count) };
    libraries.iter().map(|&library| Pipeline::get(library)?.as_graphics().cloned()).collect()
}

/// The parts that `info` itself describes.
///
/// # Safety
/// `info` is a valid structure.
pub(super) unsafe fn own_parts(info: &vk::GraphicsPipelineCreateInfo<'_>, linked: Parts) -> Parts {
    // SAFETY: the chain of a valid structure.
    let named = unsafe { pnext::find::<vk::GraphicsPipelineLibraryCreateInfoEXT<'_>>(info.p_next) };
    match named {
        Some(named) => named.flags & !linked,
        None if linked.is_empty() => ALL,
        None => Parts::empty(),
    }
}
