//! What a finished function reads and writes.

use std::collections::BTreeSet;

use super::interface::Io;
use crate::abi::stage::slot;
use crate::abi::texture::TextureOp;
use crate::ir::{AtomicOp, Builtin, Function, GroupOp, Op, Place, Side, Stmt, Value};
use crate::stage::{DepthMode, InputSlot, Interface, Interpolation, Sampling, Stage};

/// Completes the interface with what the function does.
pub(super) fn report(function: &Function, io: Io) -> Interface {
    let Io { mut interface, indexed, qualifiers, .. } = io;
    let [inputs, outputs, patch] = indexed;
    let mut report = Report {
        function,
        interface: &mut interface,
        constants: vec![None; function.values.len()],
        inputs,
        outputs,
        patch,
    };
    report.list(&function.body);
    let Report { inputs, outputs, patch, .. } = report;
    let evaluation = function.stage == Some(Stage::TessellationEvaluation);
    let input = |slot: u32, patch: bool| {
        let flat = (Interpolation::Flat, Sampling::Center);
        let builtin =
            slot < slot::FIRST_LOCATION && !matches!(slot, slot::CLIP_DISTANCE..slot::TESS_LEVEL_OUTER);
        let known = qualifiers.get(&slot).copied().filter(|_| !builtin);
        let (interpolation, sampling) = known.unwrap_or(flat);
        InputSlot { slot, interpolation, sampling, patch }
    };
    interface.inputs = inputs.into_iter().map(|slot| input(slot, false)).collect();
    if evaluation {
        interface.inputs.extend(patch.into_iter().map(|slot| input(slot, true)));
    } else {
        interface.patch_outputs = patch.into_iter().collect();
    }
    let writes = |slot| outputs.contains(&slot);
    let fragment = &mut interface.fragment;
    if !writes(slot::FRAG_DEPTH) {
        fragment.depth = DepthMode::None;
    } else if fragment.depth == DepthMode::None {
        fragment.depth = DepthMode::Any;
    }
    fragment.writes_sample_mask = writes(slot::SAMPLE_MASK);
    fragment.writes_stencil = writes(slot::FRAG_STENCIL_REF);
    fragment.per_sample |= function.stage == Some(Stage::Fragment)
        && interface.inputs.iter().any(|input| input.sampling == Sampling::Sample);
    interface.outputs = outputs.into_iter().collect();
    interface
}

struct Report<'a> {
    function: &'a Function,
    interface: &'a mut Interface,
    constants: Vec<Option<u32>>,
    inputs: BTreeSet<u32>,
    outputs: BTreeSet<u32>,
    patch: BTreeSet<u32>,
}

impl Report<'_> {
    fn list(&mut self, stmts: &[Stmt]) {
        for stmt in stmts {
            match stmt {
                Stmt::Let(value, op) => self.operation(*value, op),
                Stmt::Store { place: Place::Interface { side, slot, .. }, .. } => self.slot(*side, *slot),
                Stmt::Store { place: Place::Buffer { .. } | Place::Global { .. }, .. } => {
                    self.interface.fragment.side_effects = true;
                }
                Stmt::Demote => self.interface.fragment.discards = true,
                Stmt::Emit { stream, .. } => self.interface.geometry.streams |= 1 << stream,
                Stmt::If { then, otherwise, .. } => {
                    self.list(then);
                    self.list(otherwise);
                }
                Stmt::Block { body, .. } | Stmt::Loop { body, .. } => self.list(body),
                _ => {}
            }
        }
    }

    fn operation(&mut self, value: Value, op: &Op) {
        match op {
            Op::Constant(_, bits) => self.constants[value.index()] = Some(*bits as u32),
            Op::Builtin(Builtin::Stage(builtin)) => self.interface.builtins.insert(*builtin),
            Op::Load(_, Place::Interface { side: Side::Output, .. }) => {}
            Op::Load(_, Place::Interface { side, slot, .. }) => {
                let written = *side == Side::Patch && self.function.stage == Some(Stage::TessellationControl);
                if !written {
                    self.slot(*side, *slot);
                }
            }
            Op::Interpolate { slot, .. } => {
                self.inputs.insert(*slot);
            }
            Op::Atomic { op, .. } if *op != AtomicOp::Load => self.interface.fragment.side_effects = true,
            Op::Texture(texture) if texture.instruction.op == TextureOp::Write => {
                self.interface.fragment.side_effects = true;
            }
            Op::Group(GroupOp::Quad(_), _) => {}
            Op::Group(..) | Op::Builtin(_) | Op::Helper => self.interface.fragment.subgroups = true,
            _ => {}
        }
    }

    /// A slot that is a constant; the others are known already.
    fn slot(&mut self, side: Side, slot: Value) {
        let Some(slot) = self.constants[slot.index()] else { return };
        match side {
            Side::Input => self.inputs.insert(slot),
            Side::Output => self.outputs.insert(slot),
            Side::Patch => self.patch.insert(slot),
        };
    }
}
