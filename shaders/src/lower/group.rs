//! Operations over the active lanes of a packet, which is one subgroup.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{self as clif, InstBuilder, MemFlagsData, types};

use super::call::Field;
use super::value::{self, Operand, Parts, scalar_type, steps};
use super::{LowerError, Lowering};
use crate::abi::LANES;
use crate::ir::{BinaryOp, GroupOp, Type, Value, eval};
use crate::runtime::math::ScalarOp;

impl Lowering<'_, '_> {
    pub(super) fn group(&mut self, op: GroupOp, operands: &[Value], ty: Type) -> Result<Operand, LowerError> {
        Ok(match op {
            GroupOp::Elect => self.elect(),
            GroupOp::Clock => self.clock(),
            GroupOp::All => Operand::uniform(self.all(operands[0])),
            GroupOp::Any => {
                let bits = self.ballot(operands[0]);
                Operand::uniform(self.b.ins().icmp_imm_s(IntCC::NotEqual, bits, 0))
            }
            GroupOp::AllEqual => self.all_equal(operands[0]),
            GroupOp::Ballot => Operand::uniform(self.ballot(operands[0])),
            GroupOp::BroadcastFirst => {
                let first = self.first_active();
                Operand::uniform(self.lane_at(operands[0], first))
            }
            GroupOp::Quad(from) => self.quad(from, operands[0]),
            GroupOp::Shuffle => self.shuffle(operands[0], operands[1]),
            GroupOp::Reduce(with) | GroupOp::InclusiveScan(with) | GroupOp::ExclusiveScan(with) => {
                self.scan(op, with, operands[0], ty)?
            }
        })
    }

    fn clock(&mut self) -> Operand {
        let frame = self.frame();
        self.call(crate::runtime::clock::read as *const (), &[frame]);
        Operand::uniform(self.take_first(frame, Type::I64))
    }

    fn ballot(&mut self, condition: Value) -> clif::Value {
        let condition = self.get_vector(condition);
        let bits = self.mask_bits(condition);
        let active = self.active_bits();
        self.b.ins().band(bits, active)
    }

    fn all(&mut self, condition: Value) -> clif::Value {
        let bits = self.ballot(condition);
        let active = self.active_bits();
        self.b.ins().icmp(IntCC::Equal, bits, active)
    }

    fn first_active(&mut self) -> clif::Value {
        let active = self.active_bits();
        self.b.ins().ctz(active)
    }

    fn elect(&mut self) -> Operand {
        let first = self.first_active();
        let first = value::splat(&mut self.b, Type::I32, first);
        let lanes = steps(&mut self.b, Type::I32, 1);
        Operand::Vector(lanes.zip(first, |lane, first| self.b.ins().icmp(IntCC::Equal, lane, first)))
    }

    fn all_equal(&mut self, operand: Value) -> Operand {
        let ty = self.type_of(operand);
        let first = self.first_active();
        let first = self.lane_at(operand, first);
        let first = value::splat(&mut self.b, ty, first);
        let lanes = self.get_vector(operand);
        let same = lanes.zip(first, |a, b| {
            if ty.is_float() && ty != Type::F16 {
                self.b.ins().fcmp(clif::condcodes::FloatCC::Equal, a, b)
            } else {
                self.b.ins().icmp(IntCC::Equal, a, b)
            }
        });
        let Operand::Vector(same) = self.as_mask(ty, Operand::Vector(same)) else {
            return Operand::Vector(same);
        };
        let (bits, active) = (self.mask_bits(same), self.active_bits());
        let agreeing = self.b.ins().band(bits, active);
        Operand::uniform(self.b.ins().icmp(IntCC::Equal, agreeing, active))
    }

    /// The value of the lane with that number.
    fn lane_at(&mut self, operand: Value, lane: clif::Value) -> clif::Value {
        let ty = self.type_of(operand);
        let parts = self.get_vector(operand);
        let frame = self.frame();
        self.put(frame, Field::Data, parts);
        self.lane_in_frame(frame, ty, lane)
    }

    fn lane_in_frame(&mut self, frame: clif::Value, ty: Type, lane: clif::Value) -> clif::Value {
        let inside = self.b.ins().band_imm_s(lane, i64::from(LANES - 1));
        let index = self.b.ins().uextend(types::I64, inside);
        let offset = self.b.ins().imul_imm_s(index, if value::is_wide(ty) { 8 } else { 4 });
        let place = self.b.ins().iadd(frame, offset);
        let machine = if ty == Type::Bool { types::I32 } else { scalar_type(ty) };
        let scalar = self.b.ins().load(machine, MemFlagsData::trusted(), place, Field::Data.offset());
        self.bool_from_lane(ty, scalar)
    }

    fn shuffle(&mut self, operand: Value, lane: Value) -> Operand {
        let ty = self.type_of(operand);
        if let uniform @ Operand::Scalar { stride: 0, .. } = self.get(operand) {
            return uniform;
        }
        if let Some(lane) = self.get(lane).as_uniform() {
            return Operand::uniform(self.lane_at(operand, lane));
        }
        let parts = self.get_vector(operand);
        let frame = self.frame();
        self.put(frame, Field::Data, parts);
        let lanes = self.get_vector(lane);
        let lane_type = if ty == Type::Bool { Type::I32 } else { ty };
        let picked = self.lanewise(lane_type, &[lanes], |s, lane| s.lane_in_frame(frame, lane_type, lane[0]));
        Operand::Vector(picked)
    }

    /// Combines the active lanes in order; inactive lanes count as the neutral element.
    fn scan(&mut self, op: GroupOp, with: BinaryOp, operand: Value, ty: Type) -> Result<Operand, LowerError> {
        let identity = eval::identity(with, ty);
        let neutral = self.constant(ty, identity);
        let inactive = value::splat(&mut self.b, ty, neutral);
        let (exec, lanes) = (self.exec_mask(), self.get_vector(operand));
        let lanes = self.blend(ty, exec, lanes, inactive);
        let mut sum = if ty == Type::Bool {
            let zero = self.b.ins().iconst(types::I32, 0);
            if identity == 0 { zero } else { self.b.ins().bnot(zero) }
        } else {
            neutral
        };
        let mut sums = [sum; LANES as usize];
        for (lane, slot) in sums.iter_mut().enumerate() {
            let before = sum;
            let element = value::lane(&mut self.b, lanes, lane as u8);
            sum = self.combine(with, ty, sum, element);
            *slot = if matches!(op, GroupOp::ExclusiveScan(_)) { before } else { sum };
        }
        if matches!(op, GroupOp::Reduce(_)) {
            return Ok(Operand::uniform(self.bool_from_lane(ty, sum)));
        }
        Ok(Operand::Vector(self.joined(ty, &sums)))
    }

    fn joined(&mut self, ty: Type, lanes: &[clif::Value; LANES as usize]) -> Parts {
        value::from_lanes(&mut self.b, ty, lanes)
    }

    fn combine(&mut self, with: BinaryOp, ty: Type, a: clif::Value, b: clif::Value) -> clif::Value {
        match ty {
            Type::F16 => self.evaluate_scalars(ScalarOp::Binary(with), ty, &[a, b]),
            Type::F32 | Type::F64 => self.float_part(with, a, b),
            _ => self.int_scalar(with, ty, a, b),
        }
    }
}
