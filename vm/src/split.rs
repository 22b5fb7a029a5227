//! THE walk: turns one step into the operations that carry it out, then stores the result.
//!
//! Called by [`job`](crate::job) and by whoever wants the operations as a list. [`walk`] tells a visitor each operation, in the
//! order of [`op`](crate::op), and changes nothing; [`commit`] then makes the space follow with one replacement in the tree.
//!
//! ```text
//!   old          [0        a@n        8)      pages, half-open; a@n = BO `a` from its page n
//!   request          [2  b@m  5)
//!   operations   remap(a@n: prev 0..2 a@n, next 5..8 a@n+5), map(2..5 b@m)
//! ```
//!
//! # Invariants
//! 1. Operations come in ascending address order, then `map`, then what [`coalesce`](crate::coalesce) adds.
//! 2. At most two remaps: only the first and the last mapping touched can stick out of the request.
//! 3. `keep` is set exactly where the old mapping has the request's BO, contiguously and with the same flags.
//!    (A null mapping inside a null one changes nothing, but keeps nothing either: there is no memory to keep.)
//! 4. If the visitor refuses an operation, the space is as it was, since nothing has been stored yet.
//! 5. At most two records are added per map and one per unmap.
//!
//! Bounds, overflow and the reserved range were checked in [`request`](crate::request); not here again.
//! Cost: one descent and one step per mapping touched.

use crate::arena::NONE;
use crate::bo::Pairs;
use crate::coalesce::{Joins, joins};
use crate::mapping::{Piece, Record, Records};
use crate::mutation;
use crate::request::Step;
use crate::tree::{Entry, Hint, Place, RangeTree};
use crate::vm::{Slot, Space};

/// Is told the operations of a step, in pages. A refusal ends the walk.
pub(crate) trait Visit {
    type Refusal;

    /// `old` loses what it shares with the step: an unmap if nothing is left of it, else a remap.
    fn cut(&mut self, step: &Step, old: Old<'_>, keep: bool) -> Result<(), Self::Refusal>;
    /// The new mapping.
    fn map(&mut self, new: &Piece) -> Result<(), Self::Refusal>;
    /// Two neighbours become one mapping.
    fn merge(&mut self, left: &Piece, right: &Piece) -> Result<(), Self::Refusal>;
}

/// A mapping that a step intersects. Its record is only looked at on demand.
#[derive(Clone, Copy)]
pub(crate) struct Old<'a> {
    pub(crate) start: u32,
    pub(crate) end: u32,
    slot: Slot,
    space: &'a Space,
}

impl Old<'_> {
    #[inline]
    pub(crate) fn piece(&self) -> Piece {
        self.space.records[self.slot.record].piece
    }

    /// Whether the mapping is the same as `new` where they intersect. `tag` is that of `new`.
    #[inline]
    fn continues(&self, new: &Piece, tag: u32) -> bool {
        if mutation::is("same_memory_is_same_page") {
            return self.piece().vm_bo == new.vm_bo;
        }
        self.slot.tag == tag && self.piece().continues(new)
    }
}

/// What a walk found, so that [`commit`] need not look again.
pub(crate) struct Plan {
    /// The first mapping touched, or where the new one belongs.
    place: Place,
    /// Mappings that the step intersects.
    touched: usize,
    /// Neighbours that the new mapping becomes one with.
    joins: Joins,
    /// The space already is as the step wants it.
    unchanged: bool,
}

/// Tells `visit` the operations of `step`.
#[inline]
pub(crate) fn walk<V: Visit>(
    space: &Space,
    step: &Step,
    hint: Hint,
    coalesce: bool,
    visit: &mut V,
) -> Result<Plan, V::Refusal> {
    let new = &step.piece;
    let tag = new.tag();
    let place = space.tree.seek_near(hint, new.start);
    let mut plan = Plan { place, touched: 0, joins: Joins::NONE, unchanged: !step.map };
    let mut entries = space.tree.from(&place);
    let mut left = entries.before().filter(|entry| entry.end == new.start);
    let mut right = entries.next();
    while let Some(entry) = right.filter(|entry| entry.start < new.end) {
        let old = Old { start: entry.start, end: entry.end, slot: entry.value, space };
        let same = step.map && old.continues(new, tag);
        visit.cut(step, old, same && !new.is_null())?;
        plan.touched += 1;
        let (head, tail) = (old.start < new.start, old.end > new.end);
        // What is left of an old mapping that continues the new one joins it again at once.
        plan.unchanged =
            same && old.start <= new.start && new.end <= old.end && (coalesce || !(head || tail));
        if head {
            left = Some(entry);
        }
        if tail {
            break;
        }
        right = entries.next();
    }
    if step.map {
        visit.map(new)?;
        if coalesce {
            // Either may reach into the new mapping still.
            let right = right.filter(|entry| entry.start <= new.end);
            let alike = |entry: Option<Entry<Slot>>| {
                entry.map_or(NONE, |Entry { value, .. }| if value.tag == tag { value.record } else { NONE })
            };
            plan.joins = joins(space, new, alike(left), alike(right), visit)?;
        }
    }
    Ok(plan)
}

/// Stores what the walk found. Allocates nothing beyond what is reserved for `step`.
#[inline]
pub(crate) fn commit(space: &mut Space, pairs: &mut Pairs, step: &Step, plan: &Plan) {
    if plan.unchanged {
        return;
    }
    let Space { tree, records } = space;
    let Step { piece: new, map } = step;
    if *map
        && plan.joins == Joins::NONE
        && plan.touched == 1
        && let Some(slot) = tree.value_mut(&plan.place, step.span())
    {
        slot.tag = new.tag();
        return replace(records, pairs, slot.record, new);
    }
    store(tree, records, pairs, step, plan);
}

/// Makes room for the step and stores it in one replacement.
fn store(
    tree: &mut RangeTree<Slot>,
    records: &mut Records,
    pairs: &mut Pairs,
    Step { piece: new, map }: &Step,
    plan: &Plan,
) {
    let Joins { left, right } = plan.joins;
    let (mut head, mut tail, mut spare) = (NONE, NONE, NONE);
    for Entry { start, end, value: Slot { record, .. } } in tree.from(&plan.place).take(plan.touched) {
        if start < new.start {
            head = record;
        }
        if new.end < end {
            tail = record;
        }
        if new.start <= start && end <= new.end {
            if *map && plan.joins == Joins::NONE && spare == NONE {
                // The new mapping can have its place.
                spare = record;
            } else {
                pairs.unlink_record(records, record);
                records.remove(record);
            }
        }
    }
    if tail != NONE && tail == head {
        // Split in two.
        tail = add(records, pairs, records[head].piece);
    }
    let (mut place, mut remove) = (plan.place, plan.touched);
    let mut stored = Stored::new();
    if left != NONE && left != head {
        place = tree.step_back(&place);
        remove += 1;
    } else if head != NONE && left == NONE {
        records[head].piece.end = new.start;
        stored.push(head, &records[head].piece);
    }
    if *map {
        let record = store_new(records, pairs, new, plan.joins, spare);
        stored.push(record, &records[record].piece);
    }
    if right != NONE && right != tail {
        remove += 1;
    } else if tail != NONE && right == NONE {
        let piece = &mut records[tail].piece;
        let from = if mutation::is("tail_keeps_its_first_page") { piece.start } else { new.end };
        *piece = Piece { start: new.end, ..piece.part(from, piece.end) };
        stored.push(tail, piece);
    }
    tree.splice(&place, remove, stored.as_slice());
}

/// Puts `new` into a record: a neighbour's that it joins, the spare one, or a fresh one.
fn store_new(records: &mut Records, pairs: &mut Pairs, new: &Piece, joins: Joins, spare: u32) -> u32 {
    match joins {
        Joins { left: NONE, right: NONE } if spare == NONE => add(records, pairs, *new),
        Joins { left: NONE, right: NONE } => {
            replace(records, pairs, spare, new);
            spare
        }
        Joins { left, right: NONE } => {
            records[left].piece.end = new.end;
            left
        }
        Joins { left: NONE, right } => {
            let piece = &mut records[right].piece;
            *piece = piece.part(new.start, piece.end);
            right
        }
        Joins { left, right } => {
            records[left].piece.end = records[right].piece.end;
            pairs.unlink_record(records, right);
            records.remove(right);
            left
        }
    }
}

/// Makes a record of a mapping.
#[inline]
fn add(records: &mut Records, pairs: &mut Pairs, piece: Piece) -> u32 {
    let record = records.add(Record { piece, prev: NONE, next: NONE });
    pairs.link_record(records, record);
    record
}

/// Makes a record one of another mapping.
#[inline]
fn replace(records: &mut Records, pairs: &mut Pairs, record: u32, new: &Piece) {
    if records[record].piece.vm_bo == new.vm_bo {
        records[record].piece = *new;
        return;
    }
    pairs.unlink_record(records, record);
    records[record].piece = *new;
    pairs.link_record(records, record);
}

/// The entries that replace what a step touched: head, new mapping, tail.
struct Stored {
    entries: [Entry<Slot>; 3],
    len: usize,
}

impl Stored {
    const fn new() -> Self {
        Self { entries: [Entry { start: 0, end: 0, value: Slot::NONE }; 3], len: 0 }
    }

    fn push(&mut self, slot: u32, piece: &Piece) {
        self.entries[self.len] =
            Entry { start: piece.start, end: piece.end, value: Slot { record: slot, tag: piece.tag() } };
        self.len += 1;
    }

    fn as_slice(&self) -> &[Entry<Slot>] {
        &self.entries[..self.len]
    }
}
