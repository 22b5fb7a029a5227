//! A smooth line's alpha is the share of each pixel that it covers.

use super::support::{BLACK, RED, bind_vertices, colored, picture, vertex, vertices};
use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Graphics, Need::SmoothLines];

pub(super) fn run(cx: &Context) -> Outcome {
    let mut mode = vk::PipelineRasterizationLineStateCreateInfoEXT::default()
        .line_rasterization_mode(vk::LineRasterizationModeEXT::RECTANGULAR_SMOOTH);
    let raster = vk::PipelineRasterizationStateCreateInfo::default().line_width(1.0).push_next(&mut mode);
    let (canvas, painter) = colored(cx, vk::CanvasShape::flat(8, 8), |options| {
        options.raster = raster;
        options.topology = vk::PrimitiveTopology::LINE_LIST;
    })?;
    // From pixel 1 to pixel 6, between rows 3 and 4: half of each.
    let ends = vertices(cx, &[vertex(-0.75, 0.0, RED), vertex(0.75, 0.0, RED)])?;
    let found = picture(cx, &canvas, |r| {
        r.paint(&painter);
        bind_vertices(r, &ends);
        r.draw(2);
    })?;
    for (y, row) in (0..).zip(found.chunks(8)) {
        let (inside, alphas): (_, Vec<_>) = (&row[1..7], row.iter().map(|pixel| pixel >> 24).collect());
        if (3..5).contains(&y) {
            let is_red = inside.iter().all(|pixel| pixel & 0xff_ffff == RED & 0xff_ffff);
            check!(is_red, "row {y} is not red: {row:08x?}");
            let is_half = alphas[1..7].iter().all(|alpha| (0x60..=0xa0).contains(alpha));
            check!(is_half, "row {y} is not half covered: {row:08x?}");
        } else {
            same("a row beside the line", row, &[BLACK; 8])?;
        }
    }
    Ok(())
}
