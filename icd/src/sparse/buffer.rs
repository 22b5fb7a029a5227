//! Binds of sparse buffers: offsets into a resource become ranges of the address space.
//!
//! What the VA manager checks (alignment, bounds of the memory) is left to it; here is what only the driver knows: the
//! bounds of the resource, and sizes that end with the resource instead of a page.

use std::cell::RefCell;
use std::sync::Arc;

use ash::vk;
use lacuna_vm::units::PAGE_SIZE;
use lacuna_vm::{BoId, BoOffset, MapFlags, Request, Va, VaRange};
use smallvec::SmallVec;

use crate::error::Error;
use crate::guard::slice;
use crate::handle::{Object, View};
use crate::object::buffer::Buffer;
use crate::object::device::Device;
use crate::object::memory::Memory;

/// Requests that the next call finds room for.
const KEPT: usize = 1 << 16;

thread_local! {
    /// Requests of the call in progress; kept up to [`KEPT`], so that binding allocates nothing once it has grown.
    static REQUESTS: RefCell<Vec<Request>> = const { RefCell::new(Vec::new()) };
}

/// Buffers of one info.
pub(super) type Buffers = SmallVec<[Arc<Buffer>; 1]>;

/// Turns the buffer binds of an info into requests and gives them to `prepare`: the buffers, the number of requests, and
/// what `prepare` made of them. `None` when there is nothing to bind.
///
/// # Safety
/// `infos` are valid structures.
pub(super) unsafe fn with_requests<J>(
    device: &Device,
    infos: &[vk::SparseBufferMemoryBindInfo<'_>],
    prepare: impl FnOnce(&[Request]) -> Result<J, lacuna_vm::Error>,
) -> Result<Option<(Buffers, usize, J)>, Error> {
    REQUESTS.with_borrow_mut(|requests| {
        requests.clear();
        requests.shrink_to(KEPT);
        // SAFETY: this function's contract.
        let buffers = unsafe { collect(device, infos, requests)? };
        if requests.is_empty() {
            return Ok(None);
        }
        Ok(Some((buffers, requests.len(), prepare(requests)?)))
    })
}

/// # Safety
/// `infos` are valid structures.
unsafe fn collect(
    device: &Device,
    infos: &[vk::SparseBufferMemoryBindInfo<'_>],
    requests: &mut Vec<Request>,
) -> Result<Buffers, Error> {
    let none = (vk::DeviceMemory::null(), None);
    let mut memories = Memories { device, view: Memory::table().read(), last: none };
    let mut buffers = Buffers::new();
    for info in infos {
        // SAFETY: members of a valid structure.
        let binds = unsafe { slice(info.p_binds, info.bind_count) };
        let buffer = Buffer::get(info.buffer)?;
        let sparse =
            buffer.sparse().ok_or(Error::InvalidUsage("vkQueueBindSparse: the buffer is not sparse"))?;
        requests.try_reserve(binds.len()).map_err(|_| Error::OutOfHostMemory)?;
        for bind in binds {
            requests.push(request(bind, sparse.range, buffer.size(), &mut memories)?);
        }
        buffers.push(buffer);
    }
    Ok(buffers)
}

/// One bind. Memory null is an unmap.
#[inline]
fn request(
    bind: &vk::SparseMemoryBind,
    resource: VaRange,
    resource_size: u64,
    memories: &mut Memories<'_>,
) -> Result<Request, Error> {
    let range = target(bind.resource_offset, bind.size, resource, resource_size)?;
    if bind.memory == vk::DeviceMemory::null() {
        return Ok(Request::Unmap { range });
    }
    let bo = memories.find(bind.memory).ok_or(Error::InvalidHandle)?;
    Ok(Request::Map { range, bo, offset: BoOffset(bind.memory_offset), flags: MapFlags::default() })
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
    /// `None` for memory that does not exist, or not in this device: its BO has another one's name here.
    #[inline]
    fn find(&mut self, handle: vk::DeviceMemory) -> Option<BoId> {
        if self.last.0 != handle {
            let memory = self.view.get(handle).filter(|memory| memory.is_of(self.device));
            self.last = (handle, memory.map(|memory| memory.bo_id));
        }
        self.last.1
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
