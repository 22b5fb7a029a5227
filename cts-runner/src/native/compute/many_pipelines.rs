//! A hundred pipelines that live at once each do their own work; more come and go.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute];

pub(super) fn run(cx: &Context) -> Outcome {
    let output = cx.host(4004)?;
    let sets = [[(vk::DescriptorType::STORAGE_BUFFER, 1)].as_slice()];
    let make = |factor: u32| {
        let constants = [(0, 8), (1, factor)];
        let options = vk::KernelOptions { sets: &sets, constants: &constants, ..Default::default() };
        Kernel::new(&cx.device, vk::SPECIALIZED, options)
    };
    let kernels = (1..=100).map(make).collect::<vk::Result<Vec<_>>>()?;
    for factor in 101..150 {
        drop(make(factor)?);
    }
    for (factor, kernel) in (1..).zip(&kernels) {
        let set = kernel.set(&[Bound::whole(&output)])?;
        cx.run(|r| {
            r.run(kernel, &set, &[], 1);
            r.barrier();
        })?;
        let expected: Vec<u32> =
            (0..8).map(|i| (i + 1) * factor + 99 + 6 + (2 * factor + 1) * 1000).collect();
        same(&format!("pipeline {factor}"), &output.words()[..8], &expected)?;
    }
    Ok(())
}
