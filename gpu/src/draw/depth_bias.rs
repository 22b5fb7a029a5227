//! Depth bias: how far a polygon is moved.

use super::primitive::Plane;
use super::state::DepthBias;
use crate::format::{Format, Numeric};

/// The smallest difference of depths that the attachment knows.
#[derive(Clone, Copy, Debug)]
pub(super) enum DepthUnit {
    Fixed(f64),
    /// Depends on the depth: this many bits of mantissa.
    Float(i32),
}

impl DepthUnit {
    /// That of an attachment; without one there is nothing to move.
    pub(super) fn new(depth: Option<Format>) -> Self {
        match depth {
            Some(format) if format.numeric == Numeric::Float => Self::Float(23),
            Some(format) => Self::Fixed(0.5f64.powi(format.channel_bits[0].into())),
            None => Self::Fixed(0.0),
        }
    }

    /// Source: Vulkan specification, "Depth Bias".
    pub(super) fn bias(self, bias: &DepthBias, depth: Plane, depths: [f32; 3]) -> f32 {
        let unit = match self {
            Self::Fixed(unit) => unit,
            Self::Float(mantissa) => {
                let greatest = depths.iter().fold(0f32, |max, depth| max.max(depth.abs()));
                let exponent = (greatest.to_bits() >> 23 & 0xff) as i32 - 127;
                2f64.powi(exponent - mantissa)
            }
        };
        let slope = depth.dx.abs().max(depth.dy.abs());
        let sum = (f64::from(slope) * f64::from(bias.slope) + unit * f64::from(bias.constant)) as f32;
        match bias.clamp {
            clamp if clamp > 0.0 => sum.min(clamp),
            clamp if clamp < 0.0 => sum.max(clamp),
            _ => sum,
        }
    }
}
