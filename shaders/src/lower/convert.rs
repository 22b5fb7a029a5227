//! Conversions between types.

use cranelift_codegen::ir::{self as clif, InstBuilder, types};

use super::Lowering;
use super::value::{Operand, Parts, cast, is_wide, part_type, scalar_type, shuffle_words};
use crate::ir::{ConvertOp, Type, Value};
use crate::runtime::math::ScalarOp;
use crate::uniformity::Shape;

impl Lowering<'_, '_> {
    pub(super) fn convert(&mut self, op: ConvertOp, a: Value, to: Type, shape: Shape) -> Operand {
        let from = self.type_of(a);
        let half = |ty| ty == Type::F16;
        match op {
            ConvertOp::Truncate => self.truncate(a, from, to, shape),
            ConvertOp::ZeroExtend | ConvertOp::SignExtend | ConvertOp::ExtendIndex => {
                self.extend(op, a, from, to, shape)
            }
            ConvertOp::Bitcast => self.bitcast(a, from, to, shape),
            _ if half(from) || half(to) => self.evaluate(ScalarOp::Convert(op), &[a], to, shape),
            ConvertOp::FloatToFloat => self.float_to_float(a, from, to, shape),
            ConvertOp::FloatToSigned | ConvertOp::FloatToUnsigned => {
                self.float_to_int(op, a, from, to, shape)
            }
            ConvertOp::SignedToFloat | ConvertOp::UnsignedToFloat => {
                self.int_to_float(op, a, from, to, shape)
            }
        }
    }

    fn truncate(&mut self, a: Value, from: Type, to: Type, shape: Shape) -> Operand {
        if let (true, Shape::Affine(stride)) = (is_wide(from) && !is_wide(to), shape) {
            let base = self.get_base(a);
            let base = self.b.ins().ireduce(types::I32, base);
            return Operand::Scalar { base: self.normal(to, base), stride };
        }
        if is_wide(from) && !is_wide(to) {
            let x = self.get_vector(a);
            let low = [(0, 1), (2, 3)].map(|(i, j)| shuffle_words(&mut self.b, x[i], x[j], [0, 2, 4, 6]));
            return Operand::Vector(Parts::new(&low).map(|part| self.normal(to, part)));
        }
        match (self.get(a), shape) {
            (Operand::Scalar { base, .. }, Shape::Affine(stride)) => {
                Operand::Scalar { base: self.normal(to, base), stride }
            }
            _ => Operand::Vector(self.get_vector(a).map(|part| self.normal(to, part))),
        }
    }

    fn extend(&mut self, op: ConvertOp, a: Value, from: Type, to: Type, shape: Shape) -> Operand {
        if let (ConvertOp::ExtendIndex, Type::I32, Operand::Scalar { base, stride }) = (op, from, self.get(a))
        {
            return Operand::Scalar { base: self.b.ins().sextend(types::I64, base), stride };
        }
        let signed = op != ConvertOp::ZeroExtend;
        let extended = self.per_part(shape, &[a], |s, x| {
            if !signed {
                return x[0];
            }
            let x = s.sign_extended(from, x[0]);
            s.normal(to, x)
        });
        if !is_wide(to) || is_wide(from) {
            return extended;
        }
        match extended {
            Operand::Scalar { base, .. } if signed => {
                Operand::uniform(self.b.ins().sextend(types::I64, base))
            }
            Operand::Scalar { base, .. } => Operand::uniform(self.b.ins().uextend(types::I64, base)),
            Operand::Vector(parts) => Operand::Vector(self.widen(parts, signed)),
        }
    }

    /// 32-bit lanes to 64-bit lanes.
    pub(super) fn widen(&mut self, parts: Parts, signed: bool) -> Parts {
        let halves = [parts[0], parts[1]].map(|x| {
            if signed {
                [self.b.ins().swiden_low(x), self.b.ins().swiden_high(x)]
            } else {
                [self.b.ins().uwiden_low(x), self.b.ins().uwiden_high(x)]
            }
        });
        Parts::new(halves.as_flattened())
    }

    fn bitcast(&mut self, a: Value, from: Type, to: Type, shape: Shape) -> Operand {
        match self.get(a) {
            Operand::Scalar { base, stride } if scalar_type(from) == scalar_type(to) => {
                Operand::Scalar { base, stride }
            }
            Operand::Scalar { base, .. } if shape.is_uniform() => {
                let flags = clif::MemFlagsData::new();
                Operand::uniform(self.b.ins().bitcast(scalar_type(to), flags, base))
            }
            _ => {
                let x = self.get_vector(a);
                Operand::Vector(x.map(|x| cast(&mut self.b, part_type(to), x)))
            }
        }
    }

    fn float_to_float(&mut self, a: Value, from: Type, to: Type, shape: Shape) -> Operand {
        if from == to {
            return self.get(a);
        }
        if shape.is_uniform() {
            let x = self.get_base(a);
            return Operand::uniform(match to {
                Type::F64 => self.b.ins().fpromote(types::F64, x),
                _ => self.b.ins().fdemote(types::F32, x),
            });
        }
        let x = self.get_vector(a);
        if to == Type::F64 {
            let halves = [x[0], x[1]].map(|x| {
                let high = shuffle_words(&mut self.b, x, x, [2, 3, 2, 3]);
                let high = cast(&mut self.b, types::F32X4, high);
                [self.b.ins().fvpromote_low(x), self.b.ins().fvpromote_low(high)]
            });
            return Operand::Vector(Parts::new(halves.as_flattened()));
        }
        let narrow = x.map(|x| self.b.ins().fvdemote(x));
        let joined = [(0, 1), (2, 3)].map(|(i, j)| {
            let words = shuffle_words(&mut self.b, narrow[i], narrow[j], [0, 1, 4, 5]);
            cast(&mut self.b, types::F32X4, words)
        });
        Operand::Vector(Parts::new(&joined))
    }

    fn float_to_int(&mut self, op: ConvertOp, a: Value, from: Type, to: Type, shape: Shape) -> Operand {
        let signed = op == ConvertOp::FloatToSigned;
        if from == Type::F32 && !is_wide(to) {
            return self.per_part(shape, &[a], |s, x| {
                let machine =
                    if s.b.func.dfg.value_type(x[0]).is_vector() { types::I32X4 } else { types::I32 };
                let integer = s.saturated_int(signed, machine, x[0]);
                s.clamp_narrow(signed, to, integer)
            });
        }
        self.per_lane(to, shape, &[a], |s, x| {
            let integer = s.saturated_int(signed, scalar_type(to), x[0]);
            s.clamp_narrow(signed, to, integer)
        })
    }

    fn saturated_int(&mut self, signed: bool, to: clif::Type, x: clif::Value) -> clif::Value {
        if signed { self.b.ins().fcvt_to_sint_sat(to, x) } else { self.b.ins().fcvt_to_uint_sat(to, x) }
    }

    /// Saturates 32 bits to a narrow type.
    fn clamp_narrow(&mut self, signed: bool, to: Type, x: clif::Value) -> clif::Value {
        let bits = match to {
            Type::I8 => 8,
            Type::I16 => 16,
            _ => return x,
        };
        let machine = self.b.func.dfg.value_type(x);
        let mut limit = |value: i64| {
            let scalar = self.b.ins().iconst(types::I32, value & 0xffff_ffff);
            if machine.is_vector() { self.b.ins().splat(machine, scalar) } else { scalar }
        };
        if !signed {
            let most = limit((1 << bits) - 1);
            return self.b.ins().umin(x, most);
        }
        let (least, most) = (limit(-(1 << (bits - 1))), limit((1 << (bits - 1)) - 1));
        let x = self.b.ins().smax(x, least);
        let x = self.b.ins().smin(x, most);
        self.normal(to, x)
    }

    fn int_to_float(&mut self, op: ConvertOp, a: Value, from: Type, to: Type, shape: Shape) -> Operand {
        let signed = op == ConvertOp::SignedToFloat;
        let machine = scalar_type(to);
        let scalar = move |s: &mut Self, x: clif::Value| {
            if signed {
                let x = s.sign_extended(from, x);
                s.b.ins().fcvt_from_sint(machine, x)
            } else {
                s.b.ins().fcvt_from_uint(machine, x)
            }
        };
        if to == Type::F32 && !is_wide(from) && !shape.is_uniform() {
            let x = self.get_vector(a);
            return Operand::Vector(x.map(|x| {
                let x = if signed { self.sign_extended(from, x) } else { x };
                if signed {
                    self.b.ins().fcvt_from_sint(types::F32X4, x)
                } else {
                    self.b.ins().fcvt_from_uint(types::F32X4, x)
                }
            }));
        }
        self.per_lane(to, shape, &[a], |s, x| scalar(s, x[0]))
    }
}
