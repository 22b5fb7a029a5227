//! The last page of a buffer whose size is no multiple of the page is bound up to the buffer's size.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::SparseResidency];

pub(super) fn run(cx: &Context) -> Outcome {
    let page = SparseBuffer::new(&cx.device, 1 << 16)?.page;
    for tail in [4, 256, page - 4] {
        let buffer = SparseBuffer::new(&cx.device, 2 * page + tail)?;
        check!(buffer.requirements.size >= buffer.size, "requirements smaller than the buffer");
        check!(
            buffer.requirements.size.is_multiple_of(page),
            "required size is no multiple of the alignment"
        );
        let memory = buffer.memory(&cx.device, 3)?;
        memory.fill(0x5a);
        cx.sparse()?.bind(
            &cx.device,
            &buffer,
            &[Bind::to(2 * page, buffer.requirements.size - 2 * page, &memory, page)],
        )?;
        let found = cx.probe(Bound::part(&buffer, 2 * page, tail), 0, 1, tail as u32 / 4)?;
        uniform(&format!("a tail of {tail} bytes"), &found, 0x5a5a_5a5a)?;
        // Robust access: nothing beyond the buffer's end is written.
        cx.scribble(Bound::part(&buffer, 2 * page, tail), 0, 1, (page / 4) as u32, 1)?;
        let behind = memory.read::<u32>(page + tail.next_multiple_of(16), ((page - tail) / 4) as usize & !3);
        uniform("memory behind the buffer's end", &behind, 0x5a5a_5a5a)?;
    }
    Ok(())
}
