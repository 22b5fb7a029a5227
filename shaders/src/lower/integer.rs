//! Integer operations. Narrow integers are kept in 32 bits with zeros above.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{self as clif, InstBuilder, types};

use super::Lowering;
use super::value::{Operand, Parts, cast, is_wide, shuffle_words, vector_constant};
use crate::ir::{BinaryOp, CompareOp, Type, UnaryOp, Value};
use crate::uniformity::Shape;

impl Lowering<'_, '_> {
    pub(super) fn int_unary(&mut self, op: UnaryOp, a: Value, ty: Type, shape: Shape) -> Operand {
        match op {
            UnaryOp::INeg => self.per_part(shape, &[a], |s, x| {
                let negated = s.b.ins().ineg(x[0]);
                s.normal(ty, negated)
            }),
            UnaryOp::Not if ty == Type::Bool && shape.is_uniform() => {
                self.per_part(shape, &[a], |s, x| s.b.ins().bxor_imm_s(x[0], 1))
            }
            UnaryOp::Not => self.per_part(shape, &[a], |s, x| {
                let inverted = s.b.ins().bnot(x[0]);
                s.normal(ty, inverted)
            }),
            UnaryOp::BitReverse => self.per_lane(ty, shape, &[a], |s, x| {
                let reversed = s.b.ins().bitrev(x[0]);
                match ty {
                    Type::I8 => s.b.ins().ushr_imm_s(reversed, 24),
                    Type::I16 => s.b.ins().ushr_imm_s(reversed, 16),
                    _ => reversed,
                }
            }),
            _ => self.per_lane(ty, shape, &[a], |s, x| s.b.ins().popcnt(x[0])),
        }
    }

    pub(super) fn int_binary(&mut self, op: BinaryOp, a: Value, b: Value, ty: Type, shape: Shape) -> Operand {
        if let Shape::Affine(stride) = shape {
            let (x, y) = (self.get_base(a), self.get_base(b));
            return Operand::Scalar { base: self.int_scalar(op, ty, x, y), stride };
        }
        if let (BinaryOp::Shl | BinaryOp::UShr | BinaryOp::SShr, Some(amount)) =
            (op, self.get(b).as_uniform())
        {
            let x = self.get_vector(a);
            let amount = self.shift_amount(ty, amount);
            return Operand::Vector(x.map(|x| self.shift(op, ty, x, amount)));
        }
        let (x, y) = (self.get_vector(a), self.get_vector(b));
        Operand::Vector(self.int_vector(op, ty, x, y))
    }

    fn int_vector(&mut self, op: BinaryOp, ty: Type, x: Parts, y: Parts) -> Parts {
        match op {
            BinaryOp::IAdd
            | BinaryOp::ISub
            | BinaryOp::IMul
            | BinaryOp::And
            | BinaryOp::Or
            | BinaryOp::Xor
            | BinaryOp::UMin
            | BinaryOp::UMax
            | BinaryOp::SMin
            | BinaryOp::SMax => x.zip(y, |x, y| self.int_part(op, ty, x, y)),
            BinaryOp::UMulHigh | BinaryOp::SMulHigh if ty == Type::I32 => {
                x.zip(y, |x, y| self.mul_high_part(op, x, y))
            }
            _ => self.lanewise(ty, &[x, y], |s, lanes| s.int_scalar(op, ty, lanes[0], lanes[1])),
        }
    }

    /// Operations that are the same for scalars and vectors.
    fn int_part(&mut self, op: BinaryOp, ty: Type, x: clif::Value, y: clif::Value) -> clif::Value {
        let signed = matches!(op, BinaryOp::SMin | BinaryOp::SMax);
        let (x, y) = if signed { (self.sign_extended(ty, x), self.sign_extended(ty, y)) } else { (x, y) };
        let wide_vector = self.b.func.dfg.value_type(x) == types::I64X2;
        let result = match op {
            BinaryOp::IAdd => self.b.ins().iadd(x, y),
            BinaryOp::ISub => self.b.ins().isub(x, y),
            BinaryOp::IMul => self.b.ins().imul(x, y),
            BinaryOp::And => self.b.ins().band(x, y),
            BinaryOp::Or => self.b.ins().bor(x, y),
            BinaryOp::Xor => self.b.ins().bxor(x, y),
            BinaryOp::UMin if wide_vector => self.pick(IntCC::UnsignedLessThan, x, y),
            BinaryOp::UMax if wide_vector => self.pick(IntCC::UnsignedGreaterThan, x, y),
            BinaryOp::SMin if wide_vector => self.pick(IntCC::SignedLessThan, x, y),
            BinaryOp::SMax if wide_vector => self.pick(IntCC::SignedGreaterThan, x, y),
            BinaryOp::UMin => self.b.ins().umin(x, y),
            BinaryOp::UMax => self.b.ins().umax(x, y),
            BinaryOp::SMin => self.b.ins().smin(x, y),
            _ => self.b.ins().smax(x, y),
        };
        self.normal(ty, result)
    }

    /// `x cc y ? x : y`.
    fn pick(&mut self, cc: IntCC, x: clif::Value, y: clif::Value) -> clif::Value {
        let mask = self.icmp(cc, x, y);
        self.b.ins().bitselect(mask, x, y)
    }

    /// Compares scalars or vectors. There is no unsigned comparison of 64-bit lanes: both sides are biased.
    pub(super) fn icmp(&mut self, cc: IntCC, x: clif::Value, y: clif::Value) -> clif::Value {
        let biased = match cc {
            IntCC::UnsignedLessThan => Some(IntCC::SignedLessThan),
            IntCC::UnsignedLessThanOrEqual => Some(IntCC::SignedLessThanOrEqual),
            IntCC::UnsignedGreaterThan => Some(IntCC::SignedGreaterThan),
            IntCC::UnsignedGreaterThanOrEqual => Some(IntCC::SignedGreaterThanOrEqual),
            _ => None,
        };
        if let (Some(signed), types::I64X2) = (biased, self.b.func.dfg.value_type(x)) {
            let mut bytes = [0; 16];
            (bytes[7], bytes[15]) = (0x80, 0x80);
            let bias = vector_constant(&mut self.b, types::I64X2, bytes);
            let (x, y) = (self.b.ins().bxor(x, bias), self.b.ins().bxor(y, bias));
            return self.b.ins().icmp(signed, x, y);
        }
        self.b.ins().icmp(cc, x, y)
    }

    fn mul_high_part(&mut self, op: BinaryOp, x: clif::Value, y: clif::Value) -> clif::Value {
        let mut half = |low: bool| {
            let mut widen = |v| match (op, low) {
                (BinaryOp::UMulHigh, true) => self.b.ins().uwiden_low(v),
                (BinaryOp::UMulHigh, false) => self.b.ins().uwiden_high(v),
                (_, true) => self.b.ins().swiden_low(v),
                (_, false) => self.b.ins().swiden_high(v),
            };
            let (x, y) = (widen(x), widen(y));
            self.b.ins().imul(x, y)
        };
        let (low, high) = (half(true), half(false));
        shuffle_words(&mut self.b, low, high, [1, 3, 5, 7])
    }

    /// Shift counts wrap at the width. A constant stays one, so that it becomes part of the instruction.
    fn shift_amount(&mut self, ty: Type, amount: clif::Value) -> clif::Value {
        let last = i64::from(ty.bytes() * 8 - 1);
        if let Some(constant) = self.known_integer(amount) {
            return self.b.ins().iconst(types::I32, constant & last);
        }
        let narrow = if is_wide(ty) { self.b.ins().ireduce(types::I32, amount) } else { amount };
        self.b.ins().band_imm_s(narrow, last)
    }

    /// What an integer constant is.
    pub(super) fn known_integer(&self, value: clif::Value) -> Option<i64> {
        let inst = self.b.func.dfg.value_def(value).inst()?;
        match self.b.func.dfg.insts[inst] {
            clif::InstructionData::UnaryImm { opcode: clif::Opcode::Iconst, imm } => Some(imm.bits()),
            _ => None,
        }
    }

    fn shift(&mut self, op: BinaryOp, ty: Type, x: clif::Value, amount: clif::Value) -> clif::Value {
        let result = match op {
            BinaryOp::Shl => self.b.ins().ishl(x, amount),
            BinaryOp::UShr => self.b.ins().ushr(x, amount),
            _ => {
                let x = self.sign_extended(ty, x);
                self.b.ins().sshr(x, amount)
            }
        };
        self.normal(ty, result)
    }

    /// Any operation on scalars.
    pub(super) fn int_scalar(
        &mut self,
        op: BinaryOp,
        ty: Type,
        x: clif::Value,
        y: clif::Value,
    ) -> clif::Value {
        match op {
            BinaryOp::Shl | BinaryOp::UShr | BinaryOp::SShr => {
                let amount = self.shift_amount(ty, y);
                self.shift(op, ty, x, amount)
            }
            BinaryOp::UMulHigh | BinaryOp::SMulHigh => self.mul_high_scalar(op, ty, x, y),
            BinaryOp::UDiv | BinaryOp::URem => self.divide_unsigned(op, ty, x, y),
            BinaryOp::SDiv | BinaryOp::SRem | BinaryOp::SMod => self.divide_signed(op, ty, x, y),
            _ => self.int_part(op, ty, x, y),
        }
    }

    fn mul_high_scalar(&mut self, op: BinaryOp, ty: Type, x: clif::Value, y: clif::Value) -> clif::Value {
        if is_wide(ty) {
            return match op {
                BinaryOp::UMulHigh => self.b.ins().umulhi(x, y),
                _ => self.b.ins().smulhi(x, y),
            };
        }
        let bits = i64::from(ty.bytes() * 8);
        let mut widen = |v| match op {
            BinaryOp::UMulHigh => self.b.ins().uextend(types::I64, v),
            _ => {
                let v = self.sign_extended(ty, v);
                self.b.ins().sextend(types::I64, v)
            }
        };
        let (x, y) = (widen(x), widen(y));
        let product = self.b.ins().imul(x, y);
        let high = self.b.ins().ushr_imm_s(product, bits);
        let high = self.b.ins().ireduce(types::I32, high);
        self.normal(ty, high)
    }

    fn divide_unsigned(&mut self, op: BinaryOp, ty: Type, x: clif::Value, y: clif::Value) -> clif::Value {
        let by_zero = self.b.ins().icmp_imm_s(IntCC::Equal, y, 0);
        let machine = self.b.func.dfg.value_type(y);
        let one = self.b.ins().iconst(machine, 1);
        let divisor = self.b.ins().select(by_zero, one, y);
        let (result, otherwise) = match op {
            BinaryOp::UDiv => {
                let ones = self.constant(ty, u64::MAX);
                (self.b.ins().udiv(x, divisor), self.normal(ty, ones))
            }
            _ => (self.b.ins().urem(x, divisor), x),
        };
        self.b.ins().select(by_zero, otherwise, result)
    }

    /// The machine traps on division by zero and on the one quotient that does not fit.
    /// Both are computed with the divisor one: the quotient that does not fit is then the dividend, as wrapping has it.
    fn divide_signed(&mut self, op: BinaryOp, ty: Type, x: clif::Value, y: clif::Value) -> clif::Value {
        let (x, y) = (self.sign_extended(ty, x), self.sign_extended(ty, y));
        let machine = self.b.func.dfg.value_type(y);
        let by_zero = self.b.ins().icmp_imm_s(IntCC::Equal, y, 0);
        let by_minus_one = self.b.ins().icmp_imm_s(IntCC::Equal, y, -1);
        let least = self.b.ins().iconst(machine, if machine == types::I64 { i64::MIN } else { 1 << 31 });
        let is_least = self.b.ins().icmp(IntCC::Equal, x, least);
        let overflows = self.b.ins().band(by_minus_one, is_least);
        let special = self.b.ins().bor(by_zero, overflows);
        let one = self.b.ins().iconst(machine, 1);
        let divisor = self.b.ins().select(special, one, y);
        let result = match op {
            BinaryOp::SDiv => {
                let quotient = self.b.ins().sdiv(x, divisor);
                let ones = self.constant(ty, u64::MAX);
                self.b.ins().select(by_zero, ones, quotient)
            }
            _ => {
                let rest = self.b.ins().srem(x, divisor);
                let rest = if op == BinaryOp::SMod { self.floored(rest, divisor) } else { rest };
                self.b.ins().select(by_zero, x, rest)
            }
        };
        self.normal(ty, result)
    }

    /// A remainder with the sign of the divisor.
    fn floored(&mut self, rest: clif::Value, divisor: clif::Value) -> clif::Value {
        let signs = self.b.ins().bxor(rest, divisor);
        let differ = self.b.ins().icmp_imm_s(IntCC::SignedLessThan, signs, 0);
        let some = self.b.ins().icmp_imm_s(IntCC::NotEqual, rest, 0);
        let adjust = self.b.ins().band(differ, some);
        let sum = self.b.ins().iadd(rest, divisor);
        self.b.ins().select(adjust, sum, rest)
    }

    /// Clears what is above a narrow integer.
    pub(super) fn normal(&mut self, ty: Type, x: clif::Value) -> clif::Value {
        let mask = match ty {
            Type::I8 => 0xff,
            Type::I16 | Type::F16 => 0xffff,
            _ => return x,
        };
        if self.b.func.dfg.value_type(x) == types::I32X4 {
            let scalar = self.b.ins().iconst(types::I32, mask);
            let mask = self.b.ins().splat(types::I32X4, scalar);
            return self.b.ins().band(x, mask);
        }
        self.b.ins().band_imm_s(x, mask)
    }

    /// A narrow integer with its sign in the bits above.
    pub(super) fn sign_extended(&mut self, ty: Type, x: clif::Value) -> clif::Value {
        let unused = match ty {
            Type::I8 => 24,
            Type::I16 => 16,
            _ => return x,
        };
        let high = self.b.ins().ishl_imm_s(x, unused);
        self.b.ins().sshr_imm_s(high, unused)
    }

    pub(super) fn int_compare(&mut self, op: CompareOp, a: Value, b: Value, shape: Shape) -> Operand {
        let ty = self.type_of(a);
        let cc = condition(op);
        let compared = self.per_part(shape, &[a, b], |s, v| {
            let (x, y) = if cc.unsigned() == cc {
                (v[0], v[1])
            } else {
                (s.sign_extended(ty, v[0]), s.sign_extended(ty, v[1]))
            };
            s.icmp(cc, x, y)
        });
        self.as_mask(ty, compared)
    }

    /// The result of a comparison of values of a type, as a boolean.
    pub(super) fn as_mask(&mut self, ty: Type, compared: Operand) -> Operand {
        match compared {
            Operand::Vector(parts) if is_wide(ty) => {
                let parts = parts.map(|part| cast(&mut self.b, types::I64X2, part));
                Operand::Vector(super::value::narrow_mask(&mut self.b, parts))
            }
            Operand::Vector(parts) => {
                Operand::Vector(parts.map(|part| cast(&mut self.b, types::I32X4, part)))
            }
            scalar => scalar,
        }
    }
}

fn condition(op: CompareOp) -> IntCC {
    match op {
        CompareOp::IEq => IntCC::Equal,
        CompareOp::ULt => IntCC::UnsignedLessThan,
        CompareOp::ULe => IntCC::UnsignedLessThanOrEqual,
        CompareOp::UGt => IntCC::UnsignedGreaterThan,
        CompareOp::UGe => IntCC::UnsignedGreaterThanOrEqual,
        CompareOp::SLt => IntCC::SignedLessThan,
        CompareOp::SLe => IntCC::SignedLessThanOrEqual,
        CompareOp::SGt => IntCC::SignedGreaterThan,
        CompareOp::SGe => IntCC::SignedGreaterThanOrEqual,
        _ => IntCC::NotEqual,
    }
}
