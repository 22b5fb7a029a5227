//! Graphics stages: the code around the body, and what goes through a [`StageFrame`].
//!
//! ```text
//!   Packet:    (context, frame, private memory)                                       returns nothing
//!   Phases:    (context, frame, states, -, frames, bytes of a frame)                  returns whether a packet has to go on
//! ```
//!
//! A slot that all lanes name alike is two vectors, or where lanes share the slots one scalar; else each lane goes its own way,
//! and lanes that are not active store to the sink page.

use core::mem::offset_of;

use cranelift_codegen::ir::{self as clif, AbiParam, InstBuilder, MemFlagsData, types};

use super::call::Field;
use super::launch::Launch;
use super::value::{self, Operand, Parts, cast, part_type, scalar_type};
use super::{Entry, LowerError, Lowering};
use crate::abi::stage::{InterpolateAt, Lanes, StageBuiltin};
use crate::abi::{DispatchContext, LANES, StageFrame};
use crate::ir::{Side, Type, Value};
use crate::uniformity::Shape;

/// What the body knows of its frame.
#[derive(Clone, Copy)]
pub(super) struct StageLaunch {
    frame: clif::Value,
    /// Slots: inputs, outputs, the patch's.
    slots: [clif::Value; 3],
    /// Bytes from vertex to vertex, by side.
    strides: [clif::Value; 3],
}

/// Where a slot is.
enum SlotAddress {
    /// The same in all lanes.
    Shared(clif::Value),
    /// One behind the other: that of lane 0.
    Row(clif::Value),
    /// Bytes from the first slot, in each lane.
    Apart(Parts),
}

impl Lowering<'_, '_> {
    // --- the function -------------------------------------------------------------------------------------------

    pub(super) fn packet_function(&mut self) -> Result<Entry, LowerError> {
        self.b.func.signature.params = vec![AbiParam::new(types::I64); 3];
        let entry = self.b.create_block();
        self.b.append_block_params_for_function_params(entry);
        self.enter(entry);
        let [ctx, frame, locals] = [0, 1, 2].map(|i| self.b.block_params(entry)[i]);
        let first = self.b.ins().iconst(types::I32, 0);
        let stage = Some(self.stage_launch(frame));
        self.launch = Some(Launch { ctx, shared: locals, locals, group: [first; 3], first, stage });
        self.load_descriptors();
        let active = self.frame_field(offset_of!(StageFrame, active), types::I32);
        let mask = self.mask_from_bits(active);
        self.set_exec(mask);
        let exit = self.b.create_block();
        self.body(exit)?;
        self.enter(exit);
        self.b.ins().return_(&[]);
        Ok(Entry::Packet)
    }

    pub(super) fn stage_launch(&mut self, frame: clif::Value) -> StageLaunch {
        let mut field = |at: usize, ty| self.b.ins().load(ty, constant(), frame, at as i32);
        let slots = [
            field(offset_of!(StageFrame, inputs), types::I64),
            field(offset_of!(StageFrame, outputs), types::I64),
            field(offset_of!(StageFrame, patch), types::I64),
        ];
        let strides = [
            field(offset_of!(StageFrame, input_vertex_stride), types::I32),
            field(offset_of!(StageFrame, output_vertex_stride), types::I32),
        ];
        let none = self.b.ins().iconst(types::I32, 0);
        StageLaunch { frame, slots, strides: [strides[0], strides[1], none] }
    }

    fn stage(&self) -> StageLaunch {
        match self.launch().stage {
            Some(stage) => stage,
            None => unreachable!("only functions of a stage have what is of stages"),
        }
    }

    fn frame_field(&mut self, at: usize, ty: clif::Type) -> clif::Value {
        let frame = self.stage().frame;
        self.b.ins().load(ty, MemFlagsData::trusted(), frame, at as i32)
    }

    /// The lanes whose bits are set.
    fn mask_from_bits(&mut self, bits: clif::Value) -> Parts {
        let all = self.b.ins().splat(types::I32X4, bits);
        let masks = [[1u32, 2, 4, 8], [16, 32, 64, 128]].map(|lanes| {
            let mut bytes = [0; 16];
            for (bytes, lane) in bytes.chunks_exact_mut(4).zip(lanes) {
                bytes.copy_from_slice(&lane.to_le_bytes());
            }
            let own = value::vector_constant(&mut self.b, types::I32X4, bytes);
            let mine = self.b.ins().band(all, own);
            self.b.ins().icmp(clif::condcodes::IntCC::Equal, mine, own)
        });
        Parts::new(&masks)
    }

    // --- built-ins and lanes that are gone ----------------------------------------------------------------------

    pub(super) fn stage_builtin(&mut self, builtin: StageBuiltin, shape: Shape) -> Operand {
        let frame = self.stage().frame;
        let at = offset_of!(StageFrame, builtins) + builtin as usize * size_of::<Lanes>();
        if shape.is_uniform() {
            return Operand::uniform(self.b.ins().load(types::I32, constant(), frame, at as i32));
        }
        Operand::Vector(self.load_row(Type::I32, frame, at as i32))
    }

    pub(super) fn helper(&mut self) -> Operand {
        let live = self.frame_field(offset_of!(StageFrame, live), types::I32);
        let gone = self.b.ins().bnot(live);
        Operand::Vector(self.mask_from_bits(gone))
    }

    pub(super) fn demote(&mut self) {
        let bits = self.active_bits();
        let at = offset_of!(StageFrame, live);
        let live = self.frame_field(at, types::I32);
        let left = self.b.ins().band_not(live, bits);
        let frame = self.stage().frame;
        self.b.ins().store(MemFlagsData::trusted(), left, frame, at as i32);
    }

    // --- slots --------------------------------------------------------------------------------------------------

    pub(super) fn load_slot(&mut self, ty: Type, side: Side, vertex: Value, slot: Value) -> Operand {
        match self.slot_address(side, vertex, slot) {
            SlotAddress::Shared(address) => {
                Operand::uniform(self.b.ins().load(scalar_type(ty), MemFlagsData::trusted(), address, 0))
            }
            SlotAddress::Row(address) => Operand::Vector(self.load_row(ty, address, 0)),
            SlotAddress::Apart(offsets) => {
                let base = self.stage().slots[side as usize];
                Operand::Vector(self.lanewise(ty, &[offsets], |s, lanes| {
                    let offset = s.b.ins().uextend(types::I64, lanes[0]);
                    let address = s.b.ins().iadd(base, offset);
                    s.b.ins().load(scalar_type(ty), MemFlagsData::trusted(), address, 0)
                }))
            }
        }
    }

    pub(super) fn store_slot(&mut self, side: Side, vertex: Value, slot: Value, stored: Value) {
        let uniform = self.get(stored).as_uniform();
        match (self.slot_address(side, vertex, slot), uniform) {
            (SlotAddress::Shared(address), Some(scalar)) => {
                self.b.ins().store(MemFlagsData::trusted(), scalar, address, 0);
            }
            (SlotAddress::Shared(address), None) => {
                let parts = self.get_vector(stored);
                self.store_lanes_to(parts, |_, _| address);
            }
            (SlotAddress::Row(address), _) => self.store_row(stored, address),
            (SlotAddress::Apart(offsets), _) => {
                let base = self.stage().slots[side as usize];
                let parts = self.get_vector(stored);
                self.store_lanes_to(parts, |s, lane| {
                    let offset = value::lane(&mut s.b, offsets, lane);
                    let offset = s.b.ins().uextend(types::I64, offset);
                    s.b.ins().iadd(base, offset)
                });
            }
        }
    }

    /// Stores a vector. Behind the whole body, lanes that are not active may get anything; elsewhere they keep what they have.
    fn store_row(&mut self, stored: Value, address: clif::Value) {
        let ty = self.type_of(stored);
        let mut parts = self.get_vector(stored);
        if self.nesting > 1 {
            let (exec, old) = (self.exec_mask(), self.load_row(ty, address, 0));
            parts = self.blend(ty, exec, parts, old);
        }
        for (i, &part) in (0..).zip(parts.iter()) {
            self.b.ins().store(MemFlagsData::trusted(), part, address, i * 16);
        }
    }

    /// Stores each lane by itself.
    fn store_lanes_to(&mut self, parts: Parts, mut address: impl FnMut(&mut Self, u8) -> clif::Value) {
        let exec = self.exec_mask();
        let ctx = self.context();
        let sink =
            self.b.ins().load(types::I64, constant(), ctx, offset_of!(DispatchContext, sink_page) as i32);
        for lane in 0..LANES as u8 {
            let (active, element) =
                (value::lane(&mut self.b, exec, lane), value::lane(&mut self.b, parts, lane));
            let address = address(self, lane);
            let address = self.b.ins().select(active, address, sink);
            self.b.ins().store(MemFlagsData::trusted(), element, address, 0);
        }
    }

    fn load_row(&mut self, ty: Type, address: clif::Value, at: i32) -> Parts {
        let load = |i: i32| self.b.ins().load(part_type(ty), MemFlagsData::trusted(), address, at + i * 16);
        Parts::new(&[0, 1].map(load))
    }

    fn slot_address(&mut self, side: Side, vertex: Value, slot: Value) -> SlotAddress {
        let shared = side.is_shared(self.function.stage);
        let size = if shared { 4 } else { size_of::<Lanes>() as i64 };
        let stage = self.stage();
        let (base, stride) = (stage.slots[side as usize], stage.strides[side as usize]);
        let first = self.constant_of(vertex) == Some(0);
        if let (Some(vertex), Some(number)) = (self.get(vertex).as_uniform(), self.get(slot).as_uniform()) {
            let mut address = base;
            if !first {
                let bytes = self.b.ins().imul(vertex, stride);
                let bytes = self.b.ins().uextend(types::I64, bytes);
                address = self.b.ins().iadd(address, bytes);
            }
            let address = if let Some(known) = self.constant_of(slot) {
                self.b.ins().iadd_imm_s(address, known as i64 * size)
            } else {
                let number = self.b.ins().uextend(types::I64, number);
                let bytes = self.b.ins().imul_imm_s(number, size);
                self.b.ins().iadd(address, bytes)
            };
            return if shared { SlotAddress::Shared(address) } else { SlotAddress::Row(address) };
        }
        let shift = size.trailing_zeros();
        let slots = self.get_vector(slot).map(|slot| self.b.ins().ishl_imm_s(slot, i64::from(shift)));
        let lanes = value::steps(&mut self.b, Type::I32, if shared { 0 } else { 4 });
        let mut offsets = slots.zip(lanes, |slot, lane| self.b.ins().iadd(slot, lane));
        if !first {
            let stride = self.b.ins().splat(types::I32X4, stride);
            let vertices = self.get_vector(vertex).map(|vertex| self.b.ins().imul(vertex, stride));
            offsets = offsets.zip(vertices, |slot, vertex| self.b.ins().iadd(slot, vertex));
        }
        SlotAddress::Apart(offsets)
    }

    // --- callbacks ----------------------------------------------------------------------------------------------

    pub(super) fn emit(&mut self, stream: u32, end: bool) {
        let target = self.frame_field(offset_of!(StageFrame, emit), types::I64);
        let (frame, bits) = (self.stage().frame, self.active_bits());
        let stream = self.b.ins().iconst(types::I32, i64::from(stream));
        let what = self.b.ins().iconst(types::I32, i64::from(end));
        self.call_pointer(target, &[frame, bits, stream, what]);
    }

    pub(super) fn interpolate(&mut self, slot: u32, at: InterpolateAt, x: Value, y: Value) -> Operand {
        let lanes = self.frame();
        for (field, operand) in [(Field::Data, x), (Field::Other, y)] {
            let parts = self.get_vector(operand);
            self.put(lanes, field, parts);
        }
        let target = self.frame_field(offset_of!(StageFrame, interpolate), types::I64);
        let frame = self.stage().frame;
        let slot = self.b.ins().iconst(types::I32, i64::from(slot));
        let at = self.b.ins().iconst(types::I32, at as i64);
        let [x, y, result] = [Field::Data, Field::Other, Field::Third]
            .map(|field| self.b.ins().iadd_imm_s(lanes, i64::from(field.offset())));
        self.call_pointer(target, &[frame, slot, at, x, y, result]);
        Operand::Vector(self.take_field(lanes, Field::Third, Type::F32))
    }

    // --- quads --------------------------------------------------------------------------------------------------

    /// Each lane of a quad gets the value of one of the quad's lanes.
    pub(super) fn quad(&mut self, from: [u8; 4], operand: Value) -> Operand {
        let ty = self.type_of(operand);
        if let uniform @ Operand::Scalar { stride: 0, .. } = self.get(operand) {
            return uniform;
        }
        let parts = self.get_vector(operand);
        if !value::is_wide(ty) {
            let words = from.map(|lane| lane % 4);
            return Operand::Vector(parts.map(|part| {
                let part = cast(&mut self.b, types::I32X4, part);
                let picked = value::shuffle_words(&mut self.b, part, part, words);
                cast(&mut self.b, part_type(ty), picked)
            }));
        }
        let lanes: [clif::Value; LANES as usize] = std::array::from_fn(|lane| {
            let from = lane as u8 / 4 * 4 + from[lane % 4] % 4;
            value::lane(&mut self.b, parts, from)
        });
        Operand::Vector(value::from_lanes(&mut self.b, ty, &lanes))
    }
}

/// What does not change while the kernel runs.
fn constant() -> MemFlagsData {
    MemFlagsData::trusted().with_readonly().with_can_move()
}
