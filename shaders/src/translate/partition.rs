//! Subgroups parted by equal values: `SPV_NV_shader_subgroup_partitioned`.

use spirv::GroupOperation;

use super::Translator;
use crate::CompileError;
use crate::abi::LANES;
use crate::ir::{BinaryOp, CompareOp, GroupOp, Type, UnaryOp, Value};
use crate::spirv::parse::Instruction;

impl<'a> Translator<'a> {
    /// `OpGroupNonUniformPartitionNV`: the ballot of the active lanes whose value equals this lane's.
    pub(super) fn partition(&mut self, instruction: &Instruction<'a>) -> Result<(), CompileError> {
        let value = self.operand(instruction, 0)?;
        let zero = self.builder.int(0);
        let mut equal = zero;
        for lane in 0..LANES {
            let mut same = self.builder.bool(true);
            let from = self.builder.int(lane);
            for i in 0..value.len {
                let mine = self.values.scalar(value, i);
                let theirs = self.builder.group(GroupOp::Shuffle, &[mine, from]);
                let part = self.equal(mine, theirs);
                same = self.builder.binary(BinaryOp::And, same, part);
            }
            let bit = self.builder.int(1 << lane);
            let bit = self.builder.select(same, bit, zero);
            equal = self.builder.binary(BinaryOp::Or, equal, bit);
        }
        let active = self.active_lanes();
        let ballot = self.builder.binary(BinaryOp::And, equal, active);
        self.define(instruction, &[ballot, zero, zero, zero])
    }

    fn equal(&mut self, a: Value, b: Value) -> Value {
        let op = match self.builder.type_of(a) {
            Type::Bool => {
                let differ = self.builder.binary(BinaryOp::Xor, a, b);
                return self.builder.unary(UnaryOp::Not, differ);
            }
            ty if ty.is_float() => CompareOp::FEq,
            _ => CompareOp::IEq,
        };
        self.builder.compare(op, a, b)
    }

    /// A reduction or scan over the lanes of this lane's part, which the second operand names.
    pub(super) fn partitioned(
        &mut self,
        instruction: &Instruction<'a>,
        op: BinaryOp,
        operation: GroupOperation,
    ) -> Result<(), CompileError> {
        let ballot = self.operand(instruction, 1)?;
        let mut members = self.ballot_word(instruction, ballot)?;
        if operation != GroupOperation::PartitionedReduceEXT {
            let below = self.lanes_below(operation == GroupOperation::PartitionedInclusiveScanEXT);
            members = self.builder.binary(BinaryOp::And, members, below);
        }
        let active = self.active_lanes();
        let members = self.builder.binary(BinaryOp::And, members, active);
        let lanes: [Value; LANES as usize] = std::array::from_fn(|lane| self.builder.int(lane as u32));
        self.reduce_members(instruction, op, &lanes, members)
    }
}
