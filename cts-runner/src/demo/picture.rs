//! The address space as an SVG picture: one panel for each stage, one small square for a stretch of pages.
//!
//! Grey: nothing bound in the stretch; blue, the deeper the more pages are bound; orange: a page of it was changed by
//! this stage.

use std::fmt::Write as _;

use super::model::Model;
use crate::units::size;

const COLUMNS: usize = 96;
const ROWS: usize = 32;
const CELL: usize = 6;
const MARGIN: usize = 16;
const PANEL: usize = ROWS * CELL + 36;

/// The picture of a buffer of `bytes` with pages of `page` bytes.
pub(super) fn svg(bytes: u64, page: u64, stages: &[(&str, Model)]) -> String {
    let (width, height) = (COLUMNS * CELL + 2 * MARGIN, stages.len() * PANEL + 2 * MARGIN + 28);
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
    );
    let pages = bytes / page;
    for (i, (title, model)) in stages.iter().enumerate() {
        let top = MARGIN + i * PANEL;
        let bound = model.pages.iter().filter(|p| p.bound.is_some()).count();
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "<text x=\"{MARGIN}\" y=\"{}\">{}. {title}: {bound} of {pages} pages, {} of {}</text>",
            top + 12,
            i + 1,
            size(bound as u64 * page),
            size(bytes),
        );
        panel(&mut text, top + 20, pages, model);
    }
    let square = size(pages.div_ceil((COLUMNS * ROWS) as u64) * page);
    let legend = [
        format!("a square is {square}, row by row from address 0"),
        "blue: pages bound (deeper: more), orange: changed in this step, grey: nothing bound".to_owned(),
    ];
    for (line, words) in legend.iter().enumerate() {
        let y = height - MARGIN - 16 * (legend.len() - 1 - line);
        let _ = writeln!(text, "<text x=\"{MARGIN}\" y=\"{y}\" fill=\"#666\">{words}</text>");
    }
    text.push_str("</svg>\n");
    text
}

fn panel(text: &mut String, top: usize, pages: u64, model: &Model) {
    let stretch = pages.div_ceil((COLUMNS * ROWS) as u64);
    let mut cells = vec![(0usize, false); COLUMNS * ROWS];
    for page in &model.pages {
        let cell = &mut cells[(page.number / stretch) as usize];
        cell.0 += usize::from(page.bound.is_some());
        cell.1 |= page.changed;
    }
    let most = cells.iter().map(|c| c.0).max().unwrap_or(0).max(1);
    for (i, (bound, changed)) in cells.iter().enumerate() {
        let fill = match (bound, changed) {
            (_, true) => "#f08c2e".to_owned(),
            (0, false) => "#ececec".to_owned(),
            (n, false) => format!("hsl(212,70%,{}%)", 80 - 45 * n / most),
        };
        let _ = writeln!(
            text,
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{fill}\"/>",
            MARGIN + i % COLUMNS * CELL,
            top + i / COLUMNS * CELL,
            CELL - 1,
            CELL - 1,
        );
    }
}
