//! `gpu-allocator`, the allocator of many Rust engines.

use std::sync::{Mutex, PoisonError};

use gpu_allocator::MemoryLocation;
use gpu_allocator::vulkan::{
    Allocation, AllocationCreateDesc, AllocationScheme, Allocator, AllocatorCreateDesc,
};

use super::{Part, Source, buffers_come_and_go, images_live_side_by_side, sparse_pages};
use crate::native::Failure;
use crate::native::prelude::*;

type Test = fn(&Context, &Crate) -> Outcome;

pub(super) fn cases() -> Vec<Case> {
    let tests: [(&str, Test, &[Need]); 3] = [
        ("buffers_come_and_go", buffers_come_and_go, &[]),
        ("images_live_side_by_side", images_live_side_by_side, &[]),
        ("sparse_pages", sparse_pages, &[Need::SparseResidency]),
    ];
    tests
        .into_iter()
        .map(|(name, test, more)| {
            let needs = [&[Need::Compute][..], more].concat();
            Case::with(format!("allocators.gpu_allocator.{name}"), needs, move |cx| {
                test(cx, &Crate::new(cx)?)
            })
        })
        .collect()
}

/// The allocator; it wants to be changed alone.
struct Crate(Mutex<Allocator>);

impl Crate {
    fn new(cx: &Context) -> Result<Self, Failure> {
        let physical = &cx.device.physical;
        let allocator = Allocator::new(&AllocatorCreateDesc {
            instance: physical.instance.raw().clone(),
            device: cx.device.raw.clone(),
            physical_device: physical.handle,
            debug_settings: Default::default(),
            buffer_device_address: physical.extra.device_address,
            allocation_sizes: Default::default(),
        });
        Ok(Self(Mutex::new(allocator.map_err(complaint)?)))
    }
}

fn complaint(error: gpu_allocator::AllocationError) -> Failure {
    Failure::Wrong(format!("gpu-allocator: {error}"))
}

impl Source for Crate {
    type Allocation = Allocation;

    fn take(&self, requirements: vk::MemoryRequirements) -> Result<(Allocation, Part), Failure> {
        let allocation = self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .allocate(&AllocationCreateDesc {
                name: "page",
                requirements,
                location: MemoryLocation::GpuOnly,
                linear: true,
                allocation_scheme: AllocationScheme::GpuAllocatorManaged,
            })
            .map_err(complaint)?;
        // SAFETY: the handle is used for binds only, and the allocation outlives them.
        let memory = unsafe { allocation.memory() };
        let part = Part { memory, offset: allocation.offset(), size: allocation.size() };
        check!(part.offset.is_multiple_of(requirements.alignment), "gpu-allocator: {part:?} is not aligned");
        check!(part.size >= requirements.size, "gpu-allocator: {part:?} is too small");
        Ok((allocation, part))
    }

    fn give_back(&self, allocation: Allocation) {
        let freed = self.0.lock().unwrap_or_else(PoisonError::into_inner).free(allocation);
        if let Err(error) = freed {
            log::warn!("gpu-allocator: {error}");
        }
    }
}
