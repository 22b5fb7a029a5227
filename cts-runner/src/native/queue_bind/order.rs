//! Fences and semaphores of binds, of each kind of resource, on each kind of queue.

use super::{Kind, Resource, Step};
use crate::native::prelude::*;
use crate::native::support::Role;

type Test = fn(&Context, &vk::Queue, Kind) -> Outcome;

const TESTS: [(&str, Test, &[Need]); 8] = [
    ("fence_tells_of_the_end", fence_tells_of_the_end, &[]),
    ("a_use_waits_by_binary_semaphore", use_waits_by_binary, &[]),
    ("a_use_waits_by_timeline", use_waits_by_timeline, &[Need::Timeline]),
    ("a_bind_waits_for_the_host", bind_waits_for_the_host, &[Need::Timeline]),
    ("a_bind_waits_for_a_submission", bind_waits_for_a_submission, &[]),
    ("infos_of_a_call_chain", infos_of_a_call_chain, &[]),
    ("several_semaphores", several_semaphores, &[]),
    ("binds_follow_each_other", binds_follow_each_other, &[]),
];

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (test_word, test, more) in TESTS {
        for (kind, kind_word) in Kind::ALL {
            for role in Role::ALL {
                let name = format!("queue_bind.{test_word}.{kind_word}.{}", role.name());
                let resident = if kind == Kind::Buffer { Need::SparseResidency } else { Need::SparseImages };
                let needs =
                    [&[Need::Compute, Need::StrictZero, resident, Need::Binder(role)][..], more].concat();
                cases.push(Case::with(name, needs, move |cx| test(cx, role.binder(&cx.device)?, kind)));
            }
        }
    }
    cases
}

fn page<'a>(page: u64) -> Step<'a> {
    Step { page: Some(page), ..Step::default() }
}

fn fence_tells_of_the_end(cx: &Context, queue: &vk::Queue, kind: Kind) -> Outcome {
    let resource = Resource::new(cx, kind, 3)?;
    let fence = Fence::new(&cx.device, false)?;
    for (bound, seen) in [(Some(2), 3), (None, 0), (Some(0), 1), (Some(1), 2), (None, 0)] {
        resource.bind(cx, queue, &[Step { page: bound, ..Step::default() }], Some(&fence))?;
        fence.wait()?;
        fence.reset()?;
        check_eq!(resource.look(cx)?, seen, "bound to {bound:?}");
    }
    Ok(())
}

/// A look on the first compute queue that waits for a bind.
fn look_after(cx: &Context, resource: &Resource, waits: vk::Waits<'_>) -> vk::Result<u32> {
    let to = cx.dirty(4)?;
    let queue = cx.compute()?;
    let commands = Commands::record(&cx.device, queue.family, |r| resource.record_look(r, &to, 0))?;
    let fence = Fence::new(&cx.device, false)?;
    queue.submit(&cx.device, &[Submit { commands: &[&commands], waits, signals: &[] }], Some(&fence))?;
    fence.wait()?;
    Ok(to.words()[0])
}

fn use_waits_by_binary(cx: &Context, queue: &vk::Queue, kind: Kind) -> Outcome {
    let resource = Resource::new(cx, kind, 4)?;
    let semaphore = Semaphore::binary(&cx.device)?;
    for target in [3, 1, 2, 0] {
        let signals = [(&semaphore, 0)];
        resource.bind(cx, queue, &[Step { signals: &signals, ..page(target) }], None)?;
        check_eq!(look_after(cx, &resource, &signals)?, target as u32 + 1, "page");
    }
    Ok(queue.wait_idle(&cx.device)?)
}

fn use_waits_by_timeline(cx: &Context, queue: &vk::Queue, kind: Kind) -> Outcome {
    let resource = Resource::new(cx, kind, 4)?;
    let timeline = Semaphore::timeline(&cx.device, 5)?;
    for (target, value) in [(3, 6), (1, 10), (2, 11), (0, 100)] {
        let signals = [(&timeline, value)];
        resource.bind(cx, queue, &[Step { signals: &signals, ..page(target) }], None)?;
        check_eq!(look_after(cx, &resource, &signals)?, target as u32 + 1, "page at {value}");
        check_eq!(timeline.value()?, value, "the timeline");
    }
    Ok(())
}

/// Until the host signals, what was bound before stays, and neither fence nor semaphore is signalled.
fn bind_waits_for_the_host(cx: &Context, queue: &vk::Queue, kind: Kind) -> Outcome {
    let resource = Resource::new(cx, kind, 2)?;
    let (gate, done) = (Semaphore::timeline(&cx.device, 0)?, Semaphore::timeline(&cx.device, 0)?);
    let fence = Fence::new(&cx.device, false)?;
    resource.bind(cx, queue, &[page(0)], Some(&fence))?;
    fence.wait()?;
    fence.reset()?;
    let (waits, signals) = ([(&gate, 1)], [(&done, 1)]);
    resource.bind(cx, queue, &[Step { waits: &waits, signals: &signals, ..page(1) }], Some(&fence))?;
    // On another queue, which does not wait for anything.
    let other = cx
        .device
        .queues
        .iter()
        .find(|other| !std::ptr::eq(*other, queue) && other.flags.contains(vk::QueueFlags::TRANSFER));
    if let Some(other) = other {
        let to = cx.dirty(4)?;
        other.run(&cx.device, |r| resource.record_look(r, &to, 0))?;
        check_eq!(to.words()[0], 1, "before the signal");
    }
    check!(!fence.wait_for(2_000_000)?, "the fence is signalled before the bind");
    check_eq!(done.value()?, 0, "the timeline before the bind");
    gate.signal(1)?;
    fence.wait()?;
    check_eq!(done.value()?, 1, "the timeline after the bind");
    check_eq!(resource.look(cx)?, 2, "after the signal");
    Ok(())
}

/// A copy that is submitted first, to another queue where there is one, sees what was bound before.
fn bind_waits_for_a_submission(cx: &Context, queue: &vk::Queue, kind: Kind) -> Outcome {
    let resource = Resource::new(cx, kind, 2)?;
    let fence = Fence::new(&cx.device, false)?;
    let user = cx.compute()?;
    let to = cx.dirty(8)?;
    let big = cx.host(16 << 20)?;
    for round in 0..4_u64 {
        resource.bind(cx, queue, &[page(round % 2)], Some(&fence))?;
        fence.wait()?;
        fence.reset()?;
        let commands = Commands::record(&cx.device, user.family, |r| {
            // Long enough that a bind that does not wait is there first.
            r.fill(&big, 0, vk::WHOLE_SIZE, 1);
            r.barrier();
            resource.record_look(r, &to, 0);
        })?;
        let semaphore = Semaphore::binary(&cx.device)?;
        let used = [(&semaphore, 0)];
        user.submit(&cx.device, &[Submit { commands: &[&commands], waits: &[], signals: &used }], None)?;
        resource.bind(cx, queue, &[Step { waits: &used, ..page((round + 1) % 2) }], Some(&fence))?;
        fence.wait()?;
        fence.reset()?;
        check_eq!(to.words()[0], (round % 2) as u32 + 1, "what the copy saw in round {round}");
        check_eq!(resource.look(cx)?, ((round + 1) % 2) as u32 + 1, "after round {round}");
    }
    Ok(())
}

/// Eight infos in one call, each of which waits for the one before: the last wins.
fn infos_of_a_call_chain(cx: &Context, queue: &vk::Queue, kind: Kind) -> Outcome {
    const INFOS: usize = 8;
    let resource = Resource::new(cx, kind, INFOS as u64)?;
    let semaphores: Vec<_> =
        (0..INFOS - 1).map(|_| Semaphore::binary(&cx.device)).collect::<vk::Result<_>>()?;
    let links: Vec<_> = semaphores.iter().map(|semaphore| [(semaphore, 0)]).collect();
    let steps: Vec<_> = (0..INFOS)
        .map(|n| Step {
            page: Some(n as u64),
            waits: n.checked_sub(1).map_or(&[], |before| &links[before][..]),
            signals: links.get(n).map_or(&[], |link| &link[..]),
        })
        .collect();
    let fence = Fence::new(&cx.device, false)?;
    resource.bind(cx, queue, &steps, Some(&fence))?;
    fence.wait()?;
    check_eq!(resource.look(cx)?, INFOS as u32, "after the chain");
    Ok(())
}

fn links(semaphores: &[Semaphore]) -> Vec<(&Semaphore, u64)> {
    semaphores.iter().map(|semaphore| (semaphore, 0)).collect()
}

/// A bind that signals four semaphores, each waited for by a use of its own; and a bind that waits for all uses.
fn several_semaphores(cx: &Context, queue: &vk::Queue, kind: Kind) -> Outcome {
    const USES: usize = 4;
    let resource = Resource::new(cx, kind, 2)?;
    let make = || -> vk::Result<Vec<_>> { (0..USES).map(|_| Semaphore::binary(&cx.device)).collect() };
    let (bound, used) = (make()?, make()?);
    resource.bind(cx, queue, &[Step { signals: &links(&bound), ..page(0) }], None)?;
    let to = cx.dirty(4 * USES as u64)?;
    let user = cx.compute()?;
    let looks: Vec<_> = (0..USES as u64)
        .map(|slot| Commands::record(&cx.device, user.family, |r| resource.record_look(r, &to, slot)))
        .collect::<vk::Result<_>>()?;
    for (n, look) in looks.iter().enumerate() {
        let (waits, signals) = ([(&bound[n], 0)], [(&used[n], 0)]);
        let work = Submit { commands: &[look], waits: &waits, signals: &signals };
        user.submit(&cx.device, &[work], None)?;
    }
    let fence = Fence::new(&cx.device, false)?;
    resource.bind(cx, queue, &[Step { waits: &links(&used), ..page(1) }], Some(&fence))?;
    fence.wait()?;
    uniform("what the uses saw", &to.words(), 1)?;
    check_eq!(resource.look(cx)?, 2, "after the second bind");
    Ok(())
}

/// A hundred calls without any wait between them, each bound by its semaphore to the next, one fence at the end.
fn binds_follow_each_other(cx: &Context, queue: &vk::Queue, kind: Kind) -> Outcome {
    const CALLS: usize = 100;
    let resource = Resource::new(cx, kind, 7)?;
    let semaphores: Vec<_> = (0..CALLS).map(|_| Semaphore::binary(&cx.device)).collect::<vk::Result<_>>()?;
    let links: Vec<_> = semaphores.iter().map(|semaphore| [(semaphore, 0)]).collect();
    let fence = Fence::new(&cx.device, false)?;
    for n in 0..CALLS {
        let last = n + 1 == CALLS;
        let waits = n.checked_sub(1).map_or(&[][..], |before| &links[before][..]);
        let signals = if last { &[][..] } else { &links[n][..] };
        resource.bind(cx, queue, &[Step { waits, signals, ..page(n as u64 % 7) }], last.then_some(&fence))?;
    }
    fence.wait()?;
    check_eq!(resource.look(cx)?, (CALLS as u32 - 1) % 7 + 1, "after all calls");
    Ok(())
}
