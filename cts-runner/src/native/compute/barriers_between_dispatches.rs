//! A barrier between dispatches makes the writes of one visible to the next, two hundred times over.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute];

pub(super) fn run(cx: &Context) -> Outcome {
    const COUNT: u32 = 4096;
    let places: Vec<u32> = (0..COUNT).map(|i| (i * 13 + 5) % COUNT).collect();
    let list = HostBuffer::of(&cx.device, &places)?;
    let start: Vec<u32> = (0..COUNT).collect();
    let (a, b) = (HostBuffer::of(&cx.device, &start)?, cx.host(u64::from(COUNT) * 4)?);
    let kernel = cx.kernel(vk::GATHER, 3, 4)?;
    let there = kernel.set(&[Bound::whole(&a), Bound::whole(&list), Bound::whole(&b)])?;
    let back = kernel.set(&[Bound::whole(&b), Bound::whole(&list), Bound::whole(&a)])?;
    cx.run(|r| {
        for _ in 0..100 {
            r.run(&kernel, &there, &[COUNT], COUNT / 64);
            r.barrier();
            r.run(&kernel, &back, &[COUNT], COUNT / 64);
            r.barrier();
        }
    })?;
    let mut expected = start;
    for _ in 0..200 {
        expected = places.iter().map(|&at| expected[at as usize]).collect();
    }
    same("after 200 permutations", &a.words(), &expected)
}
