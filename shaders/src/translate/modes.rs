//! Execution modes of graphics stages, and the decorations of their variables.

use spirv::{Decoration, ExecutionMode, ExecutionModel, Op};

use super::Translator;
use super::interface_layout::scalar_slots;
use super::pointer::{Pointer, Root};
use crate::CompileError;
use crate::abi::LANES;
use crate::ir::Side;
use crate::spirv::types::Kind;
use crate::stage::{
    DepthMode, Domain, GeometryInput, GeometryOutput, Interpolation, Sampling, Spacing, Stage,
};

/// The most control points of a patch.
const MAX_PATCH: u32 = 32;

/// SPIR-V's name of a stage.
pub(super) fn execution_model(stage: Stage) -> ExecutionModel {
    match stage {
        Stage::Vertex => ExecutionModel::Vertex,
        Stage::TessellationControl => ExecutionModel::TessellationControl,
        Stage::TessellationEvaluation => ExecutionModel::TessellationEvaluation,
        Stage::Geometry => ExecutionModel::Geometry,
        Stage::Fragment => ExecutionModel::Fragment,
    }
}

impl Translator<'_> {
    /// Takes in the execution modes.
    pub(super) fn set_modes(&mut self, stage: Stage) -> Result<(), CompileError> {
        let module = self.module;
        self.io.interface.geometry.invocations = 1;
        for &(mode, operands) in &module.modes {
            let number = operands.first().copied().unwrap_or(0);
            self.fragment_mode(mode);
            self.tessellation_mode(mode, number);
            self.geometry_mode(mode, number);
        }
        let invocations = match stage {
            Stage::TessellationControl => self.io.interface.tessellation.output_vertices,
            _ => LANES,
        };
        if !(1..=MAX_PATCH).contains(&invocations) {
            return Err(CompileError::unsupported("an output patch of no or more than 32 control points"));
        }
        let function = self.builder.function_mut();
        (function.stage, function.workgroup_size) = (Some(stage), [invocations, 1, 1]);
        if stage == Stage::Fragment {
            let demotes = module.instructions.iter().any(|i| i.op == Op::DemoteToHelperInvocation);
            self.builder.set_helpers(demotes);
        }
        Ok(())
    }

    fn fragment_mode(&mut self, mode: ExecutionMode) {
        let fragment = &mut self.io.interface.fragment;
        match mode {
            ExecutionMode::EarlyFragmentTests => fragment.early_tests = true,
            ExecutionMode::PostDepthCoverage => fragment.post_depth_coverage = true,
            ExecutionMode::DepthGreater => fragment.depth = DepthMode::Greater,
            ExecutionMode::DepthLess => fragment.depth = DepthMode::Less,
            ExecutionMode::DepthUnchanged => fragment.depth = DepthMode::Unchanged,
            _ => {}
        }
    }

    fn tessellation_mode(&mut self, mode: ExecutionMode, number: u32) {
        let modes = &mut self.io.interface.tessellation;
        match mode {
            ExecutionMode::OutputVertices => modes.output_vertices = number,
            ExecutionMode::Triangles => modes.domain = Some(Domain::Triangles),
            ExecutionMode::Quads => modes.domain = Some(Domain::Quads),
            ExecutionMode::Isolines => modes.domain = Some(Domain::Isolines),
            ExecutionMode::SpacingEqual => modes.spacing = Some(Spacing::Equal),
            ExecutionMode::SpacingFractionalEven => modes.spacing = Some(Spacing::FractionalEven),
            ExecutionMode::SpacingFractionalOdd => modes.spacing = Some(Spacing::FractionalOdd),
            ExecutionMode::VertexOrderCcw => modes.ccw = Some(true),
            ExecutionMode::VertexOrderCw => modes.ccw = Some(false),
            ExecutionMode::PointMode => modes.point_mode = true,
            _ => {}
        }
    }

    fn geometry_mode(&mut self, mode: ExecutionMode, number: u32) {
        let modes = &mut self.io.interface.geometry;
        match mode {
            ExecutionMode::OutputVertices => modes.max_vertices = number,
            ExecutionMode::Invocations => modes.invocations = number,
            ExecutionMode::InputPoints => modes.input = GeometryInput::Points,
            ExecutionMode::InputLines => modes.input = GeometryInput::Lines,
            ExecutionMode::InputLinesAdjacency => modes.input = GeometryInput::LinesAdjacency,
            ExecutionMode::Triangles => modes.input = GeometryInput::Triangles,
            ExecutionMode::InputTrianglesAdjacency => modes.input = GeometryInput::TrianglesAdjacency,
            ExecutionMode::OutputPoints => modes.output = GeometryOutput::Points,
            ExecutionMode::OutputLineStrip => modes.output = GeometryOutput::LineStrip,
            ExecutionMode::OutputTriangleStrip => modes.output = GeometryOutput::TriangleStrip,
            _ => {}
        }
    }

    /// Takes in how a variable is interpolated and captured: by its own decorations, or its members'.
    pub(super) fn qualify(&mut self, id: u32, pointer: &Pointer) -> Result<(), CompileError> {
        let one = self.of_one_vertex(pointer);
        self.capture(id, None, &one, 0);
        let structure = match self.types.kind(one.ty) {
            Kind::Struct => Some(one),
            Kind::Array { element, .. } if self.types.kind(element) == Kind::Struct => {
                Some(Pointer { ty: element, ..one })
            }
            _ => None,
        };
        let Some(structure) = structure else {
            self.qualify_part(id, None, &one);
            return Ok(());
        };
        let elements = match self.types.kind(one.ty) {
            Kind::Array { count, .. } => count,
            _ => 1,
        };
        let stride = i64::from(self.interface_slots(structure.ty));
        for element in 0..elements {
            for (i, member) in self.types.members(structure.ty).to_vec().into_iter().enumerate() {
                let (offset, layout) = self.member_slot(&structure, i);
                let constant = structure.constant + offset + i64::from(element) * stride;
                let part = Pointer { ty: member.ty, layout, constant, ..structure };
                self.qualify_part(id, Some((structure.ty, i as u32)), &part);
                self.capture(id, Some((structure.ty, i as u32)), &part, element);
            }
            self.spend(self.types.scalars(structure.ty))?;
        }
        Ok(())
    }

    fn qualify_part(&mut self, id: u32, member: Option<(u32, u32)>, part: &Pointer) {
        let decorations = &self.module.decorations;
        let decoration = |what| {
            let own = member.and_then(|(ty, index)| decorations.member(ty, index, what));
            own.or_else(|| decorations.get(id, what))
        };
        let has = |what| decoration(what).is_some();
        if let Root::Interface { side: Side::Input, .. } = part.root {
            let leaves = self.leaves(part);
            let sampling = if has(Decoration::Sample) {
                Sampling::Sample
            } else if has(Decoration::Centroid) {
                Sampling::Centroid
            } else {
                Sampling::Center
            };
            for (ty, offset) in leaves {
                let float = matches!(ty, crate::ir::Type::F32 | crate::ir::Type::F16);
                let first = part.constant + offset;
                let interpolation = if !float || has(Decoration::Flat) {
                    Interpolation::Flat
                } else if has(Decoration::NoPerspective) {
                    Interpolation::NoPerspective
                } else {
                    Interpolation::Smooth
                };
                for slot in first..first + i64::from(scalar_slots(ty)) {
                    self.io.qualifiers.insert(slot as u32, (interpolation, sampling));
                }
            }
        }
    }
}
