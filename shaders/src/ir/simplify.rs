//! Identities that make an operation unnecessary or cheaper, looked up while it is built.
//!
//! Each function gives the value that stands for the operation, if there is one; it may build simpler operations for that.
//! Float identities hold bit for bit except for the payload of a NaN.

use super::builder::{Builder, Def};
use super::eval;
use super::{BinaryOp, CompareOp, ConvertOp, Type, UnaryOp, Value};

impl Builder {
    /// Constants go right, so that one form of each commutative operation is enough.
    pub(super) fn canonical(&self, op: BinaryOp, a: Value, b: Value) -> (Value, Value) {
        let commutes = matches!(
            op,
            BinaryOp::IAdd
                | BinaryOp::IMul
                | BinaryOp::UMulHigh
                | BinaryOp::SMulHigh
                | BinaryOp::UMin
                | BinaryOp::UMax
                | BinaryOp::SMin
                | BinaryOp::SMax
                | BinaryOp::And
                | BinaryOp::Or
                | BinaryOp::Xor
                | BinaryOp::FAdd
                | BinaryOp::FMul
        );
        if commutes && self.constant_bits(a).is_some() { (b, a) } else { (a, b) }
    }

    pub(super) fn simplify_unary(&mut self, op: UnaryOp, a: Value) -> Option<Value> {
        match (op, self.def(a)) {
            (_, Def::Constant(bits)) => {
                let from = self.type_of(a);
                let ty = if matches!(op, UnaryOp::IsNan | UnaryOp::IsInf) { Type::Bool } else { from };
                Some(self.constant(ty, eval::unary(op, from, bits)))
            }
            (UnaryOp::Not, Def::Unary(UnaryOp::Not, x))
            | (UnaryOp::INeg, Def::Unary(UnaryOp::INeg, x))
            | (UnaryOp::FNeg, Def::Unary(UnaryOp::FNeg, x)) => Some(x),
            (UnaryOp::Not, Def::Compare(op, x, y)) => Some(self.compare(inverse(op), x, y)),
            _ => None,
        }
    }

    pub(super) fn simplify_binary(&mut self, op: BinaryOp, a: Value, b: Value) -> Option<Value> {
        let ty = self.type_of(a);
        if let Some(right) = self.constant_bits(b) {
            if let Some(left) = self.constant_bits(a) {
                return Some(self.constant(ty, eval::binary(op, ty, left, right)));
            }
            return self.simplify_right_constant(op, ty, a, right);
        }
        let same = a == b;
        match op {
            BinaryOp::ISub | BinaryOp::Xor if same => Some(self.constant(ty, 0)),
            BinaryOp::And
            | BinaryOp::Or
            | BinaryOp::UMin
            | BinaryOp::UMax
            | BinaryOp::SMin
            | BinaryOp::SMax
                if same =>
            {
                Some(a)
            }
            _ => None,
        }
    }

    fn simplify_right_constant(&mut self, op: BinaryOp, ty: Type, a: Value, c: u64) -> Option<Value> {
        let ones = eval::mask(ty);
        match op {
            BinaryOp::IAdd
            | BinaryOp::Or
            | BinaryOp::Xor
            | BinaryOp::Shl
            | BinaryOp::UShr
            | BinaryOp::SShr
                if c == 0 =>
            {
                Some(a)
            }
            BinaryOp::IAdd => {
                let Def::Binary(BinaryOp::IAdd, x, y) = self.def(a) else { return None };
                let sum = self.constant_bits(y)?.wrapping_add(c);
                let sum = self.constant(ty, sum);
                Some(self.binary(BinaryOp::IAdd, x, sum))
            }
            BinaryOp::ISub => {
                let negative = self.constant(ty, c.wrapping_neg());
                Some(self.binary(BinaryOp::IAdd, a, negative))
            }
            BinaryOp::UMax if c == 0 => Some(a),
            BinaryOp::UMin if c == ones => Some(a),
            BinaryOp::IMul | BinaryOp::And | BinaryOp::UMin if c == 0 => Some(self.constant(ty, 0)),
            BinaryOp::IMul | BinaryOp::UDiv | BinaryOp::SDiv if c == 1 => Some(a),
            BinaryOp::IMul if c.is_power_of_two() => self.shift(BinaryOp::Shl, ty, a, c),
            BinaryOp::UDiv if c.is_power_of_two() => self.shift(BinaryOp::UShr, ty, a, c),
            BinaryOp::URem if c.is_power_of_two() => {
                let low = self.constant(ty, c - 1);
                Some(self.binary(BinaryOp::And, a, low))
            }
            BinaryOp::And if c == ones => Some(a),
            BinaryOp::Or if c == ones => Some(self.constant(ty, ones)),
            BinaryOp::Xor if c == ones => Some(self.unary(UnaryOp::Not, a)),
            BinaryOp::FMul | BinaryOp::FDiv if c == eval::float_bits(ty, 1.0) => Some(a),
            BinaryOp::FSub if c == 0 => Some(a),
            BinaryOp::FAdd if c == eval::float_bits(ty, -0.0) => Some(a),
            _ => None,
        }
    }

    fn shift(&mut self, op: BinaryOp, ty: Type, a: Value, power: u64) -> Option<Value> {
        let count = self.constant(ty, u64::from(power.trailing_zeros()));
        Some(self.binary(op, a, count))
    }

    pub(super) fn simplify_compare(&mut self, op: CompareOp, a: Value, b: Value) -> Option<Value> {
        let ty = self.type_of(a);
        let (left, right) = (self.constant_bits(a), self.constant_bits(b));
        if let (Some(left), Some(right)) = (left, right) {
            return Some(self.bool(eval::compare(op, ty, left, right)));
        }
        if a == b && !ty.is_float() {
            return Some(self.bool(eval::compare(op, ty, 0, 0)));
        }
        let right = right?;
        if let Def::Select(condition, x, y) = self.def(a) {
            let (x, y) = (self.constant_bits(x)?, self.constant_bits(y)?);
            return Some(match (eval::compare(op, ty, x, right), eval::compare(op, ty, y, right)) {
                (true, false) => condition,
                (false, true) => self.unary(UnaryOp::Not, condition),
                (both, _) => self.bool(both),
            });
        }
        match (op, ty, right) {
            (CompareOp::IEq, Type::Bool, 1) | (CompareOp::INe, Type::Bool, 0) => Some(a),
            (CompareOp::IEq, Type::Bool, 0) | (CompareOp::INe, Type::Bool, 1) => {
                Some(self.unary(UnaryOp::Not, a))
            }
            (CompareOp::ULt, _, 0) => Some(self.bool(false)),
            (CompareOp::UGe, _, 0) => Some(self.bool(true)),
            _ => None,
        }
    }

    pub(super) fn simplify_select(&mut self, condition: Value, a: Value, b: Value) -> Option<Value> {
        if a == b {
            return Some(a);
        }
        if let Some(bits) = self.constant_bits(condition) {
            return Some(if bits != 0 { a } else { b });
        }
        if self.type_of(a) != Type::Bool {
            return None;
        }
        match (self.constant_bits(a), self.constant_bits(b)) {
            (Some(1), Some(_)) => Some(condition),
            (Some(_), Some(_)) => Some(self.unary(UnaryOp::Not, condition)),
            (Some(1), None) => Some(self.binary(BinaryOp::Or, condition, b)),
            (None, Some(0)) => Some(self.binary(BinaryOp::And, condition, a)),
            _ => None,
        }
    }

    pub(super) fn simplify_convert(&mut self, op: ConvertOp, a: Value, to: Type) -> Option<Value> {
        let from = self.type_of(a);
        if from == to {
            return Some(a);
        }
        match (op, self.def(a)) {
            (_, Def::Constant(bits)) => Some(self.constant(to, eval::convert(op, from, to, bits))),
            (ConvertOp::Bitcast, Def::Convert(ConvertOp::Bitcast, x)) => {
                Some(self.convert(ConvertOp::Bitcast, x, to))
            }
            (ConvertOp::Truncate, Def::Convert(ConvertOp::ZeroExtend | ConvertOp::SignExtend, x))
                if self.type_of(x) == to =>
            {
                Some(x)
            }
            _ => None,
        }
    }
}

fn inverse(op: CompareOp) -> CompareOp {
    match op {
        CompareOp::IEq => CompareOp::INe,
        CompareOp::INe => CompareOp::IEq,
        CompareOp::ULt => CompareOp::UGe,
        CompareOp::ULe => CompareOp::UGt,
        CompareOp::UGt => CompareOp::ULe,
        CompareOp::UGe => CompareOp::ULt,
        CompareOp::SLt => CompareOp::SGe,
        CompareOp::SLe => CompareOp::SGt,
        CompareOp::SGt => CompareOp::SLe,
        CompareOp::SGe => CompareOp::SLt,
        CompareOp::FEq => CompareOp::FUNe,
        CompareOp::FNe => CompareOp::FUEq,
        CompareOp::FLt => CompareOp::FUGe,
        CompareOp::FLe => CompareOp::FUGt,
        CompareOp::FGt => CompareOp::FULe,
        CompareOp::FGe => CompareOp::FULt,
        CompareOp::FUEq => CompareOp::FNe,
        CompareOp::FUNe => CompareOp::FEq,
        CompareOp::FULt => CompareOp::FGe,
        CompareOp::FULe => CompareOp::FGt,
        CompareOp::FUGt => CompareOp::FLe,
        CompareOp::FUGe => CompareOp::FLt,
    }
}
