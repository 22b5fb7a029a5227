//! Branches that only compute a little: both sides are computed, and what they set is selected.
//!
//! Lanes mostly go both ways anyway, and a branch costs masks, tests and blocks that everything behind it pays for.

use smallvec::SmallVec;

use super::builder::Builder;
use super::lists::Scope;
use super::{BinaryOp, MathOp, Op, Stmt, Type, Value, Variable};

/// Operations and assignments of both sides together.
const MOST: usize = 8;

impl Builder {
    /// Puts the two sides of an `If` into the current list, if they are short and pure. What is known of variables is as it was
    /// in front of the `If`.
    pub(super) fn flatten(&mut self, condition: Value, sides: [&[Stmt]; 2], scopes: [Scope; 2]) -> bool {
        if sides.iter().map(|side| side.len()).sum::<usize>() > MOST
            || !sides.iter().all(|side| self.is_short(side))
        {
            return false;
        }
        let Some(outer) = self.frames.last().map(|frame| frame.scope) else { return false };
        let mut set: SmallVec<[(Variable, [Option<Value>; 2]); MOST]> = SmallVec::new();
        for (which, side) in sides.into_iter().enumerate() {
            self.scopes[scopes[which] as usize] = outer;
            for statement in side {
                match statement {
                    Stmt::Set(variable, value) => match set.iter_mut().find(|(other, _)| other == variable) {
                        Some((_, values)) => values[which] = Some(*value),
                        None => {
                            let mut values = [None; 2];
                            values[which] = Some(*value);
                            set.push((*variable, values));
                        }
                    },
                    other => self.push(other.clone()),
                }
            }
        }
        for (variable, values) in set {
            let [a, b] = values.map(|value| value.unwrap_or_else(|| self.get(variable)));
            let selected = self.select(condition, a, b);
            self.set(variable, selected);
        }
        true
    }

    fn is_short(&self, side: &[Stmt]) -> bool {
        side.iter().all(|statement| match statement {
            Stmt::Set(..) => true,
            Stmt::Let(value, op) => self.is_cheap(self.type_of(*value), op),
            _ => false,
        })
    }

    /// Whether the operation is about one instruction for four lanes.
    fn is_cheap(&self, ty: Type, op: &Op) -> bool {
        let ty = match op {
            Op::Compare(_, a, _) | Op::Unary(_, a) => self.type_of(*a),
            _ => ty,
        };
        let plain = matches!(ty, Type::Bool | Type::I32 | Type::F32);
        plain
            && match op {
                Op::Get(_) | Op::Compare(..) | Op::Select(..) => true,
                Op::Unary(op, _) => !matches!(op, super::UnaryOp::BitCount | super::UnaryOp::BitReverse),
                Op::Convert(_, a, _) => matches!(self.type_of(*a), Type::I32 | Type::F32),
                Op::Binary(op, ..) => !matches!(
                    op,
                    BinaryOp::UDiv
                        | BinaryOp::SDiv
                        | BinaryOp::URem
                        | BinaryOp::SRem
                        | BinaryOp::SMod
                        | BinaryOp::UMulHigh
                        | BinaryOp::SMulHigh
                        | BinaryOp::FRem
                        | BinaryOp::FMod
                ),
                Op::Math(op, _) => matches!(op, MathOp::FAbs | MathOp::Floor | MathOp::Ceil | MathOp::Trunc),
                _ => false,
            }
    }
}
