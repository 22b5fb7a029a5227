//! The tessellation stages: patches to points, lines or triangles.
#![expect(unsafe_code, reason = "runs machine code")]

use ash::vk;
use lacuna_shaders::Scratch;
use lacuna_shaders::abi::stage::{StageBuiltin, slot};
use lacuna_shaders::abi::{LANES, StageFrame};
use lacuna_shaders::stage::{Domain, Spacing};

use super::assembly::Assemblies;
use super::front::{Front, count};
use super::program::Program;
use super::setup::Assembly;
use super::state::DrawState;
use super::tessellate::{Division, Mesh};
use super::topology::Shape;
use super::vertices::{Vertices, slots_of};

/// Words of a control point or a patch.
const WORDS: usize = slot::COUNT as usize;

/// The tessellation stages of a draw.
pub(super) struct Tessellation<'a> {
    control: &'a dyn Program,
    evaluation: &'a dyn Program,
    domain: Domain,
    spacing: Spacing,
    is_positive: bool,
    point_mode: bool,
    output_vertices: u32,
    last_provokes: bool,
}

impl<'a> Tessellation<'a> {
    pub(super) fn new(state: &'a DrawState) -> Option<Self> {
        let control = &**state.stages.tessellation_control.as_ref()?;
        let evaluation = &**state.stages.tessellation_evaluation.as_ref()?;
        let (first, second) = (control.interface().tessellation, evaluation.interface().tessellation);
        let is_ccw = second.ccw.or(first.ccw).unwrap_or(true);
        let is_upper_left = state.assembly.domain_origin == vk::TessellationDomainOrigin::UPPER_LEFT;
        Some(Self {
            control,
            evaluation,
            domain: second.domain.or(first.domain).unwrap_or(Domain::Triangles),
            spacing: second.spacing.or(first.spacing).unwrap_or(Spacing::Equal),
            is_positive: is_ccw != is_upper_left,
            last_provokes: state.rasterization.provoking_vertex == vk::ProvokingVertexModeEXT::LAST_VERTEX,
            point_mode: first.point_mode || second.point_mode,
            output_vertices: first.output_vertices.max(second.output_vertices).max(1),
        })
    }

    /// What comes out.
    pub(super) fn shape(&self) -> Shape {
        match self.domain {
            _ if self.point_mode => Shape::Point,
            Domain::Isolines => Shape::Line,
            _ => Shape::Triangle,
        }
    }

    /// Replaces patches, whose vertices are in `from`, by primitives with vertices in `to`.
    ///
    /// # Safety
    /// As [`Program::run`] for both stages.
    pub(super) unsafe fn run(
        &self,
        front: &Front<'_>,
        from: &Vertices,
        assemblies: &mut Assemblies,
        to: &mut Vertices,
        frame: &mut StageFrame,
        scratch: &mut Scratch,
    ) {
        let size = front.cut.size as usize;
        let mut input = vec![0u32; size * WORDS];
        let mut output = vec![0u32; self.output_vertices as usize * WORDS];
        let mut patch = vec![0u32; WORDS];
        let patches = core::mem::take(&mut assemblies.list);
        let patch_vertices = core::mem::take(&mut assemblies.vertices);
        let mut known: Option<(Division, Mesh)> = None;
        to.reset(slots_of(self.evaluation.interface()), 0);
        front.set_uniforms(frame);
        for (assembly, vertices) in patches.iter().zip(patch_vertices.chunks_exact(size)) {
            for (point, &vertex) in input.chunks_exact_mut(WORDS).zip(vertices) {
                for slot in &self.control.interface().inputs {
                    point[slot.slot as usize] = from.get(vertex, slot.slot);
                }
            }
            frame.builtins[StageBuiltin::PrimitiveId as usize] = [assembly.id; LANES as usize];
            frame.builtins[StageBuiltin::PatchVertices as usize] = [front.cut.size; LANES as usize];
            (frame.inputs, frame.outputs, frame.patch) =
                (input.as_ptr(), output.as_mut_ptr(), patch.as_mut_ptr());
            frame.input_vertex_stride = WORDS as u32 * 4;
            frame.output_vertex_stride = WORDS as u32 * 4;
            // SAFETY: the caller's promise; there are as many words as slots and vertices.
            unsafe { self.control.run(front.context, frame, scratch) };
            let division = self.division(&patch);
            if known.as_ref().is_none_or(|(last, _)| *last != division) {
                known = Some((division, division.mesh()));
            }
            let Some((_, mesh)) = &known else { continue };
            let first = to.count().next_multiple_of(LANES);
            // SAFETY: the caller's promise.
            unsafe { self.evaluate(front, mesh, &output, &mut patch, first, to, frame, scratch) };
            self.assemble(mesh, first, assembly.id, assemblies);
        }
        count(front.statistics.map(|all| &all.tessellation_control_patches), patches.len() as u64);
    }

    fn division(&self, patch: &[u32]) -> Division {
        let level = |slot: u32| f32::from_bits(patch[slot as usize]);
        let mut division = Division {
            domain: self.domain,
            spacing: self.spacing,
            is_positive: self.is_positive,
            outer: [0, 1, 2, 3].map(|n| level(slot::TESS_LEVEL_OUTER + n)),
            inner: [0, 1].map(|n| level(slot::TESS_LEVEL_INNER + n)),
        };
        // Not a number is never equal to what it was: no level, where that is what it means.
        for level in division.outer.iter_mut().chain(&mut division.inner).filter(|level| level.is_nan()) {
            *level = 0.0;
        }
        division
    }

    /// Runs the evaluation stage for all points of a patch; their vertices begin at `first`, a multiple of eight.
    ///
    /// # Safety
    /// As [`run`](Self::run).
    #[expect(clippy::too_many_arguments, reason = "all are of one call")]
    unsafe fn evaluate(
        &self,
        front: &Front<'_>,
        mesh: &Mesh,
        input: &[u32],
        patch: &mut [u32],
        first: u32,
        to: &mut Vertices,
        frame: &mut StageFrame,
        scratch: &mut Scratch,
    ) {
        use StageBuiltin as B;
        to.grow(first + mesh.points.len() as u32);
        frame.builtins[B::PatchVertices as usize] = [self.output_vertices; LANES as usize];
        for (packet, points) in mesh.points.chunks(LANES as usize).enumerate() {
            for (lane, point) in points.iter().enumerate() {
                for (builtin, value) in [B::TessCoordX, B::TessCoordY, B::TessCoordZ].into_iter().zip(point) {
                    frame.builtins[builtin as usize][lane] = value.to_bits();
                }
            }
            frame.active = (1 << points.len()) - 1;
            frame.live = frame.active;
            (frame.inputs, frame.patch) = (input.as_ptr(), patch.as_mut_ptr());
            frame.input_vertex_stride = WORDS as u32 * 4;
            frame.outputs = to.packet(first / LANES + packet as u32).as_mut_ptr().cast();
            // SAFETY: the caller's promise; the packet has all slots.
            unsafe { self.evaluation.run(front.context, frame, scratch) };
        }
        let invocations = front.statistics.map(|all| &all.tessellation_evaluation_invocations);
        count(invocations, mesh.points.len() as u64);
    }

    fn assemble(&self, mesh: &Mesh, first: u32, id: u32, assemblies: &mut Assemblies) {
        let corners = match self.shape() {
            Shape::Point => 1,
            Shape::Line => 2,
            _ => 3,
        };
        let provoking = if self.last_provokes { corners as u8 - 1 } else { 0 };
        let mut add = |vertices: [u32; 3]| {
            let vertices = vertices.map(|vertex| first + vertex);
            assemblies.list.push(Assembly { vertices, provoking, id, continues: false });
            assemblies.vertices.extend_from_slice(&vertices[..corners]);
        };
        if self.point_mode {
            (0..mesh.points.len() as u32).for_each(|point| add([point; 3]));
        } else if self.domain == Domain::Isolines {
            mesh.primitives.iter().for_each(|&[a, b, _]| add([a, b, a]));
        } else {
            mesh.primitives.iter().for_each(|&triangle| add(triangle));
        }
    }
}
