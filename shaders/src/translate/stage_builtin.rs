//! Inputs that an invocation of a graphics stage is started with, and scalars as the words of slots.

use spirv::BuiltIn;

use super::Translator;
use super::value::{Scalars, Span};
use crate::CompileError;
use crate::abi::stage::StageBuiltin;
use crate::ir::{BinaryOp, Builtin, CompareOp, ConvertOp, Type, Value};
use crate::spirv::parse::Instruction;
use crate::stage::Stage;

impl<'a> Translator<'a> {
    /// The values of a built-in input; `None` if it is in slots, or not supported.
    pub(super) fn stage_input(
        &mut self,
        instruction: &Instruction<'a>,
        builtin: Option<BuiltIn>,
        ty: u32,
    ) -> Result<Option<Span>, CompileError> {
        let Some(builtin) = builtin else { return Ok(None) };
        // Having them is enough, whether what is read has an effect or not.
        self.io.interface.fragment.per_sample |=
            matches!(builtin, BuiltIn::SampleId | BuiltIn::SamplePosition);
        let Some(scalars) = self.stage_values(builtin)? else { return Ok(None) };
        let mut types = Vec::new();
        self.check_size(instruction, ty)?;
        self.types.for_each_scalar(ty, &mut |ty| types.push(ty));
        if types.len() != scalars.len()
            || scalars.iter().zip(types).any(|(&value, ty)| self.builder.type_of(value) != ty)
        {
            return Err(instruction.error("the type is not that of the built-in"));
        }
        let span = self.values.add(&scalars);
        if builtin == BuiltIn::HelperInvocation {
            self.io.helper = Some(span);
        }
        Ok(Some(span))
    }

    fn stage_values(&mut self, builtin: BuiltIn) -> Result<Option<Scalars>, CompileError> {
        use StageBuiltin as Of;
        let stage = self.source.stage;
        let number = match builtin {
            BuiltIn::VertexIndex => Of::VertexIndex,
            BuiltIn::InstanceIndex => Of::InstanceIndex,
            BuiltIn::BaseVertex => Of::BaseVertex,
            BuiltIn::BaseInstance => Of::BaseInstance,
            BuiltIn::DrawIndex => Of::DrawIndex,
            BuiltIn::ViewIndex => Of::ViewIndex,
            BuiltIn::PatchVertices => Of::PatchVertices,
            BuiltIn::SampleId => Of::SampleId,
            BuiltIn::SampleMask => Of::SampleMaskIn,
            BuiltIn::PrimitiveId if stage != Some(Stage::Fragment) => Of::PrimitiveId,
            BuiltIn::InvocationId if stage == Some(Stage::TessellationControl) => {
                let index = self.builder.builtin(Builtin::LocalInvocationIndex);
                return Ok(Some(Scalars::from_slice(&[index])));
            }
            BuiltIn::InvocationId => Of::InvocationId,
            BuiltIn::TessCoord => {
                return Ok(self.builtin_floats(&[Of::TessCoordX, Of::TessCoordY, Of::TessCoordZ]));
            }
            BuiltIn::FragCoord => {
                let parts = [Of::FragCoordX, Of::FragCoordY, Of::FragCoordZ, Of::FragCoordW];
                return Ok(self.builtin_floats(&parts));
            }
            BuiltIn::PointCoord => return Ok(self.builtin_floats(&[Of::PointCoordX, Of::PointCoordY])),
            BuiltIn::SamplePosition => {
                return Ok(self.builtin_floats(&[Of::SamplePositionX, Of::SamplePositionY]));
            }
            BuiltIn::FrontFacing => {
                let bits = self.builder.builtin(Builtin::Stage(Of::FrontFacing));
                let zero = self.builder.int(0);
                let front = self.builder.compare(CompareOp::INe, bits, zero);
                return Ok(Some(Scalars::from_slice(&[front])));
            }
            BuiltIn::HelperInvocation if stage == Some(Stage::Fragment) => {
                return Ok(Some(Scalars::from_slice(&[self.builder.helper()])));
            }
            BuiltIn::SubgroupSize
            | BuiltIn::SubgroupLocalInvocationId
            | BuiltIn::SubgroupEqMask
            | BuiltIn::SubgroupGeMask
            | BuiltIn::SubgroupGtMask
            | BuiltIn::SubgroupLeMask
            | BuiltIn::SubgroupLtMask
            | BuiltIn::DeviceIndex => return self.builtin(builtin),
            _ => return Ok(None),
        };
        Ok(Some(Scalars::from_slice(&[self.builder.builtin(Builtin::Stage(number))])))
    }

    fn builtin_floats(&mut self, parts: &[StageBuiltin]) -> Option<Scalars> {
        let float = |&part: &StageBuiltin| {
            let bits = self.builder.builtin(Builtin::Stage(part));
            self.builder.convert(ConvertOp::Bitcast, bits, Type::F32)
        };
        Some(parts.iter().map(float).collect())
    }

    /// A scalar from its slots.
    pub(super) fn joined_words(&mut self, ty: Type, words: &[Value]) -> Value {
        let &[low, ..] = words else { return self.builder.constant(ty, 0) };
        match ty {
            Type::F16 => self.builder.convert(ConvertOp::FloatToFloat, low, Type::F16),
            Type::I8 | Type::I16 => self.builder.convert(ConvertOp::Truncate, low, ty),
            Type::I64 | Type::F64 => {
                let [low, high] = [0, 1].map(|i| {
                    let word = words.get(i).copied().unwrap_or(low);
                    self.builder.convert(ConvertOp::ZeroExtend, word, Type::I64)
                });
                let shift = self.builder.constant(Type::I64, 32);
                let high = self.builder.binary(BinaryOp::Shl, high, shift);
                let both = self.builder.binary(BinaryOp::Or, low, high);
                self.builder.convert(ConvertOp::Bitcast, both, ty)
            }
            _ => low,
        }
    }

    /// What the slots of a scalar hold.
    pub(super) fn words_of(&mut self, value: Value, ty: Type, signed: bool) -> Scalars {
        let extend = if signed { ConvertOp::SignExtend } else { ConvertOp::ZeroExtend };
        match ty {
            Type::F16 => {
                Scalars::from_slice(&[self.builder.convert(ConvertOp::FloatToFloat, value, Type::F32)])
            }
            Type::I8 | Type::I16 => Scalars::from_slice(&[self.builder.convert(extend, value, Type::I32)]),
            Type::I64 | Type::F64 => {
                let bits = self.builder.convert(ConvertOp::Bitcast, value, Type::I64);
                let shift = self.builder.constant(Type::I64, 32);
                let high = self.builder.binary(BinaryOp::UShr, bits, shift);
                [bits, high]
                    .into_iter()
                    .map(|word| self.builder.convert(ConvertOp::Truncate, word, Type::I32))
                    .collect()
            }
            _ => Scalars::from_slice(&[value]),
        }
    }
}
