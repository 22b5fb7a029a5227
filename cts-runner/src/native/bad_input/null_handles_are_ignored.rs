//! Destroying and freeing null handles is allowed everywhere and does nothing.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute];

pub(super) fn run(cx: &Context) -> Outcome {
    let raw = &cx.device.raw;
    // SAFETY: Vulkan allows null for each of these.
    unsafe {
        raw.free_memory(vk::DeviceMemory::null(), None);
        raw.destroy_buffer(ash::vk::Buffer::null(), None);
        raw.destroy_buffer_view(vk::BufferView::null(), None);
        raw.destroy_image(vk::Image::null(), None);
        raw.destroy_image_view(vk::ImageView::null(), None);
        raw.destroy_fence(ash::vk::Fence::null(), None);
        raw.destroy_semaphore(ash::vk::Semaphore::null(), None);
        raw.destroy_event(ash::vk::Event::null(), None);
        raw.destroy_query_pool(vk::QueryPool::null(), None);
        raw.destroy_shader_module(vk::ShaderModule::null(), None);
        raw.destroy_pipeline(vk::Pipeline::null(), None);
        raw.destroy_pipeline_cache(vk::PipelineCache::null(), None);
        raw.destroy_pipeline_layout(vk::PipelineLayout::null(), None);
        raw.destroy_sampler(vk::Sampler::null(), None);
        raw.destroy_descriptor_set_layout(vk::DescriptorSetLayout::null(), None);
        raw.destroy_descriptor_pool(vk::DescriptorPool::null(), None);
        raw.destroy_framebuffer(vk::Framebuffer::null(), None);
        raw.destroy_render_pass(vk::RenderPass::null(), None);
        raw.destroy_command_pool(vk::CommandPool::null(), None);
    }
    let buffer = cx.host(64)?;
    cx.run(|r| r.fill(&buffer, 0, 64, 5))?;
    uniform("a buffer afterwards", &buffer.words(), 5)
}
