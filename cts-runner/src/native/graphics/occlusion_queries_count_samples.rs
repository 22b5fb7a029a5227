//! An occlusion query counts the samples that pass, in the whole of the query and in nothing else.

use super::support::{RED, color, picture, screen};
use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Graphics];

pub(super) fn run(cx: &Context) -> Outcome {
    let (canvas, painter) = screen(cx, vk::CanvasShape::flat(16, 16), |options| {
        options.dynamic = &[vk::DynamicState::SCISSOR];
    })?;
    let queries = vk::Queries::new(&cx.device, vk::QueryType::OCCLUSION, 3)?;
    cx.draw(|r| {
        // SAFETY: recording; the pool is alive.
        unsafe { r.device.raw.cmd_reset_query_pool(r.handle, queries.handle, 0, 3) };
    })?;
    picture(cx, &canvas, |r| {
        r.paint(&painter);
        r.push_color(&painter, color(RED), 0.5);
        let draw = |width, height| {
            let extent = vk::Extent2D { width, height };
            // SAFETY: recording.
            unsafe {
                r.device.raw.cmd_set_scissor(r.handle, 0, &[vk::Rect2D { extent, ..Default::default() }])
            };
            r.draw(3);
        };
        let none = vk::QueryControlFlags::PRECISE;
        // SAFETY: recording; the pool is alive.
        let begin = |query| unsafe { r.device.raw.cmd_begin_query(r.handle, queries.handle, query, none) };
        // SAFETY: as above.
        let end = |query| unsafe { r.device.raw.cmd_end_query(r.handle, queries.handle, query) };
        draw(2, 2);
        begin(0);
        draw(5, 7);
        draw(3, 1);
        end(0);
        draw(2, 2);
        begin(1);
        end(1);
    })?;
    let found = queries.values(2, 2)?;
    check_eq!(found, [38, 0], "samples of the two queries");
    Ok(())
}
