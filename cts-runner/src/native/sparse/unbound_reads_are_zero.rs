//! A sparse buffer in which nothing is bound reads as zero, by compute and by copy.

use crate::native::prelude::*;
use crate::native::support::Pages;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::SparseResidency, Need::StrictZero];

pub(super) fn run(cx: &Context) -> Outcome {
    Pages::new(cx, 8, 1)?.expect(&[None; 8])
}
