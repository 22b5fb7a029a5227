//! `VkSurfaceKHR`: making them, and what physical devices say of them.

use ash::vk;

use super::destroy;
use super::swapchain::group_present_modes;
use crate::caps::queues::FAMILIES;
use crate::error::Error;
use crate::guard::{fill, guard, input, output};
use crate::handle::{self, Object};
use crate::object::device::Device;
use crate::pnext;
use crate::wsi::headless::Headless;
use crate::wsi::surface::Surface;
use crate::wsi::wayland::WaylandWindow;
use crate::wsi::x11::X11Window;

/// `vkCreateHeadlessSurfaceEXT`.
pub(super) unsafe extern "system" fn create_headless_surface(
    _instance: vk::Instance,
    _info: *const vk::HeadlessSurfaceCreateInfoEXT<'_>,
    _allocator: *const vk::AllocationCallbacks<'_>,
    surface: *mut vk::SurfaceKHR,
) -> vk::Result {
    // SAFETY: VUID-vkCreateHeadlessSurfaceEXT-pSurface-parameter.
    guard(|| unsafe { output(surface, Surface::new(Headless).insert()) })
}

/// `vkCreateXcbSurfaceKHR`.
pub(super) unsafe extern "system" fn create_xcb_surface(
    _instance: vk::Instance,
    info: *const vk::XcbSurfaceCreateInfoKHR<'_>,
    _allocator: *const vk::AllocationCallbacks<'_>,
    surface: *mut vk::SurfaceKHR,
) -> vk::Result {
    guard(|| {
        // SAFETY: VUID-vkCreateXcbSurfaceKHR-pCreateInfo-parameter; the connection outlives the surface.
        let window = unsafe {
            let info = input(info)?;
            X11Window::new(info.connection.cast(), info.window)?
        };
        // SAFETY: VUID-vkCreateXcbSurfaceKHR-pSurface-parameter.
        unsafe { output(surface, Surface::new(window).insert()) }
    })
}

/// `vkCreateXlibSurfaceKHR`.
pub(super) unsafe extern "system" fn create_xlib_surface(
    _instance: vk::Instance,
    info: *const vk::XlibSurfaceCreateInfoKHR<'_>,
    _allocator: *const vk::AllocationCallbacks<'_>,
    surface: *mut vk::SurfaceKHR,
) -> vk::Result {
    guard(|| {
        // SAFETY: VUID-vkCreateXlibSurfaceKHR-pCreateInfo-parameter; the display outlives the surface.
        let window = unsafe {
            let info = input(info)?;
            // An XID has 29 bits, whatever the size of the C type.
            X11Window::of_xlib(info.dpy.cast(), info.window as u32)?
        };
        // SAFETY: VUID-vkCreateXlibSurfaceKHR-pSurface-parameter.
        unsafe { output(surface, Surface::new(window).insert()) }
    })
}

/// `vkCreateWaylandSurfaceKHR`.
pub(super) unsafe extern "system" fn create_wayland_surface(
    _instance: vk::Instance,
    info: *const vk::WaylandSurfaceCreateInfoKHR<'_>,
    _allocator: *const vk::AllocationCallbacks<'_>,
    surface: *mut vk::SurfaceKHR,
) -> vk::Result {
    guard(|| {
        // SAFETY: VUID-vkCreateWaylandSurfaceKHR-pCreateInfo-parameter; display and surface outlive the Vulkan surface.
        let window = unsafe {
            let info = input(info)?;
            WaylandWindow::new(info.display.cast(), info.surface.cast())
        };
        // SAFETY: VUID-vkCreateWaylandSurfaceKHR-pSurface-parameter.
        unsafe { output(surface, Surface::new(window).insert()) }
    })
}

/// `vkDestroySurfaceKHR`.
pub(super) unsafe extern "system" fn destroy_surface(
    _instance: vk::Instance,
    surface: vk::SurfaceKHR,
    _allocator: *const vk::AllocationCallbacks<'_>,
) {
    guard(|| destroy::<Surface>(surface).map(drop))
}

/// `vkGetPhysicalDeviceXcbPresentationSupportKHR`: every queue can present to every window, by copying.
pub(super) unsafe extern "system" fn get_xcb_support(
    _device: vk::PhysicalDevice,
    family: u32,
    _connection: *mut vk::xcb_connection_t,
    _visual: vk::xcb_visualid_t,
) -> vk::Bool32 {
    can_present(family)
}

/// `vkGetPhysicalDeviceXlibPresentationSupportKHR`.
pub(super) unsafe extern "system" fn get_xlib_support(
    _device: vk::PhysicalDevice,
    family: u32,
    _display: *mut vk::Display,
    _visual: vk::VisualID,
) -> vk::Bool32 {
    can_present(family)
}

/// `vkGetPhysicalDeviceWaylandPresentationSupportKHR`.
pub(super) unsafe extern "system" fn get_wayland_support(
    _device: vk::PhysicalDevice,
    family: u32,
    _display: *mut vk::wl_display,
) -> vk::Bool32 {
    can_present(family)
}

fn can_present(family: u32) -> vk::Bool32 {
    ((family as usize) < FAMILIES.len()).into()
}

/// `vkGetPhysicalDeviceSurfaceSupportKHR`.
pub(super) unsafe extern "system" fn get_support(
    _device: vk::PhysicalDevice,
    family: u32,
    surface: vk::SurfaceKHR,
    supported: *mut vk::Bool32,
) -> vk::Result {
    guard(|| {
        let has_formats = Surface::get(surface)?.window().look()?.has_formats;
        let answer = if has_formats { can_present(family) } else { vk::FALSE };
        // SAFETY: VUID-vkGetPhysicalDeviceSurfaceSupportKHR-pSupported-parameter.
        unsafe { output(supported, answer) }
    })
}

/// `vkGetPhysicalDeviceSurfaceCapabilitiesKHR`.
pub(super) unsafe extern "system" fn get_capabilities(
    _device: vk::PhysicalDevice,
    surface: vk::SurfaceKHR,
    out: *mut vk::SurfaceCapabilitiesKHR,
) -> vk::Result {
    // SAFETY: VUID-vkGetPhysicalDeviceSurfaceCapabilitiesKHR-pSurfaceCapabilities-parameter.
    guard(|| unsafe { output(out, Surface::get(surface)?.capabilities()?) })
}

/// `vkGetPhysicalDeviceSurfaceCapabilities2KHR`.
pub(super) unsafe extern "system" fn get_capabilities2(
    _device: vk::PhysicalDevice,
    info: *const vk::PhysicalDeviceSurfaceInfo2KHR<'_>,
    out: *mut vk::SurfaceCapabilities2KHR<'_>,
) -> vk::Result {
    guard(|| {
        // SAFETY: VUID-vkGetPhysicalDeviceSurfaceCapabilities2KHR-pSurfaceInfo-parameter.
        let info = unsafe { input(info)? };
        let surface = Surface::get(info.surface)?;
        let capabilities = surface.capabilities()?;
        // SAFETY: the chain of a valid structure.
        let mode = unsafe { pnext::find::<vk::SurfacePresentModeEXT<'_>>(info.p_next) };
        let compatible = compatible_modes(&surface, mode.map(|mode| mode.present_mode));
        let mut filled = Ok(());
        // SAFETY: VUID-vkGetPhysicalDeviceSurfaceCapabilities2KHR-pSurfaceCapabilities-parameter: a valid chain.
        unsafe {
            pnext::for_each_output(out.cast(), |node| {
                let _ = node.fill(|head: &mut vk::SurfaceCapabilities2KHR<'_>| {
                    head.surface_capabilities = capabilities;
                }) || node.fill(|scaling: &mut vk::SurfacePresentScalingCapabilitiesEXT<'_>| {
                    scaling.supported_present_scaling = vk::PresentScalingFlagsEXT::empty();
                    scaling.supported_present_gravity_x = vk::PresentGravityFlagsEXT::empty();
                    scaling.supported_present_gravity_y = vk::PresentGravityFlagsEXT::empty();
                    scaling.min_scaled_image_extent = capabilities.min_image_extent;
                    scaling.max_scaled_image_extent = capabilities.max_image_extent;
                }) || node.fill(|modes: &mut vk::SurfacePresentModeCompatibilityEXT<'_>| {
                    let (count, array) = (&mut modes.present_mode_count, modes.p_present_modes);
                    let all = compatible.iter();
                    filled = fill(all, count, array, |slot, mode| *slot = *mode).map(drop);
                });
            });
        }
        filled
    })
}

/// The modes that a swapchain of some mode can change to: all, its own first.
fn compatible_modes(surface: &Surface, own: Option<vk::PresentModeKHR>) -> Vec<vk::PresentModeKHR> {
    let mut modes = surface.window().modes().to_vec();
    modes.sort_by_key(|&mode| Some(mode) != own);
    modes
}

/// `vkGetPhysicalDeviceSurfaceFormatsKHR`.
pub(super) unsafe extern "system" fn get_formats(
    _device: vk::PhysicalDevice,
    surface: vk::SurfaceKHR,
    count: *mut u32,
    out: *mut vk::SurfaceFormatKHR,
) -> vk::Result {
    guard(|| {
        let formats = Surface::get(surface)?.formats()?;
        // SAFETY: VUID-vkGetPhysicalDeviceSurfaceFormatsKHR-pSurfaceFormats-parameter.
        unsafe { fill(formats.into_iter(), count, out, |slot, value| *slot = value) }
    })
}

/// `vkGetPhysicalDeviceSurfaceFormats2KHR`.
pub(super) unsafe extern "system" fn get_formats2(
    _device: vk::PhysicalDevice,
    info: *const vk::PhysicalDeviceSurfaceInfo2KHR<'_>,
    count: *mut u32,
    out: *mut vk::SurfaceFormat2KHR<'_>,
) -> vk::Result {
    guard(|| {
        // SAFETY: VUID-vkGetPhysicalDeviceSurfaceFormats2KHR-pSurfaceInfo-parameter.
        let formats = Surface::get(unsafe { input(info)? }.surface)?.formats()?;
        // SAFETY: VUID-vkGetPhysicalDeviceSurfaceFormats2KHR-pSurfaceFormats-parameter.
        unsafe { fill(formats.into_iter(), count, out, |slot, value| slot.surface_format = value) }
    })
}

/// `vkGetPhysicalDeviceSurfacePresentModesKHR`.
pub(super) unsafe extern "system" fn get_present_modes(
    _device: vk::PhysicalDevice,
    surface: vk::SurfaceKHR,
    count: *mut u32,
    out: *mut vk::PresentModeKHR,
) -> vk::Result {
    guard(|| {
        let surface = Surface::get(surface)?;
        // SAFETY: VUID-vkGetPhysicalDeviceSurfacePresentModesKHR-pPresentModes-parameter.
        unsafe { fill(surface.window().modes().iter(), count, out, |slot, value| *slot = *value) }
    })
}

/// `vkGetPhysicalDevicePresentRectanglesKHR`: the one device draws all of the window.
pub(super) unsafe extern "system" fn get_present_rectangles(
    _device: vk::PhysicalDevice,
    surface: vk::SurfaceKHR,
    count: *mut u32,
    out: *mut vk::Rect2D,
) -> vk::Result {
    guard(|| {
        let extent = Surface::get(surface)?.capabilities()?.current_extent;
        let all = vk::Rect2D { offset: vk::Offset2D::default(), extent };
        // SAFETY: VUID-vkGetPhysicalDevicePresentRectanglesKHR-pRects-parameter.
        unsafe { fill([all].into_iter(), count, out, |slot, value| *slot = value) }
    })
}

/// `vkGetDeviceGroupSurfacePresentModesKHR`: the same for all surfaces.
pub(super) unsafe extern "system" fn get_group_present_modes(
    device: vk::Device,
    surface: vk::SurfaceKHR,
    modes: *mut vk::DeviceGroupPresentModeFlagsKHR,
) -> vk::Result {
    guard(|| {
        Surface::find(surface).ok_or(Error::SurfaceLost)?;
        // SAFETY: VUID-vkGetDeviceGroupSurfacePresentModesKHR-pModes-parameter.
        unsafe { output(modes, group_present_modes(handle::get::<Device>(device)?)) }
    })
}
