//! `GLSL.std.450`: what is an operation of the IR by name, the rest composed.
//!
//! The formulas are those of the GLSL specification; the precision that Vulkan asks for is inherited from them.

use spirv::{Capability, GlslStd450Op as Glsl, Op};

use super::Translator;
use super::convert::integer;
use super::value::Scalars;
use crate::CompileError;
use crate::ir::{BinaryOp, CompareOp, ConvertOp, MathOp, Type, UnaryOp, Value};
use crate::spirv::module::ExtendedSet;
use crate::spirv::parse::Instruction;

impl<'a> Translator<'a> {
    /// `OpExtInst`, and `OpExtInstWithForwardRefsKHR`, which only non-semantic sets may use.
    pub(super) fn extended_instruction(&mut self, instruction: &Instruction<'a>) -> Result<(), CompileError> {
        let set = self.module.extended_sets.get(&instruction.operand(0)?);
        match set {
            Some(ExtendedSet::Glsl) => {
                let number = instruction.operand(1)?;
                let op =
                    Glsl::from_u32(number).ok_or_else(|| instruction.error("there is no such function"))?;
                // From here on the operands are the function's.
                self.glsl(op, &Instruction { operands: instruction.rest(2), ..*instruction })
            }
            Some(ExtendedSet::DebugPrintf) => self.print(instruction),
            Some(ExtendedSet::NonSemantic) => Ok(()),
            _ => Err(CompileError::unsupported("a set of extended instructions other than GLSL.std.450")),
        }
    }

    /// `DebugPrintf`: a format and its values, of which vectors count as their components.
    fn print(&mut self, instruction: &Instruction<'a>) -> Result<(), CompileError> {
        let format = self.module.definition(instruction.operand(2)?).filter(|found| found.op == Op::String);
        let format = format.ok_or_else(|| instruction.error("the format is no string"))?.string(0).0;
        let mut values = Scalars::new();
        for operand in 3..instruction.operands.len() {
            let span = self.operand(instruction, operand)?;
            values.extend_from_slice(self.values.slice(span));
        }
        self.spend(values.len() as u64)?;
        self.builder.print(&format, &values);
        Ok(())
    }

    fn glsl(&mut self, op: Glsl, instruction: &Instruction<'a>) -> Result<(), CompileError> {
        if let Some(op) = unary_function(op) {
            return self.map(instruction, |this, a| this.builder.math(op, &[a]));
        }
        match op {
            Glsl::Radians => self.scale(instruction, std::f64::consts::PI / 180.0),
            Glsl::Degrees => self.scale(instruction, 180.0 / std::f64::consts::PI),
            Glsl::Atan2 => self.zip(instruction, |this, a, b| this.builder.math(MathOp::Atan2, &[a, b])),
            Glsl::Pow => self.zip(instruction, |this, a, b| this.builder.math(MathOp::Pow, &[a, b])),
            Glsl::FMin | Glsl::NMin => self.zip_op(instruction, BinaryOp::FMin),
            Glsl::FMax | Glsl::NMax => self.zip_op(instruction, BinaryOp::FMax),
            Glsl::UMin => self.zip_op(instruction, BinaryOp::UMin),
            Glsl::UMax => self.zip_op(instruction, BinaryOp::UMax),
            Glsl::SMin => self.zip_op(instruction, BinaryOp::SMin),
            Glsl::SMax => self.zip_op(instruction, BinaryOp::SMax),
            Glsl::FClamp | Glsl::NClamp => self.clamp(instruction, BinaryOp::FMax, BinaryOp::FMin),
            Glsl::UClamp => self.clamp(instruction, BinaryOp::UMax, BinaryOp::UMin),
            Glsl::SClamp => self.clamp(instruction, BinaryOp::SMax, BinaryOp::SMin),
            Glsl::FMix => self.zip3(instruction, Self::mix),
            Glsl::Step => self.zip(instruction, |this, edge, x| {
                let below = this.builder.compare(CompareOp::FLt, x, edge);
                let (zero, one) = (this.float_like(x, 0.0), this.float_like(x, 1.0));
                this.builder.select(below, zero, one)
            }),
            Glsl::SmoothStep => self.zip3(instruction, Self::smooth_step),
            Glsl::Fma => self.zip3(instruction, |this, a, b, c| this.builder.math(MathOp::Fma, &[a, b, c])),
            Glsl::InterpolateAtCentroid | Glsl::InterpolateAtSample | Glsl::InterpolateAtOffset => {
                self.interpolate_at(op, instruction)
            }
            Glsl::Ldexp => self.ldexp(instruction),
            Glsl::Modf | Glsl::ModfStruct => self.modf(op, instruction),
            Glsl::Frexp | Glsl::FrexpStruct => self.frexp(op, instruction),
            Glsl::Length | Glsl::Distance => self.length(op, instruction),
            Glsl::Normalize => self.normalize(instruction),
            Glsl::Cross => self.cross(instruction),
            Glsl::FaceForward => self.face_forward(instruction),
            Glsl::Reflect => self.reflect(instruction),
            Glsl::Refract => self.refract(instruction),
            Glsl::Determinant => self.determinant(instruction),
            Glsl::MatrixInverse => self.inverse(instruction),
            _ => self.pack(op, instruction),
        }
    }

    fn zip_op(&mut self, instruction: &Instruction<'a>, op: BinaryOp) -> Result<(), CompileError> {
        self.zip(instruction, |this, a, b| this.extreme(op, a, b))
    }

    /// Three operands of one type, scalar by scalar.
    fn zip3(
        &mut self,
        instruction: &Instruction<'a>,
        make: impl Fn(&mut Self, Value, Value, Value) -> Value,
    ) -> Result<(), CompileError> {
        let [a, b, c] = self.three(instruction)?;
        let scalars: Scalars = (0..a.len()).map(|i| make(self, a[i], b[i], c[i])).collect();
        self.define(instruction, &scalars)
    }

    fn three(&mut self, instruction: &Instruction<'a>) -> Result<[Scalars; 3], CompileError> {
        let spans =
            [self.operand(instruction, 0)?, self.operand(instruction, 1)?, self.operand(instruction, 2)?];
        let scalars = spans.map(|span| Scalars::from_slice(self.values.slice(span)));
        let ty = scalars[0].first().map(|&first| self.builder.type_of(first));
        let fits = |list: &Scalars| {
            list.len() == scalars[0].len()
                && list.iter().all(|&value| Some(self.builder.type_of(value)) == ty)
        };
        if scalars.iter().all(fits) {
            Ok(scalars)
        } else {
            Err(instruction.error("the operands differ in type"))
        }
    }

    /// An operand whose scalars are floats of one type.
    pub(super) fn floats(
        &mut self,
        instruction: &Instruction<'a>,
        index: usize,
    ) -> Result<Scalars, CompileError> {
        let span = self.operand(instruction, index)?;
        let scalars = Scalars::from_slice(self.values.slice(span));
        let ty = scalars.first().map(|&first| self.builder.type_of(first));
        if ty.is_some_and(Type::is_float)
            && scalars.iter().all(|&value| Some(self.builder.type_of(value)) == ty)
        {
            Ok(scalars)
        } else {
            Err(instruction.error("an operand is no vector of floats"))
        }
    }

    /// Two vectors of floats of the same type.
    fn two_vectors(&mut self, instruction: &Instruction<'a>) -> Result<(Scalars, Scalars), CompileError> {
        let (a, b) = (self.floats(instruction, 0)?, self.floats(instruction, 1)?);
        self.same_type(instruction, a[0], b[0])?;
        if a.len() == b.len() { Ok((a, b)) } else { Err(instruction.error("the operands differ in size")) }
    }

    /// A float constant of another value's type.
    pub(super) fn float_like(&mut self, like: Value, value: f64) -> Value {
        self.builder.float(self.builder.type_of(like), value)
    }

    fn scale(&mut self, instruction: &Instruction<'a>, factor: f64) -> Result<(), CompileError> {
        self.map(instruction, |this, a| {
            let factor = this.float_like(a, factor);
            this.builder.binary(BinaryOp::FMul, a, factor)
        })
    }

    fn clamp(
        &mut self,
        instruction: &Instruction<'a>,
        max: BinaryOp,
        min: BinaryOp,
    ) -> Result<(), CompileError> {
        self.zip3(instruction, |this, x, low, high| {
            let x = this.extreme(max, x, low);
            this.extreme(min, x, high)
        })
    }

    /// The smaller or larger operand. Where the module wants to know zeros by their sign, negative zero is the smaller one.
    fn extreme(&mut self, op: BinaryOp, a: Value, b: Value) -> Value {
        let picked = self.builder.binary(op, a, b);
        if !matches!(op, BinaryOp::FMin | BinaryOp::FMax) || !self.module.has(Capability::FloatControls2) {
            return picked;
        }
        // Of equal numbers only zeros differ, and only in their sign bit.
        let join = if op == BinaryOp::FMin { BinaryOp::Or } else { BinaryOp::And };
        let (a_bits, b_bits) = (self.bits_of(a), self.bits_of(b));
        let joined = self.builder.binary(join, a_bits, b_bits);
        let joined = self.builder.convert(ConvertOp::Bitcast, joined, self.builder.type_of(a));
        let equal = self.builder.compare(CompareOp::FEq, a, b);
        self.builder.select(equal, joined, picked)
    }

    /// A float's bits as an integer.
    fn bits_of(&mut self, float: Value) -> Value {
        let bits = integer(self.builder.type_of(float));
        self.builder.convert(ConvertOp::Bitcast, float, bits)
    }

    /// A float with the sign of another one also if it is zero; its own sign is none or the same.
    fn with_sign(&mut self, float: Value, sign: Value) -> Value {
        let (bits, sign) = (self.bits_of(float), self.bits_of(sign));
        let ty = self.builder.type_of(bits);
        let mask = self.builder.constant(ty, 1 << (8 * ty.bytes() - 1));
        let sign = self.builder.binary(BinaryOp::And, sign, mask);
        let bits = self.builder.binary(BinaryOp::Or, bits, sign);
        self.builder.convert(ConvertOp::Bitcast, bits, self.builder.type_of(float))
    }

    /// `x (1 - a) + y a`.
    fn mix(&mut self, x: Value, y: Value, a: Value) -> Value {
        let one = self.float_like(a, 1.0);
        let rest = self.builder.binary(BinaryOp::FSub, one, a);
        self.dot(&[x, y], &[rest, a])
    }

    /// `t² (3 - 2 t)` with `t` from 0 at the first edge to 1 at the second.
    fn smooth_step(&mut self, low: Value, high: Value, x: Value) -> Value {
        let (zero, one) = (self.float_like(x, 0.0), self.float_like(x, 1.0));
        let (two, three) = (self.float_like(x, 2.0), self.float_like(x, 3.0));
        let way = self.builder.binary(BinaryOp::FSub, x, low);
        let whole = self.builder.binary(BinaryOp::FSub, high, low);
        let t = self.builder.binary(BinaryOp::FDiv, way, whole);
        let t = self.builder.binary(BinaryOp::FMax, t, zero);
        let t = self.builder.binary(BinaryOp::FMin, t, one);
        let twice = self.builder.binary(BinaryOp::FMul, two, t);
        let slope = self.builder.binary(BinaryOp::FSub, three, twice);
        let square = self.builder.binary(BinaryOp::FMul, t, t);
        self.builder.binary(BinaryOp::FMul, square, slope)
    }

    fn ldexp(&mut self, instruction: &Instruction<'a>) -> Result<(), CompileError> {
        let (x, exponent) = (self.operand(instruction, 0)?, self.operand(instruction, 1)?);
        if x.len != exponent.len {
            return Err(instruction.error("the operands differ in size"));
        }
        let mut scalars = Scalars::new();
        for i in 0..x.len {
            let (x, exponent) = (self.values.scalar(x, i), self.values.scalar(exponent, i));
            let exponent = self.clamped_exponent(exponent);
            scalars.push(self.builder.math(MathOp::Ldexp, &[x, exponent]));
        }
        self.define(instruction, &scalars)
    }

    /// An exponent as 32 bits: one of 64 bits that is larger makes no other number than the largest that fits.
    fn clamped_exponent(&mut self, exponent: Value) -> Value {
        if self.builder.type_of(exponent) != Type::I64 {
            return self.resize_signed(exponent, Type::I32);
        }
        let largest = self.builder.constant(Type::I64, i32::MAX as u64);
        let smallest = self.builder.constant(Type::I64, i64::from(i32::MIN) as u64);
        let exponent = self.builder.binary(BinaryOp::SMin, exponent, largest);
        let exponent = self.builder.binary(BinaryOp::SMax, exponent, smallest);
        self.resize_signed(exponent, Type::I32)
    }

    /// Fraction and whole part; the latter through a pointer or as the second member of the result.
    fn modf(&mut self, op: Glsl, instruction: &Instruction<'a>) -> Result<(), CompileError> {
        let x = self.floats(instruction, 0)?;
        let (mut fractions, mut wholes) = (Scalars::new(), Scalars::new());
        for x in x {
            let whole = self.builder.math(MathOp::Trunc, &[x]);
            let fraction = self.builder.binary(BinaryOp::FSub, x, whole);
            // Infinity minus infinity is no number, but infinity has no fraction.
            let infinite = self.builder.unary(UnaryOp::IsInf, x);
            let zero = self.float_like(x, 0.0);
            let fraction = self.builder.select(infinite, zero, fraction);
            fractions.push(self.with_sign(fraction, x));
            wholes.push(whole);
        }
        self.define_pair(op == Glsl::ModfStruct, instruction, fractions, wholes)
    }

    fn frexp(&mut self, op: Glsl, instruction: &Instruction<'a>) -> Result<(), CompileError> {
        let x = self.floats(instruction, 0)?;
        let (mut significands, mut exponents) = (Scalars::new(), Scalars::new());
        for x in x {
            significands.push(self.builder.math(MathOp::FrexpSignificand, &[x]));
            exponents.push(self.builder.math(MathOp::FrexpExponent, &[x]));
        }
        self.define_pair(op == Glsl::FrexpStruct, instruction, significands, exponents)
    }

    fn define_pair(
        &mut self,
        as_structure: bool,
        instruction: &Instruction<'a>,
        mut first: Scalars,
        second: Scalars,
    ) -> Result<(), CompileError> {
        if as_structure {
            first.extend(second);
        } else {
            let pointer = self.pointer(instruction, instruction.operand(1)?)?;
            self.store(instruction, &pointer, &second)?;
        }
        self.define(instruction, &first)
    }

    fn length(&mut self, op: Glsl, instruction: &Instruction<'a>) -> Result<(), CompileError> {
        let mut vector = self.floats(instruction, 0)?;
        if op == Glsl::Distance {
            let (a, b) = self.two_vectors(instruction)?;
            vector = a.iter().zip(&b).map(|(&a, &b)| self.builder.binary(BinaryOp::FSub, a, b)).collect();
        }
        let length = if let [x] = vector[..] {
            self.builder.math(MathOp::FAbs, &[x])
        } else {
            let square = self.dot(&vector, &vector);
            self.builder.math(MathOp::Sqrt, &[square])
        };
        self.define(instruction, &[length])
    }

    fn normalize(&mut self, instruction: &Instruction<'a>) -> Result<(), CompileError> {
        let vector = self.floats(instruction, 0)?;
        if let [x] = vector[..] {
            let sign = self.builder.math(MathOp::FSign, &[x]);
            return self.define(instruction, &[sign]);
        }
        let square = self.dot(&vector, &vector);
        let factor = self.builder.math(MathOp::InverseSqrt, &[square]);
        let scalars: Scalars =
            vector.iter().map(|&x| self.builder.binary(BinaryOp::FMul, x, factor)).collect();
        self.define(instruction, &scalars)
    }

    fn cross(&mut self, instruction: &Instruction<'a>) -> Result<(), CompileError> {
        let (a, b) = self.two_vectors(instruction)?;
        if a.len() != 3 {
            return Err(instruction.error("the operands have not three components"));
        }
        let mut component = |i: usize, j: usize| {
            let left = self.builder.binary(BinaryOp::FMul, a[i], b[j]);
            let right = self.builder.binary(BinaryOp::FMul, a[j], b[i]);
            self.builder.binary(BinaryOp::FSub, left, right)
        };
        let scalars = [component(1, 2), component(2, 0), component(0, 1)];
        self.define(instruction, &scalars)
    }

    fn face_forward(&mut self, instruction: &Instruction<'a>) -> Result<(), CompileError> {
        let [n, i, reference] = self.three(instruction)?;
        self.floats(instruction, 0)?;
        let dot = self.dot(&reference, &i);
        let zero = self.float_like(dot, 0.0);
        let against = self.builder.compare(CompareOp::FLt, dot, zero);
        let mut scalars = Scalars::new();
        for n in n {
            let back = self.builder.unary(UnaryOp::FNeg, n);
            scalars.push(self.builder.select(against, n, back));
        }
        self.define(instruction, &scalars)
    }

    /// `I - 2 dot(N, I) N`.
    fn reflect(&mut self, instruction: &Instruction<'a>) -> Result<(), CompileError> {
        let (i, n) = self.two_vectors(instruction)?;
        let dot = self.dot(&n, &i);
        let two = self.float_like(dot, 2.0);
        let twice = self.builder.binary(BinaryOp::FMul, two, dot);
        let mut scalars = Scalars::new();
        for (&i, &n) in i.iter().zip(&n) {
            let along = self.builder.binary(BinaryOp::FMul, twice, n);
            scalars.push(self.builder.binary(BinaryOp::FSub, i, along));
        }
        self.define(instruction, &scalars)
    }

    /// `eta I - (eta d + sqrt(k)) N` with `d = dot(N, I)` and `k = 1 - eta² (1 - d²)`; zero where `k` is negative.
    fn refract(&mut self, instruction: &Instruction<'a>) -> Result<(), CompileError> {
        let (i, n) = self.two_vectors(instruction)?;
        let eta = self.floats(instruction, 2)?[0];
        let eta = self.builder.convert(crate::ir::ConvertOp::FloatToFloat, eta, self.builder.type_of(i[0]));
        let d = self.dot(&n, &i);
        let (zero, one) = (self.float_like(d, 0.0), self.float_like(d, 1.0));
        let square = self.builder.binary(BinaryOp::FMul, d, d);
        let rest = self.builder.binary(BinaryOp::FSub, one, square);
        let eta_square = self.builder.binary(BinaryOp::FMul, eta, eta);
        let bent = self.builder.binary(BinaryOp::FMul, eta_square, rest);
        let k = self.builder.binary(BinaryOp::FSub, one, bent);
        let total = self.builder.compare(CompareOp::FLt, k, zero);
        let root = self.builder.math(MathOp::Sqrt, &[k]);
        let along = self.builder.binary(BinaryOp::FMul, eta, d);
        let along = self.builder.binary(BinaryOp::FAdd, along, root);
        let mut scalars = Scalars::new();
        for (&i, &n) in i.iter().zip(&n) {
            let i = self.builder.binary(BinaryOp::FMul, eta, i);
            let n = self.builder.binary(BinaryOp::FMul, along, n);
            let bent = self.builder.binary(BinaryOp::FSub, i, n);
            scalars.push(self.builder.select(total, zero, bent));
        }
        self.define(instruction, &scalars)
    }
}

/// Functions of one operand that the IR has.
fn unary_function(op: Glsl) -> Option<MathOp> {
    Some(match op {
        Glsl::Round => MathOp::Round,
        Glsl::RoundEven => MathOp::RoundEven,
        Glsl::Trunc => MathOp::Trunc,
        Glsl::FAbs => MathOp::FAbs,
        Glsl::SAbs => MathOp::SAbs,
        Glsl::FSign => MathOp::FSign,
        Glsl::SSign => MathOp::SSign,
        Glsl::Floor => MathOp::Floor,
        Glsl::Ceil => MathOp::Ceil,
        Glsl::Fract => MathOp::Fract,
        Glsl::Sin => MathOp::Sin,
        Glsl::Cos => MathOp::Cos,
        Glsl::Tan => MathOp::Tan,
        Glsl::Asin => MathOp::Asin,
        Glsl::Acos => MathOp::Acos,
        Glsl::Atan => MathOp::Atan,
        Glsl::Sinh => MathOp::Sinh,
        Glsl::Cosh => MathOp::Cosh,
        Glsl::Tanh => MathOp::Tanh,
        Glsl::Asinh => MathOp::Asinh,
        Glsl::Acosh => MathOp::Acosh,
        Glsl::Atanh => MathOp::Atanh,
        Glsl::Exp => MathOp::Exp,
        Glsl::Log => MathOp::Log,
        Glsl::Exp2 => MathOp::Exp2,
        Glsl::Log2 => MathOp::Log2,
        Glsl::Sqrt => MathOp::Sqrt,
        Glsl::InverseSqrt => MathOp::InverseSqrt,
        Glsl::FindILsb => MathOp::FindILsb,
        Glsl::FindSMsb => MathOp::FindSMsb,
        Glsl::FindUMsb => MathOp::FindUMsb,
        _ => return None,
    })
}
