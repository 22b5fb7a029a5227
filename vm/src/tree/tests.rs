//! The tree against a `BTreeMap`, and its invariants after every change.

use std::collections::BTreeMap;

use super::*;

impl<T: Copy + Default> RangeTree<T> {
    /// Invariants 1 to 3, and that the counts agree.
    fn check(&self) {
        let (mut last, mut count) = (0, 0);
        for entry in self.iter() {
            assert!(entry.start < entry.end && entry.start >= last);
            (last, count) = (entry.end, count + 1);
        }
        assert_eq!(count, self.len);
        if self.root == NONE {
            assert_eq!(self.widths, [0; MAX_HEIGHT]);
        } else {
            let mut widths = [0; MAX_HEIGHT];
            self.check_node(self.root, 0, 0, u32::MAX, &mut widths);
            assert_eq!(widths, self.widths);
        }
    }

    /// Gives the node's bound on gaps.
    fn check_node(
        &self,
        node: u32,
        level: usize,
        low: u32,
        high: u32,
        widths: &mut [u32; MAX_HEIGHT],
    ) -> u32 {
        if level == self.height {
            let leaf = &self.leaves[node];
            assert!(leaf.len() > 0 && leaf.starts.at(0) >= low && leaf.last().end <= high);
            assert!((leaf.len()..node::LEAF).all(|i| leaf.starts.at(i) == u32::MAX));
            let mut below =
                if leaf.prev == NONE { 0 } else { self.before(&Place { leaf: node, index: 0 }).unwrap().end };
            for i in 0..leaf.len() {
                assert!(
                    leaf.starts.at(i) - below <= leaf.gap,
                    "{} before {}, {}",
                    below,
                    leaf.starts.at(i),
                    leaf.gap
                );
                below = leaf.cells[i].end;
            }
            return leaf.gap;
        }
        let inner = &self.inners[node];
        widths[self.height - 1 - level] += 1;
        assert!(inner.len() > 0);
        for i in 0..inner.len() {
            let above = if i + 1 < inner.len() { inner.keys.at(i + 1) } else { high };
            let below = if i == 0 { low } else { inner.keys.at(i) };
            assert!(below <= above);
            assert!(self.check_node(inner.children[i], level + 1, below, above, widths) <= inner.gaps[i]);
        }
        inner.gap()
    }
}

/// Miri is some thousand times slower.
const SCALE: u32 = if cfg!(miri) { 4 } else { 100 };

fn random(state: &mut u64) -> u32 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*state >> 33) as u32
}

#[test]
fn inserts_and_removes_agree_with_a_btreemap() {
    let (mut tree, mut model, mut state) = (RangeTree::new(), BTreeMap::new(), 1);
    let rounds = if cfg!(miri) { 300 } else { 60_000 };
    for round in 0..rounds {
        let start = random(&mut state) % 20_000;
        let span = Span::new(start, start + 1 + random(&mut state) % 3);
        // Grows for a third of the time, then shrinks to nothing.
        if !random(&mut state).is_multiple_of(3) && round < rounds / 3 {
            let free = model.range(..span.end).next_back().is_none_or(|(_, &(end, _))| end <= span.start);
            assert_eq!(tree.insert(span, round).is_ok(), free);
            if free {
                model.insert(span.start, (span.end, round));
            }
        } else if let Some((&start, &(end, value))) = model.range(start..).next().or(model.first_key_value())
        {
            assert_eq!(tree.remove(Span::new(start, end)), Some(value));
            model.remove(&start);
        }
        if round % 1000 == 0 {
            tree.check();
            assert!(tree.iter().map(|e| (e.start, (e.end, e.value))).eq(model.iter().map(|(&s, &v)| (s, v))));
        }
    }
    tree.check();
}

#[test]
fn ascending_inserts_fill_leaves() {
    let mut tree = RangeTree::new();
    let count = 32 * SCALE;
    for i in 0..count {
        tree.insert(Span::new(i, i + 1), i).unwrap();
    }
    tree.check();
    assert_eq!(tree.leaves.len(), (count as usize).div_ceil(node::LEAF));
}

#[test]
fn descending_inserts_fill_leaves() {
    let mut tree = RangeTree::new();
    let count = 32 * SCALE;
    for i in (0..count).rev() {
        tree.insert(Span::new(i, i + 1), i).unwrap();
    }
    tree.check();
    assert_eq!(tree.leaves.len(), (count as usize).div_ceil(node::LEAF));
}

#[test]
fn one_splice_replaces_entries_of_many_leaves() {
    let mut tree = RangeTree::new();
    let count = 50 * SCALE;
    for i in 0..count {
        tree.insert(Span::new(2 * i, 2 * i + 1), i).unwrap();
    }
    let (place, end) = (tree.seek(20), 2 * count - 20);
    tree.splice(&place, count as usize - 20, &[Entry { start: 20, end, value: 7 }]);
    tree.check();
    assert_eq!(tree.len(), 21);
    assert_eq!(tree.find(Span::new(20, end)).unwrap().value, 7);
}

#[test]
fn reserved_inserts_never_allocate() {
    for pattern in 0..3 {
        let mut tree = RangeTree::new();
        for i in 0..20 * SCALE {
            tree.insert(Span::new(i * 1000, i * 1000 + 1), 0).unwrap();
        }
        let reserve = tree.reserve(50 * SCALE as usize).unwrap();
        let before = (tree.leaves.len(), tree.inners.len());
        let mut state = 3;
        for i in 0..50 * SCALE {
            let start = match pattern {
                0 => 500_000 + i * 2 + 1,
                1 => 600_000 - i * 2 - 1,
                _ => random(&mut state) % 2_000_000,
            };
            let place = tree.seek(start);
            if tree.from(&place).next().is_none_or(|entry| entry.start > start) {
                tree.splice(&place, 0, &[Entry { start, end: start + 1, value: 0 }]);
            }
        }
        assert!(
            tree.leaves.len() - before.0 <= reserve.leaves && tree.inners.len() - before.1 <= reserve.inners
        );
        tree.release(reserve);
        tree.check();
    }
}

#[test]
fn neighbours_are_adjacent_or_none() {
    let mut tree = RangeTree::new();
    tree.insert(Span::new(4, 6), 'a').unwrap();
    tree.insert(Span::new(6, 8), 'b').unwrap();
    assert_eq!(tree.find_prev(6).unwrap().value, 'a');
    assert_eq!(tree.find_next(6).unwrap().value, 'b');
    assert!(tree.find_prev(9).is_none() && tree.find_next(3).is_none() && tree.find_prev(5).is_none());
    assert!(tree.find(Span::new(4, 5)).is_none() && tree.find_first(Span::new(5, 6)).is_some());
    assert!(tree.insert(Span::new(7, 9), 'c').is_err() && tree.insert(Span::new(3, 5), 'c').is_err());
}

#[test]
fn gaps_are_found_from_both_ends() {
    let mut tree = RangeTree::new();
    let all = Span::new(0, 1000);
    assert_eq!(tree.gap_bottom_up(all, 1000, 1), Some(all));
    assert_eq!(tree.gap_bottom_up(all, 1001, 1), None);
    for i in 0..100 {
        tree.insert(Span::new(i * 10, i * 10 + if i == 50 { 2 } else { 7 }), ()).unwrap();
    }
    assert_eq!(tree.gap_bottom_up(all, 3, 1), Some(Span::new(7, 10)));
    assert_eq!(tree.gap_bottom_up(all, 4, 1), Some(Span::new(502, 506)));
    assert_eq!(tree.gap_bottom_up(all, 4, 8), Some(Span::new(504, 508)));
    assert_eq!(tree.gap_bottom_up(all, 9, 1), None);
    assert_eq!(tree.gap_top_down(all, 3, 1), Some(Span::new(997, 1000)));
    assert_eq!(tree.gap_top_down(Span::new(0, 995), 3, 1), Some(Span::new(987, 990)));
    assert_eq!(tree.gap_top_down(all, 8, 1), Some(Span::new(502, 510)));
    assert_eq!(tree.gap_top_down(all, 4, 4), Some(Span::new(504, 508)));
}

/// The span that a look at every unit finds.
fn plain_gap(taken: &[bool], within: Span, size: u32, align: u32, descending: bool) -> Option<Span> {
    let fits = |start: u32| {
        let free = |unit| within.start <= unit && unit < within.end && !taken[unit as usize];
        (start..start + size).all(free).then_some(Span::new(start, start + size))
    };
    let mut starts = (0..taken.len() as u32 - size + 1).step_by(align as usize);
    if descending { starts.rev().find_map(fits) } else { starts.find_map(fits) }
}

#[test]
fn gaps_are_those_that_a_look_at_every_unit_finds() {
    const SPACE: u32 = if cfg!(miri) { 200 } else { 4000 };
    let (mut tree, mut taken, mut state) = (RangeTree::new(), vec![false; SPACE as usize], 11);
    for round in 0..if cfg!(miri) { 40 } else { 6000 } {
        let start = random(&mut state) % (SPACE - 8);
        let span = Span::new(start, start + 1 + random(&mut state) % 8);
        // Fills up, then empties again.
        let value = (random(&mut state) % 6000 > round).then_some(round);
        tree.cursor(Span::new(0, SPACE)).store(span, value, |value, _| value).unwrap();
        taken[span.start as usize..span.end as usize].fill(value.is_some());
        let within = Span::new(random(&mut state) % 100, SPACE - random(&mut state) % 100);
        let (size, align) = (1 + random(&mut state) % 30, 1 << (random(&mut state) % 5));
        if round % 8 == 0 {
            assert_eq!(
                tree.gap_bottom_up(within, size, align),
                plain_gap(&taken, within, size, align, false)
            );
            assert_eq!(tree.gap_top_down(within, size, align), plain_gap(&taken, within, size, align, true));
        }
        if round % 100 == 0 {
            tree.check();
        }
    }
    tree.check();
}

#[test]
fn a_gap_search_in_vain_is_not_repeated() {
    let mut tree = RangeTree::new();
    let count = 50 * SCALE;
    for i in 0..count {
        // Gaps of two units.
        tree.insert(Span::new(4 * i, 4 * i + 1), ()).unwrap();
        tree.insert(Span::new(4 * i + 3, 4 * i + 4), ()).unwrap();
    }
    for i in 0..count {
        // None is left, but no bound says so.
        tree.insert(Span::new(4 * i + 1, 4 * i + 2), ()).unwrap();
    }
    assert_eq!(tree.inners[tree.root].gap(), 2);
    let all = Span::new(0, 4 * count);
    assert_eq!(tree.gap_bottom_up(all, 2, 1), None);
    assert_eq!(
        tree.inners[tree.root].gap(),
        1,
        "the bounds are right now, and the next search ends at the root"
    );
    assert_eq!(tree.remove(Span::new(4 * count - 3, 4 * count - 2)), Some(()));
    assert_eq!(tree.gap_top_down(all, 2, 1), Some(Span::new(4 * count - 3, 4 * count - 1)));
    tree.check();
}

#[test]
fn a_search_beyond_everything_finds_nothing() {
    let mut tree = RangeTree::new();
    for i in 0..50 * SCALE {
        tree.insert(Span::new(4 * i, 4 * i + 1), i).unwrap();
    }
    tree.insert(Span::new(u32::MAX - 1, u32::MAX), 0).unwrap();
    for span in [Span::new(u32::MAX, u32::MAX), Span::new(u32::MAX, 0)] {
        assert_eq!(tree.find_first(span), None);
    }
    assert_eq!(tree.find_next(u32::MAX), None);
    assert_eq!(tree.find_prev(u32::MAX).map(|entry| entry.start), Some(u32::MAX - 1));
}

#[test]
fn what_comes_before_a_dropped_first_leaf_is_found() {
    let mut tree = RangeTree::new();
    let unit = |n: u32| Span::new(n, n + 1);
    for n in 1000..2000 {
        tree.insert(unit(n), n).unwrap();
    }
    for n in 1000..1100 {
        assert_eq!(tree.remove(unit(n)), Some(n));
    }
    for n in 0..200 {
        tree.insert(unit(n), n).unwrap();
    }
    for n in (0..200).chain(1100..2000) {
        assert_eq!(tree.find(unit(n)).map(|entry| entry.value), Some(n));
    }
}
