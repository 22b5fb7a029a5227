//! Global, local and group indices are right in three dimensions, and every invocation runs once.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute];

pub(super) fn run(cx: &Context) -> Outcome {
    let (groups, local) = ([5u32, 3, 4], [4u32, 3, 2]);
    let size = [0, 1, 2].map(|d| groups[d] * local[d]);
    let output = cx.host(u64::from(size.iter().product::<u32>()) * 16)?;
    let kernel = cx.kernel(vk::BUILTINS, 1, 0)?;
    let set = kernel.set(&[Bound::whole(&output)])?;
    cx.run(|r| {
        r.bind(&kernel, &[&set], &[], &[]);
        r.dispatch(groups);
        r.barrier();
    })?;
    let mut expected = Vec::new();
    for z in 0..size[2] {
        for y in 0..size[1] {
            for x in 0..size[0] {
                let l = [x % local[0], y % local[1], z % local[2]];
                expected.extend([
                    l[0] + local[0] * (l[1] + local[1] * l[2]),
                    l[0] | l[1] << 8 | l[2] << 16,
                    (x / local[0]) | (y / local[1]) << 8 | (z / local[2]) << 16,
                    1,
                ]);
            }
        }
    }
    same("indices", &output.words(), &expected)
}
