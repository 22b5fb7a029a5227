//! Logical devices of two physical devices. Each case makes such a device beside that of its context.

mod each_device_has_its_own_binds;
mod groups_name_every_device_once;
mod masks_say_who_executes;

use super::Context;
use crate::vk::{self, Buffer, Check as _, Commands, Device, DeviceOptions, Fence, Queue};

super::cases!("device_group":
    each_device_has_its_own_binds,
    groups_name_every_device_once,
    masks_say_who_executes,
);

/// A device of the first two physical devices of the group.
fn pair(cx: &Context) -> vk::Result<Device> {
    Device::new(&cx.device.physical, DeviceOptions { robust: true, members: 2 })
}

/// Submits commands to be executed by the devices of a mask, and waits.
fn run_on(device: &Device, queue: &Queue, commands: &Commands, mask: u32) -> vk::Result<()> {
    let fence = Fence::new(device, false)?;
    let (masks, handles) = ([mask], [commands.handle]);
    let mut group = vk::DeviceGroupSubmitInfo::default().command_buffer_device_masks(&masks);
    let info = vk::SubmitInfo::default().command_buffers(&handles).push_next(&mut group);
    // SAFETY: everything pointed to outlives the call; the queue is of a device that only this case uses.
    unsafe { device.raw.queue_submit(queue.handle, &[info], fence.handle) }.at("vkQueueSubmit")?;
    fence.wait()
}

/// Words of a buffer, as a device sees them.
fn words_on(device: &Device, queue: &Queue, buffer: &Buffer, size: u64, index: u32) -> vk::Result<Vec<u32>> {
    let host = vk::HostBuffer::new(device, size)?;
    let commands = Commands::record(device, queue.family, |r| {
        r.barrier();
        r.copy(buffer, 0, &host, 0, size);
        r.barrier();
    })?;
    run_on(device, queue, &commands, 1 << index)?;
    Ok(host.words())
}
