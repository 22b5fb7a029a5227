//! The code around the body: which invocations the lanes are, and the loops over packets and workgroups.
//!
//! ```text
//!   Groups:    (context, first group: u64, group count: u64, scratch)            returns nothing
//!                for each group, or row of up to eight groups of one invocation:  for each packet:  body
//!   Phases:    (context, group: *[u32; 3], states, shared, frames, bytes of a frame)  returns whether a packet has to go on
//! ```
//!
//! Scratch is shared memory, then the packet's private memory; see [`Layout`](crate::kernel). In phases, the frame
//! begins with the private memory, so that it lives as long as the packet.

use core::mem::offset_of;
use std::collections::BTreeSet;

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{self as clif, AbiParam, InstBuilder, JumpTableData, MemFlagsData, types};
use cranelift_frontend::Variable;

use super::barrier::{DONE, Packet, prologue, suspends};
use super::stage::StageLaunch;
use super::value::{self, Operand, Parts, steps};
use super::{Entry, LowerError, Lowering};
use crate::abi::{DispatchContext, LANES};
use crate::ir::{self, Builtin, Op, Place, Stmt, Type, Value};
use crate::stage::Stage;
use crate::uniformity::Shape;

/// What the body knows of its packet.
pub(super) struct Launch {
    pub(super) ctx: clif::Value,
    pub(super) shared: clif::Value,
    pub(super) locals: clif::Value,
    /// Workgroup without base, of lane 0.
    pub(super) group: [clif::Value; 3],
    /// Index in the workgroup of lane 0's invocation.
    pub(super) first: clif::Value,
    /// For graphics stages.
    pub(super) stage: Option<StageLaunch>,
}

/// Bytes of shared memory, as scratch blocks count them.
pub(crate) fn shared_bytes(function: &crate::ir::Function) -> u32 {
    function.shared_bytes.next_multiple_of(64)
}

/// The counters of the loops.
struct Counters {
    group: [Variable; 3],
    remaining: Variable,
    first: Variable,
}

impl Lowering<'_, '_> {
    /// Lowers the whole function.
    pub(super) fn function(&mut self) -> Result<Entry, LowerError> {
        match self.function.stage {
            Some(Stage::TessellationControl) => self.phased_function(),
            Some(_) => self.packet_function(),
            None if suspends(self.function) => self.phased_function(),
            None => self.groups_function(),
        }
    }

    // --- one call for many groups -------------------------------------------------------------------------------

    fn groups_function(&mut self) -> Result<Entry, LowerError> {
        self.b.func.signature.params = vec![AbiParam::new(types::I64); 4];
        let entry = self.b.create_block();
        self.b.append_block_params_for_function_params(entry);
        self.enter(entry);
        let [ctx, first, count, scratch] = [0, 1, 2, 3].map(|i| self.b.block_params(entry)[i]);
        let extent = self.extent(ctx);
        let start = self.decode_group(first, extent);
        let counters = self.declare_counters(start, count);
        let locals = self.b.ins().iadd_imm_s(scratch, i64::from(shared_bytes(self.function)));
        self.launch =
            Some(Launch { ctx, shared: scratch, locals, group: start, first: start[0], stage: None });
        self.load_descriptors();

        let (groups, exit) = (self.b.create_block(), self.b.create_block());
        self.b.ins().jump(groups, &[]);
        self.b.switch_to_block(groups);
        self.zero_shared(scratch);
        let advance = self.packets(&counters, extent[0])?;
        let again = self.next_group(&counters, extent, advance);
        self.b.ins().brif(again, groups, &[], exit, &[]);
        self.b.seal_block(groups);
        self.enter(exit);
        self.b.ins().return_(&[]);
        Ok(Entry::Groups)
    }

    /// The loop over the packets of a group; gives the number of groups that were done.
    fn packets(&mut self, counters: &Counters, row: clif::Value) -> Result<clif::Value, LowerError> {
        let size: u32 = self.function.workgroup_size.iter().product();
        let zero = self.b.ins().iconst(types::I32, 0);
        self.b.def_var(counters.first, zero);
        let (packets, done) = (self.b.create_block(), self.b.create_block());
        self.b.ins().jump(packets, &[]);
        self.b.switch_to_block(packets);
        self.begin_packet(counters);
        let advance = if self.packs_groups() {
            let groups = self.groups_in_packet(counters, row);
            let narrow = self.b.ins().ireduce(types::I32, groups);
            self.mask_from_count(narrow);
            groups
        } else {
            if !size.is_multiple_of(LANES) {
                let first = self.b.use_var(counters.first);
                let size = self.b.ins().iconst(types::I32, i64::from(size));
                let count = self.b.ins().isub(size, first);
                self.mask_from_count(count);
            }
            self.b.ins().iconst(types::I64, 1)
        };
        self.body(done)?;
        if size <= self.function.lanes_in_pass() {
            self.b.seal_block(packets);
            self.enter(done);
            return Ok(advance);
        }
        // The packet's end is reached from the body; what follows the last packet is another block.
        self.enter(done);
        let behind = self.b.create_block();
        let first = self.b.use_var(counters.first);
        let next = self.b.ins().iadd_imm_s(first, i64::from(self.function.lanes_in_pass()));
        self.b.def_var(counters.first, next);
        let more = self.b.ins().icmp_imm_s(IntCC::UnsignedLessThan, next, i64::from(size));
        self.b.ins().brif(more, packets, &[], behind, &[]);
        self.b.seal_block(packets);
        self.enter(behind);
        Ok(self.b.ins().iconst(types::I64, 1))
    }

    fn begin_packet(&mut self, counters: &Counters) {
        let group = counters.group.map(|n| self.b.use_var(n));
        let first = self.b.use_var(counters.first);
        if let Some(launch) = &mut self.launch {
            (launch.group, launch.first) = (group, first);
        }
    }

    /// How many groups of one invocation go into the packet: not beyond the row, nor beyond the last group.
    fn groups_in_packet(&mut self, counters: &Counters, row: clif::Value) -> clif::Value {
        let x = self.b.use_var(counters.group[0]);
        let left = self.b.ins().isub(row, x);
        let left = self.b.ins().uextend(types::I64, left);
        let remaining = self.b.use_var(counters.remaining);
        let groups = self.b.ins().umin(left, remaining);
        let lanes = self.b.ins().iconst(types::I64, i64::from(LANES));
        self.b.ins().umin(groups, lanes)
    }

    /// Goes `advance` groups on; gives whether any is left.
    fn next_group(
        &mut self,
        counters: &Counters,
        extent: [clif::Value; 3],
        advance: clif::Value,
    ) -> clif::Value {
        let step = self.b.ins().ireduce(types::I32, advance);
        let mut carry = None;
        for (n, &variable) in counters.group.iter().enumerate() {
            let id = self.b.use_var(variable);
            let next = match carry {
                None => self.b.ins().iadd(id, step),
                Some(carry) => self.b.ins().iadd(id, carry),
            };
            let wraps = self.b.ins().icmp(IntCC::Equal, next, extent[n]);
            let zero = self.b.ins().iconst(types::I32, 0);
            let wrapped = if n < 2 { self.b.ins().select(wraps, zero, next) } else { next };
            self.b.def_var(variable, wrapped);
            carry = Some(self.b.ins().uextend(types::I32, wraps));
        }
        let remaining = self.b.use_var(counters.remaining);
        let remaining = self.b.ins().isub(remaining, advance);
        self.b.def_var(counters.remaining, remaining);
        self.b.ins().icmp_imm_s(IntCC::NotEqual, remaining, 0)
    }

    fn declare_counters(&mut self, start: [clif::Value; 3], count: clif::Value) -> Counters {
        let group = start.map(|id| {
            let variable = self.b.declare_var(types::I32);
            self.b.def_var(variable, id);
            variable
        });
        let remaining = self.b.declare_var(types::I64);
        self.b.def_var(remaining, count);
        Counters { group, remaining, first: self.b.declare_var(types::I32) }
    }

    /// Workgroups of the dispatch.
    fn extent(&mut self, ctx: clif::Value) -> [clif::Value; 3] {
        [0, 1, 2]
            .map(|n| self.context_field(ctx, offset_of!(DispatchContext, group_count) + n * 4, types::I32))
    }

    fn decode_group(&mut self, index: clif::Value, extent: [clif::Value; 3]) -> [clif::Value; 3] {
        let mut divide = |index, by| {
            let by = self.b.ins().uextend(types::I64, by);
            // A dispatch with no group in some dimension never runs, but division must not trap even so.
            let one = self.b.ins().iconst(types::I64, 1);
            let by = self.b.ins().umax(by, one);
            let (quotient, rest) = (self.b.ins().udiv(index, by), self.b.ins().urem(index, by));
            (quotient, self.b.ins().ireduce(types::I32, rest))
        };
        let (rows, x) = divide(index, extent[0]);
        let (planes, y) = divide(rows, extent[1]);
        [x, y, self.b.ins().ireduce(types::I32, planes)]
    }

    fn zero_shared(&mut self, shared: clif::Value) {
        if self.function.zero_shared && self.function.shared_bytes != 0 {
            let bytes = self.b.ins().iconst(types::I64, i64::from(shared_bytes(self.function)));
            self.call(crate::runtime::memory::zero as *const (), &[shared, bytes]);
        }
    }

    // --- one call for each phase --------------------------------------------------------------------------------

    fn phased_function(&mut self) -> Result<Entry, LowerError> {
        self.b.func.signature.params = vec![AbiParam::new(types::I64); 6];
        self.b.func.signature.returns = vec![AbiParam::new(types::I32)];
        let entry = self.b.create_block();
        self.b.append_block_params_for_function_params(entry);
        self.enter(entry);
        let [ctx, group, states, shared, frames, stride] =
            [0, 1, 2, 3, 4, 5].map(|i| self.b.block_params(entry)[i]);
        let zero = self.b.ins().iconst(types::I32, 0);
        let (group, stage) = if self.function.stage.is_some() {
            ([zero; 3], Some(self.stage_launch(group)))
        } else {
            let id = |at| self.b.ins().load(types::I32, MemFlagsData::trusted(), group, at);
            ([0, 4, 8].map(id), None)
        };
        self.launch = Some(Launch { ctx, shared, locals: frames, group, first: zero, stage });
        self.load_descriptors();

        let (head, next) = (self.b.create_block(), self.b.create_block());
        let [first, locals, waiting] =
            [types::I32, types::I64, types::I32].map(|ty| self.b.append_block_param(head, ty));
        let any_waiting = self.b.append_block_param(next, types::I32);
        self.b.ins().jump(head, &[zero.into(), frames.into(), zero.into()]);
        self.b.switch_to_block(head);
        self.launch = Some(Launch { ctx, shared, locals, group, first, stage });
        let packet = self.packet_at(states, first, locals, waiting);
        self.prepare_phases(packet, next);
        self.one_phase(packet, next)?;

        self.enter(next);
        let size: u32 = self.function.workgroup_size.iter().product();
        let behind = self.b.ins().iadd_imm_s(first, i64::from(self.function.lanes_in_pass()));
        let more = self.b.ins().icmp_imm_s(IntCC::UnsignedLessThan, behind, i64::from(size));
        let locals = self.b.ins().iadd(locals, stride);
        let end = self.b.create_block();
        self.b.ins().brif(more, head, &[behind.into(), locals.into(), any_waiting.into()], end, &[]);
        self.b.seal_block(head);
        self.enter(end);
        self.b.ins().return_(&[any_waiting]);
        let frame_bytes = self.phases.as_ref().map_or(0, |phases| phases.frame_bytes);
        Ok(Entry::Phases { frame_bytes })
    }

    fn packet_at(
        &mut self,
        states: clif::Value,
        first: clif::Value,
        locals: clif::Value,
        waiting: clif::Value,
    ) -> Packet {
        let frame = self.b.ins().iadd_imm_s(locals, i64::from(self.local_bytes));
        // A state of four bytes for eight invocations.
        let at = self.b.ins().ushr_imm_s(first, i64::from((LANES / 4).ilog2()));
        let at = self.b.ins().uextend(types::I64, at);
        Packet { frame, state: self.b.ins().iadd(states, at), waiting }
    }

    /// One packet from where it is to its next barrier, or its end.
    fn one_phase(&mut self, packet: Packet, next: clif::Block) -> Result<(), LowerError> {
        for stmt in prologue(self.function) {
            if let Stmt::Let(value, op @ (Op::Builtin(_) | Op::Binary(..))) = stmt {
                let operand = self.op(*value, op)?;
                self.define(*value, operand);
            }
        }
        let start = self.dispatch_on(packet, next);
        self.enter(start);
        let size: u32 = self.function.workgroup_size.iter().product();
        if !size.is_multiple_of(LANES) {
            let size = self.b.ins().iconst(types::I32, i64::from(size));
            let first = self.launch().first;
            let count = self.b.ins().isub(size, first);
            self.mask_from_count(count);
        }
        let exit = self.b.create_block();
        self.body(exit)?;
        self.enter(exit);
        self.end_phase(packet, next, DONE);
        Ok(())
    }

    /// Jumps to where the packet's state says; gives the block of the start.
    fn dispatch_on(&mut self, packet: Packet, next: clif::Block) -> clif::Block {
        let state = self.b.ins().load(types::I32, MemFlagsData::trusted(), packet.state, 0);
        let blocks = self.phases.as_ref().map_or_else(Vec::new, |phases| phases.resume.clone());
        let pool = &mut self.b.func.dfg.value_lists;
        let default = clif::BlockCall::new(next, [packet.waiting.into()], pool);
        let calls: Vec<clif::BlockCall> =
            blocks.iter().map(|&block| clif::BlockCall::new(block, [], pool)).collect();
        let table = self.b.create_jump_table(JumpTableData::new(default, &calls));
        self.b.ins().br_table(state, table);
        blocks[0]
    }

    // --- the packet ---------------------------------------------------------------------------------------------

    /// The statements; goes to `exit` at their end.
    pub(super) fn body(&mut self, exit: clif::Block) -> Result<(), LowerError> {
        self.exit = Some(exit);
        self.zero_locals();
        // Those that are read before they are set hold zero, and none is to flow around the loop of packets.
        self.forget((0..self.function.variables.len() as u32).map(ir::Variable));
        let full = self.full;
        if !full {
            // Kept in a variable of its own: a mask that flows around the loop of packets would be a useless parameter.
            let exec = self.exec_mask();
            self.set_exec(exec);
        }
        // Of a function with phases, the prologue is done for each of them.
        let done = if self.phases.is_some() { prologue(self.function).len() } else { 0 };
        if self.list(&self.function.body[done..])? == super::control_flow::Flow::Falls {
            self.b.ins().jump(exit, &[]);
        }
        Ok(())
    }

    /// Only the first `count` lanes are invocations.
    fn mask_from_count(&mut self, count: clif::Value) {
        let counts = self.b.ins().splat(types::I32X4, count);
        let lanes = steps(&mut self.b, Type::I32, 1);
        let mask = lanes.map(|lane| self.b.ins().icmp(IntCC::SignedLessThan, lane, counts));
        self.set_exec(mask);
    }

    /// Loads each descriptor with a constant index once.
    pub(super) fn load_descriptors(&mut self) {
        let mut used = BTreeSet::new();
        self.collect_descriptors(&self.function.body, &mut used);
        let mut last = None;
        for (set, slot) in used {
            let first = match last {
                Some((same, first)) if same == set => first,
                _ => self.first_descriptor(set),
            };
            last = Some((set, first));
            let descriptor = self.load_known_descriptor(set, first, slot);
            self.descriptors.insert((set, slot), descriptor);
        }
    }

    fn collect_descriptors(&self, stmts: &[Stmt], used: &mut BTreeSet<(u32, u32)>) {
        let constant = |set: u32, slot: Value| self.constant_of(slot).map(|index| (set, index as u32));
        for stmt in stmts {
            match stmt {
                Stmt::Let(_, Op::BufferSize { set, slot })
                | Stmt::Let(_, Op::Load(_, Place::Buffer { set, slot, .. }))
                | Stmt::Let(_, Op::Atomic { place: Place::Buffer { set, slot, .. }, .. })
                | Stmt::Store { place: Place::Buffer { set, slot, .. }, .. } => {
                    used.extend(constant(*set, *slot))
                }
                Stmt::If { then, otherwise, .. } => {
                    self.collect_descriptors(then, used);
                    self.collect_descriptors(otherwise, used);
                }
                Stmt::Block { body, .. } | Stmt::Loop { body, .. } => self.collect_descriptors(body, used),
                _ => {}
            }
        }
    }

    fn context_field(&mut self, ctx: clif::Value, at: usize, ty: clif::Type) -> clif::Value {
        let constant = MemFlagsData::trusted().with_readonly().with_can_move();
        self.b.ins().load(ty, constant, ctx, at as i32)
    }

    pub(super) fn launch(&self) -> &Launch {
        match &self.launch {
            Some(launch) => launch,
            None => unreachable!("the body is lowered inside of a launch"),
        }
    }

    pub(super) fn context(&self) -> clif::Value {
        self.launch().ctx
    }

    pub(super) fn shared_block(&self) -> clif::Value {
        self.launch().shared
    }

    /// Address of private memory.
    pub(super) fn local_block(&mut self, offset: u32) -> clif::Value {
        let locals = self.launch().locals;
        self.b.ins().iadd_imm_s(locals, i64::from(offset))
    }

    // --- built-ins ----------------------------------------------------------------------------------------------

    pub(super) fn builtin(&mut self, builtin: Builtin) -> Operand {
        let size: u32 = self.function.workgroup_size.iter().product();
        let constant =
            |s: &mut Self, value: u32| Operand::uniform(s.b.ins().iconst(types::I32, i64::from(value)));
        match builtin {
            Builtin::NumWorkgroups(n) => {
                let at = offset_of!(DispatchContext, group_count) + usize::from(n % 3) * 4;
                Operand::uniform(self.context_field(self.context(), at, types::I32))
            }
            Builtin::DeviceIndex => {
                let at = offset_of!(DispatchContext, device_index);
                Operand::uniform(self.context_field(self.context(), at, types::I32))
            }
            Builtin::WorkgroupId(n) => self.workgroup_id(n),
            Builtin::LocalInvocationId(n) => self.local_id(n),
            Builtin::GlobalInvocationId(n) => self.global_id(n),
            Builtin::NumSubgroups => constant(self, size.div_ceil(LANES)),
            Builtin::SubgroupId => {
                let first = self.launch().first;
                Operand::uniform(self.b.ins().ushr_imm_s(first, i64::from(LANES.ilog2())))
            }
            Builtin::SubgroupLocalInvocationId if self.packs_groups() => constant(self, 0),
            Builtin::SubgroupLocalInvocationId => {
                Operand::Scalar { base: self.b.ins().iconst(types::I32, 0), stride: 1 }
            }
            Builtin::LocalInvocationIndex if self.packs_groups() => constant(self, 0),
            // Lowered with its shape.
            Builtin::Stage(_) => constant(self, 0),
            Builtin::LocalInvocationIndex => Operand::Scalar { base: self.launch().first, stride: 1 },
        }
    }

    fn workgroup_id(&mut self, n: u8) -> Operand {
        let index = usize::from(n % 3);
        let at = offset_of!(DispatchContext, base_group) + index * 4;
        let base = self.context_field(self.context(), at, types::I32);
        let group = self.launch().group[index];
        let stride = i64::from(self.packs_groups() && index == 0);
        Operand::Scalar { base: self.b.ins().iadd(base, group), stride }
    }

    fn global_id(&mut self, n: u8) -> Operand {
        let group = self.workgroup_id(n);
        if self.packs_groups() {
            return group;
        }
        let Operand::Scalar { base: group, .. } = group else { return group };
        let size = self.function.workgroup_size[usize::from(n % 3)];
        let start = self.b.ins().imul_imm_s(group, i64::from(size));
        match self.local_id(n) {
            Operand::Scalar { base, stride } => {
                Operand::Scalar { base: self.b.ins().iadd(start, base), stride }
            }
            Operand::Vector(local) => {
                let start = value::splat(&mut self.b, Type::I32, start);
                Operand::Vector(start.zip(local, |start, local| self.b.ins().iadd(start, local)))
            }
        }
    }

    fn local_id(&mut self, n: u8) -> Operand {
        let size = self.function.workgroup_size;
        let n = usize::from(n % 3);
        let first = self.launch().first;
        let below: u32 = size[..n].iter().product();
        let shape = self.uniformity.layout.shape_of(Builtin::LocalInvocationId(n as u8), size);
        match shape {
            Shape::UNIFORM if size[n] == 1 || self.packs_groups() => {
                Operand::uniform(self.b.ins().iconst(types::I32, 0))
            }
            Shape::Affine(stride) => {
                let quotient = self.quotient(first, below);
                let last = size[n + 1..].iter().all(|&s| s == 1);
                let base = if last { quotient } else { self.remainder(quotient, size[n]) };
                Operand::Scalar { base, stride }
            }
            Shape::Varying => {
                let index = value::vector(&mut self.b, Type::I32, Operand::Scalar { base: first, stride: 1 });
                let quotient = self.divide_small(index, below);
                let above = self.divide_small(quotient, size[n]);
                let size = value::splat_constant(&mut self.b, size[n]);
                let whole = above.map(|part| self.b.ins().imul(part, size));
                Operand::Vector(quotient.zip(whole, |a, b| self.b.ins().isub(a, b)))
            }
        }
    }

    /// A scalar divided by a constant; the code generator would really divide.
    fn quotient(&mut self, x: clif::Value, by: u32) -> clif::Value {
        match by {
            1 => x,
            _ if by.is_power_of_two() => self.b.ins().ushr_imm_s(x, i64::from(by.ilog2())),
            _ => self.b.ins().udiv_imm_s(x, i64::from(by)),
        }
    }

    /// What is left.
    fn remainder(&mut self, x: clif::Value, by: u32) -> clif::Value {
        if by.is_power_of_two() {
            self.b.ins().band_imm_s(x, i64::from(by) - 1)
        } else {
            self.b.ins().urem_imm_s(x, i64::from(by))
        }
    }

    /// Divides numbers below 2^16 by a constant: the float quotient of `x + 1/2` never rounds across an integer.
    fn divide_small(&mut self, x: Parts, by: u32) -> Parts {
        if by == 1 {
            return x;
        }
        x.map(|x| {
            let x = self.b.ins().fcvt_from_sint(types::F32X4, x);
            let half = self.float_like(x, 0.5);
            let factor = self.float_like(x, 1.0 / f64::from(by));
            let x = self.b.ins().fadd(x, half);
            let x = self.b.ins().fmul(x, factor);
            self.b.ins().fcvt_to_sint_sat(types::I32X4, x)
        })
    }
}
