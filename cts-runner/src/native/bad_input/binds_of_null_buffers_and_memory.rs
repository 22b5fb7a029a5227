//! Null memory unbinds. Buffers that are null or unknown, and memory that is unknown or of another device, are refused
//! or ignored.

use ash::vk::Handle as _;

use super::{Guarded, Verdict};
use crate::native::prelude::*;
use crate::vk::Memory;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::SparseResidency, Need::StrictZero];

pub(super) fn run(cx: &Context) -> Outcome {
    let guarded = Guarded::new(cx)?;
    let page = guarded.page();
    // Unbinding what is not bound.
    guarded.try_bind(&Bind::none(2 * page, page), Verdict::Unchanged)?;
    // A memory offset beside null memory means nothing.
    let odd = Bind { offset: 2 * page, size: page, memory: Some((vk::DeviceMemory::null(), 12_345)) };
    guarded.try_bind(&odd, Verdict::Unchanged)?;
    unknown_memory(cx, &guarded)?;
    unknown_buffers(cx, &guarded)
}

/// Memory that is no more, never was, or belongs to another device.
fn unknown_memory(cx: &Context, guarded: &Guarded<'_>) -> Outcome {
    let page = guarded.page();
    let freed = Memory::host(&cx.device, page, u32::MAX)?.handle;
    let other = Device::new(&cx.device.physical, vk::DeviceOptions::default())?;
    let foreign = Memory::host(&other, page, u32::MAX)?;
    for memory in [freed, vk::DeviceMemory::from_raw(0x1234_5678_9abc), foreign.handle] {
        let bind = Bind { offset: 2 * page, size: page, memory: Some((memory, 0)) };
        guarded.try_bind(&bind, Verdict::Unchanged)?;
    }
    Ok(())
}

/// Buffers that are null, are no more, never were, or are not sparse.
fn unknown_buffers(cx: &Context, guarded: &Guarded<'_>) -> Outcome {
    let page = guarded.page();
    let destroyed = SparseBuffer::new(&cx.device, 4 * page)?.handle;
    let plain = cx.host(page)?;
    let binds = [Bind::to(0, page, guarded.memory(), 0).raw()];
    for buffer in
        [ash::vk::Buffer::null(), destroyed, ash::vk::Buffer::from_raw(0x1234_5678_9abc), plain.handle]
    {
        let infos = [vk::SparseBufferMemoryBindInfo::default().buffer(buffer).binds(&binds)];
        let info = vk::BindSparseInfo::default().buffer_binds(&infos);
        let fence = Fence::new(&cx.device, false)?;
        if cx.sparse()?.bind_raw(&cx.device, &[info], Some(&fence)).is_ok() {
            fence.wait()?;
        }
        guarded.expect_unchanged()?;
    }
    Ok(())
}
