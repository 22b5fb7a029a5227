//! Descriptor heaps (`VK_EXT_descriptor_heap`): structures that are newer than `ash`, a heap of buffers, and kernels that find
//! their resources there.

use std::ffi::{CStr, c_void};

use ash::vk;

use super::{Check, Device, Error, HostBuffer, Physical, Recorder, Result};

/// The extension.
pub const DESCRIPTOR_HEAP: &CStr = c"VK_EXT_descriptor_heap";

const USAGE: vk::BufferUsageFlags = vk::BufferUsageFlags::from_raw(1 << 28);
const PIPELINE_FLAG: vk::PipelineCreateFlags2KHR = vk::PipelineCreateFlags2KHR::from_raw(1 << 36);

/// `VkPhysicalDeviceDescriptorHeapFeaturesEXT`
#[repr(C)]
pub(super) struct HeapFeatures {
    s_type: vk::StructureType,
    pub(super) p_next: *mut c_void,
    pub(super) descriptor_heap: vk::Bool32,
    descriptor_heap_capture_replay: vk::Bool32,
}

impl HeapFeatures {
    pub(super) fn new(wanted: bool) -> Self {
        Self {
            s_type: vk::StructureType::from_raw(1_000_135_009),
            p_next: std::ptr::null_mut(),
            descriptor_heap: wanted.into(),
            descriptor_heap_capture_replay: vk::FALSE,
        }
    }
}

/// `VkPhysicalDeviceDescriptorHeapPropertiesEXT`
#[repr(C)]
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "the names are Vulkan's")]
pub struct HeapProperties {
    s_type: vk::StructureType,
    p_next: *mut c_void,
    pub sampler_heap_alignment: u64,
    pub resource_heap_alignment: u64,
    pub max_sampler_heap_size: u64,
    pub max_resource_heap_size: u64,
    pub min_sampler_heap_reserved_range: u64,
    pub min_sampler_heap_reserved_range_with_embedded: u64,
    pub min_resource_heap_reserved_range: u64,
    pub sampler_descriptor_size: u64,
    pub image_descriptor_size: u64,
    pub buffer_descriptor_size: u64,
    pub sampler_descriptor_alignment: u64,
    pub image_descriptor_alignment: u64,
    pub buffer_descriptor_alignment: u64,
    pub max_push_data_size: u64,
    pub image_capture_replay_opaque_data_size: usize,
    pub max_descriptor_heap_embedded_samplers: u32,
    pub sampler_ycbcr_conversion_count: u32,
    pub sparse_descriptor_heaps: vk::Bool32,
    pub protected_descriptor_heaps: vk::Bool32,
}

impl HeapProperties {
    /// Those of a device.
    ///
    /// # Errors
    /// [`Error::NotSupported`] without the extension.
    pub fn new(physical: &Physical) -> Result<Self> {
        if !physical.has(DESCRIPTOR_HEAP) {
            return Err(Error::NotSupported("VK_EXT_descriptor_heap".into()));
        }
        // SAFETY: numbers and a null pointer, which may all be zero.
        let mut found: Self = unsafe { std::mem::zeroed() };
        found.s_type = vk::StructureType::from_raw(1_000_135_008);
        let mut chain =
            vk::PhysicalDeviceProperties2 { p_next: (&raw mut found).cast(), ..Default::default() };
        // SAFETY: the extension is there, so the structure is known; the chain outlives the call.
        unsafe {
            physical.instance.properties2().get_physical_device_properties2(physical.handle, &mut chain)
        };
        Ok(found)
    }

    /// Bytes from one descriptor of a buffer to the next.
    #[must_use]
    pub fn stride(&self) -> u64 {
        self.buffer_descriptor_size.next_multiple_of(self.buffer_descriptor_alignment)
    }
}

#[repr(C)]
struct Range {
    address: u64,
    size: u64,
}

#[repr(C)]
struct HostRange {
    address: *mut c_void,
    size: usize,
}

/// `VkResourceDescriptorInfoEXT`
#[repr(C)]
struct ResourceInfo {
    s_type: vk::StructureType,
    p_next: *const c_void,
    kind: vk::DescriptorType,
    data: *const Range,
}

#[repr(C)]
struct BindInfo {
    s_type: vk::StructureType,
    p_next: *const c_void,
    range: Range,
    reserved_offset: u64,
    reserved_size: u64,
}

#[repr(C)]
struct PushInfo {
    s_type: vk::StructureType,
    p_next: *const c_void,
    offset: u32,
    data: HostRange,
}

/// `VkDescriptorSetAndBindingMappingEXT`; its union as words.
#[repr(C)]
#[derive(Clone, Copy)]
struct MappingInfo {
    s_type: vk::StructureType,
    p_next: *const c_void,
    set: u32,
    first_binding: u32,
    binding_count: u32,
    resources: u32,
    source: u32,
    data: Source,
}

#[repr(C, align(8))]
#[derive(Clone, Copy)]
struct Source([u32; 14]);

#[repr(C)]
struct MappingsInfo {
    s_type: vk::StructureType,
    p_next: *const c_void,
    count: u32,
    mappings: *const MappingInfo,
}

/// Where a binding of set 0 is found.
#[derive(Clone, Copy, Debug)]
pub enum Mapping {
    /// A descriptor at an offset in the heap.
    Offset(u32),
    /// A descriptor: an offset, where in push data its index is, bytes from one index to the next.
    PushIndex(u32, u32, u32),
    /// A uniform buffer in the heap itself: an offset, and where in push data more of it is.
    HeapData(u32, u32),
    /// A uniform buffer that is push data from an offset on.
    PushData(u32),
    /// A buffer whose address is push data at an offset.
    PushAddress(u32),
}

impl Mapping {
    fn info(self, binding: u32) -> MappingInfo {
        let mut data = [0; 14];
        let source = match self {
            Self::Offset(offset) => {
                data[0] = offset;
                0
            }
            Self::PushIndex(offset, push, stride) => {
                data[..3].copy_from_slice(&[offset, push, stride]);
                1
            }
            Self::HeapData(offset, push) => {
                data[..2].copy_from_slice(&[offset, push]);
                4
            }
            Self::PushData(offset) => {
                data[0] = offset;
                5
            }
            Self::PushAddress(offset) => {
                data[0] = offset;
                6
            }
        };
        MappingInfo {
            s_type: vk::StructureType::from_raw(1_000_135_005),
            p_next: std::ptr::null(),
            set: 0,
            first_binding: binding,
            binding_count: 1,
            resources: 0x7fff_ffff,
            source,
            data: Source(data),
        }
    }
}

/// A compute pipeline without a layout.
pub struct HeapKernel {
    device: Device,
    /// The pipeline.
    pub pipeline: vk::Pipeline,
}

impl HeapKernel {
    /// A kernel whose bindings 0, 1, … of set 0 are found so.
    ///
    /// # Errors
    /// What the driver returns.
    pub fn new(device: &Device, code: &[u32], mappings: &[Mapping]) -> Result<Self> {
        let infos: Vec<_> = (0..).zip(mappings).map(|(binding, mapping)| mapping.info(binding)).collect();
        let mappings = MappingsInfo {
            s_type: vk::StructureType::from_raw(1_000_135_006),
            p_next: std::ptr::null(),
            count: infos.len() as u32,
            mappings: infos.as_ptr(),
        };
        let info = vk::ShaderModuleCreateInfo::default().code(code);
        // SAFETY: valid SPIR-V from `build.rs`, alive during the call.
        let module = unsafe { device.raw.create_shader_module(&info, None) }.at("vkCreateShaderModule")?;
        let mut stage = vk::PipelineShaderStageCreateInfo::default()
            .stage(vk::ShaderStageFlags::COMPUTE)
            .module(module)
            .name(c"main");
        stage.p_next = (&raw const mappings).cast();
        let mut flags = vk::PipelineCreateFlags2CreateInfoKHR::default().flags(PIPELINE_FLAG);
        let info = vk::ComputePipelineCreateInfo::default().stage(stage).push_next(&mut flags);
        // SAFETY: all parts are alive during the call.
        let made = unsafe { device.raw.create_compute_pipelines(vk::PipelineCache::null(), &[info], None) };
        // SAFETY: the pipeline does not need its module any more.
        unsafe { device.raw.destroy_shader_module(module, None) };
        let pipeline = made.map(|made| made[0]).map_err(|(_, code)| code).at("vkCreateComputePipelines")?;
        Ok(Self { device: device.clone(), pipeline })
    }
}

impl Drop for HeapKernel {
    fn drop(&mut self) {
        // SAFETY: created from this device, destroyed once.
        unsafe { self.device.raw.destroy_pipeline(self.pipeline, None) };
    }
}

/// A resource heap in mapped memory.
pub struct ResourceHeap {
    device: Device,
    /// Its memory.
    pub buffer: HostBuffer,
    /// What the device says of heaps.
    pub properties: HeapProperties,
    /// Where the reserved range is: behind all else.
    reserved: u64,
}

impl ResourceHeap {
    /// A heap for so many descriptors of buffers, and for data behind them.
    ///
    /// # Errors
    /// What the driver returns.
    pub fn new(device: &Device, descriptors: u64, data: u64) -> Result<Self> {
        let properties = HeapProperties::new(&device.physical)?;
        let aligned = |bytes: u64| {
            bytes
                .next_multiple_of(properties.buffer_descriptor_alignment)
                .next_multiple_of(properties.image_descriptor_alignment)
        };
        let reserved = aligned(descriptors * properties.stride() + data);
        let size = reserved + properties.min_resource_heap_reserved_range;
        let usage = USAGE | vk::BufferUsageFlags::SHADER_DEVICE_ADDRESS;
        let buffer = HostBuffer::with_usage(device, size, usage)?;
        Ok(Self { device: device.clone(), buffer, properties, reserved })
    }

    /// Bytes from the start of the heap to a descriptor.
    #[must_use]
    pub fn offset(&self, descriptor: u64) -> u32 {
        (descriptor * self.properties.stride()) as u32
    }

    /// Writes the descriptor of a range of device addresses, or a null descriptor.
    ///
    /// # Errors
    /// What the driver returns.
    pub fn write(&self, at: u64, kind: vk::DescriptorType, range: Option<(u64, u64)>) -> Result<()> {
        let mut bytes = vec![0u8; self.properties.buffer_descriptor_size as usize];
        write_descriptor(&self.device, kind, range, &mut bytes)?;
        let (words, _) = bytes.as_chunks::<4>();
        let words: Vec<u32> = words.iter().map(|word| u32::from_ne_bytes(*word)).collect();
        self.buffer.memory.write(self.offset(at).into(), &words);
        Ok(())
    }
}

/// `vkWriteResourceDescriptorsEXT` of a buffer to bytes of the host.
///
/// # Errors
/// What the driver returns.
pub fn write_descriptor(
    device: &Device,
    kind: vk::DescriptorType,
    range: Option<(u64, u64)>,
    bytes: &mut [u8],
) -> Result<()> {
    type Write =
        unsafe extern "system" fn(vk::Device, u32, *const ResourceInfo, *const HostRange) -> vk::Result;
    let range = range.map(|(address, size)| Range { address, size });
    let info = ResourceInfo {
        s_type: vk::StructureType::from_raw(1_000_135_002),
        p_next: std::ptr::null(),
        kind,
        data: range.as_ref().map_or(std::ptr::null(), std::ptr::from_ref),
    };
    let to = HostRange { address: bytes.as_mut_ptr().cast(), size: bytes.len() };
    // SAFETY: the name is that of a function of this type; structures and bytes outlive the call.
    let result = unsafe {
        let write: Write = std::mem::transmute(command(device, c"vkWriteResourceDescriptorsEXT")?);
        write(device.raw.handle(), 1, &raw const info, &raw const to)
    };
    result.result().at("vkWriteResourceDescriptorsEXT")
}

impl Recorder<'_> {
    /// Binds a resource heap, from `offset` bytes on.
    ///
    /// # Errors
    /// [`Error::NotSupported`] without the extension.
    pub fn bind_heap(&self, heap: &ResourceHeap, offset: u64) -> Result<()> {
        type Bind = unsafe extern "system" fn(vk::CommandBuffer, *const BindInfo);
        let info = BindInfo {
            s_type: vk::StructureType::from_raw(1_000_135_003),
            p_next: std::ptr::null(),
            range: Range { address: heap.buffer.address()? + offset, size: heap.buffer.size - offset },
            reserved_offset: heap.reserved - offset,
            reserved_size: heap.properties.min_resource_heap_reserved_range,
        };
        // SAFETY: the name is that of a function of this type; recording, and the structure outlives the call.
        unsafe {
            let bind: Bind = std::mem::transmute(command(self.device, c"vkCmdBindResourceHeapEXT")?);
            bind(self.handle, &raw const info);
        }
        Ok(())
    }

    /// Writes push data from a byte on.
    ///
    /// # Errors
    /// [`Error::NotSupported`] without the extension.
    pub fn push_data(&self, offset: u32, words: &[u32]) -> Result<()> {
        type Push = unsafe extern "system" fn(vk::CommandBuffer, *const PushInfo);
        let data = HostRange { address: words.as_ptr().cast_mut().cast(), size: size_of_val(words) };
        let info = PushInfo {
            s_type: vk::StructureType::from_raw(1_000_135_004),
            p_next: std::ptr::null(),
            offset,
            data,
        };
        // SAFETY: as above.
        unsafe {
            let push: Push = std::mem::transmute(command(self.device, c"vkCmdPushDataEXT")?);
            push(self.handle, &raw const info);
        }
        Ok(())
    }

    /// Runs a kernel.
    pub fn run_heap_kernel(&self, kernel: &HeapKernel, groups: u32) {
        let raw = &self.device.raw;
        // SAFETY: recording; the pipeline is alive.
        unsafe {
            raw.cmd_bind_pipeline(self.handle, vk::PipelineBindPoint::COMPUTE, kernel.pipeline);
            raw.cmd_dispatch(self.handle, groups, 1, 1);
        }
    }
}

/// A command of the extension.
fn command(device: &Device, name: &CStr) -> Result<unsafe extern "system" fn()> {
    let instance = device.physical.instance.raw();
    // SAFETY: the device is alive, and the name ends with zero.
    let found = unsafe { (instance.fp_v1_0().get_device_proc_addr)(device.raw.handle(), name.as_ptr()) };
    found.ok_or_else(|| Error::NotSupported("VK_EXT_descriptor_heap".into()))
}
