//! Vertices from clip space to the window, a packet at a time.

use lacuna_shaders::abi::LANES;
use lacuna_shaders::abi::stage::slot;

use super::lanes::{N, from_bits, lanes};
use super::processor::{Processor, Work};
use super::setup::{Setup, position};
use super::vertices::Vertices;
use super::viewport::{Screen, Viewport, outside};

/// A vertex after division by w, and what it is outside of.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Projected {
    pub(super) screen: Screen,
    pub(super) code: u32,
}

impl Setup {
    /// Takes vertices to the first viewport.
    pub(super) fn project_all(&self, vertices: &Vertices, to: &mut Vec<Projected>) {
        to.clear();
        Processor::find().run(ProjectAll { setup: self, vertices, to });
    }

    pub(super) fn project(&self, vertices: &Vertices, vertex: u32, viewport: &Viewport) -> Projected {
        let position = position(vertices, vertex);
        let [code, ..] = viewport.outside(&position.map(|value| [value; N]), self.depth);
        let code = code | self.outside_of_user_planes(vertices, vertex);
        let screen = if code & (outside::CUT | outside::NOT_FINITE) == 0 {
            viewport.project(position)
        } else {
            Screen::default()
        };
        Projected { screen, code }
    }

    fn outside_of_user_planes(&self, vertices: &Vertices, vertex: u32) -> u32 {
        let planes = (0..8).filter(|bit| self.outputs.clip >> bit & 1 != 0);
        planes.fold(0, |code, bit| {
            let distance = vertices.float(vertex, slot::CLIP_DISTANCE + bit);
            // What is not a number is not inside.
            code | u32::from(distance < 0.0 || distance.is_nan()) << (outside::USER_SHIFT + bit)
        })
    }
}

/// Vertices on their way to the first viewport, a packet at a time.
struct ProjectAll<'a> {
    setup: &'a Setup,
    vertices: &'a Vertices,
    to: &'a mut Vec<Projected>,
}

impl Work for ProjectAll<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { setup, vertices, to } = self;
        let viewport = &setup.viewports[0];
        for (packet, rows) in vertices.positions().enumerate() {
            let [x, y, z, w] = rows.map(|row| from_bits(row.0));
            let position = |lane: usize| [x[lane], y[lane], z[lane], w[lane]];
            let codes = viewport.outside(&[x, y, z, w], setup.depth);
            let screens = lanes(|lane| viewport.project(position(lane)));
            let first = packet as u32 * LANES;
            to.extend((0..(vertices.count() - first).min(LANES) as usize).map(|lane| {
                let mut code = codes[lane];
                if setup.outputs.clip != 0 {
                    code |= setup.outside_of_user_planes(vertices, first + lane as u32);
                }
                let is_sane = code & (outside::CUT | outside::NOT_FINITE) == 0;
                Projected { screen: if is_sane { screens[lane] } else { Screen::default() }, code }
            }));
        }
    }
}
