//! Formats and usages of swapchain images.

use ash::vk;

use crate::caps::formats::{self, ImageKind};

/// What windows take, best first; every one of them is opaque 8-bit color to a window system.
const CANDIDATES: [vk::Format; 4] = [
    vk::Format::B8G8R8A8_UNORM,
    vk::Format::B8G8R8A8_SRGB,
    vk::Format::R8G8B8A8_UNORM,
    vk::Format::R8G8B8A8_SRGB,
];

/// The formats that swapchains can have: those of the candidates that images can have.
pub fn surface_formats() -> Vec<vk::SurfaceFormatKHR> {
    let images = CANDIDATES.into_iter().filter(|&format| !usages_of(format).is_empty());
    let surface = |format| vk::SurfaceFormatKHR { format, color_space: vk::ColorSpaceKHR::SRGB_NONLINEAR };
    images.map(surface).collect()
}

/// What images of these formats can be used for; storage images, say, cannot be of sRGB formats.
pub fn surface_usages() -> vk::ImageUsageFlags {
    let formats = surface_formats();
    formats.iter().fold(vk::ImageUsageFlags::empty(), |all, format| all | usages_of(format.format))
}

/// Whether red comes first.
pub fn is_rgba(format: vk::Format) -> bool {
    matches!(format, vk::Format::R8G8B8A8_UNORM | vk::Format::R8G8B8A8_SRGB)
}

fn usages_of(format: vk::Format) -> vk::ImageUsageFlags {
    let can = |&usage: &vk::ImageUsageFlags| {
        let kind = ImageKind {
            format,
            dimensions: vk::ImageType::TYPE_2D,
            tiling: vk::ImageTiling::LINEAR,
            usage,
            flags: vk::ImageCreateFlags::empty(),
        };
        formats::image_properties(&kind).is_ok()
    };
    let all = [
        vk::ImageUsageFlags::TRANSFER_SRC,
        vk::ImageUsageFlags::TRANSFER_DST,
        vk::ImageUsageFlags::SAMPLED,
        vk::ImageUsageFlags::STORAGE,
        vk::ImageUsageFlags::COLOR_ATTACHMENT,
        vk::ImageUsageFlags::INPUT_ATTACHMENT,
    ];
    all.into_iter().filter(can).fold(vk::ImageUsageFlags::empty(), |all, usage| all | usage)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_can_be_cleared_and_copied() {
        let transfers = vk::ImageUsageFlags::TRANSFER_SRC | vk::ImageUsageFlags::TRANSFER_DST;
        assert!(!surface_formats().is_empty());
        assert!(surface_usages().contains(transfers));
    }
}
