//! The extended instruction set.

use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::{self as clif, InstBuilder, types};

use super::call::Field;
use super::value::{Operand, scalar_type};
use super::{LowerError, Lowering, evaluated};
use crate::ir::{MathOp, Type, Value};
use crate::runtime::elementary::{self, LanesFn};
use crate::uniformity::Shape;

impl Lowering<'_, '_> {
    pub(super) fn math(
        &mut self,
        op: MathOp,
        operands: &[Value],
        to: Type,
        shape: Shape,
    ) -> Result<Operand, LowerError> {
        let ty = self.type_of(operands[0]);
        Ok(match op {
            MathOp::BitFieldUExtract | MathOp::BitFieldSExtract | MathOp::BitFieldInsert => {
                self.bit_field(op, operands, ty, shape)
            }
            _ if ty == Type::F16 => self.evaluate(evaluated(op), operands, to, shape),
            MathOp::Round
            | MathOp::RoundEven
            | MathOp::Trunc
            | MathOp::Floor
            | MathOp::Ceil
            | MathOp::Fract
            | MathOp::FAbs
            | MathOp::FSign
            | MathOp::Sqrt
            | MathOp::InverseSqrt => self.per_part(shape, operands, |s, x| s.float_function(op, x[0])),
            _ if ty == Type::F32
                && let (false, Some(function)) = (shape.is_uniform(), elementary::function_for(op)) =>
            {
                match self.call_routine(op, operands[0]) {
                    Some(operand) => operand,
                    None => self.call_elementary(function, operands),
                }
            }
            MathOp::Fma if self.has_fma => self.per_part(shape, operands, |s, x| s.fused(x[0], x[1], x[2])),
            MathOp::FindILsb | MathOp::FindSMsb | MathOp::FindUMsb => {
                self.per_lane(to, shape, operands, |s, x| s.find_bit(op, ty, x[0]))
            }
            MathOp::SAbs => self.per_part(shape, operands, |s, x| {
                let x = s.sign_extended(ty, x[0]);
                let magnitude = s.b.ins().iabs(x);
                s.normal(ty, magnitude)
            }),
            _ => self.evaluate(evaluated(op), operands, to, shape),
        })
    }

    /// A function that is computed out of line, in all lanes, whether they are active or not.
    fn call_elementary(&mut self, function: LanesFn, operands: &[Value]) -> Operand {
        let frame = self.frame();
        for (&operand, field) in operands.iter().zip([Field::Data, Field::Other]) {
            let parts = self.get_vector(operand);
            self.put(frame, field, parts);
        }
        self.call(function as *const (), &[frame]);
        Operand::Vector(self.take(frame, Type::F32))
    }

    /// `x * y + z`. The instruction overwrites `x`; the allocator gives whatever is made so one register after the other,
    /// which it cannot do without where there are too few: then a copy of `y` is overwritten, which costs nothing but a place in the code.
    fn fused(&mut self, x: clif::Value, y: clif::Value, z: clif::Value) -> clif::Value {
        if self.crowded { self.b.ins().fma(y, x, z) } else { self.b.ins().fma(x, y, z) }
    }

    fn float_function(&mut self, op: MathOp, x: clif::Value) -> clif::Value {
        match op {
            MathOp::Trunc => self.b.ins().trunc(x),
            MathOp::Floor => self.b.ins().floor(x),
            MathOp::Ceil => self.b.ins().ceil(x),
            MathOp::FAbs => self.b.ins().fabs(x),
            MathOp::Sqrt => self.b.ins().sqrt(x),
            MathOp::Fract => {
                let floor = self.b.ins().floor(x);
                self.b.ins().fsub(x, floor)
            }
            MathOp::InverseSqrt => {
                let root = self.b.ins().sqrt(x);
                let one = self.float_like(x, 1.0);
                self.b.ins().fdiv(one, root)
            }
            MathOp::FSign => {
                let (zero, one, minus) =
                    (self.float_like(x, 0.0), self.float_like(x, 1.0), self.float_like(x, -1.0));
                let positive = self.b.ins().fcmp(FloatCC::GreaterThan, x, zero);
                let negative = self.b.ins().fcmp(FloatCC::LessThan, x, zero);
                let sign = self.float_select(negative, minus, zero);
                self.float_select(positive, one, sign)
            }
            _ => self.b.ins().nearest(x),
        }
    }

    /// The number of a bit, all ones if there is none.
    fn find_bit(&mut self, op: MathOp, ty: Type, x: clif::Value) -> clif::Value {
        let machine = self.b.func.dfg.value_type(x);
        let bits = i64::from(machine.bits());
        let found = match op {
            MathOp::FindILsb => {
                let number = self.b.ins().ctz(x);
                let ones = self.b.ins().iconst(machine, all_ones(machine));
                let none = self.b.ins().icmp_imm_s(IntCC::Equal, x, 0);
                self.b.ins().select(none, ones, number)
            }
            _ => {
                let x = if op == MathOp::FindSMsb {
                    let x = self.sign_extended(ty, x);
                    let sign = self.b.ins().sshr_imm_s(x, bits - 1);
                    self.b.ins().bxor(x, sign)
                } else {
                    x
                };
                let zeros = self.b.ins().clz(x);
                let highest = self.b.ins().iconst(machine, bits - 1);
                self.b.ins().isub(highest, zeros)
            }
        };
        self.normal(ty, found)
    }

    fn bit_field(&mut self, op: MathOp, operands: &[Value], ty: Type, shape: Shape) -> Operand {
        let machine = scalar_type(ty);
        self.per_lane(ty, shape, operands, |s, x| match op {
            MathOp::BitFieldInsert => {
                let (base, insert) = (x[0], x[1]);
                let offset = s.bit_count(machine, x[2]);
                let mask = s.low_bits(machine, x[3]);
                let mask = s.b.ins().ishl(mask, offset);
                let insert = s.b.ins().ishl(insert, offset);
                let inside = s.b.ins().band(insert, mask);
                let outside = s.b.ins().band_not(base, mask);
                let result = s.b.ins().bor(inside, outside);
                s.normal(ty, result)
            }
            MathOp::BitFieldUExtract => {
                let offset = s.bit_count(machine, x[1]);
                let shifted = s.b.ins().ushr(x[0], offset);
                let mask = s.low_bits(machine, x[2]);
                s.b.ins().band(shifted, mask)
            }
            _ => {
                // Shifted to the top and back; in two steps where nothing is to be left.
                let offset = s.bit_count(machine, x[1]);
                let shifted = s.b.ins().ushr(x[0], offset);
                let mask = s.low_bits(machine, x[2]);
                let field = s.b.ins().band(shifted, mask);
                let half = s.b.ins().ushr_imm_s(mask, 1);
                let sign_bit = s.b.ins().bxor(mask, half);
                let flipped = s.b.ins().bxor(field, sign_bit);
                let extended = s.b.ins().isub(flipped, sign_bit);
                s.normal(ty, extended)
            }
        })
    }

    /// A count that is an `i32`, in the type of what is shifted. The machine wraps it at the width.
    fn bit_count(&mut self, machine: clif::Type, count: clif::Value) -> clif::Value {
        if machine == types::I64 { self.b.ins().uextend(types::I64, count) } else { count }
    }

    /// That many ones; all ones from the width on.
    fn low_bits(&mut self, machine: clif::Type, count: clif::Value) -> clif::Value {
        let wide = self.bit_count(machine, count);
        let one = self.b.ins().iconst(machine, 1);
        let bit = self.b.ins().ishl(one, wide);
        let low = self.b.ins().iadd_imm_s(bit, -1);
        let all = self.b.ins().iconst(machine, all_ones(machine));
        let full =
            self.b.ins().icmp_imm_s(IntCC::UnsignedGreaterThanOrEqual, count, i64::from(machine.bits()));
        self.b.ins().select(full, all, low)
    }
}

/// All ones. Immediates are given without the bits above their type.
fn all_ones(machine: clif::Type) -> i64 {
    if machine == types::I64 { -1 } else { 0xffff_ffff }
}
