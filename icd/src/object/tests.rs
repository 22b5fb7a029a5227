//! Objects together, on real devices, without the loader.

use std::sync::Arc;
use std::time::{Duration, Instant};

use ash::vk;

use super::buffer::{self, Buffer};
use super::descriptor_set::{self, DescriptorSet};
use super::descriptor_set_layout::DescriptorSetLayout;
use super::device::Device;
use super::instance::Instance;
use super::memory::Memory;
use super::physical_device::PhysicalDevice;
use crate::error::Error;
use crate::handle::{self, Object};

/// A device with one queue.
pub(crate) fn device() -> Arc<Device> {
    let queues = [vk::DeviceQueueCreateInfo { queue_count: 1, ..Default::default() }];
    let info = vk::DeviceCreateInfo::default().queue_create_infos(&queues);
    // SAFETY: valid structures; the instance outlives the use of its physical device.
    unsafe {
        let instance = Instance::new(&vk::InstanceCreateInfo::default()).unwrap();
        let physical_device =
            handle::get::<PhysicalDevice>(instance.physical_devices().next().unwrap()).unwrap();
        Device::new(physical_device, &info).unwrap()
    }
}

fn memory(device: &Arc<Device>, memory_type: u32, size: u64) -> Result<Memory, Error> {
    let info = vk::MemoryAllocateInfo::default().memory_type_index(memory_type).allocation_size(size);
    // SAFETY: a valid structure.
    unsafe { Memory::new(device, &info) }
}

fn buffer(device: &Arc<Device>, size: u64, flags: vk::BufferCreateFlags) -> Result<Buffer, Error> {
    // SAFETY: a valid structure.
    unsafe { Buffer::new(device, &vk::BufferCreateInfo::default().size(size).flags(flags)) }
}

const SPARSE: vk::BufferCreateFlags = vk::BufferCreateFlags::SPARSE_BINDING;
const PAGE: u64 = lacuna_vm::PAGE_SIZE;

#[test]
fn devices_come_and_go_in_microseconds() {
    device();
    let start = Instant::now();
    for _ in 0..200 {
        device();
    }
    // Far above the tens of microseconds of a release build, far below a thread or a page table for each.
    assert!(start.elapsed() < Duration::from_millis(200), "{:?} for 200 devices", start.elapsed());
}

#[test]
fn more_than_a_heap_is_refused_and_a_terabyte_by_default() {
    let device = device();
    for size in [1 << 40, 1 << 62, u64::MAX] {
        assert_eq!(memory(&device, 0, size).err(), Some(Error::OutOfDeviceMemory));
    }
    assert!(matches!(memory(&device, 0, 0), Err(Error::InvalidUsage(_))));
    assert!(matches!(memory(&device, 99, 1), Err(Error::InvalidUsage(_))));
    assert!(memory(&device, 0, PAGE).is_ok());
}

#[test]
fn only_host_visible_memory_is_mapped_and_only_inside() {
    let device = device();
    assert!(matches!(memory(&device, 0, 100).unwrap().map(0, 1), Err(Error::MemoryMapFailed(_))));
    for memory_type in [1, 2] {
        let memory = memory(&device, memory_type, 100).unwrap();
        let start = memory.map(0, vk::WHOLE_SIZE).unwrap();
        assert_eq!(memory.map(99, 1).unwrap() as usize, start as usize + 99);
        for (offset, size) in [(100, vk::WHOLE_SIZE), (0, 101), (1, 100), (u64::MAX, 1)] {
            assert!(memory.map(offset, size).is_err(), "{offset} {size}");
        }
        // SAFETY: the mapping has at least 100 bytes.
        assert_eq!(unsafe { start.cast::<[u8; 100]>().read() }, [0; 100]);
    }
}

#[test]
fn a_buffer_keeps_its_memory_when_that_is_freed_first() {
    let device = device();
    let handle = memory(&device, 1, PAGE).unwrap().insert();
    let buffer = buffer(&device, 256, vk::BufferCreateFlags::empty()).unwrap();
    buffer.bind(handle, 64).unwrap();
    let memory = Memory::remove(handle).unwrap();
    memory.free();
    let host = memory.bo.host().as_ptr() as u64;
    drop(memory);
    assert_eq!(buffer.address(), Some(host + 64));
    // SAFETY: the buffer keeps the memory: what this test proves.
    assert_eq!(unsafe { *(host as *const u64) }, 0);
}

#[test]
fn a_buffer_is_bound_once_aligned_and_inside() {
    let device = device();
    let memory = memory(&device, 0, 1024).unwrap().insert();
    let buffer = buffer(&device, 512, vk::BufferCreateFlags::empty()).unwrap();
    assert_eq!(buffer.address(), None);
    for offset in [576, 32, u64::MAX - 63] {
        assert!(matches!(buffer.bind(memory, offset), Err(Error::InvalidUsage(_))), "{offset}");
    }
    assert_eq!(buffer.bind(vk::DeviceMemory::null(), 0), Err(Error::InvalidHandle));
    buffer.bind(memory, 512).unwrap();
    assert!(buffer.bind(memory, 0).is_err());
    Memory::remove(memory);
}

#[test]
fn sparse_buffers_have_disjoint_tagged_pages_and_give_them_back() {
    let device = device();
    let (first, second) = (buffer(&device, PAGE + 1, SPARSE).unwrap(), buffer(&device, 1, SPARSE).unwrap());
    let (a, b) = (first.sparse().unwrap().range, second.sparse().unwrap().range);
    assert_eq!((a.size(), b.size()), (2 * PAGE, PAGE));
    assert!(!a.intersects(b));
    assert_eq!(first.address().unwrap() >> 62, 1, "a sparse address is no host address");
    assert!(first.bind(vk::DeviceMemory::null(), 0).is_err());

    // More at once than exists, hence one after the other only if each gives its addresses back.
    for _ in 0..3 {
        buffer(&device, 3 << 44, SPARSE).unwrap();
    }
}

#[test]
fn what_a_buffer_cannot_be_is_refused() {
    let device = device();
    assert!(matches!(buffer(&device, 0, SPARSE), Err(Error::InvalidUsage(_))));
    assert_eq!(buffer(&device, u64::MAX, SPARSE).err(), Some(Error::OutOfDeviceMemory));
    assert_eq!(
        buffer(&device, u64::MAX, vk::BufferCreateFlags::empty()).err(),
        Some(Error::OutOfDeviceMemory)
    );
    let residency = vk::BufferCreateFlags::SPARSE_RESIDENCY;
    assert!(matches!(buffer(&device, PAGE, residency), Err(Error::InvalidUsage(_))));
}

#[test]
fn requirements_are_multiples_of_their_alignment() {
    for (size, flags) in [(1, SPARSE), (PAGE, SPARSE), (1, vk::BufferCreateFlags::empty()), (1000, SPARSE)] {
        let info = vk::BufferCreateInfo::default().size(size).flags(flags);
        let requirements = buffer::requirements(&info);
        assert!(requirements.size >= size && requirements.size.is_multiple_of(requirements.alignment));
        assert_eq!(requirements.memory_type_bits, 0b111);
    }
}

#[test]
fn memory_freed_while_sparsely_bound_leaves_no_entry() {
    use lacuna_vm::{BoOffset, MapFlags, Request, Va, VaRange};

    let device = device();
    let buffer = buffer(&device, 4 * PAGE, SPARSE).unwrap();
    let memory = memory(&device, 0, PAGE).unwrap();
    let space = lacuna_gpu::address_space().unwrap();
    let page = buffer.sparse().unwrap().range.start().0 + 2 * PAGE;
    let range = VaRange::new(Va(page), PAGE).unwrap();
    let map = Request::Map { range, bo: memory.bo_id, offset: BoOffset(0), flags: MapFlags::EMPTY };
    {
        let mut vm = device.vm.lock();
        let job = vm.prepare(device.vms[0], &[map]).unwrap();
        vm.run(job, &mut space.table());
    }
    assert_ne!(space.table().load(page / PAGE), 0);
    memory.free();
    assert_eq!(space.table().load(page / PAGE), 0);
}

#[test]
fn descriptors_are_written_across_bindings_and_copied() {
    let device = device();
    let memory = memory(&device, 0, PAGE).unwrap().insert();
    let buffer = buffer(&device, 1024, vk::BufferCreateFlags::empty()).unwrap();
    buffer.bind(memory, 0).unwrap();
    let (base, handle) = (buffer.address().unwrap(), buffer.insert());
    let storage = vk::DescriptorType::STORAGE_BUFFER;
    let binding = |number, count| {
        vk::DescriptorSetLayoutBinding::default()
            .binding(number)
            .descriptor_type(storage)
            .descriptor_count(count)
    };
    let layout = Arc::new(DescriptorSetLayout::from_bindings(&[binding(0, 1), binding(1, 2)]).unwrap());
    let (source, target) = (DescriptorSet::new(layout.clone()).insert(), DescriptorSet::new(layout).insert());

    let info = |offset, range| vk::DescriptorBufferInfo { buffer: handle, offset, range };
    let infos = [info(0, vk::WHOLE_SIZE), info(1000, 100), info(4096, 4)];
    let write =
        vk::WriteDescriptorSet::default().dst_set(source).descriptor_type(storage).buffer_info(&infos);
    let copy = vk::CopyDescriptorSet::default()
        .src_set(source)
        .dst_set(target)
        .dst_array_element(1)
        .descriptor_count(2);
    // SAFETY: valid structures.
    unsafe { descriptor_set::update(&[write], &[copy]) }.unwrap();

    let seen = |set| {
        let mut out = Vec::new();
        DescriptorSet::get(set).unwrap().snapshot(&[], &mut out);
        out.iter().map(|descriptor| (descriptor.address, descriptor.range)).collect::<Vec<_>>()
    };
    assert_eq!(seen(source), [(base, 1024), (base + 1000, 24), (0, 0)]);
    assert_eq!(seen(target), [(0, 0), (base, 1024), (base + 1000, 24)]);

    let missing = vk::WriteDescriptorSet::default().dst_set(source).dst_binding(7).descriptor_type(storage);
    // SAFETY: valid structures.
    assert!(unsafe { descriptor_set::update(&[missing], &[]) }.is_err());
    Buffer::remove(handle);
    Memory::remove(memory);
    DescriptorSet::remove(source);
    DescriptorSet::remove(target);
}
