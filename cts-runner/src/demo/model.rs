//! What the buffer and its memory must hold: the demo's notion of the truth.

use crate::rng::Rng;

/// A page of the buffer that the demo touches.
#[derive(Clone, Debug)]
pub(super) struct Page {
    /// Its number in the buffer.
    pub(super) number: u64,
    /// The memory page bound to it.
    pub(super) bound: Option<u64>,
    /// Whether the last change moved it.
    pub(super) changed: bool,
}

/// Buffer pages, and for each memory page the mark that it holds.
#[derive(Clone, Debug)]
pub(super) struct Model {
    /// In ascending order of their number; the index is the mark that is written through the page.
    pub(super) pages: Vec<Page>,
    /// The mark in each memory page.
    pub(super) memory: Vec<Option<u32>>,
}

/// Page number and the memory page it gets.
type Change = (u64, Option<u64>);

impl Model {
    /// `bound` pages get memory pages 0, 1, …; `unbound` ones are only looked at.
    pub(super) fn new(bound: &[u64], unbound: &[u64]) -> Self {
        let with_memory = bound.iter().zip(0u64..).map(|(&number, i)| (number, Some(i)));
        let mut pages: Vec<_> = with_memory
            .chain(unbound.iter().map(|&number| (number, None)))
            .map(|(number, bound)| Page { number, bound, changed: false })
            .collect();
        pages.sort_by_key(|page| page.number);
        Self { pages, memory: vec![None; bound.len()] }
    }

    /// The binds that make the initial state, in the order of memory: random over the buffer.
    pub(super) fn binds(&self) -> Vec<Change> {
        let mut binds: Vec<_> =
            self.pages.iter().filter(|p| p.bound.is_some()).map(|p| (p.number, p.bound)).collect();
        binds.sort_by_key(|bind| bind.1);
        binds
    }

    /// Marks are written through every page; those of unbound pages go nowhere.
    pub(super) fn write(&mut self) {
        for (mark, page) in (0u32..).zip(&self.pages) {
            if let Some(memory) = page.bound {
                self.memory[memory as usize] = Some(mark);
            }
        }
    }

    /// Rotates the memory of a random half of the bound pages.
    pub(super) fn rebind(&mut self, rng: &mut Rng) -> Vec<Change> {
        let chosen = self.choose_bound(rng, 2);
        let memory: Vec<_> = chosen.iter().map(|&i| self.pages[i].bound).collect();
        let targets = memory.iter().cycle().skip(1);
        self.change(chosen.iter().copied().zip(targets.copied()))
    }

    /// Unbinds a random quarter of the bound pages.
    pub(super) fn unbind(&mut self, rng: &mut Rng) -> Vec<Change> {
        let chosen = self.choose_bound(rng, 4);
        self.change(chosen.into_iter().map(|i| (i, None)))
    }

    /// One in `part` of the bound pages, at random.
    fn choose_bound(&self, rng: &mut Rng, part: usize) -> Vec<usize> {
        let mut bound: Vec<_> = (0..self.pages.len()).filter(|&i| self.pages[i].bound.is_some()).collect();
        rng.shuffle(&mut bound);
        bound.truncate(bound.len() / part);
        bound
    }

    fn change(&mut self, targets: impl Iterator<Item = (usize, Option<u64>)>) -> Vec<Change> {
        for page in &mut self.pages {
            page.changed = false;
        }
        targets
            .map(|(i, target)| {
                let page = &mut self.pages[i];
                (page.bound, page.changed) = (target, true);
                (page.number, target)
            })
            .collect()
    }

    /// What `word` of the page at `index` must read as; `None` when the page is unbound.
    pub(super) fn expected(&self, index: usize, word: usize) -> Option<u32> {
        let memory = self.pages[index].bound?;
        Some(self.memory[memory as usize].map_or(0, |mark| super::touch::mark(mark, word)))
    }
}
