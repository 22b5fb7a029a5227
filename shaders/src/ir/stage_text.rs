//! Names of what only graphics stages have, for [text](super::text).

use std::fmt::{self, Formatter};

use super::text::names;
use super::{Op, Side};
use crate::abi::stage::{InterpolateAt, StageBuiltin};
use crate::stage::Stage;

names! {
    Side { Input, Output, Patch }
    Stage { Vertex, TessellationControl, TessellationEvaluation, Geometry, Fragment }
    InterpolateAt { Centroid, Sample, Offset }
    StageBuiltin {
        VertexIndex, InstanceIndex, BaseVertex, BaseInstance, DrawIndex, ViewIndex, PrimitiveId, InvocationId,
        PatchVertices, TessCoordX, TessCoordY, TessCoordZ, FragCoordX, FragCoordY, FragCoordZ, FragCoordW,
        FrontFacing, PointCoordX, PointCoordY, SampleId, SamplePositionX, SamplePositionY, SampleMaskIn,
    }
}

/// An operation that only stages have.
pub(super) fn print(op: &Op, f: &mut Formatter<'_>) -> fmt::Result {
    match op {
        Op::Helper => write!(f, "Helper"),
        Op::Interpolate { slot, at, x, y } => write!(f, "Interpolate {slot} {at:?} {x} {y}"),
        _ => Ok(()),
    }
}
