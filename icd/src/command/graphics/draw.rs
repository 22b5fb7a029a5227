//! Draws: what was bound, and what the pass draws to, become one call of the rasterizer.

use ash::vk;
use lacuna_gpu::draw::{DrawCommand, DrawError};

use crate::command::execute::State;
use crate::command::recording::{Command, Recording};
use crate::error::Error;
use crate::queue::submission::Failed;

/// Estimate of what a vertex takes, with the fragments that belong to it.
const NANOSECONDS_PER_VERTEX: u64 = 100;

impl Recording {
    /// `vkCmdDraw` and `vkCmdDrawIndexed`, and one draw of `vkCmdDrawMulti*`.
    ///
    /// # Errors
    /// [`Error::OutOfHostMemory`].
    pub fn draw(&mut self, draw: DrawCommand, draw_index: u32) -> Result<(), Error> {
        let (DrawCommand::Direct { vertices: count, instances, .. }
        | DrawCommand::Indexed { indices: count, instances, .. }) = draw;
        let vertices = u64::from(count).saturating_mul(instances.into());
        self.push(Command::Draw { draw, draw_index }, vertices.saturating_mul(NANOSECONDS_PER_VERTEX))
    }

    /// `vkCmdDrawMultiEXT`: each element of `draws` is `stride` bytes behind the one before.
    ///
    /// # Errors
    /// [`Error::OutOfHostMemory`].
    pub fn draw_multi(
        &mut self,
        draws: impl Iterator<Item = vk::MultiDrawInfoEXT>,
        instances: u32,
        first_instance: u32,
    ) -> Result<(), Error> {
        (0..).zip(draws).try_for_each(|(index, draw)| {
            let (vertices, first_vertex) = (draw.vertex_count, draw.first_vertex);
            self.draw(DrawCommand::Direct { vertices, instances, first_vertex, first_instance }, index)
        })
    }

    /// `vkCmdDrawMultiIndexedEXT`, likewise. `vertex_offset` goes before those of the draws.
    ///
    /// # Errors
    /// [`Error::OutOfHostMemory`].
    pub fn draw_multi_indexed(
        &mut self,
        draws: impl Iterator<Item = vk::MultiDrawIndexedInfoEXT>,
        instances: u32,
        first_instance: u32,
        vertex_offset: Option<i32>,
    ) -> Result<(), Error> {
        (0..).zip(draws).try_for_each(|(index, draw)| {
            let vertex_offset = vertex_offset.unwrap_or(draw.vertex_offset);
            let (indices, first_index) = (draw.index_count, draw.first_index);
            let draw =
                DrawCommand::Indexed { indices, instances, first_index, vertex_offset, first_instance };
            self.draw(draw, index)
        })
    }
}

impl State<'_> {
    pub(in crate::command) fn draw(&mut self, draw: DrawCommand, draw_index: u32) -> Result<(), Failed> {
        if self.skips() {
            return Ok(());
        }
        let Some(pass) = &self.inherited.pass else {
            log::warn!("a draw without a pass: skipped");
            return Ok(());
        };
        self.graphics.write_sets(&mut self.context);
        let Some((state, inputs)) = self.graphics.prepare(pass.samples()) else {
            log::warn!("a draw without a vertex shader: skipped");
            return Ok(());
        };
        (inputs.draw, inputs.draw_index) = (draw, draw_index);
        let queries = self.inherited.queries.counters();
        // SAFETY: surfaces, buffers and descriptors are held by the recording and by `graphics` with their memory, which the
        // in-flight ticket of `execute` keeps mapped; recording and `Pass` have cut all ranges to what the objects have.
        let drawn = unsafe { lacuna_gpu::draw::draw(state, pass.targets(), &self.context, inputs, &queries) };
        drawn.map_err(|DrawError::Panicked(panicked)| panicked.into())
    }
}
