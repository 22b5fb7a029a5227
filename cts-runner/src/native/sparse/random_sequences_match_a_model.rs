//! Ten thousand random sequences of binds, unbinds, rebinds and uses, by threads on several queues at once, give exactly
//! what a simple model of pages and memory says.
//!
//! All threads work on one buffer and one memory; each has pages of its own in both. A sequence is one call with a few
//! random binds, then a dispatch that reads words of all pages and adds to them. The dispatch waits for the bind by its
//! fence or by a semaphore. The seed is printed by the suite; thread `t` uses `seed + t`.

use crate::native::prelude::*;
use crate::native::support::{Pages, in_threads};
use crate::rng::Rng;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::SparseResidency];

const SEQUENCES: u32 = 10_000;
const THREADS: u32 = 4;
/// Pages of the buffer, and of the memory, that belong to one thread.
const PAGES: usize = 16;
/// Words looked at in each page.
const WORDS: usize = 4;

pub(super) fn run(cx: &Context) -> Outcome {
    let all = u64::from(THREADS) * PAGES as u64;
    let pages = Pages::new(cx, all, all)?;
    pages.memory.fill(0);
    in_threads(THREADS, |number| Player::new(cx, &pages, number)?.play())?;
    Ok(())
}

/// One thread with its pages, its model and what it needs to use them.
struct Player<'a> {
    cx: &'a Context,
    pages: &'a Pages<'a>,
    number: u32,
    rng: Rng,
    /// Memory page bound to each page, both counted from the thread's first.
    bound: [Option<usize>; PAGES],
    /// Contents of each memory page.
    memory: [[u32; WORDS]; PAGES],
    result: HostBuffer,
    amount: HostBuffer,
    bump: Commands,
    semaphore: Semaphore,
    fence: Fence,
    _used: (Kernel, vk::DescriptorSet),
}

impl<'a> Player<'a> {
    fn new(cx: &'a Context, pages: &'a Pages<'a>, number: u32) -> vk::Result<Self> {
        let first = u64::from(number) * PAGES as u64;
        let count = (PAGES * WORDS) as u32;
        let (result, amount) = (cx.host(u64::from(count) * 4)?, cx.host(4)?);
        let kernel = cx.kernel(vk::BUMP, 3, 8)?;
        let mine = pages.buffer.pages(first, PAGES as u64);
        let set = kernel.set(&[mine, Bound::whole(&result), Bound::whole(&amount)])?;
        let bump = Commands::record(&cx.device, cx.compute()?.family, |r| {
            r.run(&kernel, &set, &[pages.words() / WORDS as u32, count], 1);
            r.barrier();
        })?;
        Ok(Self {
            cx,
            pages,
            number,
            rng: Rng::new(cx.seed + u64::from(number)),
            bound: [None; PAGES],
            memory: [[0; WORDS]; PAGES],
            result,
            amount,
            bump,
            semaphore: Semaphore::binary(&cx.device)?,
            fence: Fence::new(&cx.device, false)?,
            _used: (kernel, set),
        })
    }

    fn play(mut self) -> Outcome {
        for sequence in 0..SEQUENCES / THREADS {
            let binds: Vec<_> = (0..1 + self.rng.below(4)).map(|_| self.random_bind()).collect();
            self.submit(&binds)?;
            let amount = self.amount.memory.read::<u32>(0, 1)[0];
            self.check(sequence, amount)?;
        }
        Ok(())
    }

    /// A random change of a few pages that never binds memory twice; the model follows.
    fn random_bind(&mut self) -> Bind {
        let page = self.rng.below(PAGES as u64) as usize;
        let count = (1 + self.rng.below(3) as usize).min(PAGES - page);
        self.bound[page..page + count].fill(None);
        let start = self.rng.below(PAGES as u64) as usize;
        let free = |m: usize| m + count <= PAGES && (m..m + count).all(|m| !self.bound.contains(&Some(m)));
        let target = (start..PAGES).chain(0..start).find(|&m| free(m));
        let first = u64::from(self.number) * PAGES as u64;
        match target {
            Some(m) if !self.rng.one_in(4) => {
                (0..count).for_each(|i| self.bound[page + i] = Some(m + i));
                self.pages.buffer.map(first + page as u64, count as u64, &self.pages.memory, first + m as u64)
            }
            _ => self.pages.buffer.unmap(first + page as u64, count as u64),
        }
    }

    /// The binds and a use of the pages, on queues that differ from thread to thread.
    fn submit(&mut self, binds: &[Bind]) -> vk::Result<()> {
        let device = &self.cx.device;
        self.amount.memory.write(0, &[self.rng.bits() as u32 >> 8]);
        let binders: Vec<_> = device.sparse_queues().collect();
        let binder = binders[self.rng.below(binders.len() as u64) as usize];
        // Same family as the recorded commands, another queue of it for each thread where there are several.
        let family = self.cx.compute()?.family;
        let computers: Vec<_> = device.queues.iter().filter(|q| q.family == family).collect();
        let computer = computers[self.number as usize % computers.len()];
        let by_semaphore = self.rng.one_in(2);
        let signals = [(&self.semaphore, 0)];
        let signals = &signals[..usize::from(by_semaphore)];
        let info = BindInfo { buffers: &[(&self.pages.buffer, binds)], signals, ..BindInfo::default() };
        binder.bind_sparse(device, &[info], (!by_semaphore).then_some(&self.fence))?;
        if !by_semaphore {
            self.fence.wait()?;
            self.fence.reset()?;
        }
        let work = Submit { commands: &[&self.bump], waits: signals, signals: &[] };
        computer.submit(device, &[work], Some(&self.fence))?;
        self.fence.wait()?;
        self.fence.reset()
    }

    /// Compares what the dispatch read with the model, then adds to the model what the dispatch added.
    fn check(&mut self, sequence: u32, amount: u32) -> Outcome {
        let strict = self.cx.device.physical.strict();
        for (i, found) in (0u32..).zip(self.result.words()) {
            let (page, word) = (i as usize / WORDS, i as usize % WORDS);
            let (number, bound) = (self.number, self.bound[page]);
            let expected = bound.map_or(0, |m| self.memory[m][word]);
            if bound.is_some() || strict {
                check_eq!(found, expected, "thread {number}, sequence {sequence}, page {page}: {bound:?}");
            }
            if let Some(m) = bound {
                self.memory[m][word] = found.wrapping_add(amount).wrapping_add(i);
            }
        }
        Ok(())
    }
}
