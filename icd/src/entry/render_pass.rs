//! Commands on `VkRenderPass` and `VkFramebuffer`.

use ash::vk;

use super::destroy;
use crate::guard::{guard, input, output};
use crate::handle::Object;
use crate::object::framebuffer::Framebuffer;
use crate::object::render_pass::RenderPass;

/// `vkCreateRenderPass`.
pub(super) unsafe extern "system" fn create_render_pass(
    _device: vk::Device,
    info: *const vk::RenderPassCreateInfo<'_>,
    _allocator: *const vk::AllocationCallbacks<'_>,
    pass: *mut vk::RenderPass,
) -> vk::Result {
    // SAFETY: VUID-vkCreateRenderPass-pCreateInfo-parameter and -pRenderPass-parameter.
    guard(|| unsafe { output(pass, RenderPass::new(input(info)?)?.insert()) })
}

/// `vkCreateRenderPass2`.
pub(super) unsafe extern "system" fn create_render_pass2(
    _device: vk::Device,
    info: *const vk::RenderPassCreateInfo2<'_>,
    _allocator: *const vk::AllocationCallbacks<'_>,
    pass: *mut vk::RenderPass,
) -> vk::Result {
    // SAFETY: VUID-vkCreateRenderPass2-pCreateInfo-parameter and -pRenderPass-parameter.
    guard(|| unsafe { output(pass, RenderPass::new2(input(info)?)?.insert()) })
}

/// `vkDestroyRenderPass`.
pub(super) unsafe extern "system" fn destroy_render_pass(
    _device: vk::Device,
    pass: vk::RenderPass,
    _allocator: *const vk::AllocationCallbacks<'_>,
) {
    guard(|| destroy::<RenderPass>(pass).map(drop))
}

/// `vkGetRenderAreaGranularity`: any area is as good as any other.
pub(super) unsafe extern "system" fn get_render_area_granularity(
    _device: vk::Device,
    _pass: vk::RenderPass,
    granularity: *mut vk::Extent2D,
) {
    // SAFETY: VUID-vkGetRenderAreaGranularity-pGranularity-parameter.
    guard(|| unsafe { output(granularity, vk::Extent2D { width: 1, height: 1 }) })
}

/// `vkGetRenderingAreaGranularityKHR`, likewise.
pub(super) unsafe extern "system" fn get_rendering_area_granularity(
    _device: vk::Device,
    _info: *const vk::RenderingAreaInfoKHR<'_>,
    granularity: *mut vk::Extent2D,
) {
    // SAFETY: VUID-vkGetRenderingAreaGranularity-pGranularity-parameter.
    guard(|| unsafe { output(granularity, vk::Extent2D { width: 1, height: 1 }) })
}

/// `vkCreateFramebuffer`.
pub(super) unsafe extern "system" fn create_framebuffer(
    _device: vk::Device,
    info: *const vk::FramebufferCreateInfo<'_>,
    _allocator: *const vk::AllocationCallbacks<'_>,
    framebuffer: *mut vk::Framebuffer,
) -> vk::Result {
    // SAFETY: VUID-vkCreateFramebuffer-pCreateInfo-parameter and -pFramebuffer-parameter.
    guard(|| unsafe { output(framebuffer, Framebuffer::new(input(info)?)?.insert()) })
}

/// `vkDestroyFramebuffer`.
pub(super) unsafe extern "system" fn destroy_framebuffer(
    _device: vk::Device,
    framebuffer: vk::Framebuffer,
    _allocator: *const vk::AllocationCallbacks<'_>,
) {
    guard(|| destroy::<Framebuffer>(framebuffer).map(drop))
}
