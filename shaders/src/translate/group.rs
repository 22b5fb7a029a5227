//! Operations over the subgroup.

use spirv::Op;

use super::Translator;
use crate::CompileError;
use crate::spirv::parse::Instruction;

impl<'a> Translator<'a> {
    /// The instructions of this family; the last to be asked.
    pub(super) fn group(&mut self, _op: Op, instruction: &Instruction<'a>) -> Result<(), CompileError> {
        Err(instruction.unsupported())
    }
}
