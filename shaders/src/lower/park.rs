//! Variables that are in memory during a loop, because more flow around it than there are registers.
//!
//! The register allocator would keep some of them in registers and move the others at the end of each turn, long after they
//! were computed, where the moves are in the way of what is computed then. So the loop *parks* all of them: each has a place
//! on the stack, is loaded where it is read, and stored where it is set. That is worth it where a turn computes much with each.
//!
//! ```text
//!   store all;  loop { load;  compute;  store }  load all
//! ```
//!
//! # Invariants
//! 1. A loop that parks has no loop and no barrier inside: nothing hotter wants the variables, and no packet is left.
//! 2. In a [run](super::halves), nothing is loaded from a place that was stored to in it, and no place is stored to twice.

use cranelift_codegen::ir::{self as clif, InstBuilder, StackSlotData, StackSlotKind, types};
use smallvec::SmallVec;

use super::control_flow::Flow;
use super::splat::is_lanewise;
use super::value::{self, Operand, Parts, part_type};
use super::{Lowering, Storage};
use crate::ir::{Label, Stmt, Variable};
use crate::uniformity::Shape;

/// Vectors that can be kept in registers while something is computed.
const VECTOR_REGISTERS: usize = 12;
/// Operations on lanes that a turn has for each variable, at least.
const WORTHWHILE: usize = 4;
/// Bytes of a part of a value.
const PART: u32 = 16;

/// The variables that a loop parks.
pub(super) type Parked = SmallVec<[Variable; 16]>;

impl Lowering<'_, '_> {
    /// To be called in front of a loop: parks its variables if they are too many. Also gives whether they still are.
    pub(super) fn park(&mut self, label: Label, body: &[Stmt]) -> (Parked, bool) {
        let flowing = self.uniformity.liveness.label_head(label).variables(self.function);
        let varying: Parked =
            flowing.filter(|v| self.uniformity.variables[v.index()] == Shape::Varying).collect();
        let parts = varying.iter().map(|v| value::part_count(self.function.variables[v.index()]));
        if parts.sum::<usize>() <= VECTOR_REGISTERS {
            return (Parked::new(), false);
        }
        if operations(body).is_none_or(|count| count < varying.len() * WORTHWHILE) {
            return (Parked::new(), true);
        }
        for variable in &varying {
            let storage = self.variables[variable.index()].clone();
            let bytes = storage.variables.len() as u32 * PART;
            let place = StackSlotData::new(StackSlotKind::ExplicitSlot, bytes, PART.ilog2() as u8);
            let place = self.b.create_sized_stack_slot(place);
            let operand = self.read(&storage);
            let parked = Storage { parked: Some(place), ..storage };
            self.write(&parked, operand);
            self.variables[variable.index()] = parked;
        }
        (varying, false)
    }

    /// To be called behind the loop, with whether control gets there.
    pub(super) fn unpark(&mut self, parked: Parked, flow: Flow) {
        for variable in parked {
            let storage = &mut self.variables[variable.index()];
            if let (Some(place), Flow::Falls) = (storage.parked.take(), flow) {
                let storage = storage.clone();
                let parts = self.load_parked(&storage, place);
                self.write(&storage, Operand::Vector(parts));
            }
        }
    }

    pub(super) fn load_parked(&mut self, storage: &Storage, place: clif::StackSlot) -> Parts {
        if self.run.has_stored_to(place) {
            self.end_run();
        }
        let ty = part_type(storage.ty);
        let parts: SmallVec<[clif::Value; 4]> = (0..storage.variables.len() as u32)
            .map(|part| self.b.ins().stack_load(types::I64, ty, place, (part * PART) as i32))
            .collect();
        Parts::new(&parts)
    }

    pub(super) fn store_parked(&mut self, parts: Parts, place: clif::StackSlot) {
        for earlier in self.run.forget_stores_to(place) {
            self.b.func.layout.remove_inst(earlier);
        }
        for (n, &part) in (0..).zip(parts.iter()) {
            let store = self.b.ins().stack_store(types::I64, part, place, n * PART as i32);
            self.run.note_store(place, store, (n as usize) < parts.len() / 2);
        }
    }
}

/// How many operations on lanes there are; `None` with a loop or barrier.
fn operations(list: &[Stmt]) -> Option<usize> {
    list.iter().try_fold(0, |count, stmt| {
        Some(
            count
                + match stmt {
                    Stmt::Loop { .. } | Stmt::Barrier => return None,
                    Stmt::If { then, otherwise, .. } => operations(then)? + operations(otherwise)?,
                    Stmt::Block { body, .. } => operations(body)?,
                    Stmt::Let(_, op) => usize::from(is_lanewise(op)),
                    _ => 0,
                },
        )
    })
}

#[cfg(test)]
mod tests {
    use crate::lower::tests::lowered;

    /// The vectors that flow around the loop in a function that sets variables in it, in so many steps each.
    fn flowing(variables: usize, steps: usize) -> usize {
        let mut text = "workgroup 64 1 1\n".to_owned();
        (0..variables).for_each(|n| text += &format!("variable x{n} F32\n"));
        text += "v0: I32 = Builtin GlobalInvocationId.0\nv1: I32 = Constant 4\nv2: I32 = IMul v0 v1\n\
                 v3: I32 = Constant 0\nv4: F32 = Load buffer 0 v3 v2\n";
        (0..variables).for_each(|n| text += &format!("set x{n} v4\n"));
        text += "loop l0 {\n";
        let mut value = 5;
        for n in 0..variables {
            text += &format!("v{value}: F32 = Get x{n}\n");
            for _ in 0..steps {
                text += &format!("v{}: F32 = FMul v{value} v{value}\n", value + 1);
                value += 1;
            }
            text += &format!("set x{n} v{value}\n");
            value += 1;
        }
        text += &format!("v{value}: I32 = Load buffer 0 v3 v3\nv{}: Bool = INe v{value} v3\n", value + 1);
        text += &format!("if v{} {{\ncontinue l0\n}}\n}}\n", value + 1);
        for n in 0..variables {
            value += 2;
            text += &format!("v{value}: F32 = Get x{n}\nstore buffer 0 v3 v2 v{value}\n");
        }
        let lowered = lowered(&text);
        let dfg = &lowered.dfg;
        let vectors = |block| {
            dfg.block_params(block).iter().filter(|&&param| dfg.value_type(param).is_vector()).count()
        };
        lowered.layout.blocks().map(vectors).max().unwrap()
    }

    #[test]
    fn what_fits_into_registers_flows() {
        assert_eq!(flowing(6, 8), 12);
    }

    #[test]
    fn what_does_not_fit_is_parked() {
        // Only what is loaded flows, where the ways of loading it meet.
        assert_eq!(flowing(7, 8), 2);
    }

    #[test]
    fn what_a_turn_hardly_computes_with_flows() {
        assert_eq!(flowing(7, 1), 14);
    }
}
