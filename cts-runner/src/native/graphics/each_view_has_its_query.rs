//! In a pass with several views a query takes one for each view, and all become available: time stamps too.

use super::support::{RED, color, picture, screen};
use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Graphics, Need::Multiview];

pub(super) fn run(cx: &Context) -> Outcome {
    let shape = vk::CanvasShape { views: 0b111, ..vk::CanvasShape::flat(4, 4) };
    let (canvas, painter) = screen(cx, shape, |_| {})?;
    let occlusion = vk::Queries::new(&cx.device, vk::QueryType::OCCLUSION, 3)?;
    let stamps = vk::Queries::new(&cx.device, vk::QueryType::TIMESTAMP, 3)?;
    let raw = &cx.device.raw;
    cx.draw(|r| {
        for pool in [&occlusion, &stamps] {
            // SAFETY: recording; the pool is alive.
            unsafe { raw.cmd_reset_query_pool(r.handle, pool.handle, 0, 3) };
        }
    })?;
    picture(cx, &canvas, |r| {
        r.paint(&painter);
        r.push_color(&painter, color(RED), 0.5);
        // SAFETY: recording; the pools are alive.
        unsafe { raw.cmd_begin_query(r.handle, occlusion.handle, 0, vk::QueryControlFlags::PRECISE) };
        r.draw(3);
        let stage = vk::PipelineStageFlags::BOTTOM_OF_PIPE;
        // SAFETY: as above.
        unsafe {
            raw.cmd_end_query(r.handle, occlusion.handle, 0);
            raw.cmd_write_timestamp(r.handle, stage, stamps.handle, 0);
        }
    })?;
    check_eq!(occlusion.values(3, 3)?.iter().sum::<u64>(), 3 * 16, "samples of all views");
    // A query that is not available is an error here.
    stamps.values(3, 3)?;
    Ok(())
}
