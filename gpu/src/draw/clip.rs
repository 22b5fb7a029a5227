//! Cuts lines and triangles at planes.
//!
//! What a cut makes are corners that know their weights of the original vertices: attributes are never computed here, the
//! interpolation takes the weights. The point where an edge meets a plane is computed from the inner vertex towards the outer
//! one, hence the same for both triangles of the edge.

use super::viewport::{DepthClip, Viewport, outside};

/// A corner of what is left.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Corner {
    /// In clip space.
    pub(super) position: [f32; 4],
    /// Weights of the original vertices, with perspective.
    pub(super) weights: [f32; 3],
    /// The same so that they are linear in the window.
    pub(super) linear: [f32; 3],
    /// User clip distances.
    pub(super) user: [f32; 8],
}

/// Planes and the space they are in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Planes<'a> {
    pub(super) viewport: &'a Viewport,
    pub(super) depth: DepthClip,
}

impl Planes<'_> {
    fn distance(&self, corner: &Corner, bit: u32) -> f32 {
        match bit.checked_sub(outside::USER_SHIFT) {
            Some(user) => corner.user[user as usize & 7],
            None => self.viewport.distance(corner.position, bit, self.depth),
        }
    }

    /// Cuts a convex polygon at the planes of the bits of `code`.
    pub(super) fn polygon(&self, polygon: &mut Vec<Corner>, code: u32) {
        let mut cut = Vec::with_capacity(polygon.len() + 4);
        for bit in bits(code) {
            cut.clear();
            for (index, here) in polygon.iter().enumerate() {
                let next = &polygon[(index + 1) % polygon.len()];
                let (a, b) = (self.distance(here, bit), self.distance(next, bit));
                if a >= 0.0 {
                    cut.push(*here);
                }
                if (a >= 0.0) != (b >= 0.0) {
                    cut.push(if a >= 0.0 { meet(here, next, a, b) } else { meet(next, here, b, a) });
                }
            }
            core::mem::swap(polygon, &mut cut);
        }
    }

    /// Cuts a line at the planes of the bits of `code`; `None` if nothing is left.
    pub(super) fn line(&self, [mut first, mut last]: [Corner; 2], code: u32) -> Option<[Corner; 2]> {
        for bit in bits(code) {
            let (a, b) = (self.distance(&first, bit), self.distance(&last, bit));
            match (a >= 0.0, b >= 0.0) {
                (true, true) => {}
                (true, false) => last = meet(&first, &last, a, b),
                (false, true) => first = meet(&last, &first, b, a),
                (false, false) => return None,
            }
        }
        Some([first, last])
    }
}

fn bits(code: u32) -> impl Iterator<Item = u32> {
    (0..32).filter(move |bit| code >> bit & 1 != 0)
}

/// Where an edge leaves a plane's inner side: `inside` is `a >= 0` away from it, `outside` is `b < 0`.
fn meet(inside: &Corner, outside: &Corner, a: f32, b: f32) -> Corner {
    let t = f64::from(a) / (f64::from(a) - f64::from(b));
    let mix = |x: f32, y: f32, t: f64| (f64::from(x) + t * (f64::from(y) - f64::from(x))) as f32;
    let position: [f32; 4] =
        core::array::from_fn(|axis| mix(inside.position[axis], outside.position[axis], t));
    // The share of the way in the window.
    let w = f64::from(position[3]);
    let window = if w > 0.0 { (t * f64::from(outside.position[3]) / w).clamp(0.0, 1.0) } else { t };
    Corner {
        position,
        weights: core::array::from_fn(|n| mix(inside.weights[n], outside.weights[n], t)),
        linear: core::array::from_fn(|n| mix(inside.linear[n], outside.linear[n], window)),
        user: core::array::from_fn(|n| mix(inside.user[n], outside.user[n], t)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::primitive::Bounds;
    use crate::draw::state::ViewportState;
    use ash::vk;

    fn viewport() -> Viewport {
        let state = ViewportState {
            viewports: [vk::Viewport { width: 64.0, height: 64.0, max_depth: 1.0, ..Default::default() }]
                .into_iter()
                .collect(),
            scissors: [vk::Rect2D::default()].into_iter().collect(),
            negative_one_to_one: false,
        };
        Viewport::all(&state, Bounds::default())[0]
    }

    fn corner(index: usize, position: [f32; 4]) -> Corner {
        let mut weights = [0.0; 3];
        weights[index] = 1.0;
        Corner { position, weights, linear: weights, user: [0.0; 8] }
    }

    const DEPTH: DepthClip = DepthClip { enabled: true, near: 0.0 };

    #[test]
    fn a_triangle_through_the_near_plane_becomes_a_quadrilateral() {
        let viewport = viewport();
        let planes = Planes { viewport: &viewport, depth: DEPTH };
        let mut polygon = vec![
            corner(0, [0.0, 0.0, -1.0, 1.0]),
            corner(1, [1.0, 0.0, 1.0, 1.0]),
            corner(2, [0.0, 1.0, 1.0, 1.0]),
        ];
        planes.polygon(&mut polygon, outside::NEAR);
        assert_eq!(polygon.len(), 4);
        for corner in &polygon {
            assert!(corner.position[2] >= 0.0);
            assert!((corner.weights.iter().sum::<f32>() - 1.0).abs() < 1e-6);
            assert!((corner.position[0] - corner.weights[1]).abs() < 1e-6);
        }
    }

    #[test]
    fn both_sides_of_an_edge_are_cut_at_the_same_point() {
        let viewport = viewport();
        let planes = Planes { viewport: &viewport, depth: DEPTH };
        let (a, b) = ([0.3, 0.1, -0.7, 0.9], [0.2, -0.8, 0.4, 1.3]);
        let one = planes.line([corner(0, a), corner(1, b)], outside::NEAR).unwrap();
        let other = planes.line([corner(0, b), corner(1, a)], outside::NEAR).unwrap();
        assert_eq!(one[0].position, other[1].position);
    }

    #[test]
    fn nothing_is_left_of_what_is_outside() {
        let viewport = viewport();
        let planes = Planes { viewport: &viewport, depth: DEPTH };
        let behind = [0.0, 0.0, -1.0, 1.0];
        let mut polygon = vec![corner(0, behind), corner(1, behind), corner(2, behind)];
        planes.polygon(&mut polygon, outside::NEAR);
        assert!(polygon.is_empty());
        assert_eq!(planes.line([corner(0, behind), corner(1, behind)], outside::NEAR), None);
    }
}
