//! Dynamic offsets move the range that a descriptor shows, and nothing else.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute];

pub(super) fn run(cx: &Context) -> Outcome {
    let dynamic = vk::DescriptorType::STORAGE_BUFFER_DYNAMIC;
    let bindings = [(dynamic, 1), (vk::DescriptorType::STORAGE_BUFFER, 1), (dynamic, 1)];
    let sets = [bindings.as_slice()];
    let options = vk::KernelOptions { sets: &sets, ..Default::default() };
    let kernel = Kernel::new(&cx.device, vk::COPY_BUFFERS, options)?;
    let words: Vec<u32> = (0..4096).collect();
    let (a, b) = (HostBuffer::of(&cx.device, &words)?, HostBuffer::of(&cx.device, &words)?);
    let out = cx.host(16_384)?;
    let set =
        kernel.set(&[Bound::part(&a, 256, 1024), Bound::part(&b, 512, 1024), Bound::part(&out, 0, 1024)])?;
    for (in_offset, out_offset) in [(0u32, 0u32), (256, 1024), (4096, 8192), (14_848, 15_360)] {
        out.memory.fill(0);
        cx.run(|r| {
            r.bind(&kernel, &[&set], &[in_offset, out_offset], &[]);
            r.dispatch([1, 1, 1]);
            r.barrier();
        })?;
        let mut expected = vec![0; 4096];
        for i in 0..32 {
            expected[(out_offset / 4 + i) as usize] = (64 + in_offset / 4 + i) + 2 * (128 + i);
        }
        same(&format!("offsets {in_offset} and {out_offset}"), &out.words(), &expected)?;
    }
    Ok(())
}
