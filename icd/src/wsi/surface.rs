//! `VkSurfaceKHR`: a window, and the swapchain that presents to it.

use std::sync::{Arc, Weak};

use ash::vk;
use parking_lot::Mutex;

use super::swapchain::Swapchain;
use super::{Look, Window, formats};
use crate::caps::limits;
use crate::error::Error;

/// A surface.
pub struct Surface {
    window: Box<dyn Window>,
    /// The swapchain that is not retired.
    current: Mutex<Weak<Swapchain>>,
}

crate::object!(Surface, vk::SurfaceKHR);

impl Surface {
    /// `vkCreate*SurfaceKHR`.
    pub fn new(window: impl Window + 'static) -> Self {
        Self { window: Box::new(window), current: Mutex::default() }
    }

    /// What it is a surface of.
    pub fn window(&self) -> &dyn Window {
        &*self.window
    }

    /// `vkGetPhysicalDeviceSurfaceCapabilitiesKHR`.
    ///
    /// # Errors
    /// [`Error::SurfaceLost`].
    pub fn capabilities(&self) -> Result<vk::SurfaceCapabilitiesKHR, Error> {
        const DECIDED_BY_SWAPCHAIN: vk::Extent2D = vk::Extent2D { width: u32::MAX, height: u32::MAX };
        let Look { extent, alpha, min_images, .. } = self.window.look()?;
        let most = limits::properties().limits.max_image_dimension2_d;
        Ok(vk::SurfaceCapabilitiesKHR {
            min_image_count: min_images,
            max_image_count: 0,
            current_extent: extent.unwrap_or(DECIDED_BY_SWAPCHAIN),
            min_image_extent: extent.unwrap_or(vk::Extent2D { width: 1, height: 1 }),
            max_image_extent: extent.unwrap_or(vk::Extent2D { width: most, height: most }),
            max_image_array_layers: 1,
            supported_transforms: vk::SurfaceTransformFlagsKHR::IDENTITY,
            current_transform: vk::SurfaceTransformFlagsKHR::IDENTITY,
            supported_composite_alpha: alpha,
            supported_usage_flags: formats::surface_usages(),
        })
    }

    /// `vkGetPhysicalDeviceSurfaceFormatsKHR`.
    ///
    /// # Errors
    /// [`Error::SurfaceLost`].
    pub fn formats(&self) -> Result<Vec<vk::SurfaceFormatKHR>, Error> {
        Ok(if self.window.look()?.has_formats { formats::surface_formats() } else { Vec::new() })
    }

    /// Retires the swapchain that a new one takes over from, and claims the window for the new one.
    ///
    /// # Errors
    /// [`Error::NativeWindowInUse`] when another swapchain has it.
    pub(super) fn take_over(&self, old: Option<&Arc<Swapchain>>) -> Result<(), Error> {
        if let Some(old) = old {
            old.retire();
        }
        match self.current.lock().upgrade() {
            Some(current) if !current.is_retired() => Err(Error::NativeWindowInUse),
            _ => Ok(()),
        }
    }

    /// Makes a swapchain the one that is not retired.
    pub(super) fn set_current(&self, swapchain: &Arc<Swapchain>) {
        *self.current.lock() = Arc::downgrade(swapchain);
    }
}
