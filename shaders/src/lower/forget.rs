//! Variables that nobody reads before they are set.
//!
//! A variable of the IR may be set in both arms of a branch, for some lanes each. What it held before is mixed in, though no lane
//! reads it; so the code generator would have its last value flow around all loops up to there, in registers or on the stack.
//! Where it is known that nobody reads it, it is set to a constant, which flows from nowhere.

use cranelift_codegen::ir as clif;
use smallvec::SmallVec;

use super::Lowering;
use super::value::{self, part_type, scalar_type};
use crate::ir::Variable;
use crate::uniformity::Shape;

impl Lowering<'_, '_> {
    /// Gives variables a value that nobody will read, so that the last one does not flow around a loop up to here.
    pub(super) fn forget(&mut self, variables: impl Iterator<Item = Variable>) {
        let mut zeros = SmallVec::<[(clif::Type, clif::Value); 4]>::new();
        for variable in variables {
            let storage = self.variables[variable.index()].clone();
            let machine = match storage.shape {
                Shape::Affine(_) => scalar_type(storage.ty),
                Shape::Varying => part_type(storage.ty),
            };
            let zero = match zeros.iter().find(|(ty, _)| *ty == machine) {
                Some(&(_, zero)) => zero,
                None => {
                    let zero = match storage.shape {
                        Shape::Affine(_) => self.constant(storage.ty, 0),
                        Shape::Varying => value::repeated(&mut self.b, storage.ty, 0)[0],
                    };
                    zeros.push((machine, zero));
                    zero
                }
            };
            storage.variables.iter().for_each(|&part| self.b.def_var(part, zero));
        }
    }

    /// The same of all variables behind a barrier, before those that are read get their values; unless they are so many that
    /// the code generator's tables, which have a place for each in each block, would grow more than that is worth.
    pub(super) fn forget_all(&mut self) {
        const MOST: usize = 256;
        let count = self.function.variables.len();
        if count <= MOST {
            self.forget((0..count as u32).map(Variable));
        }
    }
}
