//! The entry point of a graphics stage, and what only such stages do: emit vertices, give up a fragment.

use spirv::Op;

use super::Translator;
use crate::CompileError;
use crate::spirv::parse::Instruction;
use crate::stage::Stage;

impl<'a> Translator<'a> {
    /// The entry point; behind it the outputs are written.
    pub(super) fn stage_entry_point(&mut self) -> Result<(), CompileError> {
        self.initialize();
        if self.io.exports.is_empty() {
            return self.run_entry(self.module.entry_point, None);
        }
        let exit = self.builder.begin_block();
        self.run_entry(self.module.entry_point, Some(exit))?;
        self.builder.end_block();
        self.export();
        Ok(())
    }

    /// The instructions of this family.
    pub(super) fn stage_instruction(&mut self, instruction: &Instruction<'a>) -> Result<(), CompileError> {
        match instruction.op {
            Op::EmitVertex => self.emit(instruction, 0, false),
            Op::EndPrimitive => self.emit(instruction, 0, true),
            Op::EmitStreamVertex | Op::EndStreamPrimitive => {
                let stream = self.constant_operand(instruction.operand(0)?);
                let stream = stream.and_then(|stream| u32::try_from(stream).ok()).filter(|&s| s < 4);
                let stream = stream.ok_or_else(|| instruction.error("there is no such vertex stream"))?;
                self.emit(instruction, stream, instruction.op == Op::EndStreamPrimitive)
            }
            // Fragments of a pixel run one after the other anyway, in the order of their primitives.
            Op::BeginInvocationInterlockEXT | Op::EndInvocationInterlockEXT => {
                self.builder.fence();
                Ok(())
            }
            Op::DemoteToHelperInvocation => self.demote(instruction),
            _ => Err(instruction.unsupported()),
        }
    }

    fn emit(&mut self, instruction: &Instruction<'a>, stream: u32, end: bool) -> Result<(), CompileError> {
        if self.source.stage != Some(Stage::Geometry) {
            return Err(instruction.error("stands in a shader that is no geometry shader"));
        }
        self.builder.emit(stream, end);
        Ok(())
    }

    /// The fragment is discarded.
    pub(super) fn demote(&mut self, instruction: &Instruction<'a>) -> Result<(), CompileError> {
        if self.source.stage != Some(Stage::Fragment) {
            return Err(instruction.error("stands in a shader that is no fragment shader"));
        }
        self.builder.demote();
        Ok(())
    }
}
