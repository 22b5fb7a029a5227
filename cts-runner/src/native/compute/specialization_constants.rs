//! Specialization constants replace defaults: group size, numbers, a boolean, an array length, and what is computed
//! from them; without them the defaults hold.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute];

pub(super) fn run(cx: &Context) -> Outcome {
    let output = cx.host(4004)?;
    let sets = [[(vk::DescriptorType::STORAGE_BUFFER, 1)].as_slice()];
    let some = [(0, 24), (1, 5), (2, (-7i32) as u32), (3, 1), (4, 2.25f32.to_bits()), (5, 4)];
    let value = |i: u32, factor: u32, offset: i32, scale: u32, length: u32| {
        (i + length - 1) * factor + (offset + 100) as u32 + scale + (length * factor + 1) * 1000
    };
    for (constants, size) in [(some.as_slice(), 24), (&some[..1], 24), (&[(5, 3), (0, 7)], 7)] {
        let options = vk::KernelOptions { sets: &sets, constants, ..Default::default() };
        let kernel = Kernel::new(&cx.device, vk::SPECIALIZED, options)?;
        let set = kernel.set(&[Bound::whole(&output)])?;
        cx.run(|r| {
            r.run(&kernel, &set, &[], 3);
            r.barrier();
        })?;
        let expected: Vec<u32> = (0..3 * size)
            .map(|i| match constants.len() {
                6 => 2 * value(i, 5, -7, 9, 4),
                1 => value(i, 3, -1, 6, 2),
                _ => value(i, 3, -1, 6, 3),
            })
            .collect();
        let words = output.words();
        same(&format!("{} constants", constants.len()), &words[..expected.len()], &expected)?;
        check_eq!(words[1000], size, "gl_WorkGroupSize.x");
    }
    Ok(())
}
