//! What a graphics stage reads and writes when the [interpreter](super::interp) runs it.

use super::{Function, Side};
use crate::abi::LANES;
use crate::abi::stage::{InterpolateAt, Lanes, STAGE_BUILTINS};
use crate::stage::Stage;

/// As [`StageFrame`](crate::abi::StageFrame), with memory of its own.
#[derive(Clone, Debug)]
pub struct StageMemory {
    /// See [`StageBuiltin`](crate::abi::stage::StageBuiltin).
    pub builtins: [Lanes; STAGE_BUILTINS],
    /// Lanes that run.
    pub active: u32,
    /// Lanes that are no helpers.
    pub live: u32,
    /// Slots of the stage before.
    pub inputs: Vec<u32>,
    /// Slots of this stage.
    pub outputs: Vec<u32>,
    /// Slots of the patch.
    pub patch: Vec<u32>,
    /// Bytes from one input vertex to the next.
    pub input_vertex_stride: u32,
    /// Bytes from one output vertex to the next.
    pub output_vertex_stride: u32,
    /// What was emitted.
    pub emitted: Vec<Emitted>,
    /// Gives the bits of an input that is interpolated anew: `(slot, where, x, y)`.
    pub interpolate: fn(u32, InterpolateAt, u32, u32) -> u32,
}

/// One call of [`EmitVertex`](crate::abi::stage::EmitVertex).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Emitted {
    /// Lanes that emit.
    pub lanes: u32,
    /// Vertex stream.
    pub stream: u32,
    /// Whether the primitive ends.
    pub end: bool,
    /// Outputs at that time.
    pub outputs: Vec<u32>,
}

impl Default for StageMemory {
    fn default() -> Self {
        Self {
            builtins: [[0; LANES as usize]; STAGE_BUILTINS],
            active: 0xff,
            live: 0xff,
            inputs: Vec::new(),
            outputs: Vec::new(),
            patch: Vec::new(),
            input_vertex_stride: 0,
            output_vertex_stride: 0,
            emitted: Vec::new(),
            interpolate: |_, _, _, _| 0,
        }
    }
}

impl StageMemory {
    /// The word that an invocation means; `None` outside.
    pub(super) fn slot(
        &mut self,
        function: &Function,
        side: Side,
        vertex: u32,
        slot: u32,
        lane: usize,
    ) -> Option<&mut u32> {
        let (words, stride) = match side {
            Side::Input => (&mut self.inputs, self.input_vertex_stride),
            Side::Output => (&mut self.outputs, self.output_vertex_stride),
            Side::Patch => (&mut self.patch, 0),
        };
        let first = vertex as usize * stride as usize / 4;
        let lanes = LANES as usize;
        let shared = side.is_shared(function.stage);
        words.get_mut(first + if shared { slot as usize } else { slot as usize * lanes + lane % lanes })
    }

    /// Whether the lane runs at the start.
    pub(super) fn starts(&self, function: &Function, lane: usize) -> bool {
        matches!(function.stage, None | Some(Stage::TessellationControl)) || self.active >> lane & 1 != 0
    }
}
