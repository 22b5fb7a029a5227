//! Float arithmetic and comparisons, as IEEE has them. Half precision is computed out of line.

use cranelift_codegen::ir::condcodes::FloatCC;
use cranelift_codegen::ir::{self as clif, InstBuilder};

use super::Lowering;
use super::value::Operand;
use crate::ir::{BinaryOp, CompareOp, Type, UnaryOp, Value};
use crate::runtime::math::ScalarOp;
use crate::uniformity::Shape;

impl Lowering<'_, '_> {
    pub(super) fn float_unary(&mut self, op: UnaryOp, a: Value, ty: Type, shape: Shape) -> Operand {
        let to = if op == UnaryOp::FNeg { ty } else { Type::Bool };
        if ty == Type::F16 {
            return self.evaluate(ScalarOp::Unary(op), &[a], to, shape);
        }
        match op {
            UnaryOp::FNeg => self.per_part(shape, &[a], |s, x| s.b.ins().fneg(x[0])),
            UnaryOp::IsNan => {
                let compared =
                    self.per_part(shape, &[a], |s, x| s.b.ins().fcmp(FloatCC::Unordered, x[0], x[0]));
                self.as_mask(ty, compared)
            }
            _ => {
                let compared = self.per_part(shape, &[a], |s, x| {
                    let infinity = s.float_like(x[0], f64::INFINITY);
                    let magnitude = s.b.ins().fabs(x[0]);
                    s.b.ins().fcmp(FloatCC::Equal, magnitude, infinity)
                });
                self.as_mask(ty, compared)
            }
        }
    }

    pub(super) fn float_binary(
        &mut self,
        op: BinaryOp,
        a: Value,
        b: Value,
        ty: Type,
        shape: Shape,
    ) -> Operand {
        if ty == Type::F16 || matches!(op, BinaryOp::FRem | BinaryOp::FMod) {
            return self.evaluate(ScalarOp::Binary(op), &[a, b], ty, shape);
        }
        self.per_part(shape, &[a, b], |s, v| s.float_part(op, v[0], v[1]))
    }

    /// An operation on two scalars or two vectors.
    pub(super) fn float_part(&mut self, op: BinaryOp, x: clif::Value, y: clif::Value) -> clif::Value {
        match op {
            BinaryOp::FAdd => self.b.ins().fadd(x, y),
            BinaryOp::FSub => self.b.ins().fsub(x, y),
            BinaryOp::FMul => self.b.ins().fmul(x, y),
            BinaryOp::FDiv => self.b.ins().fdiv(x, y),
            BinaryOp::FMin => self.float_pick(FloatCC::LessThan, x, y),
            _ => self.float_pick(FloatCC::GreaterThan, x, y),
        }
    }

    /// `x cc y ? x : y`, but the other one if one is not a number. If `x` is none, the comparison is false.
    fn float_pick(&mut self, cc: FloatCC, x: clif::Value, y: clif::Value) -> clif::Value {
        let better = self.b.ins().fcmp(cc, x, y);
        let picked = self.float_select(better, x, y);
        let y_is_nan = self.b.ins().fcmp(FloatCC::Unordered, y, y);
        self.float_select(y_is_nan, x, picked)
    }

    /// Selects by the result of a comparison: of scalars or of vectors.
    pub(super) fn float_select(&mut self, mask: clif::Value, x: clif::Value, y: clif::Value) -> clif::Value {
        if self.b.func.dfg.value_type(x).is_vector() {
            super::value::blend(&mut self.b, mask, x, y)
        } else {
            self.b.ins().select(mask, x, y)
        }
    }

    /// A constant of the type of another value.
    pub(super) fn float_like(&mut self, like: clif::Value, constant: f64) -> clif::Value {
        let ty = self.b.func.dfg.value_type(like);
        let scalar = if ty.lane_bits() == 64 {
            self.b.ins().f64const(constant)
        } else {
            self.b.ins().f32const(constant as f32)
        };
        if ty.is_vector() { self.b.ins().splat(ty, scalar) } else { scalar }
    }

    pub(super) fn compare(&mut self, op: CompareOp, a: Value, b: Value, shape: Shape) -> Operand {
        let ty = self.type_of(a);
        match ty {
            Type::F16 => self.evaluate(ScalarOp::Compare(op), &[a, b], Type::Bool, shape),
            Type::F32 | Type::F64 => {
                let compared = self.per_part(shape, &[a, b], |s, v| s.float_compare(op, v[0], v[1]));
                self.as_mask(ty, compared)
            }
            _ => self.int_compare(op, a, b, shape),
        }
    }

    fn float_compare(&mut self, op: CompareOp, x: clif::Value, y: clif::Value) -> clif::Value {
        let (cc, with) = match op {
            CompareOp::FEq => (FloatCC::Equal, None),
            CompareOp::FLt => (FloatCC::LessThan, None),
            CompareOp::FLe => (FloatCC::LessThanOrEqual, None),
            CompareOp::FGt => (FloatCC::GreaterThan, None),
            CompareOp::FGe => (FloatCC::GreaterThanOrEqual, None),
            CompareOp::FUNe => (FloatCC::NotEqual, None),
            CompareOp::FULt => (FloatCC::UnorderedOrLessThan, None),
            CompareOp::FULe => (FloatCC::UnorderedOrLessThanOrEqual, None),
            CompareOp::FUGt => (FloatCC::UnorderedOrGreaterThan, None),
            CompareOp::FUGe => (FloatCC::UnorderedOrGreaterThanOrEqual, None),
            CompareOp::FNe => (FloatCC::NotEqual, Some(FloatCC::Ordered)),
            _ => (FloatCC::Equal, Some(FloatCC::Unordered)),
        };
        let first = self.b.ins().fcmp(cc, x, y);
        match with {
            None => first,
            Some(FloatCC::Ordered) => {
                let ordered = self.b.ins().fcmp(FloatCC::Ordered, x, y);
                self.b.ins().band(first, ordered)
            }
            Some(other) => {
                let unordered = self.b.ins().fcmp(other, x, y);
                self.b.ins().bor(first, unordered)
            }
        }
    }
}
