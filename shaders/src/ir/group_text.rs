//! Names of operations over the subgroup, for [text](super::text): what they combine with is behind a point.

use std::fmt::{self, Display, Formatter};

use super::{BinaryOp, GroupOp};

impl Display for GroupOp {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reduce(with) => write!(f, "Reduce.{with:?}"),
            Self::InclusiveScan(with) => write!(f, "InclusiveScan.{with:?}"),
            Self::ExclusiveScan(with) => write!(f, "ExclusiveScan.{with:?}"),
            Self::Quad(lanes) => {
                write!(f, "Quad.")?;
                lanes.iter().try_for_each(|lane| write!(f, "{lane}"))
            }
            other => write!(f, "{other:?}"),
        }
    }
}

impl GroupOp {
    /// The operation of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        let (name, with) = name.split_once('.').unwrap_or((name, ""));
        Some(match name {
            "Elect" => Self::Elect,
            "Clock" => Self::Clock,
            "All" => Self::All,
            "Any" => Self::Any,
            "AllEqual" => Self::AllEqual,
            "Ballot" => Self::Ballot,
            "BroadcastFirst" => Self::BroadcastFirst,
            "Shuffle" => Self::Shuffle,
            "Quad" => Self::Quad(quad(with)?),
            "Reduce" => Self::Reduce(BinaryOp::from_name(with)?),
            "InclusiveScan" => Self::InclusiveScan(BinaryOp::from_name(with)?),
            "ExclusiveScan" => Self::ExclusiveScan(BinaryOp::from_name(with)?),
            _ => return None,
        })
    }
}

/// Four lanes of a quad.
fn quad(name: &str) -> Option<[u8; 4]> {
    let lanes: [u8; 4] = name.as_bytes().try_into().ok()?;
    let lanes = lanes.map(|digit| digit.wrapping_sub(b'0'));
    lanes.iter().all(|&lane| lane < 4).then_some(lanes)
}
