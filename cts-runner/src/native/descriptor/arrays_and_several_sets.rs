//! Arrays of descriptors, written element by element and across elements, and two sets with different kinds.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute];

pub(super) fn run(cx: &Context) -> Outcome {
    let storage = vk::DescriptorType::STORAGE_BUFFER;
    let first = [(storage, 4)];
    let second = [(vk::DescriptorType::UNIFORM_BUFFER, 1), (storage, 1)];
    let sets = [first.as_slice(), second.as_slice()];
    let options = vk::KernelOptions { sets: &sets, push_bytes: 4, ..Default::default() };
    let kernel = Kernel::new(&cx.device, vk::DYNAMIC_ARRAYS, options)?;
    let data = (0..4u32)
        .map(|i| HostBuffer::of(&cx.device, &(0..64 + 32 * i).map(|w| w + 1000 * i).collect::<Vec<_>>()))
        .collect::<vk::Result<Vec<_>>>()?;
    let (scale, result) = (HostBuffer::of(&cx.device, &[3u32])?, cx.host(128)?);
    let (arrays, others) = (kernel.empty_set(0)?, kernel.empty_set(1)?);
    arrays.write(0, 3, &[Bound::whole(&data[3])]);
    arrays.write(0, 0, &[Bound::whole(&data[0]), Bound::whole(&data[1]), Bound::whole(&data[2])]);
    others.write(0, 0, &[Bound::whole(&scale)]);
    others.write(1, 0, &[Bound::whole(&result)]);
    for which in 0..4 {
        cx.run(|r| {
            r.bind(&kernel, &[&arrays, &others], &[], &[which]);
            r.dispatch([1, 1, 1]);
            r.barrier();
        })?;
        let expected: Vec<u32> = (0..32).map(|i| (i + 1000 * which) * 3 + 64 + 32 * which).collect();
        same(&format!("array element {which}"), &result.words(), &expected)?;
    }
    Ok(())
}
