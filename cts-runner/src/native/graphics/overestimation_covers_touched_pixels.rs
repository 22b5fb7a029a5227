//! With conservative rasterization a triangle covers all pixels that it touches and no others, with extra size those a little
//! further away too.

use super::support::{BLACK, RED, bind_vertices, colored, picture, vertex, vertices};
use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Graphics, Need::Extension("VK_EXT_conservative_rasterization")];

pub(super) fn run(cx: &Context) -> Outcome {
    // In pixels: from a little beyond the end of pixel 1 to a little before the begin of pixel 5, and above the center of row 2.
    let corner = |x: f32, y: f32| vertex(x / 4.0 - 1.0, y / 4.0 - 1.0, RED);
    let corners = vertices(cx, &[corner(2.1, 2.1), corner(4.9, 2.1), corner(2.1, 2.4)])?;
    for (extra, columns, rows) in [(0.0, 2..5, 2..3), (0.25, 1..6, 1..3)] {
        let mut conservative = vk::PipelineRasterizationConservativeStateCreateInfoEXT::default()
            .conservative_rasterization_mode(vk::ConservativeRasterizationModeEXT::OVERESTIMATE)
            .extra_primitive_overestimation_size(extra);
        let raster = vk::PipelineRasterizationStateCreateInfo::default().line_width(1.0);
        let raster = raster.push_next(&mut conservative);
        let (canvas, painter) = colored(cx, vk::CanvasShape::flat(8, 8), |options| options.raster = raster)?;
        let found = picture(cx, &canvas, |r| {
            r.paint(&painter);
            bind_vertices(r, &corners);
            r.draw(3);
        })?;
        super::support::each_pixel(&found, 8, |x, y| {
            if columns.contains(&x) && rows.contains(&y) { RED } else { BLACK }
        })?;
    }
    Ok(())
}
