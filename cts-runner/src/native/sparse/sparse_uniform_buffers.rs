//! A uniform buffer may be sparse: bound parts give their values, unbound ones zero.

use crate::native::prelude::*;
use crate::native::support::Pages;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::SparseResidency, Need::StrictZero];

pub(super) fn run(cx: &Context) -> Outcome {
    let pages = Pages::new(cx, 2, 1)?;
    pages.bind(&[pages.map(1, 0)])?;
    let result = cx.host(1024)?;
    let sets =
        [[(vk::DescriptorType::UNIFORM_BUFFER, 1), (vk::DescriptorType::STORAGE_BUFFER, 1)].as_slice()];
    let kernel =
        Kernel::new(&cx.device, vk::UNIFORM, vk::KernelOptions { sets: &sets, ..Default::default() })?;
    for (page, expected) in [(0, vec![0; 256]), (1, pages.pattern(0)[..256].to_vec())] {
        let uniform = Bound::part(&pages.buffer, page * pages.page(), 1024);
        let set = kernel.set(&[uniform, Bound::whole(&result)])?;
        cx.run(|r| {
            r.run(&kernel, &set, &[], 4);
            r.barrier();
        })?;
        same(&format!("page {page} as a uniform buffer"), &result.words(), &expected)?;
    }
    Ok(())
}
