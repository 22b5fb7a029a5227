//! Messages of shaders.

use smallvec::SmallVec;

use super::builder::{Builder, Def};
use super::{Op, Type, Value};
use crate::runtime::print::{Format, PrintInstruction};

/// A message and the values in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Print {
    /// How it is written.
    pub instruction: PrintInstruction,
    /// One for each type of the instruction.
    pub values: SmallVec<[Value; 4]>,
}

impl Builder {
    /// Prints values; those without a place in the format are left out.
    pub fn print(&mut self, format: &str, values: &[Value]) {
        let format = Format::parse(format);
        let values: SmallVec<[Value; 4]> =
            values.iter().take(format.values()).map(|&value| self.visible(value)).collect();
        let types = values.iter().map(|&value| self.type_of(value)).collect();
        let guarded = self.keep_helpers_away(true);
        let print = Print { instruction: PrintInstruction { format, types }, values };
        self.define(Type::I32, Def::Other, Op::Print(Box::new(print)));
        self.let_helpers_back(guarded);
    }
}
