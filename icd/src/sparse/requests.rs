//! Requests of one `VkBindSparseInfo`: parts of resources become ranges of the address space.
//!
//! What the VA manager checks (alignment, bounds of the memory) is left to it; here is what only the driver knows: the
//! bounds of the resource, and sizes that end with the resource instead of a page.

use std::cell::RefCell;
use std::sync::Arc;

use ash::vk;
use lacuna_gpu::memory::address_space::Gpu;
use lacuna_vm::mutation;
use lacuna_vm::units::PAGE_SIZE;
use lacuna_vm::{BoId, BoOffset, MapFlags, Request, Va, VaRange};
use smallvec::SmallVec;

use super::image;
use crate::error::Error;
use crate::guard::slice;
use crate::handle::{Object, View};
use crate::object::buffer::Buffer;
use crate::object::device::Device;
use crate::object::image::Image;
use crate::object::memory::Memory;

/// Requests that the next call finds room for.
const KEPT: usize = 1 << 16;

thread_local! {
    /// Requests of the call in progress; kept up to [`KEPT`], so that binding allocates nothing once it has grown.
    static REQUESTS: RefCell<Vec<Request>> = const { RefCell::new(Vec::new()) };
}

/// What owns a range of the address space.
#[expect(dead_code, reason = "held, so that the range is not handed to others")]
pub(super) enum Resource {
    Buffer(Arc<Buffer>),
    Image(Arc<Image>),
}

/// Resources of one info.
pub(super) type Resources = SmallVec<[Resource; 1]>;

/// Turns the binds of an info into requests on the resources of a GPU and gives them to `prepare`: the resources, the number of requests, and
/// what `prepare` made of them. `None` when there is nothing to bind.
///
/// # Safety
/// `info` is a valid structure.
pub(super) unsafe fn with_requests<J>(
    device: &Device,
    gpu: Gpu,
    info: &vk::BindSparseInfo<'_>,
    prepare: impl FnOnce(&[Request]) -> Result<J, lacuna_vm::Error>,
) -> Result<Option<(Resources, usize, J)>, Error> {
    REQUESTS.with_borrow_mut(|requests| {
        requests.clear();
        requests.shrink_to(KEPT);
        let mut requests = Requests {
            list: requests,
            offset: gpu.offset(),
            memories: Memories {
                device,
                view: Memory::table().read(),
                last: (vk::DeviceMemory::null(), None),
            },
        };
        // SAFETY: this function's contract.
        let resources = unsafe { collect(info, &mut requests)? };
        if requests.list.is_empty() {
            return Ok(None);
        }
        Ok(Some((resources, requests.list.len(), prepare(requests.list)?)))
    })
}

/// # Safety
/// `info` is a valid structure.
unsafe fn collect(info: &vk::BindSparseInfo<'_>, requests: &mut Requests<'_>) -> Result<Resources, Error> {
    let mut resources = Resources::new();
    // SAFETY: members of a valid structure.
    for info in unsafe { slice(info.p_buffer_binds, info.buffer_bind_count) } {
        let buffer = Buffer::get(info.buffer)?;
        let sparse =
            buffer.sparse().ok_or(Error::InvalidUsage("vkQueueBindSparse: the buffer is not sparse"))?;
        // SAFETY: members of a valid structure.
        requests.parts(unsafe { slice(info.p_binds, info.bind_count) }, sparse.range, buffer.size())?;
        resources.push(Resource::Buffer(buffer));
    }
    // SAFETY: members of a valid structure.
    for info in unsafe { slice(info.p_image_opaque_binds, info.image_opaque_bind_count) } {
        let image = Image::get(info.image)?;
        let range = image::addresses(&image)?;
        // SAFETY: members of a valid structure.
        requests.parts(unsafe { slice(info.p_binds, info.bind_count) }, range, range.size())?;
        resources.push(Resource::Image(image));
    }
    // SAFETY: members of a valid structure.
    for info in unsafe { slice(info.p_image_binds, info.image_bind_count) } {
        let image = Image::get(info.image)?;
        // SAFETY: members of a valid structure.
        for bind in unsafe { slice(info.p_binds, info.bind_count) } {
            image::blocks(&image, bind, requests)?;
        }
        resources.push(Resource::Image(image));
    }
    Ok(resources)
}

/// The requests so far.
pub(super) struct Requests<'a> {
    list: &'a mut Vec<Request>,
    /// From the addresses of a resource to those of its instance.
    offset: u64,
    memories: Memories<'a>,
}

impl Requests<'_> {
    /// Parts of a resource by offset and size.
    fn parts(
        &mut self,
        binds: &[vk::SparseMemoryBind],
        resource: VaRange,
        resource_size: u64,
    ) -> Result<(), Error> {
        self.list.try_reserve(binds.len()).map_err(|_| Error::OutOfHostMemory)?;
        for bind in binds {
            if bind.flags.contains(vk::SparseMemoryBindFlags::METADATA) {
                return Err(Error::InvalidUsage("VK_SPARSE_MEMORY_BIND_METADATA_BIT: no image has metadata"));
            }
            let range = target(bind.resource_offset, bind.size, resource, resource_size)?;
            let target = self.memories.target(bind.memory)?;
            let offset = if mutation::is("opaque_binds_ignore_offset") { 0 } else { bind.memory_offset };
            self.push(range, target, offset)?;
        }
        Ok(())
    }

    /// What memory of a handle is in requests; `None` of null, which unbinds.
    #[inline]
    pub(super) fn target(&mut self, memory: vk::DeviceMemory) -> Result<Option<BoId>, Error> {
        self.memories.target(memory)
    }

    /// One range, of the addresses of a resource.
    #[inline]
    pub(super) fn push(&mut self, range: VaRange, target: Option<BoId>, offset: u64) -> Result<(), Error> {
        self.list.try_reserve(1).map_err(|_| Error::OutOfHostMemory)?;
        let range = VaRange::new(Va(range.start().0 + self.offset), range.size())?;
        self.list.push(match target {
            None => Request::Unmap { range },
            Some(bo) => Request::Map { range, bo, offset: BoOffset(offset), flags: MapFlags::default() },
        });
        Ok(())
    }
}

/// The addresses of a part of a resource. A part that ends where the resource does is taken up to the end of its page.
#[inline]
fn target(offset: u64, size: u64, resource: VaRange, resource_size: u64) -> Result<VaRange, Error> {
    let end = offset.checked_add(size).ok_or(Error::InvalidUsage("VUID-VkSparseMemoryBind-size-01100"))?;
    let end = if end == resource_size { end.next_multiple_of(PAGE_SIZE) } else { end };
    if size == 0 || end > resource.size() {
        return Err(Error::InvalidUsage("VUID-VkSparseMemoryBind-size-01098, -01099"));
    }
    // `resource` does not wrap, and the part is inside.
    Ok(VaRange::new(Va(resource.start().0 + offset), end - offset)?)
}

/// Looks memories of a device up: batches tend to name the same one again and again.
struct Memories<'a> {
    device: &'a Device,
    view: View<'a, Memory>,
    last: (vk::DeviceMemory, Option<BoId>),
}

impl Memories<'_> {
    /// `None` for null.
    ///
    /// # Errors
    /// [`Error::InvalidHandle`] for memory that does not exist, or not in this device: its BO has another one's name here.
    #[inline]
    fn target(&mut self, handle: vk::DeviceMemory) -> Result<Option<BoId>, Error> {
        if handle == vk::DeviceMemory::null() {
            return Ok(None);
        }
        if self.last.0 != handle {
            let memory = self.view.get(handle).filter(|memory| memory.is_of(self.device));
            self.last = (handle, memory.map(|memory| memory.bo_id));
        }
        self.last.1.map(Some).ok_or(Error::InvalidHandle)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: u64 = PAGE_SIZE;

    fn resource() -> VaRange {
        VaRange::new(Va(1 << 30), 4 * PAGE).unwrap()
    }

    #[test]
    fn parts_of_a_resource_are_addresses_inside_it() {
        let part = target(PAGE, 2 * PAGE, resource(), 4 * PAGE).unwrap();
        assert_eq!((part.start(), part.size()), (Va((1 << 30) + PAGE), 2 * PAGE));
    }

    #[test]
    fn the_last_part_may_end_with_the_resource_instead_of_a_page() {
        let part = target(3 * PAGE, 100, resource(), 3 * PAGE + 100).unwrap();
        assert_eq!(part.size(), PAGE);
    }

    #[test]
    fn what_leaves_the_resource_is_refused() {
        for (offset, size) in [(0, 5 * PAGE), (4 * PAGE, PAGE), (u64::MAX, PAGE), (PAGE, u64::MAX), (0, 0)] {
            assert!(target(offset, size, resource(), 4 * PAGE).is_err(), "{offset:#x} + {size:#x}");
        }
    }
}
