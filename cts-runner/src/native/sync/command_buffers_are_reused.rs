//! A command buffer can be submitted again, recorded anew, and reset with its pool.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute];

pub(super) fn run(cx: &Context) -> Outcome {
    let buffer = cx.host(1024)?;
    let commands = Commands::record(&cx.device, cx.compute()?.family, |r| r.fill(&buffer, 0, 512, 1))?;
    for _ in 0..10 {
        buffer.memory.fill(0);
        cx.compute()?.run_recorded(&cx.device, &[&commands])?;
        check_eq!(buffer.words()[..129], [vec![1; 128], vec![0]].concat()[..], "the buffer");
    }
    for value in 2..20 {
        commands.rerecord(|r| r.fill(&buffer, 512, 512, value))?;
        cx.compute()?.run_recorded(&cx.device, &[&commands])?;
        uniform("the second half", &buffer.words()[128..], value)?;
        uniform("the first half", &buffer.words()[..128], 1)?;
    }
    Ok(())
}
