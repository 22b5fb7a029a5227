//! Variables of the input and output storage classes of graphics stages.
//!
//! | variable | becomes |
//! |---|---|
//! | input that the stage is started with (`VertexIndex`, `FragCoord`, ...) | values, see `stage_builtin` |
//! | other input | slots |
//! | output of vertex, tessellation evaluation and fragment shaders | IR variables, written to slots at the end |
//! | the same, indexed dynamically; other outputs | slots |
//!
//! # Invariants
//! 1. A slot that code names is below [`slot::COUNT`], and in the interface if it is not a constant: indices are clamped.
//! 2. A vertex that code names exists: it is clamped to the primitive, or to `PatchVertices`.

use std::collections::{BTreeMap, BTreeSet};

use spirv::{BuiltIn, Decoration, StorageClass};

use super::Translator;
use super::interface_layout::{builtin_slot, scalar_slots};
use super::memory::Leaves;
use super::pointer::{Layout, Pointer, Root, Vertex};
use super::value::{Scalars, Span};
use crate::CompileError;
use crate::abi::stage::{StageBuiltin, slot};
use crate::ir::{BinaryOp, Builtin, Side, Type, Value, Variable};
use crate::spirv::parse::Instruction;
use crate::spirv::types::Kind;
use crate::stage::{Interface, Interpolation, Sampling, Stage};

/// What is found out about the interface on the way.
#[derive(Default)]
pub(super) struct Io {
    /// What is reported in the end; until then only the modes and transform feedback.
    pub(super) interface: Interface,
    /// Outputs that are IR variables.
    pub(super) exports: Vec<Export>,
    /// Slots that are used through indices, by side.
    pub(super) indexed: [BTreeSet<u32>; 3],
    /// How inputs are interpolated.
    pub(super) qualifiers: BTreeMap<u32, (Interpolation, Sampling)>,
    /// The values of `HelperInvocation`.
    pub(super) helper: Option<Span>,
}

/// An output that is an IR variable.
#[derive(Clone, Copy)]
pub(super) struct Export {
    variable: Variable,
    ty: Type,
    signed: bool,
    slot: i64,
}

impl<'a> Translator<'a> {
    /// A variable of the interface.
    pub(super) fn interface_variable(
        &mut self,
        instruction: &Instruction<'a>,
        class: StorageClass,
        ty: u32,
    ) -> Result<Pointer, CompileError> {
        let id = instruction.result;
        let opaque = Pointer::new(Root::Opaque, Layout::Scalars, ty);
        if !self.module.interface.contains(&id) {
            return Ok(opaque);
        }
        let decoration = |what| self.module.decorations.get(id, what);
        let builtin = decoration(Decoration::BuiltIn);
        if let (Some(number), StorageClass::Input) = (builtin, class)
            && let Some(span) = self.stage_input(instruction, BuiltIn::from_u32(number), ty)?
        {
            return Ok(Pointer::new(Root::Values(span), Layout::Scalars, ty));
        }
        let builtin = builtin.map(|number| BuiltIn::from_u32(number).and_then(builtin_slot));
        let first = match builtin {
            Some(None) => return Ok(opaque),
            Some(Some(first)) => i64::from(first),
            None => {
                let location = decoration(Decoration::Location).unwrap_or(0);
                // The second blend source.
                let location = location.saturating_add(8 * decoration(Decoration::Index).unwrap_or(0).min(1));
                let component = decoration(Decoration::Component).unwrap_or(0);
                i64::from(slot::FIRST_LOCATION) + i64::from(location) * 4 + i64::from(component)
            }
        };
        let side = self.side(id, class, ty, first);
        let vertex = if self.is_arrayed(side) { Vertex::All } else { Vertex::Only };
        let layout = if builtin.is_some() { Layout::PackedSlots } else { Layout::Slots };
        let root = Root::Interface { side, vertex, reach: 0 };
        let pointer = Pointer { constant: first, ..Pointer::new(root, layout, ty) };
        self.check_slots(instruction, &pointer)?;
        self.qualify(id, &pointer)?;
        let pointer = self.maybe_exported(instruction, pointer)?;
        self.initialize_global(instruction, &pointer)?;
        Ok(pointer)
    }

    /// A variable is of the patch by its decoration, or by that of its members.
    fn side(&self, id: u32, class: StorageClass, ty: u32, first: i64) -> Side {
        let decorations = &self.module.decorations;
        let level = [slot::TESS_LEVEL_OUTER, slot::TESS_LEVEL_INNER].map(i64::from).contains(&first);
        let block = match self.types.kind(ty) {
            Kind::Array { element, .. } => element,
            _ => ty,
        };
        let members = decorations.member(block, 0, Decoration::Patch).is_some();
        if level || members || decorations.has(id, Decoration::Patch) {
            Side::Patch
        } else if class == StorageClass::Input {
            Side::Input
        } else {
            Side::Output
        }
    }

    /// Whether the outermost index of a variable is that of a vertex.
    fn is_arrayed(&self, side: Side) -> bool {
        match self.source.stage {
            Some(Stage::TessellationControl) => side != Side::Patch,
            Some(Stage::TessellationEvaluation | Stage::Geometry) => side == Side::Input,
            _ => false,
        }
    }

    /// What one vertex has of a variable.
    pub(super) fn of_one_vertex(&self, pointer: &Pointer) -> Pointer {
        match (pointer.root, self.types.kind(pointer.ty)) {
            (Root::Interface { side, vertex: Vertex::All, reach }, Kind::Array { element, .. }) => {
                let root = Root::Interface { side, vertex: Vertex::Only, reach };
                Pointer { root, ty: element, ..*pointer }
            }
            _ => *pointer,
        }
    }

    /// Refuses variables that are not inside the slots.
    fn check_slots(&self, instruction: &Instruction<'a>, pointer: &Pointer) -> Result<(), CompileError> {
        self.check_size(instruction, pointer.ty)?;
        if let Root::Interface { vertex: Vertex::All, .. } = pointer.root
            && !matches!(self.types.kind(pointer.ty), Kind::Array { .. })
        {
            return Err(instruction.error("a variable of several vertices is no array"));
        }
        let one = self.of_one_vertex(pointer);
        let outside = self.leaves(&one).into_iter().any(|(ty, offset)| {
            let first = pointer.constant + offset;
            ty == Type::Bool || first < 0 || first + i64::from(scalar_slots(ty)) > i64::from(slot::COUNT)
        });
        if outside {
            return Err(CompileError::unsupported("a stage variable at this location, or of this built-in"));
        }
        Ok(())
    }

    /// Outputs that nobody but the invocation sees until its end become IR variables.
    fn maybe_exported(
        &mut self,
        instruction: &Instruction<'a>,
        pointer: Pointer,
    ) -> Result<Pointer, CompileError> {
        let stage = self.source.stage;
        let late = matches!(stage, Some(Stage::Vertex | Stage::TessellationEvaluation | Stage::Fragment));
        let output = matches!(pointer.root, Root::Interface { side: Side::Output, .. });
        if !late || !output || self.usage.is_dynamic(instruction.result) {
            return Ok(pointer);
        }
        let private = self.private(instruction, pointer.ty)?;
        let Root::Variables(first) = private.root else { return Ok(pointer) };
        let signs = self.signs(pointer.ty);
        let leaves = self.leaves(&pointer);
        let exports = leaves.into_iter().zip(signs).zip(first..).map(|(((ty, offset), signed), i)| Export {
            variable: Variable(i),
            ty,
            signed,
            slot: pointer.constant + offset,
        });
        self.io.exports.extend(exports);
        Ok(private)
    }

    /// Writes the outputs that are IR variables.
    pub(super) fn export(&mut self) {
        for export in std::mem::take(&mut self.io.exports) {
            if self.builder.was_set(export.variable) {
                let value = self.builder.get(export.variable);
                let root = Root::Interface { side: Side::Output, vertex: Vertex::Only, reach: 0 };
                let pointer = Pointer { constant: export.slot, ..Pointer::new(root, Layout::Slots, 0) };
                self.store_slots(&pointer, 0, value, export.ty, export.signed);
            }
        }
    }

    /// Follows the index of a vertex.
    pub(super) fn choose_vertex(
        &mut self,
        instruction: &Instruction<'a>,
        pointer: &mut Pointer,
        kind: Kind,
        index: Value,
    ) -> Result<(), CompileError> {
        let (Root::Interface { side, reach, .. }, Kind::Array { element, .. }) = (pointer.root, kind) else {
            return Err(instruction.error("a variable of several vertices is no array"));
        };
        let index = self.resize_unsigned(index, Type::I32);
        let last = self.last_vertex(side);
        let index = self.builder.binary(BinaryOp::UMin, index, last);
        pointer.root = Root::Interface { side, vertex: Vertex::One(index), reach };
        pointer.ty = element;
        Ok(())
    }

    fn last_vertex(&mut self, side: Side) -> Value {
        let interface = &self.io.interface;
        let count = match (self.source.stage, side) {
            (Some(Stage::Geometry), _) => interface.geometry.input.vertices(),
            (Some(Stage::TessellationControl), Side::Output) => interface.tessellation.output_vertices,
            _ => {
                let count = self.builder.builtin(Builtin::Stage(StageBuiltin::PatchVertices));
                let one = self.builder.int(1);
                return self.builder.binary(BinaryOp::ISub, count, one);
            }
        };
        self.builder.int(count.saturating_sub(1))
    }

    // --- loads and stores ---------------------------------------------------------------------------------------

    /// All scalars of what a pointer into the interface points at.
    pub(super) fn load_interface(
        &mut self,
        instruction: &Instruction<'a>,
        pointer: &Pointer,
    ) -> Result<Scalars, CompileError> {
        if let (Root::Interface { vertex: Vertex::All, .. }, Kind::Array { count, .. }) =
            (pointer.root, self.types.kind(pointer.ty))
        {
            let mut scalars = Scalars::new();
            for i in 0..count {
                let (mut one, index) = (*pointer, self.builder.int(i));
                self.choose_vertex(instruction, &mut one, self.types.kind(pointer.ty), index)?;
                scalars.extend(self.load_interface(instruction, &one)?);
            }
            return Ok(scalars);
        }
        let leaves = self.leaves(pointer);
        Ok(leaves.into_iter().map(|(ty, offset)| self.load_slots(pointer, offset, ty)).collect())
    }

    /// Stores all scalars of a value.
    pub(super) fn store_interface(
        &mut self,
        instruction: &Instruction<'a>,
        pointer: &Pointer,
        leaves: &Leaves,
        scalars: &[Value],
    ) -> Result<(), CompileError> {
        if matches!(pointer.root, Root::Interface { side: Side::Input, .. }) {
            return Err(instruction.error("an input is written"));
        }
        if let Root::Interface { vertex: Vertex::All, .. } = pointer.root {
            let kind = self.types.kind(pointer.ty);
            let one = self.leaves(&self.of_one_vertex(pointer));
            for (i, scalars) in scalars.chunks(one.len().max(1)).enumerate() {
                let (mut vertex, index) = (*pointer, self.builder.int(i as u32));
                self.choose_vertex(instruction, &mut vertex, kind, index)?;
                self.store_interface(instruction, &vertex, &one, scalars)?;
            }
            return Ok(());
        }
        let signs = self.signs(pointer.ty);
        for ((&(ty, offset), &value), signed) in leaves.iter().zip(scalars).zip(signs) {
            self.store_slots(pointer, offset, value, ty, signed);
        }
        Ok(())
    }

    fn load_slots(&mut self, pointer: &Pointer, offset: i64, ty: Type) -> Value {
        let word = if ty == Type::F32 { Type::F32 } else { Type::I32 };
        let words: Scalars = (0..i64::from(scalar_slots(ty)))
            .filter_map(|i| {
                self.note_indexed(pointer, offset + i);
                let place = self.place(pointer, offset + i)?;
                Some(self.builder.load_constant(if ty == Type::F16 { Type::F32 } else { word }, place))
            })
            .collect();
        self.joined_words(ty, &words)
    }

    fn store_slots(&mut self, pointer: &Pointer, offset: i64, value: Value, ty: Type, signed: bool) {
        for (i, word) in (0..).zip(self.words_of(value, ty, signed)) {
            self.note_indexed(pointer, offset + i);
            if let Some(place) = self.place(pointer, offset + i) {
                self.builder.store(place, word);
            }
        }
    }

    /// Remembers the slots that an access may mean, where that is not a constant.
    pub(super) fn note_indexed(&mut self, pointer: &Pointer, offset: i64) {
        if let (Root::Interface { side, reach, .. }, Some(_)) = (pointer.root, pointer.dynamic) {
            let first = pointer.constant + offset;
            let slots = (first..=first + i64::from(reach)).filter_map(|slot| u32::try_from(slot).ok());
            self.io.indexed[side as usize].extend(slots.filter(|&slot| slot < slot::COUNT));
        }
    }

    /// Whether the integers of each scalar of a type are signed.
    fn signs(&self, ty: u32) -> Vec<bool> {
        let mut signs = Vec::new();
        self.add_signs(ty, &mut signs);
        signs
    }

    fn add_signs(&self, ty: u32, signs: &mut Vec<bool>) {
        let (part, count) = match self.types.kind(ty) {
            _ if self.types.scalars(ty) == 0 => return,
            Kind::Scalar { signed, .. } => return signs.push(signed),
            Kind::Vector { component: part, count } => (part, count),
            Kind::Matrix { column: part, count } => (part, count),
            Kind::Array { element: part, count } => (part, count),
            Kind::Struct => {
                self.types.members(ty).iter().for_each(|member| self.add_signs(member.ty, signs));
                return;
            }
            _ => return signs.push(false),
        };
        (0..count).for_each(|_| self.add_signs(part, signs));
    }
}
