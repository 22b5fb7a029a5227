//! Wrong or extreme arguments: the driver neither crashes nor touches what it should not.

mod binds_of_null_buffers_and_memory;
mod binds_out_of_range;
mod broken_shaders_are_refused;
mod copies_of_nothing;
mod heap_descriptors_stay_in_their_range;
mod null_handles_are_ignored;
mod overlapping_binds_in_one_call;
mod stale_handles_in_sets;
mod unaligned_sparse_binds;
mod zero_sized_binds;

super::cases!("bad_input":
    binds_of_null_buffers_and_memory,
    binds_out_of_range,
    broken_shaders_are_refused,
    copies_of_nothing,
    heap_descriptors_stay_in_their_range,
    null_handles_are_ignored,
    overlapping_binds_in_one_call,
    stale_handles_in_sets,
    unaligned_sparse_binds,
    zero_sized_binds,
);

// --- shared ---
use super::support::Pages;
use super::{Context, Outcome};
use crate::vk::{self, Bind, Buffer, Fence, Memory};

/// What a driver may do with a bind.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// Accept or refuse it; whatever it accepts stays inside the middle of the buffer.
    Either,
    /// Nothing may change.
    Unchanged,
}

/// A buffer of which the two first and the two last pages are bound, as guards around two pages in the middle.
struct Guarded<'a> {
    cx: &'a Context,
    pages: Pages<'a>,
}

impl<'a> Guarded<'a> {
    fn new(cx: &'a Context) -> vk::Result<Self> {
        let pages = Pages::new(cx, 6, 6)?;
        pages.bind(&[pages.buffer.map(0, 2, &pages.memory, 0), pages.buffer.map(4, 2, &pages.memory, 4)])?;
        Ok(Self { cx, pages })
    }

    fn page(&self) -> u64 {
        self.pages.page()
    }

    fn size(&self) -> u64 {
        6 * self.page()
    }

    fn memory(&self) -> &Memory {
        &self.pages.memory
    }

    fn buffer(&self) -> &Buffer {
        &self.pages.buffer
    }

    /// Tries a bind; then the guards must be as before, no memory may be written, and after unbinding the middle
    /// everything is.
    fn try_bind(&self, bind: &Bind, verdict: Verdict) -> Outcome {
        let fence = Fence::new(&self.cx.device, false)?;
        let binds = [*bind];
        let info = vk::BindInfo { buffers: &[(&self.pages.buffer, &binds)], ..Default::default() };
        let accepted = self.cx.sparse()?.bind_sparse(&self.cx.device, &[info], Some(&fence)).is_ok();
        if accepted {
            fence.wait()?;
        }
        if verdict == Verdict::Either {
            self.pages.bind(&[self.pages.buffer.unmap(2, 2)])?;
        }
        self.expect_unchanged()
    }

    /// The guards show their memory, the middle is empty, the memory is as it was.
    fn expect_unchanged(&self) -> Outcome {
        self.pages.expect(&[Some(0), Some(1), None, None, Some(4), Some(5)])?;
        (0..6).try_for_each(|m| self.pages.expect_untouched(m))
    }
}
