//! What a physical device says about itself.

use std::collections::BTreeSet;

use ash::{ext, khr, vk};

use super::heap::HeapFeatures;
use super::{Check, DESCRIPTOR_HEAP, Error, Instance, Result};

/// A physical device with everything that tests ask of it, queried once.
#[derive(Clone)]
pub struct Physical {
    /// The instance that it belongs to.
    pub instance: Instance,
    /// The handle.
    pub handle: vk::PhysicalDevice,
    /// Name, version, limits, sparse properties.
    pub properties: vk::PhysicalDeviceProperties,
    /// Vulkan 1.0 features.
    pub features: vk::PhysicalDeviceFeatures,
    /// Features of extensions that the suite knows.
    pub extra: ExtraFeatures,
    /// Heaps and types.
    pub memory: vk::PhysicalDeviceMemoryProperties,
    /// Queue families.
    pub families: Vec<vk::QueueFamilyProperties>,
    /// The physical devices of its group, itself among them.
    pub group: Vec<vk::PhysicalDevice>,
    /// Names of the device extensions.
    pub extensions: BTreeSet<String>,
    /// `VkPhysicalDeviceMaintenance4Properties::maxBufferSize` in bytes; `u64::MAX` when unknown.
    pub max_buffer_size: u64,
}

/// Features of extensions; false where the extension is missing.
#[derive(Clone, Copy, Debug, Default)]
pub struct ExtraFeatures {
    /// `timelineSemaphore`.
    pub timeline: bool,
    /// `bufferDeviceAddress`.
    pub device_address: bool,
    /// `bufferDeviceAddressCaptureReplay`.
    pub capture_replay: bool,
    /// `synchronization2`.
    pub synchronization2: bool,
    /// `nullDescriptor` of `VK_EXT_robustness2`.
    pub null_descriptor: bool,
    /// `robustBufferAccess2` of `VK_EXT_robustness2`.
    pub robust_buffer_access2: bool,
    /// `shaderBufferInt64Atomics`.
    pub buffer_int64_atomics: bool,
    /// `multiview`.
    pub multiview: bool,
    /// `dynamicRendering`.
    pub dynamic_rendering: bool,
    /// `storageBuffer8BitAccess`.
    pub storage_8bit: bool,
    /// `storageBuffer16BitAccess`.
    pub storage_16bit: bool,
    /// `presentId` and `presentWait`.
    pub present_wait: bool,
    /// `swapchainMaintenance1`.
    pub swapchain_maintenance1: bool,
    /// `dynamicRenderingLocalRead`.
    pub local_read: bool,
    /// `shaderObject`.
    pub shader_object: bool,
    /// `graphicsPipelineLibrary`.
    pub pipeline_library: bool,
    /// `transformFeedback`.
    pub transform_feedback: bool,
    /// `rasterizationOrderColorAttachmentAccess`.
    pub rasterization_order: bool,
    /// `smoothLines`.
    pub smooth_lines: bool,
    /// `storageInputOutput16` and `shaderFloat16`.
    pub halves_between_stages: bool,
    /// `samplerYcbcrConversion`.
    pub ycbcr_conversion: bool,
    /// `hostImageCopy`.
    pub host_image_copy: bool,
    /// Descriptors in the application's memory.
    pub descriptor_heap: bool,
}

impl Physical {
    pub(super) fn query(instance: &Instance, handle: vk::PhysicalDevice) -> Result<Self> {
        let raw = instance.raw();
        // SAFETY: `handle` comes from this live instance, here and below.
        let list = unsafe { raw.enumerate_device_extension_properties(handle) }
            .at("vkEnumerateDeviceExtensionProperties")?;
        let extensions: BTreeSet<String> = list
            .iter()
            .filter_map(|e| e.extension_name_as_c_str().ok()?.to_str().ok().map(String::from))
            .collect();
        let mut physical = Self {
            instance: instance.clone(),
            handle,
            // SAFETY: as above.
            properties: unsafe { raw.get_physical_device_properties(handle) },
            // SAFETY: as above.
            features: unsafe { raw.get_physical_device_features(handle) },
            extra: ExtraFeatures::default(),
            // SAFETY: as above.
            memory: unsafe { raw.get_physical_device_memory_properties(handle) },
            // SAFETY: as above.
            families: unsafe { raw.get_physical_device_queue_family_properties(handle) },
            group: instance.groups()?.into_iter().find(|group| group.contains(&handle)).unwrap_or_default(),
            extensions,
            max_buffer_size: u64::MAX,
        };
        physical.extra = physical.query_extra();
        physical.max_buffer_size = physical.query_max_buffer_size();
        Ok(physical)
    }

    fn query_extra(&self) -> ExtraFeatures {
        let mut timeline = vk::PhysicalDeviceTimelineSemaphoreFeatures::default();
        let mut address = vk::PhysicalDeviceBufferDeviceAddressFeatures::default();
        let mut sync2 = vk::PhysicalDeviceSynchronization2Features::default();
        let mut robustness = vk::PhysicalDeviceRobustness2FeaturesEXT::default();
        let mut atomics = vk::PhysicalDeviceShaderAtomicInt64Features::default();
        let mut bytes = vk::PhysicalDevice8BitStorageFeatures::default();
        let mut halves = vk::PhysicalDevice16BitStorageFeatures::default();
        let mut views = vk::PhysicalDeviceMultiviewFeatures::default();
        let mut rendering = vk::PhysicalDeviceDynamicRenderingFeatures::default();
        let mut present_id = vk::PhysicalDevicePresentIdFeaturesKHR::default();
        let mut present_wait = vk::PhysicalDevicePresentWaitFeaturesKHR::default();
        let mut swapchains = vk::PhysicalDeviceSwapchainMaintenance1FeaturesEXT::default();
        let mut local_read = vk::PhysicalDeviceDynamicRenderingLocalReadFeaturesKHR::default();
        let mut shader_object = vk::PhysicalDeviceShaderObjectFeaturesEXT::default();
        let mut library = vk::PhysicalDeviceGraphicsPipelineLibraryFeaturesEXT::default();
        let mut feedback = vk::PhysicalDeviceTransformFeedbackFeaturesEXT::default();
        let mut small = vk::PhysicalDeviceShaderFloat16Int8Features::default();
        let mut order = vk::PhysicalDeviceRasterizationOrderAttachmentAccessFeaturesEXT::default();
        let mut lines = vk::PhysicalDeviceLineRasterizationFeaturesEXT::default();
        let mut conversions = vk::PhysicalDeviceSamplerYcbcrConversionFeatures::default();
        let mut host_copies = vk::PhysicalDeviceHostImageCopyFeaturesEXT::default();
        let mut heaps = HeapFeatures::new(false);
        let mut chain = vk::PhysicalDeviceFeatures2::default();
        if self.has(DESCRIPTOR_HEAP) && self.has(khr::maintenance5::NAME) {
            chain.p_next = (&raw mut heaps).cast();
        }
        macro_rules! ask {
            ($($extension:path => $structure:ident),* $(,)?) => {
                $(if self.has($extension) { chain = chain.push_next(&mut $structure); })*
            };
        }
        ask! {
            khr::timeline_semaphore::NAME => timeline,
            khr::buffer_device_address::NAME => address,
            khr::synchronization2::NAME => sync2,
            ext::robustness2::NAME => robustness,
            khr::shader_atomic_int64::NAME => atomics,
            khr::multiview::NAME => views,
            khr::dynamic_rendering::NAME => rendering,
            khr::_8bit_storage::NAME => bytes,
            khr::_16bit_storage::NAME => halves,
            khr::present_id::NAME => present_id,
            khr::present_wait::NAME => present_wait,
            ext::swapchain_maintenance1::NAME => swapchains,
            khr::dynamic_rendering_local_read::NAME => local_read,
            ext::shader_object::NAME => shader_object,
            ext::graphics_pipeline_library::NAME => library,
            ext::transform_feedback::NAME => feedback,
            ext::line_rasterization::NAME => lines,
            ext::rasterization_order_attachment_access::NAME => order,
            khr::shader_float16_int8::NAME => small,
            khr::sampler_ycbcr_conversion::NAME => conversions,
            ext::host_image_copy::NAME => host_copies,
        }
        // SAFETY: the chain's structures outlive the call; each belongs to a listed extension.
        unsafe { self.instance.properties2().get_physical_device_features2(self.handle, &mut chain) };
        ExtraFeatures {
            timeline: timeline.timeline_semaphore == vk::TRUE,
            device_address: address.buffer_device_address == vk::TRUE,
            capture_replay: address.buffer_device_address_capture_replay == vk::TRUE,
            synchronization2: sync2.synchronization2 == vk::TRUE,
            null_descriptor: robustness.null_descriptor == vk::TRUE,
            robust_buffer_access2: robustness.robust_buffer_access2 == vk::TRUE,
            buffer_int64_atomics: atomics.shader_buffer_int64_atomics == vk::TRUE,
            multiview: views.multiview == vk::TRUE,
            dynamic_rendering: rendering.dynamic_rendering == vk::TRUE,
            storage_8bit: bytes.storage_buffer8_bit_access == vk::TRUE,
            storage_16bit: halves.storage_buffer16_bit_access == vk::TRUE,
            present_wait: present_id.present_id == vk::TRUE && present_wait.present_wait == vk::TRUE,
            swapchain_maintenance1: swapchains.swapchain_maintenance1 == vk::TRUE,
            local_read: local_read.dynamic_rendering_local_read == vk::TRUE,
            shader_object: shader_object.shader_object == vk::TRUE,
            pipeline_library: library.graphics_pipeline_library == vk::TRUE,
            transform_feedback: feedback.transform_feedback == vk::TRUE,
            rasterization_order: order.rasterization_order_color_attachment_access == vk::TRUE,
            smooth_lines: lines.smooth_lines == vk::TRUE,
            halves_between_stages: halves.storage_input_output16 == vk::TRUE
                && small.shader_float16 == vk::TRUE
                && self.features.shader_int16 == vk::TRUE,
            ycbcr_conversion: conversions.sampler_ycbcr_conversion == vk::TRUE,
            host_image_copy: host_copies.host_image_copy == vk::TRUE,
            descriptor_heap: heaps.descriptor_heap == vk::TRUE && address.buffer_device_address == vk::TRUE,
        }
    }

    fn query_max_buffer_size(&self) -> u64 {
        if !self.has(khr::maintenance4::NAME) {
            return u64::MAX;
        }
        let mut maintenance4 = vk::PhysicalDeviceMaintenance4Properties::default();
        let mut chain = vk::PhysicalDeviceProperties2::default().push_next(&mut maintenance4);
        // SAFETY: the chain's structures outlive the call.
        unsafe { self.instance.properties2().get_physical_device_properties2(self.handle, &mut chain) };
        maintenance4.max_buffer_size
    }

    /// Whether the device lists an extension.
    #[must_use]
    pub fn has(&self, extension: &std::ffi::CStr) -> bool {
        extension.to_str().is_ok_and(|name| self.extensions.contains(name))
    }

    /// What optimally tiled images of a format can be used for.
    #[must_use]
    pub fn optimal_features(&self, format: vk::Format) -> vk::FormatFeatureFlags {
        // SAFETY: the physical device is one of this live instance's.
        unsafe { self.instance.raw().get_physical_device_format_properties(self.handle, format) }
            .optimal_tiling_features
    }

    /// What a format can be used for in buffers.
    #[must_use]
    pub fn buffer_features(&self, format: vk::Format) -> vk::FormatFeatureFlags {
        // SAFETY: the physical device is one of this live instance's.
        unsafe { self.instance.raw().get_physical_device_format_properties(self.handle, format) }
            .buffer_features
    }

    /// The device's name as reported.
    #[must_use]
    pub fn name(&self) -> String {
        self.properties
            .device_name_as_c_str()
            .map_or_else(|_| "?".into(), |n| n.to_string_lossy().into_owned())
    }

    /// Whether unbound parts must read as zero and drop writes.
    #[must_use]
    pub fn strict(&self) -> bool {
        self.properties.sparse_properties.residency_non_resident_strict == vk::TRUE
    }

    /// The largest sparse buffer that the reported limits allow, in bytes.
    #[must_use]
    pub fn max_sparse_buffer(&self) -> u64 {
        self.properties.limits.sparse_address_space_size.min(self.max_buffer_size)
    }

    /// The lowest memory type in `bits` that has all of `wanted`.
    ///
    /// # Errors
    /// [`Error::NoMemoryType`].
    pub fn memory_type(&self, bits: u32, wanted: vk::MemoryPropertyFlags) -> Result<u32> {
        (0..self.memory.memory_type_count)
            .find(|&i| {
                let type_ = &self.memory.memory_types[i as usize];
                bits & (1 << i) != 0 && type_.property_flags.contains(wanted)
            })
            .ok_or(Error::NoMemoryType { bits, wanted })
    }

    /// Bytes of the largest device-local heap.
    #[must_use]
    pub fn local_heap(&self) -> u64 {
        let heaps = self.memory.memory_heaps_as_slice().iter();
        let local = heaps.filter(|heap| heap.flags.contains(vk::MemoryHeapFlags::DEVICE_LOCAL));
        local.map(|heap| heap.size).max().unwrap_or(0)
    }

    /// What is used of the device-local heap and how much may be, in bytes.
    ///
    /// # Errors
    /// Not supported without `VK_EXT_memory_budget`.
    pub fn local_budget(&self) -> Result<(u64, u64)> {
        if !self.has(ext::memory_budget::NAME) {
            return Err(Error::NotSupported("VK_EXT_memory_budget".into()));
        }
        let mut budget = vk::PhysicalDeviceMemoryBudgetPropertiesEXT::default();
        let mut properties = vk::PhysicalDeviceMemoryProperties2::default().push_next(&mut budget);
        // SAFETY: the extension is there, so the structure is known; the chain outlives the call.
        unsafe {
            self.instance.properties2().get_physical_device_memory_properties2(self.handle, &mut properties);
        }
        let heaps = self.memory.memory_heaps_as_slice().iter();
        let local =
            heaps.enumerate().filter(|(_, heap)| heap.flags.contains(vk::MemoryHeapFlags::DEVICE_LOCAL));
        let (index, _) =
            local.max_by_key(|(_, heap)| heap.size).ok_or(Error::NotSupported("a heap".into()))?;
        Ok((budget.heap_usage[index], budget.heap_budget[index]))
    }
}
