//! Descriptors are not written beyond the bytes that are there for them; shaders without mappings and heaps at odd addresses are
//! refused, or at least survived.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::DescriptorHeap];

pub(super) fn run(cx: &Context) -> Outcome {
    let heap = vk::ResourceHeap::new(&cx.device, 2, 0)?;
    let buffer = cx.host(64)?;
    let range = Some((buffer.address()?, 64));
    let size = heap.properties.buffer_descriptor_size as usize;
    for room in 0..=size {
        let mut bytes = vec![0xa5u8; size + 64];
        let (inside, _) = bytes.split_at_mut(room);
        let written =
            vk::write_descriptor(&cx.device, vk::DescriptorType::STORAGE_BUFFER, range, inside).is_ok();
        check!(written || room < size, "a descriptor with all the room it needs is refused");
        check!(bytes[room..].iter().all(|&byte| byte == 0xa5), "written behind {room} bytes");
    }
    // No such descriptors are in heaps.
    let mut bytes = vec![0u8; 4096];
    drop(vk::write_descriptor(&cx.device, vk::DescriptorType::STORAGE_BUFFER_DYNAMIC, range, &mut bytes));
    // Whether it compiles does not matter; it is never run.
    drop(vk::HeapKernel::new(&cx.device, vk::PROBE, &[]));
    drop(vk::HeapKernel::new(&cx.device, vk::PROBE, &[vk::Mapping::PushData(u32::MAX); 2]));
    let family = cx.compute()?.family;
    let odd = Commands::record(&cx.device, family, |r| drop(r.bind_heap(&heap, 1)));
    let much = Commands::record(&cx.device, family, |r| drop(r.push_data(4, &[0; 4096])));
    drop((odd, much));
    cx.run(|r| r.fill(&buffer, 0, 64, 5))?;
    uniform("a buffer afterwards", &buffer.words(), 5)
}
