//! Queries on `VkPhysicalDevice`. The answers are in [`caps`](crate::caps).

use std::ffi::c_char;

use ash::vk;

use crate::caps::extensions::{DeviceExtension, Extension};
use crate::caps::formats::ImageKind;
use crate::caps::{features, formats, limits, memory, properties, queues};
use crate::error::Error;
use crate::guard::{fill, guard, output};
use crate::handle;
use crate::object::external_memory;
use crate::object::physical_device::PhysicalDevice;
use crate::pnext;

/// `vkGetPhysicalDeviceFeatures`.
pub(super) unsafe extern "system" fn get_features(
    _device: vk::PhysicalDevice,
    out: *mut vk::PhysicalDeviceFeatures,
) {
    // SAFETY: VUID-vkGetPhysicalDeviceFeatures-pFeatures-parameter.
    guard(|| unsafe { output(out, features::core()) })
}

/// `vkGetPhysicalDeviceFeatures2`.
pub(super) unsafe extern "system" fn get_features2(
    _device: vk::PhysicalDevice,
    out: *mut vk::PhysicalDeviceFeatures2<'_>,
) {
    guard(|| {
        // SAFETY: VUID-vkGetPhysicalDeviceFeatures2-pFeatures-parameter: a valid chain.
        unsafe {
            pnext::for_each_output(out.cast(), |node| {
                if !node.fill(|head: &mut vk::PhysicalDeviceFeatures2<'_>| head.features = features::core()) {
                    features::fill(node);
                }
            });
        }
        Ok(())
    })
}

/// `vkGetPhysicalDeviceProperties`.
pub(super) unsafe extern "system" fn get_properties(
    _device: vk::PhysicalDevice,
    out: *mut vk::PhysicalDeviceProperties,
) {
    // SAFETY: VUID-vkGetPhysicalDeviceProperties-pProperties-parameter.
    guard(|| unsafe { output(out, limits::properties()) })
}

/// `vkGetPhysicalDeviceProperties2`.
pub(super) unsafe extern "system" fn get_properties2(
    device: vk::PhysicalDevice,
    out: *mut vk::PhysicalDeviceProperties2<'_>,
) {
    guard(|| {
        // SAFETY: VUID-vkGetPhysicalDeviceProperties2-physicalDevice-parameter.
        let index = unsafe { handle::get::<PhysicalDevice>(device)? }.index;
        // SAFETY: VUID-vkGetPhysicalDeviceProperties2-pProperties-parameter: a valid chain.
        unsafe {
            pnext::for_each_output(out.cast(), |node| {
                let head =
                    |head: &mut vk::PhysicalDeviceProperties2<'_>| head.properties = limits::properties();
                if !node.fill(head) && !formats::fill_host_copy(node) {
                    properties::fill(node, index);
                }
            });
        }
        Ok(())
    })
}

/// `vkGetPhysicalDeviceQueueFamilyProperties`.
pub(super) unsafe extern "system" fn get_queue_families(
    _device: vk::PhysicalDevice,
    count: *mut u32,
    out: *mut vk::QueueFamilyProperties,
) {
    guard(|| {
        let families = queues::FAMILIES.iter().map(|family| family.properties());
        // SAFETY: VUID-vkGetPhysicalDeviceQueueFamilyProperties-pQueueFamilyProperties-parameter.
        let _ = unsafe { fill(families, count, out, |slot, value| *slot = value)? };
        Ok(())
    })
}

/// `vkGetPhysicalDeviceQueueFamilyProperties2`.
pub(super) unsafe extern "system" fn get_queue_families2(
    _device: vk::PhysicalDevice,
    count: *mut u32,
    out: *mut vk::QueueFamilyProperties2<'_>,
) {
    guard(|| {
        let families = queues::FAMILIES.iter().map(|family| family.properties());
        let describe = |slot: &mut vk::QueueFamilyProperties2<'_>, value| {
            slot.queue_family_properties = value;
            // SAFETY: VUID-VkQueueFamilyProperties2-pNext-pNext: a chain of structures for output.
            unsafe { pnext::for_each_output(slot.p_next, queues::fill) };
        };
        // SAFETY: VUID-vkGetPhysicalDeviceQueueFamilyProperties2-pQueueFamilyProperties-parameter.
        let _ = unsafe { fill(families, count, out, describe)? };
        Ok(())
    })
}

/// `vkGetPhysicalDeviceMemoryProperties`.
pub(super) unsafe extern "system" fn get_memory_properties(
    _device: vk::PhysicalDevice,
    out: *mut vk::PhysicalDeviceMemoryProperties,
) {
    // SAFETY: VUID-vkGetPhysicalDeviceMemoryProperties-pMemoryProperties-parameter.
    guard(|| unsafe { output(out, memory::properties()) })
}

/// `vkGetPhysicalDeviceMemoryProperties2`.
pub(super) unsafe extern "system" fn get_memory_properties2(
    _device: vk::PhysicalDevice,
    out: *mut vk::PhysicalDeviceMemoryProperties2<'_>,
) {
    guard(|| {
        // SAFETY: VUID-vkGetPhysicalDeviceMemoryProperties2-pMemoryProperties-parameter: a valid chain.
        unsafe {
            pnext::for_each_output(out.cast(), |node| {
                let _ = node.fill(memory::fill_budget)
                    || node.fill(|head: &mut vk::PhysicalDeviceMemoryProperties2<'_>| {
                        head.memory_properties = memory::properties();
                    });
            });
        }
        Ok(())
    })
}

/// `vkGetPhysicalDeviceFormatProperties`.
pub(super) unsafe extern "system" fn get_format_properties(
    _device: vk::PhysicalDevice,
    format: vk::Format,
    out: *mut vk::FormatProperties,
) {
    // SAFETY: VUID-vkGetPhysicalDeviceFormatProperties-pFormatProperties-parameter.
    guard(|| unsafe { output(out, formats::properties(format)) })
}

/// `vkGetPhysicalDeviceFormatProperties2`.
pub(super) unsafe extern "system" fn get_format_properties2(
    _device: vk::PhysicalDevice,
    format: vk::Format,
    out: *mut vk::FormatProperties2<'_>,
) {
    guard(|| {
        let [linear, optimal, buffer] = formats::properties3(format);
        // SAFETY: VUID-vkGetPhysicalDeviceFormatProperties2-pFormatProperties-parameter: a valid chain.
        unsafe {
            pnext::for_each_output(out.cast(), |node| {
                let _ = node.fill(|head: &mut vk::FormatProperties2<'_>| {
                    head.format_properties = formats::properties(format)
                }) || node.fill(|features: &mut vk::FormatProperties3<'_>| {
                    features.linear_tiling_features = linear;
                    features.optimal_tiling_features = optimal;
                    features.buffer_features = buffer;
                });
            });
        }
        Ok(())
    })
}

/// `vkGetPhysicalDeviceImageFormatProperties`.
pub(super) unsafe extern "system" fn get_image_format_properties(
    _device: vk::PhysicalDevice,
    format: vk::Format,
    dimensions: vk::ImageType,
    tiling: vk::ImageTiling,
    usage: vk::ImageUsageFlags,
    flags: vk::ImageCreateFlags,
    out: *mut vk::ImageFormatProperties,
) -> vk::Result {
    guard(|| {
        let found = formats::image_properties(&ImageKind { format, dimensions, tiling, usage, flags });
        // SAFETY: VUID-vkGetPhysicalDeviceImageFormatProperties-pImageFormatProperties-parameter.
        unsafe { output(out, *found.as_ref().unwrap_or(&vk::ImageFormatProperties::default()))? };
        found.map(|_| ())
    })
}

/// `vkGetPhysicalDeviceImageFormatProperties2`.
pub(super) unsafe extern "system" fn get_image_format_properties2(
    _device: vk::PhysicalDevice,
    info: *const vk::PhysicalDeviceImageFormatInfo2<'_>,
    out: *mut vk::ImageFormatProperties2<'_>,
) -> vk::Result {
    guard(|| {
        // SAFETY: VUID-vkGetPhysicalDeviceImageFormatProperties2-pImageFormatInfo-parameter.
        let info = unsafe { crate::guard::input(info)? };
        // SAFETY: the chain of a valid structure.
        let stencil = unsafe { pnext::find::<vk::ImageStencilUsageCreateInfo<'_>>(info.p_next) };
        let stencil_usage = stencil.map_or(vk::ImageUsageFlags::empty(), |stencil| stencil.stencil_usage);
        let kind = ImageKind {
            format: info.format,
            dimensions: info.ty,
            tiling: info.tiling,
            usage: info.usage | stencil_usage,
            flags: info.flags,
        };
        // SAFETY: the chain of a valid structure.
        let external = unsafe { pnext::find::<vk::PhysicalDeviceExternalImageFormatInfo<'_>>(info.p_next) };
        let handle_type = external.map_or(Default::default(), |external| external.handle_type);
        let shared = external_memory::properties(handle_type);
        let found = match handle_type.is_empty() || !shared.external_memory_features.is_empty() {
            true => formats::image_properties(&kind),
            false => Err(Error::FormatNotSupported),
        };
        let value = *found.as_ref().unwrap_or(&vk::ImageFormatProperties::default());
        // SAFETY: VUID-vkGetPhysicalDeviceImageFormatProperties2-pImageFormatProperties-parameter: a valid chain.
        unsafe {
            pnext::for_each_output(out.cast(), |node| {
                let _ =
                    node.fill(|head: &mut vk::ImageFormatProperties2<'_>| {
                        head.image_format_properties = value
                    }) || node.fill(|external: &mut vk::ExternalImageFormatProperties<'_>| {
                        external.external_memory_properties = shared;
                    }) || node.fill(|ycbcr: &mut vk::SamplerYcbcrConversionImageFormatProperties<'_>| {
                        ycbcr.combined_image_sampler_descriptor_count = 1;
                    }) || node.fill(|query: &mut vk::HostImageCopyDevicePerformanceQueryEXT<'_>| {
                        query.optimal_device_access = vk::TRUE;
                        query.identical_memory_layout = vk::TRUE;
                    });
            });
        }
        found.map(|_| ())
    })
}

/// `vkGetPhysicalDeviceSparseImageFormatProperties`.
pub(super) unsafe extern "system" fn get_sparse_image_format_properties(
    _device: vk::PhysicalDevice,
    format: vk::Format,
    dimensions: vk::ImageType,
    samples: vk::SampleCountFlags,
    usage: vk::ImageUsageFlags,
    tiling: vk::ImageTiling,
    count: *mut u32,
    out: *mut vk::SparseImageFormatProperties,
) {
    guard(|| {
        let kind = ImageKind { format, dimensions, tiling, usage, flags: vk::ImageCreateFlags::empty() };
        let found = formats::sparse_properties(&kind, samples);
        // SAFETY: VUID-vkGetPhysicalDeviceSparseImageFormatProperties-pProperties-parameter.
        let _ = unsafe { fill(found.into_iter(), count, out, |slot, value| *slot = value)? };
        Ok(())
    })
}

/// `vkGetPhysicalDeviceSparseImageFormatProperties2`.
pub(super) unsafe extern "system" fn get_sparse_image_format_properties2(
    _device: vk::PhysicalDevice,
    info: *const vk::PhysicalDeviceSparseImageFormatInfo2<'_>,
    count: *mut u32,
    out: *mut vk::SparseImageFormatProperties2<'_>,
) {
    guard(|| {
        // SAFETY: VUID-vkGetPhysicalDeviceSparseImageFormatProperties2-pFormatInfo-parameter.
        let info = unsafe { crate::guard::input(info)? };
        let kind = ImageKind {
            format: info.format,
            dimensions: info.ty,
            tiling: info.tiling,
            usage: info.usage,
            flags: vk::ImageCreateFlags::empty(),
        };
        let found = formats::sparse_properties(&kind, info.samples);
        // SAFETY: VUID-vkGetPhysicalDeviceSparseImageFormatProperties2-pProperties-parameter.
        let _ = unsafe { fill(found.into_iter(), count, out, |slot, value| slot.properties = value)? };
        Ok(())
    })
}

/// `vkEnumerateDeviceExtensionProperties`. Drivers have no layers.
pub(super) unsafe extern "system" fn enumerate_extensions(
    _device: vk::PhysicalDevice,
    layer: *const c_char,
    count: *mut u32,
    out: *mut vk::ExtensionProperties,
) -> vk::Result {
    guard(|| {
        if !layer.is_null() {
            return Err(Error::LayerNotPresent);
        }
        let all = DeviceExtension::ALL.iter().map(|extension| extension.properties());
        // SAFETY: VUID-vkEnumerateDeviceExtensionProperties-pProperties-parameter.
        unsafe { fill(all, count, out, |slot, value| *slot = value) }
    })
}

/// `vkEnumerateDeviceLayerProperties`: none.
pub(super) unsafe extern "system" fn enumerate_layers(
    _device: vk::PhysicalDevice,
    count: *mut u32,
    out: *mut vk::LayerProperties,
) -> vk::Result {
    // SAFETY: VUID-vkEnumerateDeviceLayerProperties-pProperties-parameter.
    guard(|| unsafe { fill([].into_iter(), count, out, |slot, value| *slot = value) })
}

/// `vkGetPhysicalDeviceToolProperties`: the driver is no tool.
pub(super) unsafe extern "system" fn get_tools(
    _device: vk::PhysicalDevice,
    count: *mut u32,
    _out: *mut vk::PhysicalDeviceToolProperties<'_>,
) -> vk::Result {
    // SAFETY: VUID-vkGetPhysicalDeviceToolProperties-pToolCount-parameter.
    guard(|| unsafe { output(count, 0) })
}

/// `vkGetPhysicalDeviceExternalBufferProperties`: the same for every buffer.
pub(super) unsafe extern "system" fn get_external_buffer_properties(
    _device: vk::PhysicalDevice,
    info: *const vk::PhysicalDeviceExternalBufferInfo<'_>,
    out: *mut vk::ExternalBufferProperties<'_>,
) {
    guard(|| {
        // SAFETY: VUID-vkGetPhysicalDeviceExternalBufferProperties-pExternalBufferInfo-parameter.
        let found = external_memory::properties(unsafe { crate::guard::input(info)? }.handle_type);
        // SAFETY: VUID-vkGetPhysicalDeviceExternalBufferProperties-pExternalBufferProperties-parameter.
        unsafe {
            pnext::for_each_output(out.cast(), |node| {
                node.fill(|head: &mut vk::ExternalBufferProperties<'_>| {
                    head.external_memory_properties = found;
                });
            });
        }
        Ok(())
    })
}

/// `vkGetPhysicalDeviceExternalFenceProperties`: no handle type is supported.
pub(super) unsafe extern "system" fn get_external_fence_properties(
    _device: vk::PhysicalDevice,
    _info: *const vk::PhysicalDeviceExternalFenceInfo<'_>,
    out: *mut vk::ExternalFenceProperties<'_>,
) {
    guard(|| {
        // SAFETY: VUID-vkGetPhysicalDeviceExternalFenceProperties-pExternalFenceProperties-parameter.
        unsafe {
            pnext::for_each_output(out.cast(), |node| {
                node.fill(|head: &mut vk::ExternalFenceProperties<'_>| {
                    head.export_from_imported_handle_types = vk::ExternalFenceHandleTypeFlags::empty();
                    head.compatible_handle_types = vk::ExternalFenceHandleTypeFlags::empty();
                    head.external_fence_features = vk::ExternalFenceFeatureFlags::empty();
                });
            });
        }
        Ok(())
    })
}

/// `vkGetPhysicalDeviceExternalSemaphoreProperties`: no handle type is supported.
pub(super) unsafe extern "system" fn get_external_semaphore_properties(
    _device: vk::PhysicalDevice,
    _info: *const vk::PhysicalDeviceExternalSemaphoreInfo<'_>,
    out: *mut vk::ExternalSemaphoreProperties<'_>,
) {
    guard(|| {
        // SAFETY: VUID-vkGetPhysicalDeviceExternalSemaphoreProperties-pExternalSemaphoreProperties-parameter.
        unsafe {
            pnext::for_each_output(out.cast(), |node| {
                node.fill(|head: &mut vk::ExternalSemaphoreProperties<'_>| {
                    head.export_from_imported_handle_types = vk::ExternalSemaphoreHandleTypeFlags::empty();
                    head.compatible_handle_types = vk::ExternalSemaphoreHandleTypeFlags::empty();
                    head.external_semaphore_features = vk::ExternalSemaphoreFeatureFlags::empty();
                });
            });
        }
        Ok(())
    })
}

/// `vkGetPhysicalDeviceMultisamplePropertiesEXT`: each pixel of two by two can have its own locations.
pub(super) unsafe extern "system" fn get_multisample_properties(
    _device: vk::PhysicalDevice,
    samples: vk::SampleCountFlags,
    out: *mut vk::MultisamplePropertiesEXT<'_>,
) {
    guard(|| {
        let known = limits::SAMPLES.contains(samples);
        // SAFETY: VUID-vkGetPhysicalDeviceMultisamplePropertiesEXT-pMultisampleProperties-parameter.
        let out = unsafe { out.as_mut() }.ok_or(Error::InvalidUsage("pMultisampleProperties is null"))?;
        let size = if known { 2 } else { 0 };
        out.max_sample_location_grid_size = vk::Extent2D { width: size, height: size };
        Ok(())
    })
}
