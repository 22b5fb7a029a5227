//! Vertex buffer bindings and attributes, from a pipeline or from `vkCmdSetVertexInputEXT`.

use ash::vk;
use lacuna_gpu::draw::state::{VertexAttribute, VertexBinding, VertexInput};
use lacuna_gpu::format::Format;

use crate::error::Error;
use crate::guard::slice;
use crate::pnext;

/// Those of a pipeline.
///
/// # Errors
/// [`Error::FormatNotSupported`].
///
/// # Safety
/// `info` is a valid structure.
pub unsafe fn from_pipeline(info: &vk::PipelineVertexInputStateCreateInfo<'_>) -> Result<VertexInput, Error> {
    // SAFETY: members and the chain of a valid structure.
    let (bindings, attributes, divisors) = unsafe {
        (
            slice(info.p_vertex_binding_descriptions, info.vertex_binding_description_count),
            slice(info.p_vertex_attribute_descriptions, info.vertex_attribute_description_count),
            pnext::find::<vk::PipelineVertexInputDivisorStateCreateInfoKHR<'_>>(info.p_next),
        )
    };
    // SAFETY: members of a valid structure.
    let divisors = divisors.map_or(&[][..], |list| unsafe {
        slice(list.p_vertex_binding_divisors, list.vertex_binding_divisor_count)
    });
    let divisor_of = |binding| {
        divisors.iter().find(|divisor| divisor.binding == binding).map_or(1, |divisor| divisor.divisor)
    };
    let bindings = bindings.iter().map(|binding| VertexBinding {
        binding: binding.binding,
        stride: binding.stride,
        rate: binding.input_rate,
        divisor: divisor_of(binding.binding),
    });
    let attributes = attributes.iter().map(|a| attribute(a.location, a.binding, a.format, a.offset));
    Ok(VertexInput { bindings: bindings.collect(), attributes: attributes.collect::<Result<_, _>>()? })
}

/// Those of a command.
///
/// # Errors
/// [`Error::FormatNotSupported`].
pub fn from_command(
    bindings: &[vk::VertexInputBindingDescription2EXT<'_>],
    attributes: &[vk::VertexInputAttributeDescription2EXT<'_>],
) -> Result<VertexInput, Error> {
    let bindings = bindings.iter().map(|binding| VertexBinding {
        binding: binding.binding,
        stride: binding.stride,
        rate: binding.input_rate,
        divisor: binding.divisor,
    });
    let attributes = attributes.iter().map(|a| attribute(a.location, a.binding, a.format, a.offset));
    Ok(VertexInput { bindings: bindings.collect(), attributes: attributes.collect::<Result<_, _>>()? })
}

fn attribute(location: u32, binding: u32, format: vk::Format, offset: u32) -> Result<VertexAttribute, Error> {
    let format = Format::find(format).ok_or(Error::FormatNotSupported)?;
    Ok(VertexAttribute { location, binding, format, offset })
}
