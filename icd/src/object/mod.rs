//! One Vulkan object, one file. Entry points turn handles into these and call them.

pub mod border_colors;
pub mod buffer;
pub mod buffer_view;
pub mod command_pool;
pub mod descriptor_pool;
pub mod descriptor_set;
pub mod descriptor_set_layout;
pub mod descriptor_template;
pub mod device;
pub mod external_memory;
pub mod framebuffer;
pub mod heap_descriptor;
pub mod heap_mapping;
mod heap_sampler;
mod heap_view;
pub mod image;
mod image_plan;
pub mod image_view;
pub mod instance;
pub mod kernel_cache;
mod mapping_words;
pub mod memory;
pub mod physical_device;
pub mod pipeline;
pub mod pipeline_cache;
pub mod pipeline_layout;
pub mod private_data;
pub mod query_pool;
pub mod render_pass;
pub mod sampler;
pub mod shader_binary;
pub mod shader_module;
pub mod shader_object;
pub mod ycbcr_conversion;

#[cfg(test)]
pub(crate) mod tests;
