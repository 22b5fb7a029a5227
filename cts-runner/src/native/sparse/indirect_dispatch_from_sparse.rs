//! The group counts of an indirect dispatch may lie in a sparse buffer; an unbound place means no groups.

use crate::native::prelude::*;
use crate::native::support::Pages;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::SparseResidency, Need::StrictZero];

pub(super) fn run(cx: &Context) -> Outcome {
    let pages = Pages::new(cx, 2, 1)?;
    pages.bind(&[pages.map(1, 0)])?;
    pages.memory.write(16, &[2u32, 1, 1]);
    let result = cx.host(4096)?;
    let kernel = cx.kernel(vk::SCRIBBLE, 1, 16)?;
    let set = kernel.set(&[Bound::whole(&result)])?;
    for (offset, written) in [(0, 0), (pages.page() + 16, 128u32)] {
        cx.run(|r| {
            r.bind(&kernel, &[&set], &[], &[0, 1, 1024, 1]);
            // SAFETY: recording; the buffer is alive and made for indirect use.
            unsafe { cx.device.raw.cmd_dispatch_indirect(r.handle, pages.buffer.handle, offset) };
            r.barrier();
        })?;
        let expected: Vec<u32> = (0..1024).map(|i| if i < written { i + 1 } else { 0 }).collect();
        same(&format!("groups from offset {offset}"), &result.words(), &expected)?;
    }
    Ok(())
}
