//! What operations there are, by kind of operand.

use crate::abi::stage::StageBuiltin;

/// Operations with one operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnaryOp {
    /// Integer negation.
    INeg,
    /// Bitwise complement; logical for `Bool`.
    Not,
    /// Float negation.
    FNeg,
    /// Float is not a number.
    IsNan,
    /// Float is infinite.
    IsInf,
    /// Set bits.
    BitCount,
    /// Bits in reverse order.
    BitReverse,
}

/// Operations with two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are those of the SPIR-V instructions")]
pub enum BinaryOp {
    IAdd,
    ISub,
    IMul,
    /// High half of the double-width product.
    UMulHigh,
    SMulHigh,
    /// Division by zero gives all ones (unsigned) or is otherwise undefined but never traps.
    UDiv,
    SDiv,
    URem,
    /// Sign of the dividend.
    SRem,
    /// Sign of the divisor.
    SMod,
    UMin,
    UMax,
    SMin,
    SMax,
    And,
    Or,
    Xor,
    Shl,
    UShr,
    SShr,
    FAdd,
    FSub,
    FMul,
    FDiv,
    /// Sign of the dividend.
    FRem,
    /// Sign of the divisor.
    FMod,
    /// NaN operands give the other operand.
    FMin,
    FMax,
}

/// Comparisons. `F…` are ordered (false for NaN), `FU…` unordered (true for NaN).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are those of the SPIR-V instructions")]
pub enum CompareOp {
    IEq,
    INe,
    ULt,
    ULe,
    UGt,
    UGe,
    SLt,
    SLe,
    SGt,
    SGe,
    FEq,
    FNe,
    FLt,
    FLe,
    FGt,
    FGe,
    FUEq,
    FUNe,
    FULt,
    FULe,
    FUGt,
    FUGe,
}

/// Conversions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ConvertOp {
    /// To a narrower integer: drops high bits.
    Truncate,
    /// To a wider integer, zeros in front.
    ZeroExtend,
    /// To a wider integer, sign in front.
    SignExtend,
    /// To a wider integer, sign in front: an array index on its way to a byte offset, known to stand for no other number.
    /// Neighbouring lanes may be extended together: where their indices cross 2^31 between two lanes, an index on either
    /// side of it may be taken, which is beyond every array.
    ExtendIndex,
    /// Float to float.
    FloatToFloat,
    /// Float to signed integer, saturating; NaN gives zero.
    FloatToSigned,
    /// Float to unsigned integer, saturating; NaN gives zero.
    FloatToUnsigned,
    /// Signed integer to float.
    SignedToFloat,
    /// Unsigned integer to float.
    UnsignedToFloat,
    /// Same bits, other type of the same size.
    Bitcast,
}

/// Functions, most of GLSL.std.450. Operands are scalars of one type unless said otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are those of GLSL.std.450")]
pub enum MathOp {
    Round,
    RoundEven,
    Trunc,
    FAbs,
    SAbs,
    FSign,
    SSign,
    Floor,
    Ceil,
    Fract,
    Sin,
    Cos,
    Tan,
    Asin,
    Acos,
    Atan,
    Sinh,
    Cosh,
    Tanh,
    Asinh,
    Acosh,
    Atanh,
    Atan2,
    Pow,
    Exp,
    Log,
    Exp2,
    Log2,
    Sqrt,
    InverseSqrt,
    Fma,
    /// `Ldexp(x, exponent: I32)`.
    Ldexp,
    /// The significand of `frexp`.
    FrexpSignificand,
    /// The exponent of `frexp` (`I32` out).
    FrexpExponent,
    FindILsb,
    FindSMsb,
    FindUMsb,
    /// `(value, offset: I32, count: I32)`.
    BitFieldUExtract,
    BitFieldSExtract,
    /// `(base, insert, offset: I32, count: I32)`.
    BitFieldInsert,
}

/// Numbers that an invocation is started with. All `I32`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are SPIR-V's, the number is the component")]
pub enum Builtin {
    LocalInvocationId(u8),
    LocalInvocationIndex,
    WorkgroupId(u8),
    NumWorkgroups(u8),
    /// Base group times size, plus group times size, plus local id; component.
    GlobalInvocationId(u8),
    SubgroupLocalInvocationId,
    SubgroupId,
    NumSubgroups,
    DeviceIndex,
    /// Of a graphics stage; floats as their bits.
    Stage(StageBuiltin),
}

/// Atomic operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are those of the SPIR-V instructions")]
pub enum AtomicOp {
    Load,
    Store,
    Exchange,
    CompareExchange,
    IAdd,
    ISub,
    SMin,
    UMin,
    SMax,
    UMax,
    And,
    Or,
    Xor,
    FAdd,
    FMin,
    FMax,
}

/// Operations over the active invocations of a subgroup. One subgroup is one packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are those of the SPIR-V instructions")]
pub enum GroupOp {
    Elect,
    All,
    Any,
    AllEqual,
    /// Bit i of the result: lane i is active and its operand true (`I32` out).
    Ballot,
    BroadcastFirst,
    /// `(value, lane: I32)`.
    Shuffle,
    /// For each invocation of a quad: which one's value it gets, whether that is active or not.
    Quad([u8; 4]),
    /// Reduction with that operation.
    Reduce(BinaryOp),
    InclusiveScan(BinaryOp),
    ExclusiveScan(BinaryOp),
    /// Nanoseconds since some moment, the same number for all (`I64` out, no operand).
    Clock,
}
