//! Accesses that lie next to each other, such as the components of a vector, found so that they are checked and made as one.
//!
//! Loads are made together with the first one, stores with the last one. Between them are only statements that touch no
//! memory that others see, so nobody can tell.

use smallvec::SmallVec;

use super::Lowering;
use super::affine::MAX_STRIDE;
use super::value::is_wide;
use crate::ir::{BinaryOp, Function, Op, Place, Stmt, Type, Value};
use crate::runtime::batch::ROWS;
use crate::uniformity::Shape;

/// Bytes between the first and the last element.
const MAX_REACH: i64 = 256;
/// Statements that are searched.
const HORIZON: usize = 64;

/// Where an offset comes from: `root + distance`, or a constant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Origin {
    root: Option<Value>,
    distance: u64,
}

/// One access of a batch.
#[derive(Clone, Copy, Debug)]
pub(super) struct Member {
    /// What is stored, or the value that a load defines.
    pub(super) value: Value,
    pub(super) ty: Type,
    /// Bytes from the first member found.
    pub(super) at: i64,
}

/// Accesses of one kind to one region, in the order of their statements.
pub(super) type Members = SmallVec<[Member; 4]>;

/// The origin of each value that is an offset.
pub(super) fn origins(function: &Function, constants: &[Option<u64>]) -> Vec<Origin> {
    let mut origins: Vec<Origin> = constants
        .iter()
        .zip(0..)
        .map(|(constant, i)| match constant {
            Some(bits) => Origin { root: None, distance: *bits },
            None => Origin { root: Some(Value(i)), distance: 0 },
        })
        .collect();
    trace(&function.body, &mut origins);
    origins
}

fn trace(stmts: &[Stmt], origins: &mut [Origin]) {
    for stmt in stmts {
        match stmt {
            Stmt::Let(value, Op::Binary(BinaryOp::IAdd, a, b)) => {
                let (a, b) = (origins[a.index()], origins[b.index()]);
                if let Some(root) = a.root.xor(b.root) {
                    let distance = a.distance.wrapping_add(b.distance);
                    origins[value.index()] = Origin { root: Some(root), distance };
                }
            }
            Stmt::If { then, otherwise, .. } => {
                trace(then, origins);
                trace(otherwise, origins);
            }
            Stmt::Block { body, .. } | Stmt::Loop { body, .. } => trace(body, origins),
            _ => {}
        }
    }
}

impl Lowering<'_, '_> {
    /// Lowers the load that a list begins with, unless it was made already, and all that may be made together with it.
    pub(super) fn load_joined(&mut self, place: &Place, list: &[Stmt]) {
        let members = self.joined_loads(list);
        let Some(&first) = members.first() else { return };
        if self.loaded.remove(&first.value) {
            return;
        }
        let Some(operands) = self.load_affine(place, &members) else {
            let operand = self.load(first.ty, place);
            return self.define(first.value, operand);
        };
        for (member, operand) in members.iter().zip(operands) {
            self.define(member.value, operand);
        }
        self.loaded.extend(members.iter().skip(1).map(|member| member.value));
    }

    /// Lowers the store that a list begins with and all that wait for it, unless it waits for another one itself.
    pub(super) fn store_joined(&mut self, place: &Place, list: &[Stmt]) {
        let (members, to_come) = self.waiting_stores.take().unwrap_or_else(|| {
            let members = self.joined_stores(list);
            let to_come = members.len();
            (members, to_come)
        });
        if to_come > 1 {
            self.waiting_stores = Some((members, to_come - 1));
            return;
        }
        let Some(&last) = members.last() else { return };
        // Distances are from the first store, the place is that of the last.
        let members: Members =
            members.iter().map(|member| Member { at: member.at - last.at, ..*member }).collect();
        if !self.store_affine(place, &members) {
            self.store(place, last.value);
        }
    }

    /// The load that a list begins with, and those that may be made together with it.
    pub(super) fn joined_loads(&self, stmts: &[Stmt]) -> Members {
        self.accesses(stmts, |stmt| match stmt {
            Stmt::Let(value, Op::Load(ty, place)) => Some((*value, *ty, place)),
            _ => None,
        })
    }

    /// The store that a list begins with, and those that it may be made together with.
    pub(super) fn joined_stores(&self, stmts: &[Stmt]) -> Members {
        self.accesses(stmts, |stmt| match stmt {
            Stmt::Store { place, value } => Some((*value, self.type_of(*value), place)),
            _ => None,
        })
    }

    fn accesses<'s>(
        &self,
        stmts: &'s [Stmt],
        access: impl Fn(&'s Stmt) -> Option<(Value, Type, &'s Place)>,
    ) -> Members {
        let mut members = Members::new();
        let Some((value, ty, first)) = stmts.first().and_then(&access) else { return members };
        members.push(Member { value, ty, at: 0 });
        let stores = matches!(stmts[0], Stmt::Store { .. });
        if !self.is_joinable(first, ty, stores.then_some(value)) {
            return members;
        }
        let (mut lowest, mut highest, mut rows) = (0, 0, rows_of(ty));
        for stmt in stmts.iter().skip(1).take(HORIZON) {
            match (stmt, access(stmt)) {
                (_, Some((value, ty, place))) => {
                    let at = self.distance(first, place).filter(|&at| {
                        let reach = highest.max(at) - lowest.min(at);
                        reach <= MAX_REACH
                            && rows + rows_of(ty) <= ROWS
                            && self.is_joinable(place, ty, stores.then_some(value))
                    });
                    match at {
                        Some(at) => {
                            members.push(Member { value, ty, at });
                            (lowest, highest, rows) = (lowest.min(at), highest.max(at), rows + rows_of(ty));
                        }
                        None if stores => break,
                        None => {}
                    }
                }
                (Stmt::Let(_, Op::Atomic { .. }), _) => break,
                (Stmt::Let(_, Op::Load(..)), _) if stores => break,
                (Stmt::Let(..) | Stmt::Set(..), _) => {}
                _ => break,
            }
        }
        members
    }

    /// Bytes from one place to another of the same region, if that is a constant.
    fn distance(&self, from: &Place, to: &Place) -> Option<i64> {
        let same_region = match (from, to) {
            (Place::Buffer { set: s, slot: a, .. }, Place::Buffer { set: t, slot: b, .. }) => {
                s == t && (a == b || self.constant_of(*a).is_some_and(|a| Some(a) == self.constant_of(*b)))
            }
            (Place::Global { .. }, Place::Global { .. })
            | (Place::Shared { .. }, Place::Shared { .. })
            | (Place::PushConstant { .. }, Place::PushConstant { .. }) => true,
            _ => false,
        };
        let (a, b) = (Self::offset_of(from), Self::offset_of(to));
        let (x, y) = (self.origins[a.index()], self.origins[b.index()]);
        if !same_region || x.root != y.root || self.type_of(a) != self.type_of(b) {
            return None;
        }
        let distance = y.distance.wrapping_sub(x.distance) as i64;
        Some(if is_wide(self.type_of(a)) { distance } else { i64::from(distance as i32) })
    }

    /// Whether lanes lie at a distance that [`affine`](super::affine) takes; a value that differs in lanes is not stored to
    /// one place.
    fn is_joinable(&self, place: &Place, ty: Type, stored: Option<Value>) -> bool {
        let one_region = match place {
            Place::Buffer { slot, .. } => self.shape_of(*slot).is_uniform(),
            Place::Local { .. } | Place::Interface { .. } => false,
            _ => true,
        };
        one_region
            && match self.shape_of(Self::offset_of(place)) {
                Shape::Affine(0) => stored.is_none_or(|value| self.shape_of(value).is_uniform()),
                Shape::Affine(stride) => (i64::from(ty.bytes())..=MAX_STRIDE).contains(&stride),
                Shape::Varying => false,
            }
    }
}

/// Rows of a [`BatchFrame`](crate::runtime::batch::BatchFrame) that an element takes.
pub(super) fn rows_of(ty: Type) -> usize {
    if is_wide(ty) { 2 } else { 1 }
}
