//! Sparse buffers through every way of access: what is bound shows its memory, what is not reads zero and drops writes.
//!
//! Each case takes a [`Plan`] of what is bound where, and one way of reading or writing. The files are named as the groups
//! of `dEQP-VK.sparse_resources.buffer`.

mod address;
mod concurrent;
mod giant;
mod index;
mod indirect;
mod plan;
mod sheet;
mod ssbo;
mod texel;
mod transfer;
mod ubo;
mod vertex;

use super::Case;
use plan::Plan;
use sheet::{PAGES, Sheet};

/// The cases of all files.
pub(super) fn cases() -> Vec<Case> {
    [
        transfer::cases(),
        ssbo::cases(),
        ubo::cases(),
        texel::cases(),
        vertex::cases(),
        index::cases(),
        indirect::cases(),
        address::cases(),
        giant::cases(),
        concurrent::cases(),
    ]
    .concat()
}
