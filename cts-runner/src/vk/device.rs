//! A logical device with every queue that its families offer.

use std::ffi::CStr;
use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ash::{ext, khr, vk};

use super::heap::HeapFeatures;
use super::{Check, DESCRIPTOR_HEAP, Error, Physical, Queue, Result};

/// A logical device; clones share it, the last one destroys it.
#[derive(Clone)]
pub struct Device(Arc<Shared>);

/// What a [`Device`] dereferences to.
pub struct Shared {
    /// The function table, for commands that have no wrapper here.
    pub raw: ash::Device,
    /// The physical device, and through it the instance.
    pub physical: Physical,
    /// Every queue: family by family, in order of the index.
    pub queues: Vec<Queue>,
    timeline: Option<khr::timeline_semaphore::Device>,
    address: Option<khr::buffer_device_address::Device>,
    synchronization2: Option<khr::synchronization2::Device>,
    templates: Option<khr::descriptor_update_template::Device>,
    device_group: Option<khr::device_group::Device>,
    dynamic_rendering: Option<khr::dynamic_rendering::Device>,
    swapchain: Option<khr::swapchain::Device>,
    present_wait: Option<khr::present_wait::Device>,
    swapchain_maintenance1: Option<ext::swapchain_maintenance1::Device>,
}

/// What to enable beyond the defaults.
#[derive(Clone, Copy, Debug, Default)]
pub struct DeviceOptions {
    /// Enable `robustBufferAccess` (and `robustBufferAccess2`, `nullDescriptor` where offered).
    pub robust: bool,
    /// Devices of the group that it consists of; zero means the one physical device, not as a group.
    pub members: usize,
}

impl Device {
    /// Creates a device with all features, the extensions that the suite uses, and all queues.
    ///
    /// # Errors
    /// What `vkCreateDevice` returns.
    pub fn new(physical: &Physical, options: DeviceOptions) -> Result<Self> {
        let queue_priorities = vec![1.0f32; 64];
        let queues: Vec<_> = physical
            .families
            .iter()
            .zip(0u32..)
            .map(|(family, index)| {
                let count = queue_priorities.len().min(family.queue_count as usize);
                vk::DeviceQueueCreateInfo::default()
                    .queue_family_index(index)
                    .queue_priorities(&queue_priorities[..count])
            })
            .collect();
        let names = Self::wanted_extensions(physical);
        let pointers: Vec<_> = names.iter().map(|n| n.as_ptr()).collect();
        let extra = &physical.extra;
        let mut features = physical.features;
        features.robust_buffer_access &= vk::Bool32::from(options.robust);

        let mut timeline = vk::PhysicalDeviceTimelineSemaphoreFeatures::default().timeline_semaphore(true);
        let mut address = vk::PhysicalDeviceBufferDeviceAddressFeatures::default()
            .buffer_device_address(true)
            .buffer_device_address_capture_replay(extra.capture_replay);
        let mut sync2 = vk::PhysicalDeviceSynchronization2Features::default().synchronization2(true);
        let mut robustness = vk::PhysicalDeviceRobustness2FeaturesEXT::default()
            .null_descriptor(extra.null_descriptor)
            .robust_buffer_access2(extra.robust_buffer_access2 && features.robust_buffer_access == vk::TRUE);
        let mut atomics =
            vk::PhysicalDeviceShaderAtomicInt64Features::default().shader_buffer_int64_atomics(true);
        let mut bytes = vk::PhysicalDevice8BitStorageFeatures::default().storage_buffer8_bit_access(true);
        let mut halves = vk::PhysicalDevice16BitStorageFeatures::default()
            .storage_buffer16_bit_access(true)
            .storage_input_output16(extra.halves_between_stages);
        let mut views = vk::PhysicalDeviceMultiviewFeatures::default().multiview(true);
        let mut rendering = vk::PhysicalDeviceDynamicRenderingFeatures::default().dynamic_rendering(true);
        let mut faults = vk::PhysicalDeviceFaultFeaturesEXT::default().device_fault(true);
        let mut reports =
            vk::PhysicalDeviceAddressBindingReportFeaturesEXT::default().report_address_binding(true);
        let mut priorities = vk::PhysicalDeviceMemoryPriorityFeaturesEXT::default().memory_priority(true);
        let mut pageable = vk::PhysicalDevicePageableDeviceLocalMemoryFeaturesEXT::default()
            .pageable_device_local_memory(true);
        let mut present_id = vk::PhysicalDevicePresentIdFeaturesKHR::default().present_id(true);
        let mut present_wait = vk::PhysicalDevicePresentWaitFeaturesKHR::default().present_wait(true);
        let mut swapchains =
            vk::PhysicalDeviceSwapchainMaintenance1FeaturesEXT::default().swapchain_maintenance1(true);
        let mut local_read = vk::PhysicalDeviceDynamicRenderingLocalReadFeaturesKHR::default()
            .dynamic_rendering_local_read(true);
        let mut shader_object = vk::PhysicalDeviceShaderObjectFeaturesEXT::default().shader_object(true);
        let mut library =
            vk::PhysicalDeviceGraphicsPipelineLibraryFeaturesEXT::default().graphics_pipeline_library(true);
        let mut feedback = vk::PhysicalDeviceTransformFeedbackFeaturesEXT::default().transform_feedback(true);
        let mut small = vk::PhysicalDeviceShaderFloat16Int8Features::default().shader_float16(true);
        let mut order = vk::PhysicalDeviceRasterizationOrderAttachmentAccessFeaturesEXT::default()
            .rasterization_order_color_attachment_access(true);
        let mut lines = vk::PhysicalDeviceLineRasterizationFeaturesEXT::default().smooth_lines(true);
        let mut conversions =
            vk::PhysicalDeviceSamplerYcbcrConversionFeatures::default().sampler_ycbcr_conversion(true);
        let mut host_copies = vk::PhysicalDeviceHostImageCopyFeaturesEXT::default().host_image_copy(true);
        let mut maintenance5 = vk::PhysicalDeviceMaintenance5FeaturesKHR::default().maintenance5(true);
        let mut heaps = HeapFeatures::new(true);
        let mut info = vk::DeviceCreateInfo::default()
            .queue_create_infos(&queues)
            .enabled_extension_names(&pointers)
            .enabled_features(&features);
        macro_rules! enable {
            ($($on:expr => $structure:ident),* $(,)?) => {
                $(if $on { info = info.push_next(&mut $structure); })*
            };
        }
        enable! {
            extra.timeline => timeline,
            extra.device_address => address,
            extra.synchronization2 => sync2,
            options.robust && (extra.null_descriptor || extra.robust_buffer_access2) => robustness,
            extra.buffer_int64_atomics => atomics,
            extra.multiview => views,
            extra.dynamic_rendering => rendering,
            extra.storage_8bit => bytes,
            extra.storage_16bit => halves,
            physical.has(ext::device_fault::NAME) => faults,
            physical.has(ext::device_address_binding_report::NAME) && physical.instance.has(ext::debug_utils::NAME)
                => reports,
            physical.has(ext::memory_priority::NAME) => priorities,
            physical.has(ext::pageable_device_local_memory::NAME) => pageable,
            extra.present_wait => present_id,
            extra.present_wait => present_wait,
            extra.swapchain_maintenance1 => swapchains,
            extra.local_read => local_read,
            extra.shader_object => shader_object,
            extra.pipeline_library => library,
            extra.transform_feedback => feedback,
            extra.smooth_lines => lines,
            extra.rasterization_order => order,
            extra.halves_between_stages => small,
            extra.ycbcr_conversion => conversions,
            extra.host_image_copy => host_copies,
            extra.descriptor_heap => maintenance5,
        }
        if extra.descriptor_heap {
            heaps.p_next = info.p_next.cast_mut();
            info.p_next = (&raw const heaps).cast();
        }
        let members = &physical.group[..options.members.min(physical.group.len())];
        let mut group = vk::DeviceGroupDeviceCreateInfo::default().physical_devices(members);
        if !members.is_empty() {
            info = info.push_next(&mut group);
        }
        let instance = physical.instance.raw();
        let _alone = alone_with_devices();
        // SAFETY: `info` and all it points to outlive the call; the physical device is of this instance.
        let raw = unsafe { instance.create_device(physical.handle, &info, None) }.at("vkCreateDevice")?;
        let has = |name: &CStr| names.contains(&name);
        Ok(Self(Arc::new(Shared {
            timeline: has(khr::timeline_semaphore::NAME)
                .then(|| khr::timeline_semaphore::Device::new(instance, &raw)),
            address: has(khr::buffer_device_address::NAME)
                .then(|| khr::buffer_device_address::Device::new(instance, &raw)),
            synchronization2: has(khr::synchronization2::NAME)
                .then(|| khr::synchronization2::Device::new(instance, &raw)),
            templates: has(khr::descriptor_update_template::NAME)
                .then(|| khr::descriptor_update_template::Device::new(instance, &raw)),
            dynamic_rendering: has(khr::dynamic_rendering::NAME)
                .then(|| khr::dynamic_rendering::Device::new(instance, &raw)),
            device_group: has(khr::device_group::NAME)
                .then(|| khr::device_group::Device::new(instance, &raw)),
            swapchain: has(khr::swapchain::NAME).then(|| khr::swapchain::Device::new(instance, &raw)),
            present_wait: has(khr::present_wait::NAME)
                .then(|| khr::present_wait::Device::new(instance, &raw)),
            swapchain_maintenance1: has(ext::swapchain_maintenance1::NAME)
                .then(|| ext::swapchain_maintenance1::Device::new(instance, &raw)),
            queues: Queue::all(&raw, physical),
            physical: physical.clone(),
            raw,
        })))
    }

    fn wanted_extensions(physical: &Physical) -> Vec<&'static CStr> {
        let extra = &physical.extra;
        [
            (khr::timeline_semaphore::NAME, extra.timeline),
            (khr::buffer_device_address::NAME, extra.device_address),
            (khr::synchronization2::NAME, extra.synchronization2),
            (ext::robustness2::NAME, true),
            (khr::shader_atomic_int64::NAME, extra.buffer_int64_atomics),
            (khr::storage_buffer_storage_class::NAME, true),
            (khr::multiview::NAME, extra.multiview),
            (khr::maintenance2::NAME, true),
            (khr::create_renderpass2::NAME, true),
            (khr::depth_stencil_resolve::NAME, true),
            (khr::dynamic_rendering::NAME, extra.dynamic_rendering),
            (khr::_8bit_storage::NAME, extra.storage_8bit),
            (khr::_16bit_storage::NAME, extra.storage_16bit),
            (khr::descriptor_update_template::NAME, true),
            (khr::device_group::NAME, true),
            (khr::get_memory_requirements2::NAME, true),
            (khr::bind_memory2::NAME, true),
            (khr::dedicated_allocation::NAME, true),
            (khr::maintenance1::NAME, true),
            (ext::device_address_binding_report::NAME, physical.instance.has(ext::debug_utils::NAME)),
            (ext::device_fault::NAME, true),
            (ext::memory_budget::NAME, true),
            (ext::memory_priority::NAME, true),
            (ext::pageable_device_local_memory::NAME, true),
            (khr::external_memory::NAME, true),
            (khr::external_memory_fd::NAME, true),
            (ext::external_memory_host::NAME, true),
            (khr::push_descriptor::NAME, true),
            (khr::swapchain::NAME, physical.instance.has(khr::surface::NAME)),
            (khr::present_id::NAME, extra.present_wait),
            (khr::present_wait::NAME, extra.present_wait),
            (ext::swapchain_maintenance1::NAME, extra.swapchain_maintenance1),
            (khr::dynamic_rendering_local_read::NAME, extra.local_read),
            (ext::shader_object::NAME, extra.shader_object),
            (khr::pipeline_library::NAME, extra.pipeline_library),
            (ext::graphics_pipeline_library::NAME, extra.pipeline_library),
            (ext::transform_feedback::NAME, extra.transform_feedback),
            (ext::conservative_rasterization::NAME, true),
            (ext::line_rasterization::NAME, extra.smooth_lines),
            (ext::rasterization_order_attachment_access::NAME, extra.rasterization_order),
            (khr::shader_float16_int8::NAME, extra.halves_between_stages),
            (khr::sampler_ycbcr_conversion::NAME, extra.ycbcr_conversion),
            (khr::copy_commands2::NAME, extra.host_image_copy),
            (khr::format_feature_flags2::NAME, extra.host_image_copy),
            (ext::host_image_copy::NAME, extra.host_image_copy),
            (khr::maintenance5::NAME, extra.descriptor_heap),
            (DESCRIPTOR_HEAP, extra.descriptor_heap),
        ]
        .into_iter()
        .filter(|&(name, wanted)| wanted && physical.has(name))
        .map(|(name, _)| name)
        .collect()
    }

    /// Commands of `VK_KHR_timeline_semaphore`.
    ///
    /// # Errors
    /// [`Error::NotSupported`] without the extension; likewise below.
    pub fn timeline(&self) -> Result<&khr::timeline_semaphore::Device> {
        self.timeline.as_ref().ok_or_else(|| missing("VK_KHR_timeline_semaphore"))
    }

    /// Commands of `VK_KHR_buffer_device_address`.
    ///
    /// # Errors
    /// As [`Device::timeline`].
    pub fn device_address(&self) -> Result<&khr::buffer_device_address::Device> {
        self.address.as_ref().ok_or_else(|| missing("VK_KHR_buffer_device_address"))
    }

    /// Commands of `VK_KHR_synchronization2`.
    ///
    /// # Errors
    /// As [`Device::timeline`].
    pub fn synchronization2(&self) -> Result<&khr::synchronization2::Device> {
        self.synchronization2.as_ref().ok_or_else(|| missing("VK_KHR_synchronization2"))
    }

    /// Commands of `VK_KHR_descriptor_update_template`.
    ///
    /// # Errors
    /// As [`Device::timeline`].
    pub fn update_templates(&self) -> Result<&khr::descriptor_update_template::Device> {
        self.templates.as_ref().ok_or_else(|| missing("VK_KHR_descriptor_update_template"))
    }

    /// Commands of `VK_KHR_device_group`.
    ///
    /// # Errors
    /// As [`Device::timeline`].
    pub fn device_group(&self) -> Result<&khr::device_group::Device> {
        self.device_group.as_ref().ok_or_else(|| missing("VK_KHR_device_group"))
    }

    /// Commands of `VK_KHR_dynamic_rendering`.
    ///
    /// # Errors
    /// As [`Device::timeline`].
    pub fn dynamic_rendering(&self) -> Result<&khr::dynamic_rendering::Device> {
        self.dynamic_rendering.as_ref().ok_or_else(|| missing("VK_KHR_dynamic_rendering"))
    }

    /// Commands of `VK_KHR_swapchain`.
    ///
    /// # Errors
    /// As [`Device::timeline`].
    pub fn swapchain(&self) -> Result<&khr::swapchain::Device> {
        self.swapchain.as_ref().ok_or_else(|| missing("VK_KHR_swapchain"))
    }

    /// Commands of `VK_KHR_present_wait`.
    ///
    /// # Errors
    /// As [`Device::timeline`].
    pub fn present_wait(&self) -> Result<&khr::present_wait::Device> {
        self.present_wait.as_ref().ok_or_else(|| missing("VK_KHR_present_wait"))
    }

    /// Commands of `VK_EXT_swapchain_maintenance1`.
    ///
    /// # Errors
    /// As [`Device::timeline`].
    pub fn swapchain_maintenance1(&self) -> Result<&ext::swapchain_maintenance1::Device> {
        self.swapchain_maintenance1.as_ref().ok_or_else(|| missing("VK_EXT_swapchain_maintenance1"))
    }

    /// The first queue whose family has all of `flags`.
    ///
    /// # Errors
    /// [`Error::NotSupported`] when no family has.
    pub fn queue(&self, flags: vk::QueueFlags) -> Result<&Queue> {
        self.queues
            .iter()
            .find(|q| q.flags.contains(flags))
            .ok_or_else(|| Error::NotSupported(format!("a queue with {flags:?}")))
    }

    /// The first compute queue.
    ///
    /// # Errors
    /// As [`Device::queue`].
    pub fn compute(&self) -> Result<&Queue> {
        self.queue(vk::QueueFlags::COMPUTE)
    }

    /// The first queue that binds sparse memory.
    ///
    /// # Errors
    /// As [`Device::queue`].
    pub fn sparse(&self) -> Result<&Queue> {
        self.queue(vk::QueueFlags::SPARSE_BINDING)
    }

    /// Every queue that binds sparse memory.
    pub fn sparse_queues(&self) -> impl Iterator<Item = &Queue> {
        self.queues.iter().filter(|q| q.flags.contains(vk::QueueFlags::SPARSE_BINDING))
    }

    /// Waits until all queues are idle.
    ///
    /// # Errors
    /// What `vkDeviceWaitIdle` returns.
    pub fn wait_idle(&self) -> Result<()> {
        // SAFETY: the device is alive; the suite's threads have ended or synchronise among themselves.
        unsafe { self.raw.device_wait_idle() }.at("vkDeviceWaitIdle")
    }
}

fn missing(extension: &str) -> Error {
    Error::NotSupported(extension.into())
}

impl Deref for Device {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

/// Loaders go through their list of devices without a lock when they are asked for a device's commands (1.3.239 does), so that
/// a device that is destroyed meanwhile crashes them. In the driver nothing is lost: they call it with a lock.
fn alone_with_devices() -> MutexGuard<'static, ()> {
    static DEVICES: Mutex<()> = Mutex::new(());
    DEVICES.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Drop for Shared {
    fn drop(&mut self) {
        // SAFETY: the last owner goes; every child object holds a `Device`, so none is left.
        unsafe {
            // The result does not matter: a lost device is destroyed too.
            let _ = self.raw.device_wait_idle();
            let _alone = alone_with_devices();
            self.raw.destroy_device(None);
        }
    }
}
