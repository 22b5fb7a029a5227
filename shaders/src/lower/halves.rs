//! The order of instructions: those of the low four lanes go before those of the high four.
//!
//! Operations come out of the lowering half by half, each with the other. What only one half needs meanwhile would be in
//! registers twice; so a *run*, statements whose code has neither memory nor effects, is put in order when it ends:
//!
//! ```text
//!   mul low;  mul high;  add low;  add high      mul low;  add low;  mul high;  add high
//! ```
//!
//! # Invariants
//! 1. What the low half needs is not moved, and what is moved goes behind all of it: no value is used before its definition.
//! 2. No instruction passes one that stores, calls, or may end the block; but stores to [parked](super::park) variables are
//!    ordered with what is stored.
//!
//! A run ends where it becomes long or deep, so that a processor which looks ahead still finds both halves to work on.

use cranelift_codegen::ir as clif;
use smallvec::SmallVec;

use super::Lowering;
use super::value::Parts;
use crate::ir::{Function, Op, Value};

/// Statements of a run.
const LONGEST: usize = 256;
/// Statements of a run of which each needs the one before.
const DEEPEST: u8 = 16;

/// A store of a part of a parked variable.
struct ParkedStore {
    place: clif::StackSlot,
    inst: clif::Inst,
    is_low: bool,
}

/// The run that statements are added to.
#[derive(Default)]
pub(super) struct Run {
    /// Where it began: a block and its last instruction before.
    begin: Option<(clif::Block, Option<clif::Inst>)>,
    statements: usize,
    /// By value: the number of the run that it was defined in, and how many statements of it that took.
    depths: Vec<(u32, u8)>,
    /// Of this run.
    number: u32,
    /// What the low halves of its results are.
    low: Vec<clif::Value>,
    /// Its stores to parked variables.
    stores: Vec<ParkedStore>,
    /// By instruction, counted from the first of the run: whether the low half needs it.
    needed: Vec<bool>,
}

impl Run {
    pub(super) fn new(function: &Function) -> Self {
        Self { depths: vec![(0, 0); function.values.len()], number: 1, ..Self::default() }
    }

    /// Whether a parked variable was set in the run.
    pub(super) fn has_stored_to(&self, place: clif::StackSlot) -> bool {
        self.stores.iter().any(|store| store.place == place)
    }

    /// To be called when a parked variable is set: gives the stores that are of no use any more.
    pub(super) fn forget_stores_to(&mut self, place: clif::StackSlot) -> SmallVec<[clif::Inst; 4]> {
        let useless =
            self.stores.iter().filter(|store| store.place == place).map(|store| store.inst).collect();
        self.stores.retain(|store| store.place != place);
        useless
    }

    /// To be called with each store to a parked variable.
    pub(super) fn note_store(&mut self, place: clif::StackSlot, inst: clif::Inst, is_low: bool) {
        if self.begin.is_some() {
            self.stores.push(ParkedStore { place, inst, is_low });
        }
    }

    /// How many statements of the run have to be done for an operation.
    fn depth(&self, op: &Op) -> u8 {
        let mut deepest = 0;
        op.for_each_operand(|operand| {
            let (number, depth) = self.depths[operand.index()];
            if number == self.number {
                deepest = deepest.max(depth);
            }
        });
        deepest + 1
    }
}

impl Lowering<'_, '_> {
    /// To be called before an operation on lanes.
    pub(super) fn go_on_with_run(&mut self, value: Value, op: &Op) {
        if self.run.depth(op) > DEEPEST {
            self.end_run();
        }
        self.go_on_with_run_of_variables();
        self.run.depths[value.index()] = (self.run.number, self.run.depth(op));
    }

    /// To be called before a variable is read or set.
    pub(super) fn go_on_with_run_of_variables(&mut self) {
        let block = self.b.current_block();
        if self.run.statements == LONGEST || self.run.begin.map(|(begin, _)| begin) != block {
            self.end_run();
        }
        if self.run.begin.is_none() {
            self.run.begin = block.map(|block| (block, self.b.func.layout.last_inst(block)));
        }
        self.run.statements += 1;
    }

    /// To be called with each result of a statement.
    pub(super) fn note_halves(&mut self, parts: Parts) {
        if self.run.begin.is_some() {
            self.run.low.extend(&parts[..parts.len() / 2]);
        }
    }

    /// To be called before any other statement, and at the end of a list.
    pub(super) fn end_run(&mut self) {
        if let Some((block, before)) = self.run.begin.take()
            && self.run.statements > 1
        {
            let layout = &self.b.func.layout;
            let first = match before {
                Some(inst) => layout.next_inst(inst),
                None => layout.first_inst(block),
            };
            if let (Some(first), Some(last)) = (first, layout.last_inst(block)) {
                self.order(block, first, last);
            }
        }
        self.run.statements = 0;
        self.run.number += 1;
        self.run.low.clear();
        self.run.stores.clear();
    }

    /// Orders the instructions from the first to the last one, which a block ends with.
    fn order(&mut self, block: clif::Block, first: clif::Inst, last: clif::Inst) {
        let clif::function::FunctionStencil { dfg, layout, .. } = &mut self.b.func.stencil;
        let index = |inst: clif::Inst| inst.as_u32().wrapping_sub(first.as_u32()) as usize;
        let needed = &mut self.run.needed;
        needed.clear();
        needed.resize(dfg.num_insts() - first.as_u32() as usize, false);
        let need = |needed: &mut [bool], value: clif::Value| {
            if let clif::ValueDef::Result(inst, _) = dfg.value_def(value)
                && let Some(needed) = needed.get_mut(index(inst))
            {
                *needed = true;
            }
        };
        self.run.low.iter().for_each(|&value| need(needed, value));
        self.run.stores.iter().for_each(|store| needed[index(store.inst)] = store.is_low);
        let mut at = Some(last);
        while let Some(inst) = at {
            if needed[index(inst)] {
                dfg.inst_values(inst).for_each(|value| need(needed, value));
            }
            at = if inst == first { None } else { layout.prev_inst(inst) };
        }

        let mut others = SmallVec::<[clif::Inst; 64]>::new();
        let mut at = Some(first);
        while let Some(inst) = at {
            at = if inst == last { None } else { layout.next_inst(inst) };
            let opcode = dfg.insts[inst].opcode();
            let stores = opcode.can_store() && !self.run.stores.iter().any(|store| store.inst == inst);
            if stores || opcode.is_call() || opcode.is_terminator() || opcode.other_side_effects() {
                others.drain(..).for_each(|other| layout.insert_inst(other, inst));
            } else if !needed[index(inst)] {
                layout.remove_inst(inst);
                others.push(inst);
            }
        }
        others.drain(..).for_each(|other| layout.append_inst(other, block));
    }
}

#[cfg(test)]
mod tests {
    use crate::lower::tests::lowered;

    /// The operations on vectors of floats, in the order of the code.
    fn operations(text: &str) -> Vec<String> {
        let lowered = lowered(text);
        let code = lowered.display().to_string();
        let words = code.split_whitespace().filter(|word| ["fadd", "fmul", "fsub"].contains(word));
        words.map(str::to_owned).collect()
    }

    const LOADED: &str = "workgroup 64 1 1\nv0: I32 = Builtin GlobalInvocationId.0\nv1: I32 = Constant 4\n\
         v2: I32 = IMul v0 v1\nv3: I32 = Constant 0\nv4: F32 = Load buffer 0 v3 v2\n";

    #[test]
    fn the_low_half_goes_first() {
        let text = format!(
            "{LOADED}v5: F32 = FMul v4 v4\nv6: F32 = FAdd v5 v4\nv7: F32 = FSub v6 v5\nstore buffer 0 v3 v2 v7\n"
        );
        assert_eq!(operations(&text), ["fmul", "fadd", "fsub", "fmul", "fadd", "fsub"]);
    }

    #[test]
    fn no_half_goes_far_ahead() {
        let mut text = LOADED.to_owned();
        for value in 5..25 {
            let last = value - 1;
            text += &format!("v{value}: F32 = {} v{last} v4\n", if value < 21 { "FMul" } else { "FAdd" });
        }
        text += "store buffer 0 v3 v2 v24\n";
        assert_eq!(operations(&text), [vec!["fmul"; 32], vec!["fadd"; 8]].concat());
    }

    #[test]
    fn stores_stay_where_they_are() {
        let text = format!(
            "{LOADED}v5: F32 = FMul v4 v4\nstore buffer 0 v3 v2 v5\nv6: F32 = FAdd v5 v4\nstore buffer 0 v3 v2 v6\n"
        );
        assert_eq!(operations(&text), ["fmul", "fmul", "fadd", "fadd"]);
    }
}
