//! Operations over the subgroup. One subgroup is one packet of lanes, so a ballot is the low bits of its first word.

use smallvec::SmallVec;
use spirv::{GroupOperation, Op};

use super::Translator;
use super::value::{Scalars, Span};
use crate::CompileError;
use crate::abi::LANES;
use crate::ir::{BinaryOp, Builtin, CompareOp, GroupOp, MathOp, Type, UnaryOp, Value, eval};
use crate::spirv::parse::Instruction;

impl<'a> Translator<'a> {
    /// The instructions of this family; the last to be asked.
    pub(super) fn group(&mut self, op: Op, instruction: &Instruction<'a>) -> Result<(), CompileError> {
        if let Some(binary) = reduction(op) {
            return self.group_arithmetic(instruction, binary);
        }
        // The instructions of the older extensions have no scope in front.
        let first = usize::from(!matches!(
            op,
            Op::SubgroupBallotKHR
                | Op::SubgroupFirstInvocationKHR
                | Op::SubgroupAllKHR
                | Op::SubgroupAnyKHR
                | Op::SubgroupAllEqualKHR
                | Op::SubgroupReadInvocationKHR
                | Op::GroupNonUniformQuadAllKHR
                | Op::GroupNonUniformQuadAnyKHR
        ));
        let rest = Instruction { operands: instruction.rest(first), ..*instruction };
        match op {
            Op::GroupNonUniformElect => {
                let elected = self.builder.group(GroupOp::Elect, &[]);
                self.define(&rest, &[elected])
            }
            Op::GroupNonUniformAll | Op::SubgroupAllKHR => self.vote(&rest, GroupOp::All),
            Op::GroupNonUniformAny | Op::SubgroupAnyKHR => self.vote(&rest, GroupOp::Any),
            Op::GroupNonUniformQuadAllKHR => self.quad_vote(&rest, true),
            Op::GroupNonUniformQuadAnyKHR => self.quad_vote(&rest, false),
            Op::GroupNonUniformAllEqual | Op::SubgroupAllEqualKHR => self.all_equal(&rest),
            Op::GroupNonUniformBallot | Op::SubgroupBallotKHR => {
                let predicate = self.boolean_operand(&rest, 0)?;
                let mask = self.builder.group(GroupOp::Ballot, &[predicate]);
                let zero = self.builder.int(0);
                self.define(&rest, &[mask, zero, zero, zero])
            }
            Op::GroupNonUniformBroadcastFirst | Op::SubgroupFirstInvocationKHR => {
                self.map(&rest, |this, a| this.builder.group(GroupOp::BroadcastFirst, &[a]))
            }
            Op::GroupNonUniformShuffle | Op::GroupNonUniformBroadcast | Op::SubgroupReadInvocationKHR => {
                self.shuffle_from(&rest, |_, _, index| index)
            }
            Op::GroupNonUniformShuffleXor => {
                self.shuffle_from(&rest, |this, lane, mask| this.builder.binary(BinaryOp::Xor, lane, mask))
            }
            Op::GroupNonUniformShuffleUp => {
                self.shuffle_from(&rest, |this, lane, delta| this.builder.binary(BinaryOp::ISub, lane, delta))
            }
            Op::GroupNonUniformShuffleDown => {
                self.shuffle_from(&rest, |this, lane, delta| this.builder.binary(BinaryOp::IAdd, lane, delta))
            }
            Op::ReadClockKHR => self.read_clock(&rest),
            Op::GroupNonUniformPartitionEXT => self.partition(instruction),
            Op::GroupNonUniformRotateKHR => self.rotate(&rest),
            Op::GroupNonUniformQuadBroadcast => self.shuffle_from(&rest, |this, lane, index| {
                let quad = this.cluster_start(lane, 4);
                this.builder.binary(BinaryOp::IAdd, quad, index)
            }),
            Op::GroupNonUniformQuadSwap => self.shuffle_from(&rest, |this, lane, direction| {
                let one = this.builder.int(1);
                let mask = this.builder.binary(BinaryOp::IAdd, direction, one);
                this.builder.binary(BinaryOp::Xor, lane, mask)
            }),
            _ => self.ballot(op, &rest),
        }
    }

    /// `OpReadClockKHR`, of any scope: 64 bits, or their halves.
    fn read_clock(&mut self, instruction: &Instruction<'a>) -> Result<(), CompileError> {
        let time = self.builder.group(GroupOp::Clock, &[]);
        if self.types.scalars(instruction.result_type) == 1 {
            return self.define(instruction, &[time]);
        }
        let low = self.resize_unsigned(time, Type::I32);
        let shift = self.builder.constant(Type::I64, 32);
        let high = self.builder.binary(BinaryOp::UShr, time, shift);
        let high = self.resize_unsigned(high, Type::I32);
        self.define(instruction, &[low, high])
    }

    pub(super) fn lane(&mut self) -> Value {
        self.builder.builtin(Builtin::SubgroupLocalInvocationId)
    }

    /// The first lane of this lane's cluster of that size, a power of two.
    fn cluster_start(&mut self, lane: Value, size: u32) -> Value {
        let mask = self.builder.int(!(size - 1));
        self.builder.binary(BinaryOp::And, lane, mask)
    }

    fn boolean_operand(
        &mut self,
        instruction: &Instruction<'a>,
        index: usize,
    ) -> Result<Value, CompileError> {
        let value = self.scalar_operand(instruction, index)?;
        if self.builder.type_of(value) == Type::Bool {
            Ok(value)
        } else {
            Err(instruction.error("the operand is no boolean"))
        }
    }

    fn vote(&mut self, instruction: &Instruction<'a>, op: GroupOp) -> Result<(), CompileError> {
        let predicate = self.boolean_operand(instruction, 0)?;
        let result = self.builder.group(op, &[predicate]);
        self.define(instruction, &[result])
    }

    /// Whether the predicate holds for all, or any, of the active lanes of the quad.
    fn quad_vote(&mut self, instruction: &Instruction<'a>, all: bool) -> Result<(), CompileError> {
        let predicate = self.boolean_operand(instruction, 0)?;
        let predicate = if all { self.builder.unary(UnaryOp::Not, predicate) } else { predicate };
        let ballot = self.builder.group(GroupOp::Ballot, &[predicate]);
        let lane = self.lane();
        let (start, quad) = (self.cluster_start(lane, 4), self.builder.int(0xf));
        let members = self.builder.binary(BinaryOp::UShr, ballot, start);
        let members = self.builder.binary(BinaryOp::And, members, quad);
        let zero = self.builder.int(0);
        let comparison = if all { CompareOp::IEq } else { CompareOp::INe };
        let result = self.builder.compare(comparison, members, zero);
        self.define(instruction, &[result])
    }

    fn all_equal(&mut self, instruction: &Instruction<'a>) -> Result<(), CompileError> {
        let value = self.operand(instruction, 0)?;
        let mut all = self.builder.bool(true);
        for i in 0..value.len {
            let scalar = self.values.scalar(value, i);
            let equal = self.builder.group(GroupOp::AllEqual, &[scalar]);
            all = self.builder.binary(BinaryOp::And, all, equal);
        }
        self.define(instruction, &[all])
    }

    /// Each scalar of the first operand, from the lane that is made of this lane and the second operand.
    fn shuffle_from(
        &mut self,
        instruction: &Instruction<'a>,
        source: impl Fn(&mut Self, Value, Value) -> Value,
    ) -> Result<(), CompileError> {
        let operand = self.index(instruction, 1)?;
        let lane = self.lane();
        let source = source(self, lane, operand);
        self.map(instruction, |this, a| this.builder.group(GroupOp::Shuffle, &[a, source]))
    }

    /// An operand that is an integer, as 32 bits.
    fn index(&mut self, instruction: &Instruction<'a>, index: usize) -> Result<Value, CompileError> {
        let value = self.scalar_operand(instruction, index)?;
        let value = self.resize_unsigned(value, Type::I32);
        if self.builder.type_of(value) == Type::I32 {
            Ok(value)
        } else {
            Err(instruction.error("an index is no integer"))
        }
    }

    /// The value of the lane so many further on, around in the cluster.
    fn rotate(&mut self, instruction: &Instruction<'a>) -> Result<(), CompileError> {
        let size = self.cluster_size(instruction, 2)?.unwrap_or(LANES);
        self.shuffle_from(instruction, |this, lane, delta| {
            let start = this.cluster_start(lane, size);
            let further = this.builder.binary(BinaryOp::IAdd, lane, delta);
            let inside = this.builder.int(size - 1);
            let inside = this.builder.binary(BinaryOp::And, further, inside);
            this.builder.binary(BinaryOp::IAdd, start, inside)
        })
    }

    /// The cluster size operand, if there is one.
    fn cluster_size(&self, instruction: &Instruction<'a>, index: usize) -> Result<Option<u32>, CompileError> {
        let Some(&id) = instruction.operands.get(index) else { return Ok(None) };
        let size = self.constant_operand(id).filter(|size| size.is_power_of_two());
        let size = size.ok_or_else(|| instruction.error("the cluster size is no constant power of two"))?;
        Ok(Some(size.min(u64::from(LANES)) as u32))
    }

    /// Instructions that take a ballot apart.
    fn ballot(&mut self, op: Op, instruction: &Instruction<'a>) -> Result<(), CompileError> {
        let operand = match op {
            Op::GroupNonUniformBallotBitCount => 1,
            Op::GroupNonUniformInverseBallot
            | Op::GroupNonUniformBallotBitExtract
            | Op::GroupNonUniformBallotFindLSB
            | Op::GroupNonUniformBallotFindMSB => 0,
            _ => return Err(instruction.unsupported()),
        };
        let ballot = self.operand(instruction, operand)?;
        let word = self.ballot_word(instruction, ballot)?;
        let lanes = self.builder.int((1 << LANES) - 1);
        let word = self.builder.binary(BinaryOp::And, word, lanes);
        let result = match op {
            Op::GroupNonUniformBallotBitCount => {
                let mask = match GroupOperation::from_u32(instruction.operand(0)?) {
                    Some(GroupOperation::Reduce) => lanes,
                    Some(GroupOperation::InclusiveScan) => self.lanes_below(true),
                    Some(GroupOperation::ExclusiveScan) => self.lanes_below(false),
                    _ => return Err(instruction.unsupported()),
                };
                let word = self.builder.binary(BinaryOp::And, word, mask);
                self.builder.unary(UnaryOp::BitCount, word)
            }
            Op::GroupNonUniformBallotFindLSB => self.builder.math(MathOp::FindILsb, &[word]),
            Op::GroupNonUniformBallotFindMSB => self.builder.math(MathOp::FindUMsb, &[word]),
            _ => {
                let index = if op == Op::GroupNonUniformInverseBallot {
                    self.lane()
                } else {
                    self.index(instruction, 1)?
                };
                let (one, zero) = (self.builder.int(1), self.builder.int(0));
                let bit = self.builder.binary(BinaryOp::UShr, word, index);
                let bit = self.builder.binary(BinaryOp::And, bit, one);
                self.builder.compare(CompareOp::INe, bit, zero)
            }
        };
        self.define(instruction, &[result])
    }

    /// The word of a ballot that has the bits of lanes.
    pub(super) fn ballot_word(
        &self,
        instruction: &Instruction<'a>,
        ballot: Span,
    ) -> Result<Value, CompileError> {
        let is_ballot = ballot.len == 4 && self.builder.type_of(self.values.scalar(ballot, 0)) == Type::I32;
        if !is_ballot {
            return Err(instruction.error("the operand is no ballot"));
        }
        Ok(self.values.scalar(ballot, 0))
    }

    /// The bits of the lanes before this one, and of this one too if asked.
    pub(super) fn lanes_below(&mut self, inclusive: bool) -> Value {
        let lane = self.lane();
        let ones = self.builder.int(if inclusive { 2 } else { 1 });
        let bit = self.builder.binary(BinaryOp::Shl, ones, lane);
        let one = self.builder.int(1);
        self.builder.binary(BinaryOp::ISub, bit, one)
    }

    /// Reductions and scans.
    fn group_arithmetic(&mut self, instruction: &Instruction<'a>, op: BinaryOp) -> Result<(), CompileError> {
        let operation = GroupOperation::from_u32(instruction.operand(1)?);
        let rest = Instruction { operands: instruction.rest(2), ..*instruction };
        let group = match operation {
            Some(GroupOperation::Reduce) => GroupOp::Reduce(op),
            Some(GroupOperation::InclusiveScan) => GroupOp::InclusiveScan(op),
            Some(GroupOperation::ExclusiveScan) => GroupOp::ExclusiveScan(op),
            Some(
                operation @ (GroupOperation::PartitionedReduceEXT
                | GroupOperation::PartitionedInclusiveScanEXT
                | GroupOperation::PartitionedExclusiveScanEXT),
            ) => return self.partitioned(&rest, op, operation),
            Some(GroupOperation::ClusteredReduce) => match self.cluster_size(&rest, 1)? {
                Some(size) if size < LANES => return self.clustered(&rest, op, size),
                _ => GroupOp::Reduce(op),
            },
            _ => return Err(instruction.unsupported()),
        };
        self.map(&rest, |this, a| this.builder.group(group, &[a]))
    }

    /// A reduction of a few lanes: what each has, if it is active.
    fn clustered(
        &mut self,
        instruction: &Instruction<'a>,
        op: BinaryOp,
        size: u32,
    ) -> Result<(), CompileError> {
        let lane = self.lane();
        let start = self.cluster_start(lane, size);
        let from = |this: &mut Self, member| {
            let member = this.builder.int(member);
            this.builder.binary(BinaryOp::IAdd, start, member)
        };
        let members: SmallVec<[Value; 8]> = (0..size).map(|member| from(self, member)).collect();
        let active = self.active_lanes();
        self.reduce_members(instruction, op, &members, active)
    }

    /// The bits of the active lanes.
    pub(super) fn active_lanes(&mut self) -> Value {
        let everybody = self.builder.bool(true);
        self.builder.group(GroupOp::Ballot, &[everybody])
    }

    /// Whether a lane's bit is set.
    pub(super) fn has_bit(&mut self, bits: Value, lane: Value) -> Value {
        let (one, zero) = (self.builder.int(1), self.builder.int(0));
        let bit = self.builder.binary(BinaryOp::UShr, bits, lane);
        let bit = self.builder.binary(BinaryOp::And, bit, one);
        self.builder.compare(CompareOp::INe, bit, zero)
    }

    /// A reduction over those of the lanes that have their bit set, in order.
    pub(super) fn reduce_members(
        &mut self,
        instruction: &Instruction<'a>,
        op: BinaryOp,
        lanes: &[Value],
        bits: Value,
    ) -> Result<(), CompileError> {
        let value = self.operand(instruction, 0)?;
        let mut scalars = Scalars::new();
        for i in 0..value.len {
            let value = self.values.scalar(value, i);
            let ty = self.builder.type_of(value);
            let identity = self.builder.constant(ty, eval::identity(op, ty));
            let mut result = identity;
            for &lane in lanes {
                let theirs = self.builder.group(GroupOp::Shuffle, &[value, lane]);
                let takes_part = self.has_bit(bits, lane);
                let theirs = self.builder.select(takes_part, theirs, identity);
                result = self.builder.binary(op, result, theirs);
            }
            scalars.push(result);
        }
        self.define(instruction, &scalars)
    }
}

fn reduction(op: Op) -> Option<BinaryOp> {
    Some(match op {
        Op::GroupNonUniformIAdd => BinaryOp::IAdd,
        Op::GroupNonUniformFAdd => BinaryOp::FAdd,
        Op::GroupNonUniformIMul => BinaryOp::IMul,
        Op::GroupNonUniformFMul => BinaryOp::FMul,
        Op::GroupNonUniformSMin => BinaryOp::SMin,
        Op::GroupNonUniformUMin => BinaryOp::UMin,
        Op::GroupNonUniformFMin => BinaryOp::FMin,
        Op::GroupNonUniformSMax => BinaryOp::SMax,
        Op::GroupNonUniformUMax => BinaryOp::UMax,
        Op::GroupNonUniformFMax => BinaryOp::FMax,
        Op::GroupNonUniformBitwiseAnd | Op::GroupNonUniformLogicalAnd => BinaryOp::And,
        Op::GroupNonUniformBitwiseOr | Op::GroupNonUniformLogicalOr => BinaryOp::Or,
        Op::GroupNonUniformBitwiseXor | Op::GroupNonUniformLogicalXor => BinaryOp::Xor,
        _ => return None,
    })
}
