//! Suspending and resuming a packet.
//!
//! A function with barriers is called once for each stretch between two barriers and goes through all packets. Each has a state,
//! 0 at the start, `n` to go on behind barrier `n`, or [`DONE`]; the function tells whether any packet has to go on.
//! What is live across a barrier is kept in the packet's frame meanwhile:
//!
//! ```text
//!   entry:      first packet
//!   packet:     constants, built-ins;  br_table its state: [start, resume 1, resume 2, ...]
//!   barrier n:  store live values, variables and masks to the frame;  its state = n;  next packet
//!   resume n:   load them again;  go on
//!   exit:       its state = DONE;  next packet
//!   next:       the packet behind, or return
//! ```
//!
//! Values that are live across some barrier are machine variables, so that the two ways to reach their uses meet by themselves.
//! Constants and built-ins at the start of the function, and sums of them, are made anew instead: that is cheaper than memory.
//! A workgroup of one packet is in step anyway and needs none of this.

use std::collections::BTreeSet;

use cranelift_codegen::ir::{self as clif, InstBuilder, MemFlagsData, types};
use cranelift_frontend::Variable;

use super::{Held, Lowering};
use crate::ir::{BinaryOp, Function, Op, Stmt, Value};

/// The state of a packet that has nothing left to do.
pub(super) const DONE: u32 = u32::MAX;

/// Blocks and frame of a function that is suspended.
pub(super) struct Phases {
    /// Where packets go on, by state; the first is the start.
    pub resume: Vec<clif::Block>,
    next: usize,
    /// The packet that runs.
    pub packet: Packet,
    /// Goes on with the next packet; its argument is whether a packet has to go on.
    pub next_packet: clif::Block,
    /// Bytes that some barrier needs.
    pub frame_bytes: u32,
}

/// A packet that runs up to its next barrier.
#[derive(Clone, Copy)]
pub(super) struct Packet {
    /// Address of its frame.
    pub frame: clif::Value,
    /// Address of its state.
    pub state: clif::Value,
    /// Whether a packet before it has to go on.
    pub waiting: clif::Value,
}

/// The statements that define constants, built-ins, and sums of those before all else.
pub(super) fn prologue(function: &Function) -> &[Stmt] {
    let is_cheap = |stmt: &Stmt| {
        matches!(stmt, Stmt::Let(_, Op::Constant(..) | Op::Builtin(_) | Op::Binary(BinaryOp::IAdd, ..)))
    };
    let end = function.body.iter().position(|stmt| !is_cheap(stmt)).unwrap_or(function.body.len());
    &function.body[..end]
}

/// Whether packets of the function have to wait for each other.
pub(super) fn suspends(function: &Function) -> bool {
    function.workgroup_size.iter().product::<u32>() > function.lanes_in_pass()
        && barriers(&function.body) != 0
}

fn barriers(stmts: &[Stmt]) -> usize {
    stmts
        .iter()
        .map(|stmt| match stmt {
            Stmt::Barrier => 1,
            Stmt::If { then, otherwise, .. } => barriers(then) + barriers(otherwise),
            Stmt::Block { body, .. } | Stmt::Loop { body, .. } => barriers(body),
            _ => 0,
        })
        .sum()
}

impl Lowering<'_, '_> {
    /// Makes the blocks to resume at, and variables of the values that live across barriers.
    pub(super) fn prepare_phases(&mut self, packet: Packet, next_packet: clif::Block) {
        let count = barriers(&self.function.body);
        let resume = (0..=count).map(|_| self.b.create_block()).collect();
        self.phases = Some(Phases { resume, next: 1, packet, next_packet, frame_bytes: 0 });
        let mut kept = BTreeSet::new();
        self.collect_kept(&self.function.body, &mut kept);
        for stmt in prologue(self.function) {
            if let Stmt::Let(value, _) = stmt {
                kept.remove(value);
            }
        }
        for value in kept {
            let storage = self.storage(self.type_of(value), self.shape_of(value));
            self.held[value.index()] = Held::Kept(storage);
        }
    }

    fn collect_kept(&self, stmts: &[Stmt], kept: &mut BTreeSet<Value>) {
        for stmt in stmts {
            match stmt {
                Stmt::Barrier => {
                    let live = self.uniformity.liveness.after(stmt);
                    kept.extend(live.into_iter().flat_map(|live| live.values(self.function)));
                }
                Stmt::If { then, otherwise, .. } => {
                    self.collect_kept(then, kept);
                    self.collect_kept(otherwise, kept);
                }
                Stmt::Block { body, .. } | Stmt::Loop { body, .. } => self.collect_kept(body, kept),
                _ => {}
            }
        }
    }

    /// Orders memory as release and acquire do, which x86-64 keeps for all its loads and stores.
    pub(super) fn fence(&mut self) {
        if !cfg!(target_arch = "x86_64") {
            self.b.ins().fence();
        }
    }

    pub(super) fn barrier(&mut self, stmt: &Stmt) {
        self.fence();
        let Some(phases) = &mut self.phases else { return };
        let state = phases.next;
        phases.next += 1;
        let (packet, resume, next_packet) = (phases.packet, phases.resume[state], phases.next_packet);
        let frame = packet.frame;
        let live = self.live_variables(stmt);

        let mut end = 0i32;
        let mut places = Vec::new();
        for variable in live {
            let value = self.b.use_var(variable);
            let ty = self.b.func.dfg.value_type(value);
            let at = (end as u32).next_multiple_of(ty.bytes()) as i32;
            end = at + ty.bytes() as i32;
            self.b.ins().store(MemFlagsData::trusted(), value, frame, at);
            places.push((variable, ty, at));
        }
        self.end_phase(packet, next_packet, state as u32);

        self.enter(resume);
        self.forget_all();
        for (variable, ty, at) in places {
            let value = self.b.ins().load(ty, MemFlagsData::trusted(), frame, at);
            self.b.def_var(variable, value);
        }
        if let Some(phases) = &mut self.phases {
            phases.frame_bytes = phases.frame_bytes.max((end as u32).next_multiple_of(16));
        }
    }

    /// Leaves the packet in a state and goes on with the next one.
    pub(super) fn end_phase(&mut self, packet: Packet, next_packet: clif::Block, state: u32) {
        let number = self.b.ins().iconst(types::I32, i64::from(state));
        self.b.ins().store(MemFlagsData::trusted(), number, packet.state, 0);
        let waiting = if state == DONE { packet.waiting } else { self.b.ins().iconst(types::I32, 1) };
        self.b.ins().jump(next_packet, &[waiting.into()]);
    }

    fn live_variables(&self, barrier: &Stmt) -> Vec<Variable> {
        let mut live: Vec<Variable> = self.waiting_masks.iter().flatten().copied().collect();
        if !self.full {
            live.extend(self.exec);
        }
        let Some(set) = self.uniformity.liveness.after(barrier) else { return live };
        for variable in set.variables(self.function) {
            live.extend(&self.variables[variable.index()].variables);
        }
        for value in set.values(self.function) {
            if let Held::Kept(storage) = &self.held[value.index()] {
                live.extend(&storage.variables);
            }
        }
        live
    }
}
