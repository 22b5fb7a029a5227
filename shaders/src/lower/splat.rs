//! Which scalars become vectors where they are defined, because loops behind them want them as vectors.
//!
//! Made where it is used, a vector would be made again in every turn.

use super::Lowering;
use super::value::{self, Operand, Parts};
use crate::ir::{Function, Op, Stmt, Value};
use crate::uniformity::{Shape, Uniformity};

/// The vectors of scalars that were made so far.
pub(super) struct Splats {
    /// By value: to be made at its definition.
    wanted: Vec<bool>,
    /// By value: the vector, and the only block that it holds for, if it does not hold wherever the value does.
    made: Vec<Option<(Parts, Option<cranelift_codegen::ir::Block>)>>,
}

impl Splats {
    pub(super) fn new(function: &Function, uniformity: &Uniformity<'_>) -> Self {
        let count = function.values.len();
        let mut search = Search { uniformity, depth: 0, defined: vec![0; count], wanted: vec![false; count] };
        search.list(&function.body);
        Self { wanted: search.wanted, made: vec![None; count] }
    }
}

struct Search<'a> {
    uniformity: &'a Uniformity<'a>,
    /// How many loops are around.
    depth: u32,
    /// By value: the depth of its definition.
    defined: Vec<u32>,
    wanted: Vec<bool>,
}

impl Search<'_> {
    fn list(&mut self, list: &[Stmt]) {
        for statement in list {
            match statement {
                Stmt::Let(value, op) => {
                    self.defined[value.index()] = self.depth;
                    if self.uniformity.values[value.index()] == Shape::Varying && is_lanewise(op) {
                        op.for_each_operand(|operand| self.want(operand));
                    }
                }
                Stmt::Set(variable, value)
                    if self.uniformity.variables[variable.index()] == Shape::Varying =>
                {
                    self.want(*value);
                }
                Stmt::If { then, otherwise, .. } => {
                    self.list(then);
                    self.list(otherwise);
                }
                Stmt::Block { body, .. } => self.list(body),
                Stmt::Loop { body, .. } => {
                    self.depth += 1;
                    self.list(body);
                    self.depth -= 1;
                }
                _ => {}
            }
        }
    }

    fn want(&mut self, value: Value) {
        let index = value.index();
        let scalar =
            self.uniformity.values[index] != Shape::Varying && self.uniformity.constants[index].is_none();
        self.wanted[index] |= scalar && self.defined[index] < self.depth;
    }
}

/// Whether the operation takes its operands as vectors.
pub(super) fn is_lanewise(op: &Op) -> bool {
    matches!(
        op,
        Op::Unary(..) | Op::Binary(..) | Op::Compare(..) | Op::Select(..) | Op::Convert(..) | Op::Math(..)
    )
}

impl Lowering<'_, '_> {
    /// To be called where a value is defined as an operand that is not kept elsewhere.
    pub(super) fn splat_if_wanted(&mut self, value: Value, operand: Operand) {
        if self.splats.wanted[value.index()] {
            let ty = self.type_of(value);
            let parts = value::vector(&mut self.b, ty, operand);
            self.splats.made[value.index()] = Some((parts, None));
        }
    }

    /// The lanes of a value that is no constant as vectors.
    pub(super) fn vector_of(&mut self, value: Value) -> Parts {
        let here = self.b.current_block();
        if let Some((parts, only)) = self.splats.made[value.index()]
            && (only.is_none() || only == here)
        {
            return parts;
        }
        let (ty, operand) = (self.type_of(value), self.get(value));
        let parts = value::vector(&mut self.b, ty, operand);
        if matches!(operand, Operand::Scalar { .. }) {
            self.splats.made[value.index()] = Some((parts, here));
        }
        parts
    }
}
