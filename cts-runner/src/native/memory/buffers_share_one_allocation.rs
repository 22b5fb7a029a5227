//! Buffers bound at offsets of one memory keep to their own ranges.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute];

pub(super) fn run(cx: &Context) -> Outcome {
    let none = vk::BufferCreateFlags::empty();
    let buffers: Vec<_> = (0..16).map(|_| Buffer::new(&cx.device, 1000, none)).collect::<vk::Result<_>>()?;
    let need = buffers[0].requirements;
    let stride = need.size.next_multiple_of(need.alignment);
    let memory = vk::Memory::host(&cx.device, stride * 16, need.memory_type_bits)?;
    memory.fill(0xff);
    for (i, buffer) in (0..).zip(&buffers) {
        buffer.bind(&memory, i * stride)?;
    }
    cx.run(|r| (0..).zip(&buffers).for_each(|(i, buffer)| r.fill(buffer, 0, 1000, i)))?;
    for i in 0..16u32 {
        let start = u64::from(i) * stride;
        uniform(&format!("buffer {i}"), &memory.read(start, 250), i)?;
        uniform("the gap behind it", &memory.read(start + 1000, (stride as usize - 1000) / 4), u32::MAX)?;
    }
    Ok(())
}
