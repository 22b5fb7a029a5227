//! Fences, semaphores and events.

use ash::vk;

use super::destroy;
use crate::error::Error;
use crate::guard::{guard, input, output, slice};
use crate::handle::{self, Object};
use crate::object::device::Device;
use crate::sync::event::Event;
use crate::sync::fence::Fence;
use crate::sync::host_wait::{self, Until};
use crate::sync::semaphore::Semaphore;
use crate::sync::signal::Point;

/// `vkCreateFence`.
pub(super) unsafe extern "system" fn create_fence(
    _device: vk::Device,
    info: *const vk::FenceCreateInfo<'_>,
    _allocator: *const vk::AllocationCallbacks<'_>,
    fence: *mut vk::Fence,
) -> vk::Result {
    // SAFETY: VUID-vkCreateFence-pCreateInfo-parameter, VUID-vkCreateFence-pFence-parameter.
    guard(|| unsafe { output(fence, Fence::new(input(info)?).insert()) })
}

/// `vkDestroyFence`.
pub(super) unsafe extern "system" fn destroy_fence(
    _device: vk::Device,
    fence: vk::Fence,
    _allocator: *const vk::AllocationCallbacks<'_>,
) {
    guard(|| destroy::<Fence>(fence).map(drop))
}

/// `vkResetFences`.
pub(super) unsafe extern "system" fn reset_fences(
    _device: vk::Device,
    count: u32,
    fences: *const vk::Fence,
) -> vk::Result {
    guard(|| {
        // SAFETY: VUID-vkResetFences-pFences-parameter.
        let fences = unsafe { slice(fences, count) };
        fences.iter().try_for_each(|&fence| Fence::get(fence).map(|fence| fence.reset()))
    })
}

/// `vkGetFenceStatus`.
pub(super) unsafe extern "system" fn get_fence_status(device: vk::Device, fence: vk::Fence) -> vk::Result {
    guard(|| {
        let signaled = Fence::get(fence)?.is_signaled();
        // SAFETY: VUID-vkGetFenceStatus-device-parameter.
        check_device(unsafe { handle::get::<Device>(device)? })?;
        Ok(if signaled { vk::Result::SUCCESS } else { vk::Result::NOT_READY })
    })
}

/// `vkWaitForFences`.
pub(super) unsafe extern "system" fn wait_for_fences(
    device: vk::Device,
    count: u32,
    fences: *const vk::Fence,
    wait_all: vk::Bool32,
    timeout: u64,
) -> vk::Result {
    guard(|| {
        // SAFETY: VUID-vkWaitForFences-pFences-parameter.
        let fences = unsafe { slice(fences, count) };
        let points =
            fences.iter().map(|&fence| Ok(Fence::get(fence)?.point())).collect::<Result<Points, Error>>()?;
        let until = if wait_all == vk::FALSE { Until::Any } else { Until::All };
        // SAFETY: VUID-vkWaitForFences-device-parameter.
        wait(unsafe { handle::get::<Device>(device)? }, &points, until, timeout)
    })
}

/// `vkCreateSemaphore`.
pub(super) unsafe extern "system" fn create_semaphore(
    _device: vk::Device,
    info: *const vk::SemaphoreCreateInfo<'_>,
    _allocator: *const vk::AllocationCallbacks<'_>,
    semaphore: *mut vk::Semaphore,
) -> vk::Result {
    // SAFETY: VUID-vkCreateSemaphore-pCreateInfo-parameter, VUID-vkCreateSemaphore-pSemaphore-parameter.
    guard(|| unsafe { output(semaphore, Semaphore::new(input(info)?)?.insert()) })
}

/// `vkDestroySemaphore`.
pub(super) unsafe extern "system" fn destroy_semaphore(
    _device: vk::Device,
    semaphore: vk::Semaphore,
    _allocator: *const vk::AllocationCallbacks<'_>,
) {
    guard(|| destroy::<Semaphore>(semaphore).map(drop))
}

/// `vkGetSemaphoreCounterValue`.
pub(super) unsafe extern "system" fn get_semaphore_counter_value(
    device: vk::Device,
    semaphore: vk::Semaphore,
    value: *mut u64,
) -> vk::Result {
    guard(|| {
        // SAFETY: VUID-vkGetSemaphoreCounterValue-device-parameter.
        check_device(unsafe { handle::get::<Device>(device)? })?;
        // SAFETY: VUID-vkGetSemaphoreCounterValue-pValue-parameter.
        unsafe { output(value, Semaphore::get(semaphore)?.counter()?) }
    })
}

/// `vkWaitSemaphores`.
pub(super) unsafe extern "system" fn wait_semaphores(
    device: vk::Device,
    info: *const vk::SemaphoreWaitInfo<'_>,
    timeout: u64,
) -> vk::Result {
    guard(|| {
        // SAFETY: VUID-vkWaitSemaphores-pWaitInfo-parameter.
        let info = unsafe { input(info)? };
        // SAFETY: members of a valid structure.
        let (semaphores, values) = unsafe {
            (slice(info.p_semaphores, info.semaphore_count), slice(info.p_values, info.semaphore_count))
        };
        let point = |(&semaphore, &value)| Semaphore::get(semaphore)?.timeline_point(value);
        let points = semaphores.iter().zip(values).map(point).collect::<Result<Points, Error>>()?;
        let until = if info.flags.contains(vk::SemaphoreWaitFlags::ANY) { Until::Any } else { Until::All };
        // SAFETY: VUID-vkWaitSemaphores-device-parameter.
        wait(unsafe { handle::get::<Device>(device)? }, &points, until, timeout)
    })
}

/// `vkSignalSemaphore`.
pub(super) unsafe extern "system" fn signal_semaphore(
    _device: vk::Device,
    info: *const vk::SemaphoreSignalInfo<'_>,
) -> vk::Result {
    guard(|| {
        // SAFETY: VUID-vkSignalSemaphore-pSignalInfo-parameter.
        let info = unsafe { input(info)? };
        Semaphore::get(info.semaphore)?.timeline_point(info.value)?.raise();
        Ok(())
    })
}

/// `vkCreateEvent`.
pub(super) unsafe extern "system" fn create_event(
    _device: vk::Device,
    info: *const vk::EventCreateInfo<'_>,
    _allocator: *const vk::AllocationCallbacks<'_>,
    event: *mut vk::Event,
) -> vk::Result {
    guard(|| {
        // SAFETY: VUID-vkCreateEvent-pCreateInfo-parameter.
        unsafe { input(info)? };
        // SAFETY: VUID-vkCreateEvent-pEvent-parameter.
        unsafe { output(event, Event::default().insert()) }
    })
}

/// `vkDestroyEvent`.
pub(super) unsafe extern "system" fn destroy_event(
    _device: vk::Device,
    event: vk::Event,
    _allocator: *const vk::AllocationCallbacks<'_>,
) {
    guard(|| destroy::<Event>(event).map(drop))
}

/// `vkGetEventStatus`.
pub(super) unsafe extern "system" fn get_event_status(device: vk::Device, event: vk::Event) -> vk::Result {
    guard(|| {
        // SAFETY: VUID-vkGetEventStatus-device-parameter.
        check_device(unsafe { handle::get::<Device>(device)? })?;
        Ok(if Event::get(event)?.is_set() { vk::Result::EVENT_SET } else { vk::Result::EVENT_RESET })
    })
}

/// `vkSetEvent`.
pub(super) unsafe extern "system" fn set_event(_device: vk::Device, event: vk::Event) -> vk::Result {
    guard(|| Event::get(event).map(|event| event.set()))
}

/// `vkResetEvent`.
pub(super) unsafe extern "system" fn reset_event(_device: vk::Device, event: vk::Event) -> vk::Result {
    guard(|| Event::get(event).map(|event| event.reset()))
}

type Points = smallvec::SmallVec<[Point; 4]>;

/// Waits, and says what `vkWaitFor*` returns.
fn wait(device: &Device, points: &[Point], until: Until, timeout: u64) -> Result<vk::Result, Error> {
    check_device(device)?;
    let met = host_wait::wait(points, until, timeout);
    check_device(device)?;
    Ok(if met { vk::Result::SUCCESS } else { vk::Result::TIMEOUT })
}

fn check_device(device: &Device) -> Result<(), Error> {
    if device.is_lost() { Err(Error::DeviceLost("device")) } else { Ok(()) }
}
