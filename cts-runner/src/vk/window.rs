//! Surfaces and swapchains.

use ash::{ext, khr, vk};

use super::{Check, Device, Error, Fence, Instance, Queue, Recorder, Result, Semaphore};
use crate::{wayland, x11};

/// One `VkSurfaceKHR`.
pub struct Surface {
    instance: Instance,
    /// The handle.
    pub handle: vk::SurfaceKHR,
    commands: khr::surface::Instance,
}

impl Surface {
    /// A surface that nobody sees.
    ///
    /// # Errors
    /// What the driver returns.
    pub fn headless(instance: &Instance) -> Result<Self> {
        let commands = ext::headless_surface::Instance::new(instance.entry(), instance.raw());
        let info = vk::HeadlessSurfaceCreateInfoEXT::default();
        // SAFETY: `info` outlives the call.
        let handle = unsafe { commands.create_headless_surface(&info, None) };
        Ok(Self::own(instance, handle.at("vkCreateHeadlessSurfaceEXT")?))
    }

    /// A window, which must outlive the surface.
    ///
    /// # Errors
    /// What the driver returns.
    pub fn x11(instance: &Instance, window: &x11::Window) -> Result<Self> {
        let commands = khr::xcb_surface::Instance::new(instance.entry(), instance.raw());
        let info =
            vk::XcbSurfaceCreateInfoKHR::default().connection(window.raw_connection()).window(window.id());
        // SAFETY: `info` outlives the call, and the window the surface.
        let handle = unsafe { commands.create_xcb_surface(&info, None) };
        Ok(Self::own(instance, handle.at("vkCreateXcbSurfaceKHR")?))
    }

    /// A surface of a Wayland compositor, which must outlive this one.
    ///
    /// # Errors
    /// What the driver returns.
    pub fn wayland(instance: &Instance, surface: &wayland::Surface) -> Result<Self> {
        let commands = khr::wayland_surface::Instance::new(instance.entry(), instance.raw());
        let info = vk::WaylandSurfaceCreateInfoKHR::default()
            .display(surface.raw_display())
            .surface(surface.raw_surface());
        // SAFETY: `info` outlives the call, and the surface this one.
        let handle = unsafe { commands.create_wayland_surface(&info, None) };
        Ok(Self::own(instance, handle.at("vkCreateWaylandSurfaceKHR")?))
    }

    fn own(instance: &Instance, handle: vk::SurfaceKHR) -> Self {
        let commands = khr::surface::Instance::new(instance.entry(), instance.raw());
        Self { instance: instance.clone(), handle, commands }
    }

    /// `vkGetPhysicalDeviceSurfaceCapabilitiesKHR`.
    ///
    /// # Errors
    /// What the driver returns; likewise below.
    pub fn capabilities(&self, device: &Device) -> Result<vk::SurfaceCapabilitiesKHR> {
        let physical = device.physical.handle;
        // SAFETY: the surface is alive, here and below.
        unsafe { self.commands.get_physical_device_surface_capabilities(physical, self.handle) }
            .at("vkGetPhysicalDeviceSurfaceCapabilitiesKHR")
    }

    /// `vkGetPhysicalDeviceSurfaceFormatsKHR`.
    ///
    /// # Errors
    /// As [`Surface::capabilities`].
    pub fn formats(&self, device: &Device) -> Result<Vec<vk::SurfaceFormatKHR>> {
        let physical = device.physical.handle;
        // SAFETY: as above.
        unsafe { self.commands.get_physical_device_surface_formats(physical, self.handle) }
            .at("vkGetPhysicalDeviceSurfaceFormatsKHR")
    }

    /// `vkGetPhysicalDeviceSurfacePresentModesKHR`.
    ///
    /// # Errors
    /// As [`Surface::capabilities`].
    pub fn modes(&self, device: &Device) -> Result<Vec<vk::PresentModeKHR>> {
        let physical = device.physical.handle;
        // SAFETY: as above.
        unsafe { self.commands.get_physical_device_surface_present_modes(physical, self.handle) }
            .at("vkGetPhysicalDeviceSurfacePresentModesKHR")
    }

    /// `vkGetPhysicalDeviceSurfaceSupportKHR`.
    ///
    /// # Errors
    /// As [`Surface::capabilities`].
    pub fn supports(&self, device: &Device, family: u32) -> Result<bool> {
        let physical = device.physical.handle;
        // SAFETY: as above.
        unsafe { self.commands.get_physical_device_surface_support(physical, family, self.handle) }
            .at("vkGetPhysicalDeviceSurfaceSupportKHR")
    }
}

impl Drop for Surface {
    fn drop(&mut self) {
        let _alive = &self.instance;
        // SAFETY: created from this instance, destroyed once, after its swapchains.
        unsafe { self.commands.destroy_surface(self.handle, None) };
    }
}

/// What a swapchain is.
#[derive(Clone, Copy)]
pub struct SwapchainOptions<'a> {
    /// Width and height; ignored where the surface has a size.
    pub extent: [u32; 2],
    /// The format; the first of the surface when `None`.
    pub format: Option<vk::Format>,
    /// `minImageCount`; the surface's minimum when zero.
    pub images: u32,
    /// How pictures follow each other.
    pub mode: vk::PresentModeKHR,
    /// The swapchain that it takes over from.
    pub old: Option<&'a Swapchain>,
}

impl Default for SwapchainOptions<'_> {
    fn default() -> Self {
        Self { extent: [64, 48], format: None, images: 0, mode: vk::PresentModeKHR::FIFO, old: None }
    }
}

/// One `VkSwapchainKHR`, for transfers.
pub struct Swapchain {
    device: Device,
    /// The handle.
    pub handle: vk::SwapchainKHR,
    /// Its images, by index.
    pub images: Vec<vk::Image>,
    /// Size of the images.
    pub extent: vk::Extent2D,
    /// Format of the images.
    pub format: vk::Format,
}

impl Swapchain {
    /// A swapchain of a surface.
    ///
    /// # Errors
    /// What the driver returns.
    pub fn new(device: &Device, surface: &Surface, options: SwapchainOptions<'_>) -> Result<Self> {
        let capabilities = surface.capabilities(device)?;
        let formats = surface.formats(device)?;
        let first = formats.first().ok_or_else(|| Error::NotSupported("formats of the surface".into()))?;
        let format = options.format.unwrap_or(first.format);
        let [width, height] = options.extent;
        let extent = match capabilities.current_extent {
            vk::Extent2D { width: u32::MAX, .. } => vk::Extent2D { width, height },
            decided => decided,
        };
        let alpha = capabilities.supported_composite_alpha.as_raw();
        let info = vk::SwapchainCreateInfoKHR::default()
            .surface(surface.handle)
            .min_image_count(options.images.max(capabilities.min_image_count))
            .image_format(format)
            .image_color_space(first.color_space)
            .image_extent(extent)
            .image_array_layers(1)
            .image_usage(vk::ImageUsageFlags::TRANSFER_DST | vk::ImageUsageFlags::TRANSFER_SRC)
            .pre_transform(capabilities.current_transform)
            .composite_alpha(vk::CompositeAlphaFlagsKHR::from_raw(alpha & alpha.wrapping_neg()))
            .present_mode(options.mode)
            .clipped(true)
            .old_swapchain(options.old.map_or(vk::SwapchainKHR::null(), |old| old.handle));
        Self::with_info(device, &info)
    }

    /// A swapchain as described, right or wrong.
    ///
    /// # Errors
    /// What the driver returns.
    pub fn with_info(device: &Device, info: &vk::SwapchainCreateInfoKHR<'_>) -> Result<Self> {
        let commands = device.swapchain()?;
        // SAFETY: what `info` names is alive.
        let handle = unsafe { commands.create_swapchain(info, None) }.at("vkCreateSwapchainKHR")?;
        let (extent, format) = (info.image_extent, info.image_format);
        let mut swapchain = Self { device: device.clone(), handle, images: Vec::new(), extent, format };
        // SAFETY: the swapchain is alive.
        swapchain.images = unsafe { commands.get_swapchain_images(handle) }.at("vkGetSwapchainImagesKHR")?;
        Ok(swapchain)
    }

    /// `vkAcquireNextImageKHR`; `None` when none was free in `timeout` nanoseconds.
    ///
    /// # Errors
    /// What the driver returns.
    pub fn acquire(
        &self,
        timeout: u64,
        semaphore: Option<&Semaphore>,
        fence: Option<&Fence>,
    ) -> Result<Option<u32>> {
        let semaphore = semaphore.map_or(vk::Semaphore::null(), |semaphore| semaphore.handle);
        let fence = fence.map_or(vk::Fence::null(), |fence| fence.handle);
        let commands = self.device.swapchain()?;
        // SAFETY: all handles are alive.
        match unsafe { commands.acquire_next_image(self.handle, timeout, semaphore, fence) } {
            Err(vk::Result::NOT_READY | vk::Result::TIMEOUT) => Ok(None),
            other => Ok(Some(other.at("vkAcquireNextImageKHR")?.0)),
        }
    }

    /// Acquires an image, patiently.
    ///
    /// # Errors
    /// As [`Swapchain::acquire`]; [`Error::Hung`].
    pub fn next(&self) -> Result<u32> {
        self.acquire(super::PATIENCE, None, None)?.ok_or(Error::Hung)
    }

    /// `vkQueuePresentKHR` of one image; whether the swapchain fits its surface less than well.
    ///
    /// # Errors
    /// What the driver returns.
    pub fn present(&self, queue: &Queue, index: u32, how: Presentation<'_>) -> Result<bool> {
        let waits: Vec<_> = how.waits.iter().map(|semaphore| semaphore.handle).collect();
        let (swapchains, indices, ids) = ([self.handle], [index], [how.id]);
        let (fences, modes) = (how.fence.map(|fence| [fence.handle]), how.mode.map(|mode| [mode]));
        let mut id = vk::PresentIdKHR::default().present_ids(&ids);
        let mut fence = vk::SwapchainPresentFenceInfoEXT::default();
        let mut mode = vk::SwapchainPresentModeInfoEXT::default();
        let mut info = vk::PresentInfoKHR::default()
            .wait_semaphores(&waits)
            .swapchains(&swapchains)
            .image_indices(&indices);
        if how.id != 0 {
            info = info.push_next(&mut id);
        }
        if let Some(fences) = &fences {
            fence = fence.fences(fences);
            info = info.push_next(&mut fence);
        }
        if let Some(modes) = &modes {
            mode = mode.present_modes(modes);
            info = info.push_next(&mut mode);
        }
        // SAFETY: everything pointed to outlives the call; cases use a queue from one thread at a time.
        unsafe { self.device.swapchain()?.queue_present(queue.handle, &info) }.at("vkQueuePresentKHR")
    }

    /// `vkWaitForPresentKHR`; whether the picture was shown in time.
    ///
    /// # Errors
    /// What the driver returns.
    pub fn wait_for(&self, id: u64, timeout: u64) -> Result<bool> {
        // SAFETY: the swapchain is alive.
        match unsafe { self.device.present_wait()?.wait_for_present(self.handle, id, timeout) } {
            Err(vk::Result::TIMEOUT) => Ok(false),
            other => other.at("vkWaitForPresentKHR").map(|()| true),
        }
    }
}

impl Drop for Swapchain {
    fn drop(&mut self) {
        if let Ok(commands) = self.device.swapchain() {
            // SAFETY: created from this device, destroyed once; the queues are waited for here, as Vulkan wants it.
            unsafe {
                let _ = self.device.raw.device_wait_idle();
                commands.destroy_swapchain(self.handle, None);
            }
        }
    }
}

/// What comes with a presentation.
#[derive(Clone, Copy, Default)]
pub struct Presentation<'a> {
    /// Binary semaphores to wait for.
    pub waits: &'a [&'a Semaphore],
    /// `VkPresentIdKHR`; zero for none.
    pub id: u64,
    /// `VkSwapchainPresentFenceInfoEXT`.
    pub fence: Option<&'a Fence>,
    /// `VkSwapchainPresentModeInfoEXT`.
    pub mode: Option<vk::PresentModeKHR>,
}

impl Recorder<'_> {
    /// Gives an image of a swapchain one color, and makes it ready to be presented.
    pub fn color(&self, image: vk::Image, color: [f32; 4]) {
        self.prepare_picture(image);
        let color = vk::ClearColorValue { float32: color };
        let layout = vk::ImageLayout::TRANSFER_DST_OPTIMAL;
        // SAFETY: recording; the image is alive.
        unsafe { self.device.raw.cmd_clear_color_image(self.handle, image, layout, &color, &[ALL]) };
        self.finish_picture(image);
    }

    /// Fills an image of a swapchain from a buffer, and makes it ready to be presented.
    pub fn draw_from(&self, from: &super::Buffer, image: vk::Image, extent: vk::Extent2D) {
        self.prepare_picture(image);
        let layout = vk::ImageLayout::TRANSFER_DST_OPTIMAL;
        let region = vk::BufferImageCopy::default()
            .image_subresource(vk::ImageSubresourceLayers {
                aspect_mask: vk::ImageAspectFlags::COLOR,
                layer_count: 1,
                ..Default::default()
            })
            .image_extent(vk::Extent3D { width: extent.width, height: extent.height, depth: 1 });
        // SAFETY: recording; image and buffer are alive.
        unsafe {
            self.device.raw.cmd_copy_buffer_to_image(self.handle, from.handle, image, layout, &[region]);
        }
        self.finish_picture(image);
    }

    fn prepare_picture(&self, image: vk::Image) {
        self.transition(image, vk::ImageLayout::UNDEFINED, vk::ImageLayout::TRANSFER_DST_OPTIMAL);
    }

    fn finish_picture(&self, image: vk::Image) {
        self.transition(image, vk::ImageLayout::TRANSFER_DST_OPTIMAL, vk::ImageLayout::PRESENT_SRC_KHR);
    }

    fn transition(&self, image: vk::Image, from: vk::ImageLayout, to: vk::ImageLayout) {
        let barrier = vk::ImageMemoryBarrier::default()
            .src_access_mask(vk::AccessFlags::MEMORY_WRITE)
            .dst_access_mask(vk::AccessFlags::MEMORY_WRITE | vk::AccessFlags::MEMORY_READ)
            .old_layout(from)
            .new_layout(to)
            .src_queue_family_index(vk::QUEUE_FAMILY_IGNORED)
            .dst_queue_family_index(vk::QUEUE_FAMILY_IGNORED)
            .image(image)
            .subresource_range(ALL);
        let (stages, none) = (vk::PipelineStageFlags::ALL_COMMANDS, vk::DependencyFlags::empty());
        // SAFETY: recording; the image is alive; `barrier` outlives the call.
        unsafe {
            self.device.raw.cmd_pipeline_barrier(self.handle, stages, stages, none, &[], &[], &[barrier]);
        }
    }
}

/// All of a swapchain's image.
const ALL: vk::ImageSubresourceRange = vk::ImageSubresourceRange {
    aspect_mask: vk::ImageAspectFlags::COLOR,
    base_mip_level: 0,
    level_count: 1,
    base_array_layer: 0,
    layer_count: 1,
};
