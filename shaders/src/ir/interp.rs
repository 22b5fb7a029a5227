//! Runs a function as it is defined: the oracle that machine code is compared with.
//!
//! All invocations of a workgroup run through the statements together, each with its own values and a flag that says whether it
//! takes part; what a group operation sees are the invocations of a packet of [`LANES`] that take part. Memory is plain bytes
//! per descriptor. Slow on purpose: nothing is done that is not in the definition of an operation.

use std::collections::BTreeMap;

pub use super::stage_memory::{Emitted, StageMemory};
use super::{
    AtomicOp, BinaryOp, Builtin, Function, GroupOp, Label, Op, Place, Side, Stmt, Texture, Type, Value, eval,
};
use crate::abi::texture::{TextureFrame, TextureInstruction, TextureUnit};
use crate::abi::{Descriptor, LANES};

/// What a dispatch reads and writes.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    /// Bytes behind each descriptor, by set and slot.
    pub buffers: BTreeMap<(u32, u32), Vec<u8>>,
    /// Descriptors by set and slot, where a function reads their words; elsewhere null.
    pub descriptors: BTreeMap<(u32, u32), Descriptor>,
    /// Bytes at device addresses: first address and contents.
    pub regions: Vec<(u64, Vec<u8>)>,
    /// Push constants.
    pub push_constants: Vec<u8>,
    /// Workgroups in each dimension.
    pub group_count: [u32; 3],
    /// Added to each workgroup's id.
    pub base_group: [u32; 3],
    /// Number of the GPU.
    pub device_index: u32,
    /// Does image instructions, without context; their descriptors are slots of no set.
    pub texture_unit: Option<TextureUnit>,
    /// For graphics stages.
    pub stage: StageMemory,
}

/// What went wrong while running.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RunError {
    /// More statements were run than allowed.
    #[error("the function did not end in time")]
    OutOfFuel,
    /// A barrier that not all invocations that are still running reach.
    #[error("a barrier was not reached by all invocations")]
    DivergentBarrier,
}

/// Runs all workgroups, one after the other. `fuel` limits the statements run, counted once for each workgroup.
pub fn run(function: &Function, memory: &mut Memory, fuel: u64) -> Result<(), RunError> {
    let mut fuel = fuel;
    let [x, y, z] = memory.group_count;
    for group in 0..u64::from(x) * u64::from(y) * u64::from(z) {
        let (width, height) = (u64::from(x), u64::from(y));
        let id = [group % width, group / width % height, group / width / height].map(|id| id as u32);
        Group::new(function, memory, id, &mut fuel).run()?;
    }
    Ok(())
}

/// One flag for each invocation.
type Mask = Vec<bool>;

struct Group<'a> {
    function: &'a Function,
    memory: &'a mut Memory,
    group_id: [u32; 3],
    fuel: &'a mut u64,
    shared: Vec<u8>,
    lanes: Vec<Lane>,
    returned: Mask,
    /// Invocations on their way to the end of that label, or to its start.
    broken: BTreeMap<Label, Mask>,
    continued: BTreeMap<Label, Mask>,
}

struct Lane {
    values: Vec<u64>,
    variables: Vec<u64>,
    /// The result of the last image instruction.
    texel: [u32; 4],
    local: Vec<Vec<u8>>,
}

impl<'a> Group<'a> {
    fn new(function: &'a Function, memory: &'a mut Memory, group_id: [u32; 3], fuel: &'a mut u64) -> Self {
        let count = function.workgroup_size.iter().product::<u32>() as usize;
        let lane = || Lane {
            values: vec![0; function.values.len()],
            variables: vec![0; function.variables.len()],
            texel: [0; 4],
            local: function.local_memories.iter().map(|&bytes| vec![0; bytes as usize]).collect(),
        };
        Self {
            function,
            memory,
            group_id,
            fuel,
            shared: vec![0; function.shared_bytes as usize],
            lanes: (0..count).map(|_| lane()).collect(),
            returned: vec![false; count],
            broken: BTreeMap::new(),
            continued: BTreeMap::new(),
        }
    }

    fn run(mut self) -> Result<(), RunError> {
        let all = (0..self.lanes.len()).map(|lane| self.memory.stage.starts(self.function, lane)).collect();
        self.list(&self.function.body, all)?;
        Ok(())
    }

    /// Runs a list; gives the invocations that reach its end.
    fn list(&mut self, list: &[Stmt], mut mask: Mask) -> Result<Mask, RunError> {
        for statement in list {
            if !mask.contains(&true) {
                break;
            }
            *self.fuel = self.fuel.checked_sub(1).ok_or(RunError::OutOfFuel)?;
            mask = self.statement(statement, mask)?;
        }
        Ok(mask)
    }

    fn statement(&mut self, statement: &Stmt, mask: Mask) -> Result<Mask, RunError> {
        match statement {
            Stmt::Let(value, op) => self.define(*value, op, &mask),
            Stmt::Set(variable, value) => {
                for lane in active(&mask) {
                    self.lanes[lane].variables[variable.index()] = self.get(lane, *value);
                }
            }
            Stmt::Store { place: Place::Interface { side, vertex, slot }, value } => {
                for lane in active(&mask) {
                    let bits = self.get(lane, *value) as u32;
                    if let Some(word) = self.slot(lane, *side, *vertex, *slot) {
                        *word = bits;
                    }
                }
            }
            Stmt::Store { place, value } => {
                let bytes = self.type_of(*value).bytes() as usize;
                for lane in active(&mask) {
                    let bits = self.get(lane, *value).to_le_bytes();
                    if let Some(memory) = self.resolve(lane, *place, bytes) {
                        memory.copy_from_slice(&bits[..bytes]);
                    }
                }
            }
            Stmt::If { condition, then, otherwise } => {
                let taken: Mask = (0..mask.len()).map(|i| mask[i] && self.get(i, *condition) != 0).collect();
                let rest = (0..mask.len()).map(|i| mask[i] && !taken[i]).collect();
                let after = self.list(then, taken)?;
                let also = self.list(otherwise, rest)?;
                return Ok(union(after, &also));
            }
            Stmt::Block { label, body } => {
                let after = self.list(body, mask)?;
                return Ok(match self.broken.remove(label) {
                    Some(broken) => union(after, &broken),
                    None => after,
                });
            }
            Stmt::Loop { label, body } => {
                let mut left = vec![false; mask.len()];
                let mut running = Some(mask);
                while let Some(mask) = running {
                    *self.fuel = self.fuel.checked_sub(1).ok_or(RunError::OutOfFuel)?;
                    let after = self.list(body, mask)?;
                    left = union(left, &after);
                    running = self.continued.remove(label);
                }
                return Ok(match self.broken.remove(label) {
                    Some(broken) => union(left, &broken),
                    None => left,
                });
            }
            Stmt::Break(label) => return Ok(leave(&mut self.broken, *label, mask)),
            Stmt::Continue(label) => return Ok(leave(&mut self.continued, *label, mask)),
            Stmt::Barrier => {
                if (0..mask.len()).any(|lane| !mask[lane] && !self.returned[lane]) {
                    return Err(RunError::DivergentBarrier);
                }
            }
            Stmt::Fence => {}
            Stmt::Demote => {
                active(&mask).for_each(|lane| self.memory.stage.live &= !(1 << lane));
            }
            Stmt::Emit { stream, end } => {
                let lanes = active(&mask).fold(0, |lanes, lane| lanes | 1 << lane);
                let outputs = self.memory.stage.outputs.clone();
                self.memory.stage.emitted.push(Emitted { lanes, stream: *stream, end: *end, outputs });
            }
            Stmt::Return => {
                active(&mask).for_each(|lane| self.returned[lane] = true);
                return Ok(vec![false; mask.len()]);
            }
        }
        Ok(mask)
    }

    fn type_of(&self, value: Value) -> Type {
        self.function.values[value.index()]
    }

    fn get(&self, lane: usize, value: Value) -> u64 {
        self.lanes[lane].values[value.index()]
    }

    fn define(&mut self, value: Value, op: &Op, mask: &Mask) {
        if let Op::Group(op, operands) = op {
            return self.group(value, *op, operands, mask);
        }
        if let Op::Texture(texture) = op {
            return self.texture(value, texture, mask);
        }
        for lane in active(mask) {
            let bits = self.compute(lane, op);
            self.lanes[lane].values[value.index()] = bits;
        }
    }

    fn compute(&mut self, lane: usize, op: &Op) -> u64 {
        match op {
            Op::Constant(_, bits) => *bits,
            Op::Get(variable) => self.lanes[lane].variables[variable.index()],
            Op::Unary(op, a) => eval::unary(*op, self.type_of(*a), self.get(lane, *a)),
            Op::Binary(op, a, b) => {
                eval::binary(*op, self.type_of(*a), self.get(lane, *a), self.get(lane, *b))
            }
            Op::Compare(op, a, b) => {
                u64::from(eval::compare(*op, self.type_of(*a), self.get(lane, *a), self.get(lane, *b)))
            }
            Op::Select(condition, a, b) => {
                self.get(lane, if self.get(lane, *condition) != 0 { *a } else { *b })
            }
            Op::Convert(op, a, to) => eval::convert(*op, self.type_of(*a), *to, self.get(lane, *a)),
            Op::Math(op, operands) => {
                let bits: Vec<u64> = operands.iter().map(|&operand| self.get(lane, operand)).collect();
                eval::math(*op, operands.first().map_or(Type::I32, |&first| self.type_of(first)), &bits)
            }
            Op::Helper => u64::from(self.memory.stage.live >> lane & 1 == 0),
            Op::Interpolate { slot, at, x, y } => {
                let (x, y) = (self.get(lane, *x) as u32, self.get(lane, *y) as u32);
                u64::from((self.memory.stage.interpolate)(*slot, *at, x, y))
            }
            Op::Builtin(builtin) => u64::from(self.builtin(lane as u32, *builtin)),
            Op::Load(_, Place::Interface { side, vertex, slot }) => {
                self.slot(lane, *side, *vertex, *slot).map_or(0, |word| u64::from(*word))
            }
            Op::Load(ty, place) => {
                let bytes = ty.bytes() as usize;
                self.resolve(lane, *place, bytes).map_or(0, |memory| read(memory))
            }
            Op::BufferSize { set, slot } => {
                let slot = self.get(lane, *slot) as u32;
                self.memory.buffers.get(&(*set, slot)).map_or(0, |buffer| buffer.len() as u64)
            }
            Op::DescriptorWord { set, slot, word } => {
                let slot = self.get(lane, *slot) as u32;
                self.memory.descriptors.get(&(*set, slot)).map_or(0, |found| found.word(*word).into())
            }
            Op::Atomic { op, ty, place, value, comparator } => {
                let operand = self.get(lane, *value);
                let comparator = comparator.map(|comparator| self.get(lane, comparator));
                let bytes = ty.bytes() as usize;
                let Some(memory) = self.resolve(lane, *place, bytes) else { return 0 };
                let old = read(memory);
                let new = atomic(*op, *ty, old, operand, comparator);
                memory.copy_from_slice(&new.to_le_bytes()[..bytes]);
                old
            }
            Op::TextureResult { word, .. } => self.lanes[lane].texel[usize::from(*word)].into(),
            Op::Print(print) => {
                print.instruction.print(print.values.iter().map(|&value| self.get(lane, value)));
                0
            }
            Op::Group(..) | Op::Texture(_) => 0,
        }
    }

    fn builtin(&self, lane: u32, builtin: Builtin) -> u32 {
        let [width, height, _] = self.function.workgroup_size;
        let local = [lane % width, lane / width % height, lane / width / height];
        match builtin {
            Builtin::LocalInvocationId(i) => local[i as usize],
            Builtin::LocalInvocationIndex => lane,
            Builtin::WorkgroupId(i) => self.group_id[i as usize] + self.memory.base_group[i as usize],
            Builtin::NumWorkgroups(i) => self.memory.group_count[i as usize],
            Builtin::GlobalInvocationId(i) => {
                let group = self.builtin(lane, Builtin::WorkgroupId(i));
                group * self.function.workgroup_size[i as usize] + local[i as usize]
            }
            Builtin::SubgroupLocalInvocationId => lane % LANES,
            Builtin::SubgroupId => lane / LANES,
            Builtin::Stage(builtin) => {
                let lane = if builtin.is_uniform() { 0 } else { lane };
                self.memory.stage.builtins[builtin as usize][(lane % LANES) as usize]
            }
            Builtin::DeviceIndex => self.memory.device_index,
            Builtin::NumSubgroups => (self.lanes.len() as u32).div_ceil(LANES),
        }
    }

    fn slot(&mut self, lane: usize, side: Side, vertex: Value, slot: Value) -> Option<&mut u32> {
        let (vertex, slot) = (self.get(lane, vertex) as u32, self.get(lane, slot) as u32);
        self.memory.stage.slot(self.function, side, vertex, slot, lane)
    }

    /// The bytes that are accessed; `None` outside the memory.
    fn resolve(&mut self, lane: usize, place: Place, bytes: usize) -> Option<&mut [u8]> {
        let offset = |value: Value| self.get(lane, value) as usize;
        let (memory, offset) = match place {
            Place::Buffer { set, slot, offset: at } => {
                let (slot, at) = (offset(slot) as u32, offset(at));
                (self.memory.buffers.get_mut(&(set, slot))?, at)
            }
            Place::Global { address } => {
                let address = self.get(lane, address);
                let found = self.memory.regions.iter_mut().find(|(first, contents)| {
                    address.checked_sub(*first).is_some_and(|offset| offset < contents.len() as u64)
                });
                let (first, contents) = found?;
                let offset = (address - *first) as usize;
                (contents, offset)
            }
            Place::Shared { offset: at } => {
                let at = offset(at);
                (&mut self.shared, at)
            }
            Place::Local { memory, offset: at } => {
                let at = offset(at);
                (&mut self.lanes[lane].local[memory.index()], at)
            }
            Place::PushConstant { offset: at } => {
                let at = offset(at);
                (&mut self.memory.push_constants, at)
            }
            Place::Interface { .. } => return None,
        };
        memory.get_mut(offset..offset.checked_add(bytes)?)
    }

    /// Packets of lanes go to the texture unit together, as when machine code calls it.
    fn texture(&mut self, value: Value, texture: &Texture, mask: &Mask) {
        let lanes = LANES as usize;
        let instruction =
            TextureInstruction { uniform_image: false, uniform_sampler: false, ..texture.instruction };
        for first in (0..mask.len()).step_by(lanes) {
            let mut frame = TextureFrame::zeroed();
            let members = first..mask.len().min(first + lanes);
            for lane in members.clone() {
                frame.active |= u32::from(mask[lane]) << (lane - first);
                frame.image_slot[lane - first] = self.get(lane, texture.image.1) as u32;
                let sampler = texture.sampler.map_or(0, |(_, slot)| self.get(lane, slot));
                frame.sampler_slot[lane - first] = sampler as u32;
                for &(operand, value) in &texture.operands {
                    let bits = self.get(lane, value) as u32;
                    frame.operand_mut(operand)[lane - first] = bits;
                }
            }
            if let Some(unit) = self.memory.texture_unit {
                unit(core::ptr::null(), (&raw const instruction).cast(), (&raw mut frame).cast());
            }
            for lane in members.filter(|&lane| mask[lane]) {
                self.lanes[lane].values[value.index()] = frame.resident[lane - first].into();
                self.lanes[lane].texel = frame.texel.map(|word| word[lane - first]);
            }
        }
    }

    fn group(&mut self, value: Value, op: GroupOp, operands: &[Value], mask: &Mask) {
        let lanes = LANES as usize;
        for first in (0..mask.len()).step_by(lanes) {
            let members: Vec<usize> =
                (first..mask.len().min(first + lanes)).filter(|&lane| mask[lane]).collect();
            let results: Vec<u64> =
                members.iter().map(|&lane| self.group_result(op, operands, &members, lane)).collect();
            for (&lane, result) in members.iter().zip(results) {
                self.lanes[lane].values[value.index()] = result;
            }
        }
    }

    fn group_result(&self, op: GroupOp, operands: &[Value], members: &[usize], lane: usize) -> u64 {
        let of = |lane: usize| operands.first().map_or(0, |&operand| self.get(lane, operand));
        let ty = operands.first().map_or(Type::Bool, |&operand| self.type_of(operand));
        let fold = |op: BinaryOp, take: &dyn Fn(usize) -> bool| {
            let chosen = members.iter().filter(|&&member| take(member)).map(|&member| of(member));
            chosen.fold(eval::identity(op, ty), |a, b| eval::binary(op, ty, a, b))
        };
        let lanes = LANES as usize;
        match op {
            GroupOp::Clock => crate::runtime::clock::nanoseconds(),
            GroupOp::Elect => u64::from(members.first() == Some(&lane)),
            GroupOp::All => u64::from(members.iter().all(|&member| of(member) != 0)),
            GroupOp::Any => u64::from(members.iter().any(|&member| of(member) != 0)),
            GroupOp::AllEqual => {
                u64::from(members.iter().all(|&member| eval::equal(ty, of(member), of(members[0]))))
            }
            GroupOp::Ballot => members.iter().map(|&member| of(member) << (member % lanes)).sum(),
            GroupOp::BroadcastFirst => of(members[0]),
            GroupOp::Quad(from) => of(lane - lane % 4 + usize::from(from[lane % 4])),
            GroupOp::Shuffle => {
                let from = operands.get(1).map_or(0, |&operand| self.get(lane, operand)) as usize;
                let from = lane - lane % lanes + from % lanes;
                if members.contains(&from) { of(from) } else { 0 }
            }
            GroupOp::Reduce(op) => fold(op, &|_| true),
            GroupOp::InclusiveScan(op) => fold(op, &|member| member <= lane),
            GroupOp::ExclusiveScan(op) => fold(op, &|member| member < lane),
        }
    }
}

fn active(mask: &Mask) -> impl Iterator<Item = usize> {
    mask.iter().enumerate().filter(|(_, active)| **active).map(|(lane, _)| lane)
}

fn union(mut a: Mask, b: &Mask) -> Mask {
    a.iter_mut().zip(b).for_each(|(a, b)| *a |= b);
    a
}

fn leave(to: &mut BTreeMap<Label, Mask>, label: Label, mask: Mask) -> Mask {
    let none = vec![false; mask.len()];
    let before = to.remove(&label).unwrap_or_else(|| none.clone());
    to.insert(label, union(before, &mask));
    none
}

fn read(memory: &[u8]) -> u64 {
    let mut bits = [0; 8];
    bits[..memory.len()].copy_from_slice(memory);
    u64::from_le_bytes(bits)
}

fn atomic(op: AtomicOp, ty: Type, old: u64, operand: u64, comparator: Option<u64>) -> u64 {
    let binary = match op {
        AtomicOp::Load => return old,
        AtomicOp::Store | AtomicOp::Exchange => return operand,
        AtomicOp::CompareExchange => return if comparator == Some(old) { operand } else { old },
        AtomicOp::IAdd => BinaryOp::IAdd,
        AtomicOp::ISub => BinaryOp::ISub,
        AtomicOp::SMin => BinaryOp::SMin,
        AtomicOp::UMin => BinaryOp::UMin,
        AtomicOp::SMax => BinaryOp::SMax,
        AtomicOp::UMax => BinaryOp::UMax,
        AtomicOp::And => BinaryOp::And,
        AtomicOp::Or => BinaryOp::Or,
        AtomicOp::Xor => BinaryOp::Xor,
        AtomicOp::FAdd => BinaryOp::FAdd,
        AtomicOp::FMin => BinaryOp::FMin,
        AtomicOp::FMax => BinaryOp::FMax,
    };
    eval::binary(binary, ty, old, operand)
}
