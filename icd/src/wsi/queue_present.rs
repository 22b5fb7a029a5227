//! `vkQueuePresentKHR`: a submission that waits for semaphores and then hands pictures to their swapchains.

use std::sync::Arc;

use ash::vk;

use super::Fit;
use super::swapchain::{Picture, Swapchain};
use crate::error::Error;
use crate::guard::slice;
use crate::handle::Object;
use crate::pnext;
use crate::queue::Queue;
use crate::queue::submission::Submission;
use crate::queue::submit::{semaphores, wait_operations};
use crate::sync::fence::Fence;

impl Queue {
    /// `vkQueuePresentKHR`: what became of each swapchain. The semaphores are waited for in any case.
    ///
    /// # Errors
    /// [`Error::InvalidHandle`], [`Error::InvalidUsage`] and [`Error::DeviceLost`]; then nothing is presented.
    ///
    /// # Safety
    /// `info` is a valid structure.
    pub unsafe fn present(&self, info: &vk::PresentInfoKHR<'_>) -> Result<Vec<Result<Fit, Error>>, Error> {
        // SAFETY: members of a valid structure.
        let waits = unsafe { slice(info.p_wait_semaphores, info.wait_semaphore_count) };
        let waits = semaphores(waits, &[])?;
        // SAFETY: this function's contract.
        let pictures = unsafe { pictures(info)? };
        for (done, (swapchain, picture)) in pictures.iter().enumerate() {
            if let Err(error) = swapchain.submit(picture.index) {
                pictures[..done].iter().for_each(|(swapchain, picture)| swapchain.take_back(picture.index));
                return Err(error);
            }
        }
        let results = pictures.iter().map(|(swapchain, _)| swapchain.status()).collect();
        let work = move || {
            pictures.into_iter().for_each(|(swapchain, picture)| swapchain.present(picture));
            Ok(())
        };
        let submission = Submission {
            waits: wait_operations(&waits),
            work: Some(Box::new(work)),
            ..Submission::default()
        };
        self.enqueue([submission], None)?;
        Ok(results)
    }
}

/// What is to be shown, from the structure and its chain.
///
/// # Safety
/// `info` is a valid structure.
unsafe fn pictures(info: &vk::PresentInfoKHR<'_>) -> Result<Vec<(Arc<Swapchain>, Picture)>, Error> {
    let count = info.swapchain_count;
    // SAFETY: members and the chain of a valid structure, and members of its structures.
    let (swapchains, indices, ids, fences, modes, regions) = unsafe {
        let ids = pnext::find::<vk::PresentIdKHR<'_>>(info.p_next);
        let fences = pnext::find::<vk::SwapchainPresentFenceInfoEXT<'_>>(info.p_next);
        let modes = pnext::find::<vk::SwapchainPresentModeInfoEXT<'_>>(info.p_next);
        let regions = pnext::find::<vk::PresentRegionsKHR<'_>>(info.p_next);
        (
            slice(info.p_swapchains, count),
            slice(info.p_image_indices, count),
            ids.map_or(&[][..], |ids| slice(ids.p_present_ids, ids.swapchain_count)),
            fences.map_or(&[][..], |fences| slice(fences.p_fences, fences.swapchain_count)),
            modes.map_or(&[][..], |modes| slice(modes.p_present_modes, modes.swapchain_count)),
            regions.map_or(&[][..], |regions| slice(regions.p_regions, regions.swapchain_count)),
        )
    };
    let picture = |(at, (&swapchain, &index)): (usize, (&vk::SwapchainKHR, &u32))| {
        let fence = fences.get(at).filter(|fence| **fence != vk::Fence::null());
        Ok((
            Swapchain::get(swapchain)?,
            Picture {
                index,
                mode: modes.get(at).copied(),
                // SAFETY: members of a valid structure.
                damage: regions.get(at).map_or_else(Vec::new, |region| unsafe { rectangles(region) }),
                id: ids.get(at).copied().unwrap_or(0),
                fences: fence
                    .map(|&fence| Ok::<_, Error>(Fence::get(fence)?.point()))
                    .transpose()?
                    .into_iter()
                    .collect(),
            },
        ))
    };
    swapchains.iter().zip(indices).enumerate().map(picture).collect()
}

/// # Safety
/// `region` is a valid structure.
unsafe fn rectangles(region: &vk::PresentRegionKHR<'_>) -> Vec<vk::Rect2D> {
    // SAFETY: this function's contract.
    let rectangles = unsafe { slice(region.p_rectangles, region.rectangle_count) };
    rectangles
        .iter()
        .map(|rectangle| vk::Rect2D { offset: rectangle.offset, extent: rectangle.extent })
        .collect()
}
