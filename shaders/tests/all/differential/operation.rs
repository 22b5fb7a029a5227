//! Random operations on values.

use lacuna_shaders::ir::{BinaryOp, CompareOp, ConvertOp, MathOp, Op, Type, UnaryOp, Value};

use super::generator::{Generator, INT, TYPES};

impl Generator {
    pub(crate) fn operation(&mut self) -> Value {
        let ty = self.random.pick(&TYPES);
        let (a, b) = (self.value(ty), self.value(ty));
        match self.random.below(6) {
            0 => self.compare(),
            1 => {
                let condition = self.value(Type::Bool);
                self.define(ty, Op::Select(condition, a, b))
            }
            2 => self.convert(ty, a),
            3 => self.math(),
            _ if ty == Type::Bool => {
                let op = self.random.pick(&[BinaryOp::And, BinaryOp::Or, BinaryOp::Xor]);
                if self.random.one_in(3) {
                    self.define(ty, Op::Unary(UnaryOp::Not, a))
                } else {
                    self.define(ty, Op::Binary(op, a, b))
                }
            }
            _ if ty.is_float() => {
                let op = self.random.pick(&[
                    BinaryOp::FAdd,
                    BinaryOp::FSub,
                    BinaryOp::FMul,
                    BinaryOp::FDiv,
                    BinaryOp::FRem,
                    BinaryOp::FMod,
                    BinaryOp::FMin,
                    BinaryOp::FMax,
                ]);
                self.define(ty, Op::Binary(op, a, b))
            }
            _ => self.integer(ty, a, b),
        }
    }

    fn integer(&mut self, ty: Type, a: Value, b: Value) -> Value {
        use BinaryOp::*;
        if self.random.one_in(8) {
            let unary =
                self.random.pick(&[UnaryOp::INeg, UnaryOp::Not, UnaryOp::BitReverse, UnaryOp::BitCount]);
            return self.define(ty, Op::Unary(unary, a));
        }
        let op = self.random.pick(&[
            IAdd, IAdd, ISub, IMul, IMul, UMulHigh, SMulHigh, UDiv, SDiv, URem, SRem, SMod, UMin, UMax, SMin,
            SMax, And, Or, Xor, Shl, Shl, UShr, SShr,
        ]);
        self.define(ty, Op::Binary(op, a, b))
    }

    fn compare(&mut self) -> Value {
        use CompareOp::*;
        let ty = self.random.pick(&TYPES[1..]);
        let (a, b) = (self.value(ty), self.value(ty));
        let op = if ty.is_float() {
            self.random.pick(&[FEq, FNe, FLt, FLe, FGt, FGe, FUEq, FUNe, FULt, FULe, FUGt, FUGe])
        } else {
            self.random.pick(&[IEq, INe, ULt, ULe, UGt, UGe, SLt, SLe, SGt, SGe])
        };
        self.define(Type::Bool, Op::Compare(op, a, b))
    }

    fn convert(&mut self, from: Type, a: Value) -> Value {
        if from == Type::Bool {
            return a;
        }
        let to = self.random.pick(&TYPES[1..]);
        let op = match (from.is_float(), to.is_float()) {
            (true, true) if from != to => ConvertOp::FloatToFloat,
            (true, false) => self.random.pick(&[ConvertOp::FloatToSigned, ConvertOp::FloatToUnsigned]),
            (false, true) if from.bytes() == to.bytes() && self.random.one_in(2) => ConvertOp::Bitcast,
            (false, true) => self.random.pick(&[ConvertOp::SignedToFloat, ConvertOp::UnsignedToFloat]),
            (false, false) if to.bytes() < from.bytes() => ConvertOp::Truncate,
            (false, false) if to.bytes() > from.bytes() => {
                self.random.pick(&[ConvertOp::SignExtend, ConvertOp::ZeroExtend])
            }
            _ => return a,
        };
        self.define(to, Op::Convert(op, a, to))
    }

    fn math(&mut self) -> Value {
        use MathOp::*;
        let float = self.random.pick(&[Type::F32, Type::F32, Type::F64, Type::F16]);
        let (x, y, z) = (self.value(float), self.value(float), self.value(float));
        let (i, j) = (self.value(Type::I32), self.value(Type::I32));
        let int = self.random.pick(&INT);
        let n = self.value(int);
        let (op, operands): (MathOp, Vec<Value>) = match self.random.below(9) {
            0 => (self.random.pick(&[RoundEven, Trunc, FAbs, FSign, Floor, Ceil, Fract, Sqrt]), vec![x]),
            1 if float == Type::F32 => (self.random.pick(&[Sin, Exp2, Atan]), vec![x]),
            2 => (Fma, vec![x, y, z]),
            3 => (self.random.pick(&[SAbs, SSign]), vec![n]),
            4 => (self.random.pick(&[FindILsb, FindSMsb, FindUMsb]), vec![i]),
            5 | 6 => {
                let five = self.int(15);
                let (offset, count) =
                    (self.binary(BinaryOp::And, i, five), self.binary(BinaryOp::And, j, five));
                match self.random.below(3) {
                    0 => (BitFieldInsert, vec![i, j, offset, count]),
                    1 => (BitFieldUExtract, vec![i, offset, count]),
                    _ => (BitFieldSExtract, vec![j, offset, count]),
                }
            }
            7 => (Ldexp, vec![x, i]),
            _ => (FrexpSignificand, vec![x]),
        };
        let ty = self.ty(operands[0]);
        self.define(ty, Op::Math(op, operands.into_iter().collect()))
    }
}
