//! Pipeline statistics: vertices, primitives and invocations of one draw.

use super::support::{RED, bind_vertices, colored, picture, vertex, vertices};
use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Graphics, Need::Statistics];

pub(super) fn run(cx: &Context) -> Outcome {
    let (canvas, painter) = colored(cx, vk::CanvasShape::flat(16, 16), |_| {})?;
    let corners = [(-1.0, -1.0), (-1.0, 1.0), (1.0, -1.0), (1.0, -1.0), (-1.0, 1.0), (1.0, 1.0)];
    let buffer = vertices(cx, &corners.map(|(x, y)| vertex(x, y, RED)))?;
    let queries = vk::Queries::statistics(
        &cx.device,
        vk::QueryPipelineStatisticFlags::INPUT_ASSEMBLY_VERTICES
            | vk::QueryPipelineStatisticFlags::INPUT_ASSEMBLY_PRIMITIVES
            | vk::QueryPipelineStatisticFlags::VERTEX_SHADER_INVOCATIONS
            | vk::QueryPipelineStatisticFlags::FRAGMENT_SHADER_INVOCATIONS,
    )?;
    cx.draw(|r| {
        // SAFETY: recording; the pool is alive.
        unsafe { r.device.raw.cmd_reset_query_pool(r.handle, queries.handle, 0, 1) };
    })?;
    picture(cx, &canvas, |r| {
        r.paint(&painter);
        bind_vertices(r, &buffer);
        // SAFETY: recording; the pool is alive.
        unsafe { r.device.raw.cmd_begin_query(r.handle, queries.handle, 0, vk::QueryControlFlags::empty()) };
        r.draw(6);
        // SAFETY: as above.
        unsafe { r.device.raw.cmd_end_query(r.handle, queries.handle, 0) };
    })?;
    let found = queries.values(1, 4)?;
    check_eq!(found[..2], [6, 2], "vertices and primitives");
    // An implementation may use a vertex again, or run helpers.
    check!((4..=6).contains(&found[2]), "{} vertex shader invocations", found[2]);
    check!((256..=1024).contains(&found[3]), "{} fragment shader invocations", found[3]);
    Ok(())
}
