//! Indices whose byte offset does not fit into 32 bits are out of bounds; they do not come back to the start of the range.

use super::out_of_bounds_stays_inside::aim;
use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::RobustAccess, Need::RobustAccess2];

pub(super) fn run(cx: &Context) -> Outcome {
    aim(cx, &[(0x4000_0000, 1), (0x3fff_fff0, 1), (0x7fff_ffff, 3), (0xffff_ffc0, 1), (0x8000_0000, 4096)])
}
