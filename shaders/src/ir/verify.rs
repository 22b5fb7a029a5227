//! Checks the invariants of the IR.
//!
//! [`translate`](crate::translate) runs it on everything that it makes, so that no module, however hostile, brings a malformed
//! function to a later stage. One walk; scopes by a flag per value that is taken back when its list ends.

use super::{
    AtomicOp, BinaryOp, CompareOp, ConvertOp, Function, GroupOp, Label, MathOp, Op, Place, Stmt, Texture,
    Type, UnaryOp, Value, Variable,
};
use crate::stage::Stage;

/// A broken invariant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{rule} (at {at})")]
pub struct VerifyError {
    rule: &'static str,
    at: String,
}

impl VerifyError {
    /// Which rule is broken.
    pub fn rule(&self) -> &'static str {
        self.rule
    }
}

struct Verifier<'a> {
    function: &'a Function,
    in_scope: Vec<bool>,
    defined: Vec<bool>,
    /// Enclosing labels, and whether each is a loop's.
    labels: Vec<(Label, bool)>,
    at: Value,
}

type Result<T = ()> = std::result::Result<T, VerifyError>;

/// Checks a function.
pub fn verify(function: &Function) -> Result {
    let count = function.values.len();
    let mut verifier = Verifier {
        function,
        in_scope: vec![false; count],
        defined: vec![false; count],
        labels: Vec::new(),
        at: Value(0),
    };
    verifier.list(&function.body)
}

impl Verifier<'_> {
    #[cold]
    fn error<T>(&self, rule: &'static str) -> Result<T> {
        Err(VerifyError { rule, at: self.at.to_string() })
    }

    fn require(&self, holds: bool, rule: &'static str) -> Result {
        if holds { Ok(()) } else { self.error(rule) }
    }

    fn list(&mut self, list: &[Stmt]) -> Result {
        let mut results_of = None;
        for statement in list {
            self.statement(statement)?;
            match statement {
                Stmt::Let(value, Op::Texture(_)) => results_of = Some(*value),
                Stmt::Let(_, Op::TextureResult { of, .. }) => {
                    self.require(results_of == Some(*of), "a result follows its image instruction")?;
                }
                Stmt::Set(..) => {}
                _ => results_of = None,
            }
        }
        for statement in list {
            if let Stmt::Let(value, _) = statement {
                self.in_scope[value.index()] = false;
            }
        }
        Ok(())
    }

    fn statement(&mut self, statement: &Stmt) -> Result {
        match statement {
            Stmt::Let(value, op) => {
                self.at = *value;
                let ty = self.operation(op)?;
                let declared = self.function.values.get(value.index()).copied();
                self.require(declared == Some(ty), "a value is of its operation's type")?;
                self.require(!self.defined[value.index()], "a value is defined once")?;
                self.defined[value.index()] = true;
                self.in_scope[value.index()] = true;
                Ok(())
            }
            Stmt::Set(variable, value) => {
                let ty = self.variable(*variable)?;
                self.expect(*value, ty)
            }
            Stmt::Store { place, value } => {
                self.place(*place)?;
                let ty = self.value(*value)?;
                self.require(ty != Type::Bool, "booleans have no memory representation")?;
                self.require(!matches!(place, Place::PushConstant { .. }), "push constants are not written")?;
                if let Place::Interface { side, .. } = place {
                    let read_only = side.is_read_only(self.function.stage);
                    self.require(!read_only, "inputs are not written")?;
                    self.require(ty.bytes() == 4, "a slot has 32 bits")?;
                }
                Ok(())
            }
            Stmt::If { condition, then, otherwise } => {
                self.expect(*condition, Type::Bool)?;
                self.list(then)?;
                self.list(otherwise)
            }
            Stmt::Block { label, body } => self.labelled(*label, false, body),
            Stmt::Loop { label, body } => self.labelled(*label, true, body),
            Stmt::Break(label) => self.require(
                self.labels.iter().any(|known| known.0 == *label),
                "a break names an enclosing label",
            ),
            Stmt::Continue(label) => {
                self.require(self.labels.contains(&(*label, true)), "a continue names an enclosing loop")
            }
            Stmt::Barrier | Stmt::Fence | Stmt::Return => Ok(()),
            Stmt::Demote => self.stage(Stage::Fragment),
            Stmt::Emit { stream, .. } => {
                self.require(*stream < 4, "there are four vertex streams")?;
                self.stage(Stage::Geometry)
            }
        }
    }

    fn stage(&self, stage: Stage) -> Result {
        self.require(self.function.stage == Some(stage), "the statement fits the stage")
    }

    fn labelled(&mut self, label: Label, is_loop: bool, body: &[Stmt]) -> Result {
        self.require(label.0 < self.function.labels, "a label is declared")?;
        self.labels.push((label, is_loop));
        self.list(body)?;
        self.labels.pop();
        Ok(())
    }

    fn value(&self, value: Value) -> Result<Type> {
        match self.in_scope.get(value.index()) {
            Some(true) => Ok(self.function.values[value.index()]),
            _ => self.error("a value is used in the scope of its definition"),
        }
    }

    fn expect(&self, value: Value, ty: Type) -> Result {
        let found = self.value(value)?;
        self.require(found == ty, "operand types fit the operation")
    }

    fn variable(&self, variable: Variable) -> Result<Type> {
        match self.function.variables.get(variable.index()) {
            Some(&ty) => Ok(ty),
            None => self.error("a variable is declared"),
        }
    }

    fn place(&self, place: Place) -> Result {
        match place {
            Place::Buffer { set, slot, offset } => {
                self.require((set as usize) < crate::abi::heap::BASES, "a descriptor set exists")?;
                self.expect(slot, Type::I32)?;
                let ty = self.value(offset)?;
                self.require(matches!(ty, Type::I32 | Type::I64), "operand types fit the operation")
            }
            Place::Global { address } => self.expect(address, Type::I64),
            Place::Shared { offset } | Place::PushConstant { offset } => self.expect(offset, Type::I32),
            Place::Interface { vertex, slot, .. } => {
                self.require(self.function.stage.is_some(), "only stages have an interface")?;
                self.expect(vertex, Type::I32)?;
                self.expect(slot, Type::I32)
            }
            Place::Local { memory, offset } => {
                self.require(
                    memory.index() < self.function.local_memories.len(),
                    "local memory is declared",
                )?;
                self.expect(offset, Type::I32)
            }
        }
    }

    /// Checks the operands; gives the type of the result.
    fn operation(&self, op: &Op) -> Result<Type> {
        let fits = "operand types fit the operation";
        match op {
            Op::Constant(ty, bits) => {
                self.require(*bits <= super::eval::mask(*ty), "a constant fits its type")?;
                Ok(*ty)
            }
            Op::Get(variable) => self.variable(*variable),
            Op::Unary(op, a) => {
                let ty = self.value(*a)?;
                let float = matches!(op, UnaryOp::FNeg | UnaryOp::IsNan | UnaryOp::IsInf);
                self.require(ty.is_float() == float && (ty != Type::Bool || *op == UnaryOp::Not), fits)?;
                Ok(if matches!(op, UnaryOp::IsNan | UnaryOp::IsInf) { Type::Bool } else { ty })
            }
            Op::Binary(op, a, b) => {
                let ty = self.value(*a)?;
                self.expect(*b, ty)?;
                self.require(ty.is_float() == is_float(*op) && (ty != Type::Bool || is_logic(*op)), fits)?;
                Ok(ty)
            }
            Op::Compare(op, a, b) => {
                let ty = self.value(*a)?;
                self.expect(*b, ty)?;
                let float = *op as u32 >= CompareOp::FEq as u32;
                let equality = matches!(op, CompareOp::IEq | CompareOp::INe);
                self.require(ty.is_float() == float && (ty != Type::Bool || equality), fits)?;
                Ok(Type::Bool)
            }
            Op::Select(condition, a, b) => {
                self.expect(*condition, Type::Bool)?;
                let ty = self.value(*a)?;
                self.expect(*b, ty)?;
                Ok(ty)
            }
            Op::Convert(op, a, to) => {
                self.require(converts(*op, self.value(*a)?, *to), fits)?;
                Ok(*to)
            }
            Op::Math(op, operands) => self.math(*op, operands),
            Op::Builtin(_) => Ok(Type::I32),
            Op::Helper => self.stage(Stage::Fragment).map(|()| Type::Bool),
            Op::Interpolate { slot, x, y, .. } => {
                self.stage(Stage::Fragment)?;
                self.require(*slot < crate::abi::stage::slot::COUNT, "there is such a slot")?;
                let ty = self.value(*x)?;
                self.require(ty.bytes() == 4 && ty != Type::Bool, fits)?;
                self.expect(*y, ty)?;
                Ok(Type::F32)
            }
            Op::Load(ty, place) => {
                self.place(*place)?;
                let slot = matches!(place, Place::Interface { .. });
                self.require(!slot || ty.bytes() == 4, "a slot has 32 bits")?;
                self.require(*ty != Type::Bool, "booleans have no memory representation")?;
                Ok(*ty)
            }
            Op::DescriptorWord { set, slot, word } => {
                self.require((*set as usize) < crate::abi::heap::BASES, "a descriptor set exists")?;
                self.require(*word < crate::abi::Descriptor::WORDS, "a descriptor has such a word")?;
                self.expect(*slot, Type::I32)?;
                Ok(Type::I32)
            }
            Op::BufferSize { set, slot } => {
                self.require((*set as usize) < crate::abi::heap::BASES, "a descriptor set exists")?;
                self.expect(*slot, Type::I32)?;
                Ok(Type::I32)
            }
            Op::Atomic { op, ty, place, value, comparator } => {
                self.place(*place)?;
                self.expect(*value, *ty)?;
                self.require(
                    comparator.is_some() == (*op == AtomicOp::CompareExchange),
                    "a comparator where needed",
                )?;
                comparator.map_or(Ok(()), |comparator| self.expect(comparator, *ty))?;
                let float = matches!(op, AtomicOp::FAdd | AtomicOp::FMin | AtomicOp::FMax);
                let any = matches!(op, AtomicOp::Load | AtomicOp::Store | AtomicOp::Exchange);
                self.require(*ty != Type::Bool && (any || ty.is_float() == float), fits)?;
                let memory = !matches!(
                    place,
                    Place::PushConstant { .. } | Place::Local { .. } | Place::Interface { .. }
                );
                self.require(memory, "atomics are for shared memory and buffers")?;
                Ok(*ty)
            }
            Op::Texture(texture) => self.texture(texture),
            Op::TextureResult { of, word, ty } => {
                self.expect(*of, Type::I32)?;
                self.require(*word < 4 && matches!(ty, Type::I32 | Type::F32), fits)?;
                Ok(*ty)
            }
            Op::Print(print) => {
                let types = &print.instruction.types;
                self.require(print.values.len() == types.len(), "a type for each value that is printed")?;
                print.values.iter().zip(types).try_for_each(|(&value, &ty)| self.expect(value, ty))?;
                Ok(Type::I32)
            }
            Op::Group(op, operands) => self.group(*op, operands),
        }
    }

    fn texture(&self, texture: &Texture) -> Result<Type> {
        for (set, slot) in std::iter::once(texture.image).chain(texture.sampler) {
            self.require((set as usize) < crate::abi::heap::BASES, "a descriptor set exists")?;
            self.expect(slot, Type::I32)?;
        }
        for &(operand, value) in &texture.operands {
            let ty = self.value(value)?;
            let fits = operand.exists() && matches!(ty, Type::I32 | Type::F32);
            self.require(fits, "operand types fit the operation")?;
        }
        Ok(Type::I32)
    }

    fn math(&self, op: MathOp, operands: &[Value]) -> Result<Type> {
        let fits = "operand types fit the operation";
        let count = match op {
            MathOp::BitFieldInsert => 4,
            MathOp::Fma | MathOp::BitFieldUExtract | MathOp::BitFieldSExtract => 3,
            MathOp::Atan2 | MathOp::Pow | MathOp::Ldexp => 2,
            _ => 1,
        };
        self.require(operands.len() == count, "a function has its number of operands")?;
        let ty = self.value(operands[0])?;
        let integer = matches!(
            op,
            MathOp::SAbs
                | MathOp::SSign
                | MathOp::FindILsb
                | MathOp::FindSMsb
                | MathOp::FindUMsb
                | MathOp::BitFieldUExtract
                | MathOp::BitFieldSExtract
                | MathOp::BitFieldInsert
        );
        self.require(ty != Type::Bool && ty.is_float() != integer, fits)?;
        for (i, &operand) in operands.iter().enumerate().skip(1) {
            let word = match op {
                MathOp::Ldexp | MathOp::BitFieldUExtract | MathOp::BitFieldSExtract => true,
                MathOp::BitFieldInsert => i >= 2,
                _ => false,
            };
            self.expect(operand, if word { Type::I32 } else { ty })?;
        }
        Ok(if op == MathOp::FrexpExponent { Type::I32 } else { ty })
    }

    fn group(&self, op: GroupOp, operands: &[Value]) -> Result<Type> {
        let count = match op {
            GroupOp::Elect | GroupOp::Clock => 0,
            GroupOp::Shuffle => 2,
            _ => 1,
        };
        self.require(operands.len() == count, "a function has its number of operands")?;
        let Some(&first) = operands.first() else {
            return Ok(if op == GroupOp::Clock { Type::I64 } else { Type::Bool });
        };
        let ty = self.value(first)?;
        match op {
            GroupOp::All | GroupOp::Any | GroupOp::Ballot => self.expect(first, Type::Bool)?,
            GroupOp::Shuffle => self.expect(operands[1], Type::I32)?,
            GroupOp::Reduce(op) | GroupOp::InclusiveScan(op) | GroupOp::ExclusiveScan(op) => {
                let fits = ty.is_float() == is_float(op) && (ty != Type::Bool || is_logic(op));
                self.require(fits, "operand types fit the operation")?;
            }
            _ => {}
        }
        Ok(match op {
            GroupOp::All | GroupOp::Any | GroupOp::AllEqual => Type::Bool,
            GroupOp::Ballot => Type::I32,
            _ => ty,
        })
    }
}

fn is_float(op: BinaryOp) -> bool {
    op as u32 >= BinaryOp::FAdd as u32
}

fn is_logic(op: BinaryOp) -> bool {
    matches!(op, BinaryOp::And | BinaryOp::Or | BinaryOp::Xor)
}

fn converts(op: ConvertOp, from: Type, to: Type) -> bool {
    let integers = !from.is_float() && !to.is_float();
    let plain = from != Type::Bool && to != Type::Bool;
    plain
        && match op {
            ConvertOp::Truncate => integers && from.bytes() > to.bytes(),
            ConvertOp::ZeroExtend | ConvertOp::SignExtend | ConvertOp::ExtendIndex => {
                integers && from.bytes() < to.bytes()
            }
            ConvertOp::FloatToFloat => from.is_float() && to.is_float() && from != to,
            ConvertOp::FloatToSigned | ConvertOp::FloatToUnsigned => from.is_float() && !to.is_float(),
            ConvertOp::SignedToFloat | ConvertOp::UnsignedToFloat => !from.is_float() && to.is_float(),
            ConvertOp::Bitcast => from.bytes() == to.bytes() && from != to,
        }
}
