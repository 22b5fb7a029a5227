//! A fill writes its words and nothing around them; a whole-size fill goes to the last whole word.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute];

pub(super) fn run(cx: &Context) -> Outcome {
    let buffer = cx.host(1023)?;
    for (offset, size, words) in
        [(0, 4, 1), (4, 100, 25), (1000, vk::WHOLE_SIZE, 5), (0, vk::WHOLE_SIZE, 255)]
    {
        buffer.memory.fill(0x11);
        cx.run(|r| {
            r.fill(&buffer, offset, size, 0xabcd_ef01);
            r.barrier();
        })?;
        let mut expected = vec![0x1111_1111; 255];
        expected[offset as usize / 4..][..words].fill(0xabcd_ef01);
        same(&format!("fill of {size} at {offset}"), &buffer.words(), &expected)?;
        check_eq!(buffer.memory.read::<u8>(1020, 3), vec![0x11; 3], "the bytes behind the last word");
    }
    Ok(())
}
