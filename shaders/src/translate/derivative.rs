//! What fragment shaders know of their neighbours: derivatives, helper invocations, interpolation elsewhere.
//!
//! A derivative is a difference inside of a quad. Fine ones are those of the fragment's own row or column; coarse ones, which
//! `dFdx` and `dFdy` may be too, those of the quad's first.

use spirv::{GlslStd450Op as Glsl, Op};

use super::Translator;
use super::pointer::{Pointer, Root};
use super::value::Scalars;
use crate::CompileError;
use crate::abi::stage::{InterpolateAt, slot};
use crate::ir::{BinaryOp, CompareOp, ConvertOp, MathOp, Side, Type, Value};
use crate::spirv::parse::Instruction;
use crate::stage::Stage;

/// Lanes of a quad that are subtracted: from which, and what.
type Difference = [[u8; 4]; 2];

const FINE_X: Difference = [[1, 1, 3, 3], [0, 0, 2, 2]];
const FINE_Y: Difference = [[2, 3, 2, 3], [0, 1, 0, 1]];
const COARSE_X: Difference = [[1; 4], [0; 4]];
const COARSE_Y: Difference = [[2; 4], [0; 4]];

impl<'a> Translator<'a> {
    /// Derivatives, and `OpIsHelperInvocation`.
    pub(super) fn derivative(&mut self, op: Op, instruction: &Instruction<'a>) -> Result<(), CompileError> {
        if self.source.stage != Some(Stage::Fragment) {
            return Err(CompileError::unsupported("derivatives outside of fragment shaders"));
        }
        match op {
            Op::IsHelperInvocationEXT => {
                let helper = self.builder.helper();
                self.define(instruction, &[helper])
            }
            Op::DPdx | Op::DPdxFine => self.differences(instruction, &[FINE_X]),
            Op::DPdy | Op::DPdyFine => self.differences(instruction, &[FINE_Y]),
            Op::DPdxCoarse => self.differences(instruction, &[COARSE_X]),
            Op::DPdyCoarse => self.differences(instruction, &[COARSE_Y]),
            Op::Fwidth | Op::FwidthFine => self.differences(instruction, &[FINE_X, FINE_Y]),
            Op::FwidthCoarse => self.differences(instruction, &[COARSE_X, COARSE_Y]),
            _ => Err(instruction.unsupported()),
        }
    }

    /// One difference, or the sum of the amounts of two.
    fn differences(
        &mut self,
        instruction: &Instruction<'a>,
        differences: &[Difference],
    ) -> Result<(), CompileError> {
        let operand = self.operand(instruction, 0)?;
        if !self.builder.type_of(self.values.scalar(operand, 0)).is_float() {
            return Err(instruction.error("the operand is no float"));
        }
        self.map(instruction, |this, value| match *differences {
            [x, y] => {
                let amounts = [x, y].map(|difference| {
                    let difference = this.difference(difference, value);
                    this.builder.math(MathOp::FAbs, &[difference])
                });
                this.builder.binary(BinaryOp::FAdd, amounts[0], amounts[1])
            }
            _ => this.difference(differences[0], value),
        })
    }

    fn difference(&mut self, [from, what]: Difference, value: Value) -> Value {
        let (from, what) = (self.builder.quad(from, value), self.builder.quad(what, value));
        self.builder.binary(BinaryOp::FSub, from, what)
    }

    /// `InterpolateAtCentroid`, `InterpolateAtSample`, `InterpolateAtOffset`: operands are a pointer to the input, and where.
    pub(super) fn interpolate_at(
        &mut self,
        op: Glsl,
        instruction: &Instruction<'a>,
    ) -> Result<(), CompileError> {
        let pointer = self.pointer(instruction, instruction.operand(0)?)?;
        let input = matches!(pointer.root, Root::Interface { side: Side::Input, .. });
        if !input || self.source.stage != Some(Stage::Fragment) {
            return Err(instruction.error("the operand is no pointer to an input of a fragment shader"));
        }
        let zero = self.builder.int(0);
        let (at, x, y) = match op {
            Glsl::InterpolateAtCentroid => (InterpolateAt::Centroid, zero, zero),
            Glsl::InterpolateAtSample => (InterpolateAt::Sample, self.scalar_operand(instruction, 1)?, zero),
            _ => {
                let offset = self.operand(instruction, 1)?;
                if offset.len != 2 {
                    return Err(instruction.error("the offset is no vector of two"));
                }
                (InterpolateAt::Offset, self.values.scalar(offset, 0), self.values.scalar(offset, 1))
            }
        };
        let mut scalars = Scalars::new();
        for (ty, offset) in self.leaves(&pointer) {
            let value = self.interpolated(&pointer, offset, at, [x, y]);
            scalars.push(match ty {
                Type::F32 => value,
                Type::F16 => self.builder.convert(ConvertOp::FloatToFloat, value, Type::F16),
                _ => return Err(instruction.error("the input is no float")),
            });
        }
        self.define(instruction, &scalars)
    }

    /// One component. Where its slot depends on an index, that of every possible slot is made, and one is chosen.
    fn interpolated(
        &mut self,
        pointer: &Pointer,
        offset: i64,
        at: InterpolateAt,
        [x, y]: [Value; 2],
    ) -> Value {
        let Root::Interface { side, reach, .. } = pointer.root else { return x };
        let first = u32::try_from(pointer.constant + offset).unwrap_or(0).min(slot::COUNT - 1);
        let Some(dynamic) = pointer.dynamic else {
            self.io.indexed[side as usize].insert(first);
            return self.builder.interpolate(first, at, x, y);
        };
        self.note_indexed(pointer, offset);
        let mut chosen = self.builder.interpolate(first, at, x, y);
        for further in 1..=reach.min(slot::COUNT - 1 - first) {
            let value = self.builder.interpolate(first + further, at, x, y);
            let further = self.builder.int(further);
            let here = self.builder.compare(CompareOp::IEq, dynamic, further);
            chosen = self.builder.select(here, value, chosen);
        }
        chosen
    }
}
