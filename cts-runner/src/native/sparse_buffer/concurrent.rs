//! Binds of some pages while other pages, or the same ones in turn, are used: on every pair of kinds of queues.

use crate::native::prelude::*;
use crate::native::support::{Pages, Role, in_threads};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for binder in Role::ALL {
        for user in Role::ALL {
            let name =
                |what: &str| format!("sparse_buffer.concurrent.{what}.{}.{}", binder.name(), user.name());
            let needs = [Need::Compute, Need::SparseResidency, Need::Binder(binder), Need::Queue(user)];
            let add = |cases: &mut Vec<_>, what, test: fn(&Context, Role, Role) -> Outcome, more: &[Need]| {
                let needs = [&needs[..], more].concat();
                cases.push(Case::with(name(what), needs, move |cx| test(cx, binder, user)));
            };
            add(&mut cases, "other_pages", other_pages, &[]);
            add(&mut cases, "turns_by_semaphore", turns_by_semaphore, &[]);
            add(&mut cases, "turns_by_timeline", turns_by_timeline, &[Need::Timeline]);
        }
    }
    cases
}

/// Rebinds and copies of each thread.
const ROUNDS: u64 = 300;

/// Two threads: one rebinds the even pages without pause, the other copies the odd ones, which never change.
fn other_pages(cx: &Context, binder: Role, user: Role) -> Outcome {
    let pages = Pages::new(cx, 4, 8)?;
    pages.bind(&[pages.map(1, 1), pages.map(3, 3)])?;
    let expected = [pages.pattern(1), pages.pattern(3)].concat();
    in_threads(2, |thread| {
        if thread == 0 {
            let queue = binder.binder(&cx.device)?;
            for round in 0..ROUNDS {
                let target = 4 + round % 4;
                let other = 4 + (round + 1) % 4;
                let binds =
                    [pages.map(0, target), if round % 3 == 0 { pages.unmap(2) } else { pages.map(2, other) }];
                queue.bind(&cx.device, &pages.buffer, &binds)?;
            }
            return Ok(());
        }
        let queue = user.queue(&cx.device)?;
        let to = cx.dirty(2 * pages.page())?;
        let copy = Commands::record(&cx.device, queue.family, |r| {
            let page = pages.page();
            r.fill(&to, 0, vk::WHOLE_SIZE, 0);
            r.barrier();
            r.copy_regions(&pages.buffer, &to, &[(page, 0, page), (3 * page, page, page)]);
            r.barrier();
        })?;
        for round in 0..ROUNDS / 10 {
            queue.run_recorded(&cx.device, &[&copy])?;
            same(&format!("round {round}"), &to.words(), &expected)?;
        }
        Ok(())
    })
}

/// A copy of page 0 to slot `slot` of a buffer.
fn copy_to_slot(
    cx: &Context,
    pages: &Pages<'_>,
    to: &HostBuffer,
    slot: u64,
    family: u32,
) -> vk::Result<Commands> {
    Commands::record(&cx.device, family, |r| {
        r.copy(&pages.buffer, 0, to, slot * 4, 4);
        r.barrier();
    })
}

/// Turns of bind and copy that are in flight at once.
const TURNS: u64 = 32;

/// Bind, copy, bind, copy …: all submitted at once, in order by binary semaphores only.
fn turns_by_semaphore(cx: &Context, binder: Role, user: Role) -> Outcome {
    let pages = Pages::new(cx, 1, 4)?;
    let (binder, user) = (binder.binder(&cx.device)?, user.queue(&cx.device)?);
    let to = cx.dirty(TURNS * 4)?;
    let semaphores: Vec<_> =
        (0..2 * TURNS).map(|_| Semaphore::binary(&cx.device)).collect::<vk::Result<_>>()?;
    let copies: Vec<_> =
        (0..TURNS).map(|n| copy_to_slot(cx, &pages, &to, n, user.family)).collect::<vk::Result<_>>()?;
    let fence = Fence::new(&cx.device, false)?;
    for turn in 0..TURNS as usize {
        let bound = [(&semaphores[2 * turn], 0)];
        let copied = [(&semaphores[2 * turn + 1], 0)];
        let before: Vec<_> = turn.checked_sub(1).map(|n| (&semaphores[2 * n + 1], 0)).into_iter().collect();
        let binds = [pages.map(0, turn as u64 % 4)];
        let buffers: [(&Buffer, &[Bind]); 1] = [(&pages.buffer, &binds)];
        let info = BindInfo { buffers: &buffers, waits: &before, signals: &bound, ..BindInfo::default() };
        binder.bind_sparse(&cx.device, &[info], None)?;
        let last = turn + 1 == TURNS as usize;
        let signals = if last { &[][..] } else { &copied[..] };
        let work = Submit { commands: &[&copies[turn]], waits: &bound, signals };
        user.submit(&cx.device, &[work], last.then_some(&fence))?;
    }
    fence.wait()?;
    expect_turns(&pages, &to)
}

/// The same with one timeline, and the copies submitted before the binds that they wait for.
fn turns_by_timeline(cx: &Context, binder: Role, user: Role) -> Outcome {
    let pages = Pages::new(cx, 1, 4)?;
    let (binder, user) = (binder.binder(&cx.device)?, user.queue(&cx.device)?);
    if std::ptr::eq(binder, user) {
        return Err(vk::Error::NotSupported("two queues".into()).into());
    }
    let to = cx.dirty(TURNS * 4)?;
    let timeline = Semaphore::timeline(&cx.device, 0)?;
    let copies: Vec<_> =
        (0..TURNS).map(|n| copy_to_slot(cx, &pages, &to, n, user.family)).collect::<vk::Result<_>>()?;
    let fence = Fence::new(&cx.device, false)?;
    for turn in 0..TURNS {
        let (waits, signals) = ([(&timeline, 2 * turn + 1)], [(&timeline, 2 * turn + 2)]);
        let work = Submit { commands: &[&copies[turn as usize]], waits: &waits, signals: &signals };
        user.submit(&cx.device, &[work], (turn + 1 == TURNS).then_some(&fence))?;
    }
    for turn in 0..TURNS {
        let (waits, signals) = ([(&timeline, 2 * turn)], [(&timeline, 2 * turn + 1)]);
        let binds = [pages.map(0, turn % 4)];
        let buffers: [(&Buffer, &[Bind]); 1] = [(&pages.buffer, &binds)];
        let info = BindInfo { buffers: &buffers, waits: &waits, signals: &signals, ..BindInfo::default() };
        binder.bind_sparse(&cx.device, &[info], None)?;
    }
    fence.wait()?;
    expect_turns(&pages, &to)
}

fn expect_turns(pages: &Pages<'_>, to: &HostBuffer) -> Outcome {
    let expected: Vec<u32> = (0..TURNS).map(|turn| pages.pattern(turn % 4)[0]).collect();
    same("what each turn saw", &to.words(), &expected)
}
