//! Descriptor heaps and push data (`VK_EXT_descriptor_heap`).
//!
//! A heap is an address: machine code reads descriptors where the application has put them. Push data are push constants.

use ash::vk;
use lacuna_shaders::abi::{Descriptor, heap};
use lacuna_vm::page_table::pte::SPARSE_TAG;

use super::execute::State;
use super::recording::{Command, Recording};
use crate::error::Error;
use crate::newer::{BindHeapInfoEXT, CommandBufferInheritanceDescriptorHeapInfoEXT};
use crate::object::heap_descriptor::HEAP_ALIGNMENT;
use crate::pnext;

/// Which heap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// That of resources.
    Resource,
    /// That of samplers.
    Sampler,
}

/// The memory of both heaps as buffers, which the context points at: resources, samplers.
pub(super) type Memory = Box<[Descriptor; 2]>;

impl Recording {
    /// `vkCmdBindResourceHeapEXT`, `vkCmdBindSamplerHeapEXT`.
    ///
    /// # Errors
    /// [`Error::InvalidUsage`] for an address that is not aligned, and for heaps in sparse memory
    /// (`sparseDescriptorHeaps` is false).
    pub fn bind_heap(&mut self, kind: Kind, info: &BindHeapInfoEXT<'_>) -> Result<(), Error> {
        let range = info.heap_range;
        if !range.address.is_multiple_of(HEAP_ALIGNMENT) {
            return Err(Error::InvalidUsage("VUID-vkCmdBindResourceHeapEXT-pBindInfo-11235"));
        }
        if range.address & SPARSE_TAG != 0 {
            return Err(Error::InvalidUsage("a descriptor heap in sparse memory"));
        }
        self.push(Command::BindHeap { kind, address: range.address, size: range.size }, 0)
    }

    /// Binds the heaps that a secondary gets from its primary, which are no others than the primary has.
    ///
    /// # Errors
    /// As [`bind_heap`](Self::bind_heap).
    ///
    /// # Safety
    /// `info` is a valid structure.
    pub unsafe fn inherit_heaps(&mut self, info: &vk::CommandBufferInheritanceInfo<'_>) -> Result<(), Error> {
        // SAFETY: the chain of a valid structure.
        let heaps = unsafe { pnext::find::<CommandBufferInheritanceDescriptorHeapInfoEXT<'_>>(info.p_next) };
        let Some(heaps) = heaps else { return Ok(()) };
        // SAFETY: null or valid structures.
        let (resources, samplers) =
            unsafe { (heaps.p_resource_heap_bind_info.as_ref(), heaps.p_sampler_heap_bind_info.as_ref()) };
        resources.map_or(Ok(()), |info| self.bind_heap(Kind::Resource, info))?;
        samplers.map_or(Ok(()), |info| self.bind_heap(Kind::Sampler, info))
    }
}

impl State<'_> {
    pub(super) fn bind_heap(&mut self, kind: Kind, address: u64, size: u64) {
        let (set, slot) = match kind {
            Kind::Resource => (heap::RESOURCE_HEAP, 0),
            Kind::Sampler => (heap::SAMPLER_HEAP, 1),
        };
        if kind == Kind::Resource {
            self.context.resource_heap_slots = size / u64::from(heap::RESOURCE_BYTES);
        }
        self.context.sets[set as usize] = address as *const Descriptor;
        self.heap_memory[slot] = Descriptor::buffer(address, size);
        self.context.sets[heap::HEAP_MEMORY as usize] = self.heap_memory.as_ptr();
    }
}
