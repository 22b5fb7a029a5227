//! The IR as text: printed for logs and golden tests, parsed for tests that write shaders by hand.
//!
//! ```text
//! stage Fragment
//! workgroup 64 1 1
//! shared 256 zero
//! local m0 64
//! variable x0 F32
//! v0: I32 = Builtin GlobalInvocationId.0
//! v1: I32 = Constant 4
//! v2: I32 = IMul v0 v1
//! v3: F32 = Load buffer 0 v1 v2            (set 0, slot v1, offset v2)
//! set x0 v3
//! if v4 {
//!   store shared v2 v3
//! } else {
//!   break l0
//! }
//! ```
//!
//! One statement a line; `#` starts a comment. Operations are named as in [`Op`] and its parts. Image instructions and
//! messages are printed only. Parsing checks the form only:
//! whether the result is sound is the verifier's business.

use std::fmt::{self, Display, Formatter};

use super::{
    AtomicOp, BinaryOp, Builtin, CompareOp, ConvertOp, Function, GroupOp, Label, LocalMemory, MathOp, Op,
    Place, Side, Stmt, Texture, Type, UnaryOp, Value, Variable, stage_text,
};
use crate::abi::stage::{InterpolateAt, StageBuiltin};
use crate::stage::Stage;

/// Where a text is not IR, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct ParseError {
    /// Counted from 1.
    pub line: usize,
    /// What was expected.
    pub what: &'static str,
}

macro_rules! names {
    ($($ty:ident { $($name:ident),* $(,)? })*) => {$(
        impl $ty {
            /// The variant of that name.
            pub fn from_name(name: &str) -> Option<Self> {
                match name {
                    $(stringify!($name) => Some(Self::$name),)*
                    _ => None,
                }
            }
        }
    )*};
}

pub(super) use names;

names! {
    Type { Bool, I8, I16, I32, I64, F16, F32, F64 }
    UnaryOp { INeg, Not, FNeg, IsNan, IsInf, BitCount, BitReverse }
    BinaryOp {
        IAdd, ISub, IMul, UMulHigh, SMulHigh, UDiv, SDiv, URem, SRem, SMod, UMin, UMax, SMin, SMax, And, Or, Xor, Shl,
        UShr, SShr, FAdd, FSub, FMul, FDiv, FRem, FMod, FMin, FMax,
    }
    CompareOp {
        IEq, INe, ULt, ULe, UGt, UGe, SLt, SLe, SGt, SGe, FEq, FNe, FLt, FLe, FGt, FGe, FUEq, FUNe, FULt, FULe, FUGt,
        FUGe,
    }
    ConvertOp {
        Truncate, ZeroExtend, SignExtend, ExtendIndex, FloatToFloat, FloatToSigned, FloatToUnsigned,
        SignedToFloat, UnsignedToFloat, Bitcast,
    }
    MathOp {
        Round, RoundEven, Trunc, FAbs, SAbs, FSign, SSign, Floor, Ceil, Fract, Sin, Cos, Tan, Asin, Acos, Atan, Sinh,
        Cosh, Tanh, Asinh, Acosh, Atanh, Atan2, Pow, Exp, Log, Exp2, Log2, Sqrt, InverseSqrt, Fma, Ldexp,
        FrexpSignificand, FrexpExponent, FindILsb, FindSMsb, FindUMsb, BitFieldUExtract, BitFieldSExtract,
        BitFieldInsert,
    }
    AtomicOp {
        Load, Store, Exchange, CompareExchange, IAdd, ISub, SMin, UMin, SMax, UMax, And, Or, Xor, FAdd, FMin, FMax,
    }
}

// --- printing ---------------------------------------------------------------------------------------------------

impl Display for Function {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if let Some(stage) = self.stage {
            writeln!(f, "stage {stage:?}")?;
        }
        let [x, y, z] = self.workgroup_size;
        writeln!(f, "workgroup {x} {y} {z}")?;
        if self.extra_packets != 0 {
            writeln!(f, "packets {}", self.extra_packets + 1)?;
        }
        if self.shared_bytes != 0 {
            writeln!(f, "shared {}{}", self.shared_bytes, if self.zero_shared { " zero" } else { "" })?;
        }
        for (i, bytes) in self.local_memories.iter().enumerate() {
            writeln!(f, "local m{i} {bytes}")?;
        }
        for (i, ty) in self.variables.iter().enumerate() {
            writeln!(f, "variable x{i} {ty:?}")?;
        }
        self.print(f, &self.body, 0)
    }
}

impl Function {
    fn print(&self, f: &mut Formatter<'_>, stmts: &[Stmt], depth: usize) -> fmt::Result {
        for stmt in stmts {
            write!(f, "{:1$}", "", depth * 2)?;
            match stmt {
                Stmt::Let(value, op) => {
                    writeln!(f, "{value}: {:?} = {}", self.values[value.index()], Shown(op))?
                }
                Stmt::Set(variable, value) => writeln!(f, "set {variable} {value}")?,
                Stmt::Store { place, value } => writeln!(f, "store {place} {value}")?,
                Stmt::If { condition, then, otherwise } => {
                    writeln!(f, "if {condition} {{")?;
                    self.print(f, then, depth + 1)?;
                    if !otherwise.is_empty() {
                        writeln!(f, "{:1$}}} else {{", "", depth * 2)?;
                        self.print(f, otherwise, depth + 1)?;
                    }
                    writeln!(f, "{:1$}}}", "", depth * 2)?;
                }
                Stmt::Block { label, body } | Stmt::Loop { label, body } => {
                    let word = if matches!(stmt, Stmt::Loop { .. }) { "loop" } else { "block" };
                    writeln!(f, "{word} {label} {{")?;
                    self.print(f, body, depth + 1)?;
                    writeln!(f, "{:1$}}}", "", depth * 2)?;
                }
                Stmt::Break(label) => writeln!(f, "break {label}")?,
                Stmt::Continue(label) => writeln!(f, "continue {label}")?,
                Stmt::Barrier => writeln!(f, "barrier")?,
                Stmt::Fence => writeln!(f, "fence")?,
                Stmt::Demote => writeln!(f, "demote")?,
                Stmt::Emit { stream, end: false } => writeln!(f, "emit {stream}")?,
                Stmt::Emit { stream, end: true } => writeln!(f, "end {stream}")?,
                Stmt::Return => writeln!(f, "return")?,
            }
        }
        Ok(())
    }
}

impl Display for Place {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Buffer { set, slot, offset } => write!(f, "buffer {set} {slot} {offset}"),
            Self::Global { address } => write!(f, "global {address}"),
            Self::Shared { offset } => write!(f, "shared {offset}"),
            Self::Local { memory, offset } => write!(f, "local {memory} {offset}"),
            Self::PushConstant { offset } => write!(f, "push {offset}"),
            Self::Interface { side, vertex, slot } => write!(f, "slot {side:?} {vertex} {slot}"),
        }
    }
}

/// An operation without its result's type, which the line says already.
struct Shown<'a>(&'a Op);

impl Display for Shown<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Op::Constant(_, bits) => write!(f, "Constant {bits:#x}"),
            Op::Get(variable) => write!(f, "Get {variable}"),
            Op::Unary(op, a) => write!(f, "{op:?} {a}"),
            Op::Binary(op, a, b) => write!(f, "{op:?} {a} {b}"),
            Op::Compare(op, a, b) => write!(f, "{op:?} {a} {b}"),
            Op::Select(c, a, b) => write!(f, "Select {c} {a} {b}"),
            Op::Convert(op, a, _) => write!(f, "{op:?} {a}"),
            Op::Math(op, operands) => write!(f, "{op:?}{}", List(operands)),
            Op::Builtin(builtin) => match builtin {
                Builtin::LocalInvocationId(n) => write!(f, "Builtin LocalInvocationId.{n}"),
                Builtin::WorkgroupId(n) => write!(f, "Builtin WorkgroupId.{n}"),
                Builtin::NumWorkgroups(n) => write!(f, "Builtin NumWorkgroups.{n}"),
                Builtin::GlobalInvocationId(n) => write!(f, "Builtin GlobalInvocationId.{n}"),
                Builtin::Stage(builtin) => write!(f, "Builtin Stage.{builtin:?}"),
                other => write!(f, "Builtin {other:?}"),
            },
            Op::Load(_, place) => write!(f, "Load {place}"),
            Op::Texture(texture) => {
                let Texture { instruction, image: (set, slot), sampler, operands } = &**texture;
                write!(f, "Texture {instruction:?} image {set} {slot}")?;
                sampler.iter().try_for_each(|(set, slot)| write!(f, " sampler {set} {slot}"))?;
                operands.iter().try_for_each(|(operand, value)| write!(f, " {operand:?} {value}"))
            }
            Op::TextureResult { of, word, .. } => write!(f, "TextureResult {of} {word}"),
            Op::Print(print) => write!(f, "Print {:?}{}", print.instruction.format, List(&print.values)),
            Op::Helper | Op::Interpolate { .. } => stage_text::print(self.0, f),
            Op::BufferSize { set, slot } => write!(f, "BufferSize {set} {slot}"),
            Op::DescriptorWord { set, slot, word } => write!(f, "DescriptorWord {set} {slot} {word}"),
            Op::Atomic { op, place, value, comparator, .. } => {
                write!(f, "Atomic {op:?} {place} {value}")?;
                comparator.iter().try_for_each(|comparator| write!(f, " {comparator}"))
            }
            Op::Group(op, operands) => write!(f, "Group {op}{}", List(operands)),
        }
    }
}

struct List<'a>(&'a [Value]);

impl Display for List<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|value| write!(f, " {value}"))
    }
}

// --- parsing ----------------------------------------------------------------------------------------------------

impl std::str::FromStr for Function {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let mut parser = Parser {
            function: Self { workgroup_size: [1; 3], ..Self::default() },
            line: 0,
            words: Vec::new(),
        };
        let mut lines = text.lines();
        let (body, end) = parser.list(&mut lines)?;
        if end.is_some() {
            return Err(parser.error("a `}` without its `{`"));
        }
        parser.function.body = body;
        Ok(parser.function)
    }
}

struct Parser<'t> {
    function: Function,
    line: usize,
    /// What is left of the line, last word first.
    words: Vec<&'t str>,
}

/// The line that ended a list: `}`, or `} else {`.
enum End {
    List,
    Then,
}

type Parsed<T> = Result<T, ParseError>;

impl<'t> Parser<'t> {
    fn error(&self, what: &'static str) -> ParseError {
        ParseError { line: self.line, what }
    }

    fn list(&mut self, lines: &mut std::str::Lines<'t>) -> Parsed<(Vec<Stmt>, Option<End>)> {
        let mut list = Vec::new();
        while let Some(line) = lines.next() {
            self.line += 1;
            let line = line.split('#').next().unwrap_or(line);
            self.words = line.split_whitespace().rev().collect();
            let Some(word) = self.words.pop() else { continue };
            if word == "}" {
                let end = if self.words.is_empty() { End::List } else { End::Then };
                return Ok((list, Some(end)));
            }
            if let Some(stmt) = self.stmt(word, lines)? {
                list.push(stmt);
            }
            if !self.words.is_empty() {
                return Err(self.error("too many words"));
            }
        }
        Ok((list, None))
    }

    fn stmt(&mut self, word: &str, lines: &mut std::str::Lines<'t>) -> Parsed<Option<Stmt>> {
        Ok(Some(match word {
            "stage" => {
                let stage = Stage::from_name(self.word()?);
                self.function.stage = Some(stage.ok_or_else(|| self.error("expected a stage"))?);
                return Ok(None);
            }
            "workgroup" => {
                self.function.workgroup_size = [self.number()?, self.number()?, self.number()?];
                return Ok(None);
            }
            "packets" => {
                let packets: u32 = self.number()?;
                self.function.extra_packets = packets.saturating_sub(1);
                return Ok(None);
            }
            "shared" => {
                self.function.shared_bytes = self.number()?;
                self.function.zero_shared = self.words.pop().is_some();
                return Ok(None);
            }
            "local" => {
                self.index('m')?;
                let bytes = self.number()?;
                self.function.local_memories.push(bytes);
                return Ok(None);
            }
            "variable" => {
                self.index('x')?;
                let ty = self.ty()?;
                self.function.variables.push(ty);
                return Ok(None);
            }
            "set" => Stmt::Set(Variable(self.index('x')?), self.value()?),
            "store" => Stmt::Store { place: self.place()?, value: self.value()? },
            "if" => {
                let condition = self.value()?;
                self.words.clear();
                let (then, end) = self.list(lines)?;
                let otherwise = if matches!(end, Some(End::Then)) { self.rest(lines)? } else { Vec::new() };
                self.words.clear();
                Stmt::If { condition, then, otherwise }
            }
            "block" => Stmt::Block { label: self.label()?, body: self.rest(lines)? },
            "loop" => Stmt::Loop { label: self.label()?, body: self.rest(lines)? },
            "break" => Stmt::Break(self.label()?),
            "continue" => Stmt::Continue(self.label()?),
            "barrier" => Stmt::Barrier,
            "fence" => Stmt::Fence,
            "demote" => Stmt::Demote,
            "emit" => Stmt::Emit { stream: self.number()?, end: false },
            "end" => Stmt::Emit { stream: self.number()?, end: true },
            "return" => Stmt::Return,
            _ => return self.definition(word).map(Some),
        }))
    }

    fn rest(&mut self, lines: &mut std::str::Lines<'t>) -> Parsed<Vec<Stmt>> {
        self.words.clear();
        let list = self.list(lines)?.0;
        self.words.clear();
        Ok(list)
    }

    fn definition(&mut self, word: &str) -> Parsed<Stmt> {
        let name = word.strip_suffix(':').and_then(|name| index(name, 'v'));
        let value = Value(name.ok_or_else(|| self.error("expected a statement"))?);
        let ty = self.ty()?;
        if self.words.pop() != Some("=") {
            return Err(self.error("expected `=`"));
        }
        if self.function.values.len() <= value.index() {
            self.function.values.resize(value.index() + 1, Type::I32);
        }
        self.function.values[value.index()] = ty;
        Ok(Stmt::Let(value, self.op(ty)?))
    }

    fn op(&mut self, ty: Type) -> Parsed<Op> {
        let word = self.word()?;
        Ok(match word {
            "Constant" => Op::Constant(ty, self.constant()?),
            "Get" => Op::Get(Variable(self.index('x')?)),
            "Select" => Op::Select(self.value()?, self.value()?, self.value()?),
            "Load" => Op::Load(ty, self.place()?),
            "BufferSize" => Op::BufferSize { set: self.number()?, slot: self.value()? },
            "DescriptorWord" => {
                Op::DescriptorWord { set: self.number()?, slot: self.value()?, word: self.number()? }
            }
            "Builtin" => Op::Builtin(self.builtin()?),
            "Helper" => Op::Helper,
            "Interpolate" => Op::Interpolate {
                slot: self.number()?,
                at: InterpolateAt::from_name(self.word()?).ok_or_else(|| self.error("expected where"))?,
                x: self.value()?,
                y: self.value()?,
            },
            "Atomic" => Op::Atomic {
                op: AtomicOp::from_name(self.word()?)
                    .ok_or_else(|| self.error("expected an atomic operation"))?,
                ty,
                place: self.place()?,
                value: self.value()?,
                comparator: if self.words.is_empty() { None } else { Some(self.value()?) },
            },
            "Group" => {
                let op = GroupOp::from_name(self.word()?);
                let op = op.ok_or_else(|| self.error("expected a subgroup operation"))?;
                Op::Group(op, self.values()?.into_iter().collect())
            }
            _ => return self.scalar_op(word, ty),
        })
    }

    fn scalar_op(&mut self, word: &str, ty: Type) -> Parsed<Op> {
        Ok(if let Some(op) = UnaryOp::from_name(word) {
            Op::Unary(op, self.value()?)
        } else if let Some(op) = BinaryOp::from_name(word) {
            Op::Binary(op, self.value()?, self.value()?)
        } else if let Some(op) = CompareOp::from_name(word) {
            Op::Compare(op, self.value()?, self.value()?)
        } else if let Some(op) = ConvertOp::from_name(word) {
            Op::Convert(op, self.value()?, ty)
        } else if let Some(op) = MathOp::from_name(word) {
            Op::Math(op, self.values()?.into_iter().collect())
        } else {
            return Err(self.error("expected an operation"));
        })
    }

    fn builtin(&mut self) -> Parsed<Builtin> {
        let word = self.word()?;
        let (name, component) = word.split_once('.').unwrap_or((word, "0"));
        if name == "Stage" {
            let builtin = StageBuiltin::from_name(component);
            return builtin.map(Builtin::Stage).ok_or_else(|| self.error("expected a built-in"));
        }
        let n = component.parse().map_err(|_| self.error("expected a component"))?;
        Ok(match name {
            "LocalInvocationId" => Builtin::LocalInvocationId(n),
            "LocalInvocationIndex" => Builtin::LocalInvocationIndex,
            "WorkgroupId" => Builtin::WorkgroupId(n),
            "NumWorkgroups" => Builtin::NumWorkgroups(n),
            "GlobalInvocationId" => Builtin::GlobalInvocationId(n),
            "SubgroupLocalInvocationId" => Builtin::SubgroupLocalInvocationId,
            "SubgroupId" => Builtin::SubgroupId,
            "NumSubgroups" => Builtin::NumSubgroups,
            "DeviceIndex" => Builtin::DeviceIndex,
            _ => return Err(self.error("expected a built-in")),
        })
    }

    fn place(&mut self) -> Parsed<Place> {
        Ok(match self.word()? {
            "buffer" => Place::Buffer { set: self.number()?, slot: self.value()?, offset: self.value()? },
            "global" => Place::Global { address: self.value()? },
            "shared" => Place::Shared { offset: self.value()? },
            "local" => Place::Local { memory: LocalMemory(self.index('m')?), offset: self.value()? },
            "push" => Place::PushConstant { offset: self.value()? },
            "slot" => Place::Interface {
                side: Side::from_name(self.word()?).ok_or_else(|| self.error("expected a side"))?,
                vertex: self.value()?,
                slot: self.value()?,
            },
            _ => return Err(self.error("expected a place")),
        })
    }

    fn values(&mut self) -> Parsed<Vec<Value>> {
        let mut values = Vec::new();
        while !self.words.is_empty() {
            values.push(self.value()?);
        }
        Ok(values)
    }

    fn word(&mut self) -> Parsed<&'t str> {
        self.words.pop().ok_or_else(|| self.error("the line ends too early"))
    }

    fn value(&mut self) -> Parsed<Value> {
        self.index('v').map(Value)
    }

    fn label(&mut self) -> Parsed<Label> {
        let label = self.index('l')?;
        self.function.labels = self.function.labels.max(label + 1);
        Ok(Label(label))
    }

    fn index(&mut self, prefix: char) -> Parsed<u32> {
        let word = self.word()?;
        index(word, prefix).ok_or_else(|| self.error("expected a name"))
    }

    fn number(&mut self) -> Parsed<u32> {
        let word = self.word()?;
        word.parse().map_err(|_| self.error("expected a number"))
    }

    /// Bits, decimal or hexadecimal; a number with a point is a float of the type that was printed before.
    fn constant(&mut self) -> Parsed<u64> {
        let word = self.word()?;
        let bits = match word.strip_prefix("0x") {
            Some(digits) => u64::from_str_radix(digits, 16).ok(),
            None if word.contains('.') => word.parse::<f32>().ok().map(|x| u64::from(x.to_bits())),
            None => word.parse().ok(),
        };
        bits.ok_or_else(|| self.error("expected a constant"))
    }

    fn ty(&mut self) -> Parsed<Type> {
        let word = self.word()?;
        Type::from_name(word).ok_or_else(|| self.error("expected a type"))
    }
}

/// The number of a name like `v12`; far numbers are refused, since they cost memory.
fn index(name: &str, prefix: char) -> Option<u32> {
    name.strip_prefix(prefix)?.parse().ok().filter(|&n| n < 1 << 20)
}
