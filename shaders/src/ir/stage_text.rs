//! Names of what only graphics stages have, for [text](super::text).

use std::fmt::{self, Display, Formatter};

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

/// Four lanes of a quad, as one word.
pub(super) struct Lanes(pub(super) [u8; 4]);

impl Display for Lanes {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|lane| write!(f, "{lane}"))
    }
}

impl Lanes {
    pub(super) fn from_name(name: &str) -> Option<Self> {
        let lanes: [u8; 4] = name.as_bytes().try_into().ok()?;
        let lanes = lanes.map(|digit| digit.wrapping_sub(b'0'));
        lanes.iter().all(|&lane| lane < 4).then_some(Self(lanes))
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
