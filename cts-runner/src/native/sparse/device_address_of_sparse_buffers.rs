//! Loads and stores through a sparse buffer's device address see binds like descriptors do.

use crate::native::prelude::*;
use crate::native::support::Pages;

pub(super) const NEEDS: &[Need] =
    &[Need::Compute, Need::SparseResidency, Need::StrictZero, Need::DeviceAddress];

pub(super) fn run(cx: &Context) -> Outcome {
    let pages = Pages::new(cx, 3, 2)?;
    pages.bind(&[pages.map(0, 1), pages.map(2, 0)])?;
    let words = pages.words();
    let result = cx.host(3 * pages.page())?;
    let kernel = cx.kernel(vk::ADDRESS_COPY, 0, 24)?;
    let copy = |from: u64, to: u64| {
        let push = [from as u32, (from >> 32) as u32, to as u32, (to >> 32) as u32, 3 * words];
        cx.run(|r| {
            r.bind(&kernel, &[], &[], &push);
            r.dispatch([(3 * words).div_ceil(64), 1, 1]);
            r.barrier();
        })
    };
    copy(pages.buffer.address()?, result.address()?)?;
    let expected = [pages.pattern(1), vec![0; words as usize], pages.pattern(0)].concat();
    same("read through the address", &result.words(), &expected)?;

    let new: Vec<u32> = (0..3 * words).map(|i| i | 1 << 30).collect();
    let source = HostBuffer::of(&cx.device, &new)?;
    copy(source.address()?, pages.buffer.address()?)?;
    same("memory page 1", &pages.memory_page(1), &new[..words as usize])?;
    same("memory page 0", &pages.memory_page(0), &new[2 * words as usize..])?;
    pages.expect(&[Some(1), None, Some(0)])
}
