//! Built-in inputs, and the workgroup's size.

use spirv::{BuiltIn, Decoration};

use super::Translator;
use super::pointer::{Layout, Pointer, Root};
use super::value::Scalars;
use crate::CompileError;
use crate::abi::LANES;
use crate::ir::{BinaryOp, Builtin, Type, Value};
use crate::spirv::parse::Instruction;

impl<'a> Translator<'a> {
    /// A variable of the input storage class: its value, known from the start.
    pub(super) fn input(&mut self, instruction: &Instruction<'a>, ty: u32) -> Result<Pointer, CompileError> {
        let builtin =
            self.module.decorations.get(instruction.result, Decoration::BuiltIn).and_then(BuiltIn::from_u32);
        let Some(builtin) = builtin else {
            return Ok(Pointer::new(Root::Opaque, Layout::Scalars, ty));
        };
        let Some(scalars) = self.builtin(builtin)? else {
            return Ok(Pointer::new(Root::Opaque, Layout::Scalars, ty));
        };
        if self.types.scalars(ty) != scalars.len() as u64 || self.types.scalar(ty) != Some(Type::I32) {
            return Err(instruction.error("the type is not that of the built-in"));
        }
        let span = self.values.add(&scalars);
        Ok(Pointer::new(Root::Values(span), Layout::Scalars, ty))
    }

    pub(super) fn builtin(&mut self, builtin: BuiltIn) -> Result<Option<Scalars>, CompileError> {
        let vector = |this: &mut Self, make: fn(u8) -> Builtin| {
            (0..3).map(|i| this.builder.builtin(make(i))).collect()
        };
        Ok(Some(match builtin {
            BuiltIn::NumWorkgroups => vector(self, Builtin::NumWorkgroups),
            BuiltIn::WorkgroupId => vector(self, Builtin::WorkgroupId),
            BuiltIn::LocalInvocationId => vector(self, Builtin::LocalInvocationId),
            BuiltIn::GlobalInvocationId => vector(self, Builtin::GlobalInvocationId),
            BuiltIn::LocalInvocationIndex => self.one(Builtin::LocalInvocationIndex),
            BuiltIn::SubgroupId => self.one(Builtin::SubgroupId),
            BuiltIn::NumSubgroups => self.one(Builtin::NumSubgroups),
            BuiltIn::SubgroupLocalInvocationId => self.one(Builtin::SubgroupLocalInvocationId),
            BuiltIn::SubgroupSize => Scalars::from_slice(&[self.builder.int(LANES)]),
            BuiltIn::WorkgroupSize => {
                let size = self.workgroup_size()?;
                size.iter().map(|&size| self.builder.int(size)).collect()
            }
            BuiltIn::DeviceIndex => self.one(Builtin::DeviceIndex),
            BuiltIn::SubgroupEqMask => self.lane_mask(|this, bit| bit_only(this, bit)),
            BuiltIn::SubgroupLtMask => self.lane_mask(|this, bit| below(this, bit)),
            BuiltIn::SubgroupLeMask => self.lane_mask(|this, bit| {
                let below = below(this, bit);
                this.builder.binary(BinaryOp::Or, below, bit)
            }),
            BuiltIn::SubgroupGeMask => self.lane_mask(|this, bit| {
                let below = below(this, bit);
                all_but(this, below)
            }),
            BuiltIn::SubgroupGtMask => self.lane_mask(|this, bit| {
                let below = below(this, bit);
                let upto = this.builder.binary(BinaryOp::Or, below, bit);
                all_but(this, upto)
            }),
            _ => return Ok(None),
        }))
    }

    fn one(&mut self, builtin: Builtin) -> Scalars {
        Scalars::from_slice(&[self.builder.builtin(builtin)])
    }

    /// A mask of lanes, made from the bit of this invocation's lane: four words, of which the first is used.
    fn lane_mask(&mut self, make: impl Fn(&mut Self, Value) -> Value) -> Scalars {
        let lane = self.builder.builtin(Builtin::SubgroupLocalInvocationId);
        let one = self.builder.int(1);
        let bit = self.builder.binary(BinaryOp::Shl, one, lane);
        let mask = make(self, bit);
        let zero = self.builder.int(0);
        Scalars::from_slice(&[mask, zero, zero, zero])
    }

    /// The workgroup's size: the constant decorated so, else the execution mode.
    pub(super) fn workgroup_size(&mut self) -> Result<[u32; 3], CompileError> {
        let constant = self.module.workgroup_size_constant().and_then(|id| self.values.span(id));
        let size = if let Some(span) = constant.filter(|span| span.len == 3) {
            [0, 1, 2].map(|i| self.builder.constant_bits(self.values.scalar(span, i)).unwrap_or(0) as u32)
        } else {
            match self.module.local_size {
                Some((size, false)) => size,
                Some((ids, true)) => ids.map(|id| self.constant_operand(id).unwrap_or(0) as u32),
                None => [1; 3],
            }
        };
        let total = size.iter().try_fold(1u32, |total, &size| total.checked_mul(size));
        match total {
            Some(1..=65536) => Ok(size),
            _ => Err(CompileError::unsupported(format!("a workgroup of {size:?} invocations"))),
        }
    }
}

fn bit_only(_: &mut Translator<'_>, bit: Value) -> Value {
    bit
}

fn below(translator: &mut Translator<'_>, bit: Value) -> Value {
    let one = translator.builder.int(1);
    translator.builder.binary(BinaryOp::ISub, bit, one)
}

fn all_but(translator: &mut Translator<'_>, mask: Value) -> Value {
    let lanes = translator.builder.int((1 << LANES) - 1);
    translator.builder.binary(BinaryOp::Xor, lanes, mask)
}
