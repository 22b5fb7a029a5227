//! Surfaces that nobody sees: a picture counts as shown when it is presented, in every mode, since there is no refresh
//! to wait for.

use ash::vk;

use super::{Canvas, Look, Window};
use crate::error::Error;

/// The window of `VK_EXT_headless_surface`.
pub struct Headless;

impl Window for Headless {
    fn look(&self) -> Result<Look, Error> {
        Ok(Look {
            extent: None,
            alpha: vk::CompositeAlphaFlagsKHR::OPAQUE | vk::CompositeAlphaFlagsKHR::INHERIT,
            has_formats: true,
            min_images: 2,
        })
    }

    fn modes(&self) -> &'static [vk::PresentModeKHR] {
        &[
            vk::PresentModeKHR::FIFO,
            vk::PresentModeKHR::FIFO_RELAXED,
            vk::PresentModeKHR::MAILBOX,
            vk::PresentModeKHR::IMMEDIATE,
        ]
    }

    fn canvas(
        &self,
        _extent: vk::Extent2D,
        _alpha: vk::CompositeAlphaFlagsKHR,
    ) -> Result<Option<Box<dyn Canvas>>, Error> {
        Ok(None)
    }
}
