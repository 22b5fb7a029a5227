//! Limits and identity of the device.
//!
//! Limits of what exists (compute, buffers, sparse memory) are what the implementation does. Limits of what does not
//! exist yet must still satisfy "Required Limits" of the specification and are exactly those minima.

use std::ffi::CString;
use std::sync::LazyLock;

use ash::vk;
use lacuna_shaders::abi;

use super::extensions::write_name;
use super::graphics;

/// The version that devices report.
pub const DEVICE_VERSION: u32 = vk::make_api_version(0, 1, 3, vk::HEADER_VERSION);
/// Alignment and granularity of sparse buffers: one page.
pub const SPARSE_ALIGNMENT: u64 = lacuna_vm::units::PAGE_SIZE;
/// Bytes of the sparse address space, unless the system gives less room for its page table.
pub const SPARSE_SPACE: u64 = 1 << lacuna_gpu::memory::address_space::ADDRESS_BITS;
/// Alignment of ordinary buffers: a cache line, and of every descriptor's offset at least what its widest access wants.
pub const BUFFER_ALIGNMENT: u64 = 64;
/// Alignment of descriptor offsets.
pub const OFFSET_ALIGNMENT: u64 = 16;
/// Bytes of one ordinary memory allocation, and of one ordinary buffer.
pub const MAX_ALLOCATION: u64 = 1 << 46;
/// Vertex buffer bindings, and vertex attributes, of a draw.
pub const MAX_VERTEX_BINDINGS: u32 = 32;
/// Invocations of one workgroup.
pub const MAX_WORKGROUP_INVOCATIONS: u32 = 1024;
/// Bytes of one inline uniform block, and of all of a pipeline.
pub const MAX_INLINE_BYTES: u32 = 1 << 16;
/// Descriptors of one set.
pub const MAX_SET_DESCRIPTORS: u32 = 1 << 20;
/// Dynamic buffers of one kind in all sets of a pipeline.
pub const MAX_DYNAMIC: u32 = 64;
/// Arrays in a descriptor set are at most this long for each kind, so that every sum of them fits 32 bits.
pub const MAX_DESCRIPTORS: u32 = MAX_SET_DESCRIPTORS;

/// How many samples the texels of images can have.
pub const SAMPLES: vk::SampleCountFlags = vk::SampleCountFlags::from_raw(
    vk::SampleCountFlags::TYPE_1.as_raw()
        | vk::SampleCountFlags::TYPE_2.as_raw()
        | vk::SampleCountFlags::TYPE_4.as_raw()
        | vk::SampleCountFlags::TYPE_8.as_raw()
        | vk::SampleCountFlags::TYPE_16.as_raw(),
);
/// Samples of a texel of storage images that are nothing else.
pub const STORAGE_SAMPLES: vk::SampleCountFlags = vk::SampleCountFlags::from_raw(
    SAMPLES.as_raw() | vk::SampleCountFlags::TYPE_32.as_raw() | vk::SampleCountFlags::TYPE_64.as_raw(),
);

/// What `vkGetPhysicalDeviceProperties` says.
pub fn properties() -> vk::PhysicalDeviceProperties {
    static PROPERTIES: LazyLock<vk::PhysicalDeviceProperties> = LazyLock::new(|| {
        let mut properties = vk::PhysicalDeviceProperties {
            api_version: DEVICE_VERSION,
            driver_version: driver_version(),
            // No vendor identifier is registered.
            vendor_id: 0,
            device_id: 0,
            device_type: vk::PhysicalDeviceType::CPU,
            pipeline_cache_uuid: uuid(b"cache"),
            limits: graphics::limits(limits()),
            sparse_properties: sparse(),
            ..Default::default()
        };
        let name = CString::new(format!("Lacuna ({})", processor_name())).unwrap_or_default();
        write_name(&mut properties.device_name, &name);
        properties
    });
    *PROPERTIES
}

/// The version of this crate.
fn driver_version() -> u32 {
    let mut parts = env!("CARGO_PKG_VERSION").split('.').map(|part| part.parse().unwrap_or(0));
    let mut next = || parts.next().unwrap_or(0);
    vk::make_api_version(0, next(), next(), next())
}

/// An identifier that changes with the driver's version and differs by purpose.
pub fn uuid(purpose: &[u8]) -> [u8; vk::UUID_SIZE] {
    let mut uuid = [0; vk::UUID_SIZE];
    let text = b"lacuna".iter().chain(purpose).copied().chain(driver_version().to_be_bytes());
    uuid.iter_mut().zip(text).for_each(|(target, byte)| *target = byte);
    uuid
}

/// The processor's model, or its architecture where the system does not say.
fn processor_name() -> String {
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = text.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
    model.map_or(std::env::consts::ARCH, |(_, name)| name.trim()).to_owned()
}

/// Blocks are the standard ones, the mip tail begins where a level has fewer bytes than a block, non-resident reads give
/// zero and writes vanish.
fn sparse() -> vk::PhysicalDeviceSparseProperties {
    vk::PhysicalDeviceSparseProperties {
        residency_standard2_d_block_shape: vk::TRUE,
        residency_standard2_d_multisample_block_shape: vk::TRUE,
        residency_standard3_d_block_shape: vk::TRUE,
        residency_aligned_mip_size: vk::FALSE,
        residency_non_resident_strict: vk::TRUE,
    }
}

/// Bytes of sparse address space: what its page table got room for.
fn sparse_address_space_size() -> u64 {
    lacuna_gpu::address_space().map_or(0, |space| space.range().size())
}

fn limits() -> vk::PhysicalDeviceLimits {
    vk::PhysicalDeviceLimits {
        max_texel_buffer_elements: u32::MAX,
        max_uniform_buffer_range: 1 << 30,
        max_storage_buffer_range: u32::MAX,
        max_push_constants_size: abi::MAX_PUSH_CONSTANTS as u32,
        max_memory_allocation_count: 1 << 20,
        buffer_image_granularity: 1,
        sparse_address_space_size: sparse_address_space_size(),
        max_bound_descriptor_sets: abi::MAX_SETS as u32,
        max_per_stage_descriptor_uniform_buffers: MAX_DESCRIPTORS,
        max_per_stage_descriptor_storage_buffers: MAX_DESCRIPTORS,
        max_per_stage_descriptor_storage_images: MAX_DESCRIPTORS,
        max_per_stage_resources: MAX_DESCRIPTORS,
        max_descriptor_set_uniform_buffers: MAX_DESCRIPTORS,
        max_descriptor_set_uniform_buffers_dynamic: MAX_DYNAMIC,
        max_descriptor_set_storage_buffers: MAX_DESCRIPTORS,
        max_descriptor_set_storage_buffers_dynamic: MAX_DYNAMIC,
        max_descriptor_set_storage_images: MAX_DESCRIPTORS,
        max_compute_shared_memory_size: 64 << 10,
        max_compute_work_group_count: [u32::MAX, 65_535, 65_535],
        max_compute_work_group_invocations: MAX_WORKGROUP_INVOCATIONS,
        max_compute_work_group_size: [1024, 1024, 1024],
        min_memory_map_alignment: lacuna_vm::units::PAGE_SIZE as usize,
        min_texel_buffer_offset_alignment: OFFSET_ALIGNMENT,
        min_uniform_buffer_offset_alignment: OFFSET_ALIGNMENT,
        min_storage_buffer_offset_alignment: OFFSET_ALIGNMENT,
        optimal_buffer_copy_offset_alignment: 1,
        optimal_buffer_copy_row_pitch_alignment: 1,
        non_coherent_atom_size: 1,
        timestamp_compute_and_graphics: vk::TRUE,
        timestamp_period: 1.0,
        discrete_queue_priorities: 2,
        ..required_limits()
    }
}

/// "Required Limits" of the specification for what this device does not do.
fn required_limits() -> vk::PhysicalDeviceLimits {
    vk::PhysicalDeviceLimits {
        max_image_dimension1_d: 16_384,
        max_image_dimension2_d: 16_384,
        max_image_dimension3_d: 2048,
        max_image_dimension_cube: 16_384,
        max_image_array_layers: 2048,
        max_sampler_allocation_count: 1 << 20,
        max_per_stage_descriptor_samplers: MAX_DESCRIPTORS,
        max_per_stage_descriptor_sampled_images: MAX_DESCRIPTORS,
        max_per_stage_descriptor_input_attachments: MAX_DESCRIPTORS,
        max_descriptor_set_samplers: MAX_DESCRIPTORS,
        max_descriptor_set_sampled_images: MAX_DESCRIPTORS,
        max_descriptor_set_input_attachments: MAX_DESCRIPTORS,
        sub_texel_precision_bits: 8,
        mipmap_precision_bits: 8,
        max_sampler_lod_bias: 16.0,
        max_sampler_anisotropy: 16.0,
        min_texel_offset: -8,
        max_texel_offset: 7,
        min_texel_gather_offset: -32,
        max_texel_gather_offset: 31,
        sampled_image_color_sample_counts: SAMPLES,
        sampled_image_integer_sample_counts: SAMPLES,
        sampled_image_depth_sample_counts: SAMPLES,
        sampled_image_stencil_sample_counts: SAMPLES,
        storage_image_sample_counts: STORAGE_SAMPLES,
        ..Default::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_begins_with_lacuna_and_is_terminated() {
        let properties = properties();
        let name = properties.device_name_as_c_str().unwrap();
        assert!(name.to_str().unwrap().starts_with("Lacuna ("));
    }

    #[test]
    fn limits_are_at_least_what_the_specification_requires() {
        let limits = properties().limits;
        assert!(
            limits.max_compute_work_group_invocations >= 128
                && limits.max_compute_shared_memory_size >= 16_384
        );
        assert!(limits.sparse_address_space_size >= 1 << 31);
        assert!(limits.min_memory_map_alignment >= 64 && limits.min_memory_map_alignment.is_power_of_two());
        assert!(limits.max_memory_allocation_count >= 4096);
        assert!(limits.max_bound_descriptor_sets >= 4 && limits.max_push_constants_size >= 128);
    }
}
