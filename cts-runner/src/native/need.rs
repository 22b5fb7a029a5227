//! What a case needs from a device to make sense.

use ash::{ext, khr};

use super::support::Role;
use crate::vk::{self, Physical};
use crate::x11;

/// One requirement.
#[derive(Clone, Copy, Debug)]
pub enum Need {
    /// A compute queue.
    Compute,
    /// A graphics queue.
    Graphics,
    /// Several views in a pass.
    Multiview,
    /// Passes without objects.
    DynamicRendering,
    /// Pipeline statistics queries.
    Statistics,
    /// `sparseBinding` and a queue for it.
    SparseBinding,
    /// `sparseResidencyBuffer` as well.
    SparseResidency,
    /// `residencyNonResidentStrict`: unbound parts read zero and drop writes.
    StrictZero,
    /// `sparseResidencyAliased`.
    SparseAliased,
    /// Sparse buffers of at least so many bytes.
    SparseBytes(u64),
    /// At least so many queues that bind sparse memory.
    SparseQueues(usize),
    /// At least so many queues that compute.
    ComputeQueues(usize),
    /// A queue of that kind.
    Queue(Role),
    /// A queue of that kind that binds sparse memory.
    Binder(Role),
    /// Timeline semaphores.
    Timeline,
    /// Device addresses of buffers.
    DeviceAddress,
    /// `bufferDeviceAddressCaptureReplay`.
    CaptureReplay,
    /// `synchronization2`.
    Synchronization2,
    /// `nullDescriptor`.
    NullDescriptor,
    /// `robustBufferAccess`.
    RobustAccess,
    /// `robustBufferAccess2`.
    RobustAccess2,
    /// Timestamps on the first compute queue.
    Timestamps,
    /// `shaderInt64`.
    Int64,
    /// `shaderFloat64`.
    Float64,
    /// 64-bit atomics in buffers.
    Int64Atomics,
    /// Images of that format that shaders load and store, with transfers, and with atomics if it is `R32_UINT`.
    StorageImage(vk::Format),
    /// A use of a format in buffers; for storage, without a format in the shader.
    TexelBuffer(vk::Format, vk::FormatFeatureFlags),
    /// Vertex shaders that store.
    VertexStores,
    /// `sparseResidencyImage2D`.
    SparseImages,
    /// `sparseResidencyImage3D`.
    SparseImages3D,
    /// Sparse residency of images of so many samples.
    SparseSamples(vk::SampleCountFlags),
    /// Storage images of several samples.
    MultisampleStorage,
    /// Storage images without a format in the shader.
    FormatlessStorage,
    /// `shaderResourceResidency`.
    ResidencyCodes,
    /// Surfaces that nobody sees.
    HeadlessSurface,
    /// Windows of an X11 server, and `Xvfb` to be one.
    X11,
    /// Wayland surfaces.
    Wayland,
    /// `presentId` and `presentWait`.
    PresentWait,
    /// `swapchainMaintenance1`.
    SwapchainMaintenance1,
    /// A group of at least so many physical devices, with the first of all among them.
    DeviceGroup(usize),
    /// Attachments read in dynamic rendering.
    LocalRead,
    /// Shaders without pipelines.
    ShaderObject,
    /// Pipelines in parts.
    PipelineLibrary,
    /// Vertices captured in buffers.
    TransformFeedback,
    /// 16-bit outputs and inputs of stages.
    HalvesBetweenStages,
    /// Fragments that see colors of those before them.
    RasterizationOrder,
    /// `smoothLines`.
    SmoothLines,
    /// Descriptors in the application's memory.
    DescriptorHeap,
    /// A device-local heap of at most so many bytes: `LACUNA_VRAM` makes one.
    HeapAtMost(u64),
    /// Minutes: `LACUNA_LONG` is set.
    Patience,
    /// A device extension.
    Extension(&'static str),
}

impl Need {
    /// `None` when the device has it, else what is missing, in words.
    #[must_use]
    pub fn missing(self, physical: &Physical) -> Option<String> {
        let has = match self {
            Need::Compute => queues(physical, vk::QueueFlags::COMPUTE) >= 1,
            Need::Graphics => queues(physical, vk::QueueFlags::GRAPHICS) >= 1,
            Need::Multiview => physical.extra.multiview,
            Need::DynamicRendering => physical.extra.dynamic_rendering,
            Need::Statistics => physical.features.pipeline_statistics_query == vk::TRUE,
            Need::SparseBinding => {
                physical.features.sparse_binding == vk::TRUE
                    && queues(physical, vk::QueueFlags::SPARSE_BINDING) >= 1
            }
            Need::SparseResidency => {
                physical.features.sparse_residency_buffer == vk::TRUE
                    && Need::SparseBinding.missing(physical).is_none()
            }
            Need::StrictZero => physical.strict(),
            Need::SparseAliased => physical.features.sparse_residency_aliased == vk::TRUE,
            Need::SparseBytes(bytes) => physical.max_sparse_buffer() >= bytes,
            Need::SparseQueues(count) => queues(physical, vk::QueueFlags::SPARSE_BINDING) >= count,
            Need::ComputeQueues(count) => queues(physical, vk::QueueFlags::COMPUTE) >= count,
            Need::Queue(role) => physical.families.iter().any(|f| role.is_of(f.queue_flags)),
            Need::Binder(role) => physical.families.iter().any(|f| role.binds(f.queue_flags)),
            Need::Timeline => physical.extra.timeline,
            Need::DeviceAddress => physical.extra.device_address,
            Need::CaptureReplay => physical.extra.capture_replay,
            Need::Synchronization2 => physical.extra.synchronization2,
            Need::NullDescriptor => physical.extra.null_descriptor,
            Need::RobustAccess => physical.features.robust_buffer_access == vk::TRUE,
            Need::RobustAccess2 => physical.extra.robust_buffer_access2,
            Need::Timestamps => physical
                .families
                .iter()
                .find(|f| f.queue_flags.contains(vk::QueueFlags::COMPUTE))
                .is_some_and(|f| f.timestamp_valid_bits > 0),
            Need::Int64 => physical.features.shader_int64 == vk::TRUE,
            Need::Float64 => physical.features.shader_float64 == vk::TRUE,
            Need::Int64Atomics => physical.extra.buffer_int64_atomics,
            Need::StorageImage(format) => {
                let mut features = vk::FormatFeatureFlags::STORAGE_IMAGE
                    | vk::FormatFeatureFlags::TRANSFER_SRC
                    | vk::FormatFeatureFlags::TRANSFER_DST;
                if format == vk::Format::R32_UINT {
                    features |= vk::FormatFeatureFlags::STORAGE_IMAGE_ATOMIC;
                }
                physical.optimal_features(format).contains(features)
            }
            Need::TexelBuffer(format, feature) => {
                let formatless = feature != vk::FormatFeatureFlags::STORAGE_TEXEL_BUFFER
                    || physical.features.shader_storage_image_write_without_format == vk::TRUE;
                physical.buffer_features(format).contains(feature) && formatless
            }
            Need::VertexStores => physical.features.vertex_pipeline_stores_and_atomics == vk::TRUE,
            Need::SparseImages => {
                physical.features.sparse_residency_image2_d == vk::TRUE
                    && Need::SparseBinding.missing(physical).is_none()
            }
            Need::SparseImages3D => {
                physical.features.sparse_residency_image3_d == vk::TRUE
                    && Need::SparseBinding.missing(physical).is_none()
            }
            Need::SparseSamples(samples) => {
                let features = &physical.features;
                let has = match samples {
                    vk::SampleCountFlags::TYPE_2 => features.sparse_residency2_samples,
                    vk::SampleCountFlags::TYPE_4 => features.sparse_residency4_samples,
                    vk::SampleCountFlags::TYPE_8 => features.sparse_residency8_samples,
                    vk::SampleCountFlags::TYPE_16 => features.sparse_residency16_samples,
                    _ => vk::TRUE,
                };
                has == vk::TRUE && Need::SparseImages.missing(physical).is_none()
            }
            Need::MultisampleStorage => physical.features.shader_storage_image_multisample == vk::TRUE,
            Need::FormatlessStorage => {
                physical.features.shader_storage_image_read_without_format == vk::TRUE
                    && physical.features.shader_storage_image_write_without_format == vk::TRUE
            }
            Need::ResidencyCodes => physical.features.shader_resource_residency == vk::TRUE,
            Need::HeadlessSurface => has_windows(physical, ext::headless_surface::NAME),
            Need::X11 => has_windows(physical, khr::xcb_surface::NAME) && x11::is_installed(),
            Need::Wayland => has_windows(physical, khr::wayland_surface::NAME),
            Need::PresentWait => physical.extra.present_wait,
            Need::SwapchainMaintenance1 => physical.extra.swapchain_maintenance1,
            Need::DeviceGroup(count) => physical.group.len() >= count,
            Need::LocalRead => physical.extra.local_read,
            Need::ShaderObject => physical.extra.shader_object,
            Need::PipelineLibrary => physical.extra.pipeline_library,
            Need::TransformFeedback => physical.extra.transform_feedback,
            Need::HalvesBetweenStages => physical.extra.halves_between_stages,
            Need::RasterizationOrder => physical.extra.rasterization_order,
            Need::SmoothLines => physical.extra.smooth_lines,
            Need::DescriptorHeap => physical.extra.descriptor_heap,
            Need::HeapAtMost(bytes) => physical.local_heap() <= bytes,
            Need::Patience => std::env::var_os("LACUNA_LONG").is_some(),
            Need::Extension(name) => physical.extensions.contains(name),
        };
        (!has).then(|| format!("{self:?}"))
    }
}

fn has_windows(physical: &Physical, surfaces: &std::ffi::CStr) -> bool {
    physical.instance.has(surfaces) && physical.has(khr::swapchain::NAME)
}

fn queues(physical: &Physical, flags: vk::QueueFlags) -> usize {
    let families = physical.families.iter().filter(|f| f.queue_flags.contains(flags));
    families.map(|f| f.queue_count as usize).sum()
}
