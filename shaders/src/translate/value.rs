//! What each id stands for.
//!
//! A composite is a run of scalars in one pool; extracting a part of it costs nothing, since the part is a shorter run.
//! An id of a function that is inlined twice simply gets a new value the second time.

use smallvec::SmallVec;
use spirv::Op;

use super::pointer::{Pointer, Root};
use super::{MAX_SCALARS, Translator};
use crate::CompileError;
use crate::ir::{Type, Value};
use crate::spirv::parse::Instruction;
use crate::spirv::types::{Kind, is_value};

/// Some scalars; four without allocation.
pub(super) type Scalars = SmallVec<[Value; 4]>;

/// A run of scalars in the pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    start: u32,
    pub(super) len: u32,
}

#[derive(Clone, Copy, Debug)]
enum Val {
    Span(Span),
    Pointer(Pointer),
}

/// The values of all ids.
pub(super) struct Values {
    pool: Vec<Value>,
    vals: Vec<Val>,
    /// Per id: one more than the index in `vals`.
    index: Vec<u32>,
}

impl Values {
    pub(super) fn new(bound: u32) -> Self {
        Self { pool: Vec::new(), vals: Vec::new(), index: vec![0; bound as usize] }
    }

    fn get(&self, id: u32) -> Option<Val> {
        let index = self.index.get(id as usize)?.checked_sub(1)?;
        self.vals.get(index as usize).copied()
    }

    fn put(&mut self, id: u32, val: Val) {
        match self.index.get_mut(id as usize) {
            Some(0) => {
                self.vals.push(val);
                self.index[id as usize] = self.vals.len() as u32;
            }
            Some(index) => self.vals[*index as usize - 1] = val,
            None => {}
        }
    }

    /// The scalars of an id that is no pointer.
    pub(super) fn span(&self, id: u32) -> Option<Span> {
        match self.get(id)? {
            Val::Span(span) => Some(span),
            Val::Pointer(_) => None,
        }
    }

    pub(super) fn scalar(&self, span: Span, index: u32) -> Value {
        self.pool[(span.start + index) as usize]
    }

    pub(super) fn slice(&self, span: Span) -> &[Value] {
        &self.pool[span.start as usize..(span.start + span.len) as usize]
    }

    /// A part of a span.
    pub(super) fn part(&self, span: Span, first: u32, len: u32) -> Option<Span> {
        (u64::from(first) + u64::from(len) <= u64::from(span.len))
            .then(|| Span { start: span.start + first, len })
    }

    pub(super) fn add(&mut self, scalars: &[Value]) -> Span {
        let start = self.pool.len() as u32;
        self.pool.extend_from_slice(scalars);
        Span { start, len: scalars.len() as u32 }
    }
}

impl<'a> Translator<'a> {
    /// Records an instruction's result, after a check that it is what the type says.
    pub(super) fn define(
        &mut self,
        instruction: &Instruction<'a>,
        scalars: &[Value],
    ) -> Result<(), CompileError> {
        self.spend(scalars.len() as u64)?;
        self.check(instruction, instruction.result_type, scalars)?;
        let span = self.values.add(scalars);
        self.values.put(instruction.result, Val::Span(span));
        Ok(())
    }

    /// As [`define`](Self::define), for scalars that are in the pool already.
    pub(super) fn define_span(
        &mut self,
        instruction: &Instruction<'a>,
        span: Span,
    ) -> Result<(), CompileError> {
        self.spend(u64::from(span.len))?;
        self.check(instruction, instruction.result_type, self.values.slice(span))?;
        self.values.put(instruction.result, Val::Span(span));
        Ok(())
    }

    /// Records a result that is a pointer.
    pub(super) fn define_pointer(&mut self, id: u32, pointer: Pointer) {
        self.values.put(id, Val::Pointer(pointer));
    }

    /// Copies an argument to a parameter.
    pub(super) fn bind(&mut self, parameter: &Instruction<'a>, argument: u32) -> Result<(), CompileError> {
        let val = self.values.get(argument).ok_or_else(|| parameter.error("an argument has no value"))?;
        match val {
            Val::Span(span) => self.define_span(parameter, span),
            Val::Pointer(pointer) => {
                let kind = self.types.kind(parameter.result_type);
                if !matches!(kind, Kind::Pointer { .. }) && !kind.is_image() {
                    return Err(parameter.error("an argument is a pointer, the parameter is not"));
                }
                self.values.put(parameter.result, Val::Pointer(pointer));
                Ok(())
            }
        }
    }

    fn check(&self, instruction: &Instruction<'a>, ty: u32, scalars: &[Value]) -> Result<(), CompileError> {
        let mut fits = self.types.scalars(ty) == scalars.len() as u64;
        if fits {
            let mut rest = scalars.iter();
            self.types.for_each_scalar(ty, &mut |expected| {
                fits &= rest.next().is_some_and(|&value| self.builder.type_of(value) == expected);
            });
        }
        if fits { Ok(()) } else { Err(instruction.error("the result or an operand has the wrong type")) }
    }

    /// The scalars of an id.
    pub(super) fn span(&mut self, instruction: &Instruction<'a>, id: u32) -> Result<Span, CompileError> {
        if let Some(span) = self.values.span(id) {
            return Ok(span);
        }
        match self.values.get(id) {
            Some(Val::Pointer(pointer)) => {
                let bits = self.pointer_bits(instruction, &pointer)?;
                Ok(self.values.add(&[bits]))
            }
            _ => Err(instruction.error("an operand has no value here")),
        }
    }

    /// The scalars of an operand.
    pub(super) fn operand(
        &mut self,
        instruction: &Instruction<'a>,
        index: usize,
    ) -> Result<Span, CompileError> {
        self.span(instruction, instruction.operand(index)?)
    }

    /// An operand that is one scalar.
    pub(super) fn scalar_operand(
        &mut self,
        instruction: &Instruction<'a>,
        index: usize,
    ) -> Result<Value, CompileError> {
        self.scalar(instruction, instruction.operand(index)?)
    }

    /// An id that is one scalar.
    pub(super) fn scalar(&mut self, instruction: &Instruction<'a>, id: u32) -> Result<Value, CompileError> {
        let span = self.span(instruction, id)?;
        if span.len == 1 {
            Ok(self.values.scalar(span, 0))
        } else {
            Err(instruction.error("an operand is no scalar"))
        }
    }

    /// The bits of an id that is a constant scalar.
    pub(super) fn constant_operand(&self, id: u32) -> Option<u64> {
        let span = self.values.span(id).filter(|span| span.len == 1)?;
        self.builder.constant_bits(self.values.scalar(span, 0))
    }

    /// The value of an id as a pointer; a device address counts.
    pub(super) fn pointer(
        &mut self,
        instruction: &Instruction<'a>,
        id: u32,
    ) -> Result<Pointer, CompileError> {
        match self.values.get(id) {
            Some(Val::Pointer(pointer)) => match pointer.root {
                Root::Mapped { array: false, .. } => self.mapped(pointer, None),
                _ => Ok(pointer),
            },
            Some(Val::Span(span)) if span.len == 1 => {
                let ty = self.module.type_of(id).unwrap_or(0);
                let bits = self.values.scalar(span, 0);
                match self.types.kind(ty) {
                    Kind::Pointer { class, pointee } if self.builder.type_of(bits) == Type::I64 => {
                        self.pointer_from_bits(instruction, class, pointee, bits)
                    }
                    _ => Err(instruction.error("an operand is no pointer")),
                }
            }
            _ => Err(instruction.error("an operand is no pointer")),
        }
    }

    /// Whether the id is a pointer that is no number.
    pub(super) fn is_pointer(&self, id: u32) -> bool {
        matches!(self.values.get(id), Some(Val::Pointer(_)))
    }

    /// Whether the id has a value.
    pub(super) fn is_defined(&self, id: u32) -> bool {
        self.values.get(id).is_some()
    }

    /// Zeros of a type.
    pub(super) fn zeros(&mut self, instruction: &Instruction<'a>, ty: u32) -> Result<Scalars, CompileError> {
        self.check_size(instruction, ty)?;
        let mut types: SmallVec<[Type; 16]> = SmallVec::new();
        self.types.for_each_scalar(ty, &mut |ty| types.push(ty));
        Ok(types.into_iter().map(|ty| self.builder.constant(ty, 0)).collect())
    }

    /// Refuses composites that would be too many scalars.
    pub(super) fn check_size(&self, instruction: &Instruction<'a>, ty: u32) -> Result<(), CompileError> {
        match self.types.scalars(ty) {
            0 if self.types.get(ty).is_none() => Err(instruction.error("the type is not declared")),
            0 if matches!(self.types.kind(ty), Kind::Opaque(_)) || self.types.kind(ty).is_image() => {
                Err(CompileError::unsupported("images and samplers"))
            }
            scalars if scalars > MAX_SCALARS => {
                Err(CompileError::unsupported("a composite value of more than 65536 scalars"))
            }
            _ => Ok(()),
        }
    }

    /// `OpUndef`: zeros. What has no bits (an image, a pointer to a variable) has no value, and any use of it is refused.
    pub(super) fn undef(&mut self, instruction: &Instruction<'a>) -> Result<(), CompileError> {
        match self.types.kind(instruction.result_type) {
            Kind::Pointer { class, .. } if !is_value(class) => return Ok(()),
            kind if kind.is_image() || matches!(kind, Kind::Opaque(_)) => return Ok(()),
            _ => {}
        }
        let zeros = self.zeros(instruction, instruction.result_type)?;
        self.define(instruction, &zeros)
    }

    /// `OpCopyObject` of a pointer.
    pub(super) fn copy_pointer(&mut self, instruction: &Instruction<'a>) -> Result<(), CompileError> {
        debug_assert!(matches!(instruction.op, Op::CopyObject | Op::CopyLogical | Op::ExpectKHR));
        let pointer = self.pointer(instruction, instruction.operand(0)?)?;
        self.define_pointer(instruction.result, pointer);
        // A sampled image that was put together goes with its sampler.
        if let Some(&sampler) = self.samplers.get(&instruction.operand(0)?) {
            self.samplers.insert(instruction.result, sampler);
        }
        Ok(())
    }
}
