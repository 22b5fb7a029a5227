//! Graphics commands: passes, state, and what draws.
//!
//! ```text
//!   pass.rs      attachments come and go: load, resolve, clear
//!   setting.rs   one piece of state  ──► fixed.rs   all state as it is now ──► gpu::draw::DrawState
//!   bind.rs      pipelines, vertex and index buffers
//!   draw.rs      everything above ──► gpu::draw::draw
//! ```

pub mod begin;
pub mod bind;
pub mod clear;
pub mod condition;
pub mod draw;
pub mod feedback;
pub mod fixed;
pub mod indirect;
pub mod pass;
pub mod query;
pub mod setting;
pub mod vertex_input;

use ash::vk;
use lacuna_gpu::draw::state::SampleLocations;

use crate::guard::slice;

/// Custom sample locations.
///
/// # Safety
/// `info` is a valid structure.
pub unsafe fn sample_locations(info: &vk::SampleLocationsInfoEXT<'_>) -> SampleLocations {
    // SAFETY: members of a valid structure.
    let positions = unsafe { slice(info.p_sample_locations, info.sample_locations_count) };
    let grid = info.sample_location_grid_size;
    SampleLocations {
        grid: [grid.width.max(1), grid.height.max(1)],
        positions: positions.iter().map(|position| [position.x, position.y]).collect(),
    }
}

/// What secondary command buffers continue: the pass, the queries and the condition of their primary.
#[derive(Default)]
pub(in crate::command) struct Inherited {
    pub(super) pass: Option<pass::Pass>,
    pub(super) queries: query::ActiveQueries,
    pub(super) condition: condition::Condition,
}
