//! Cubes: which face a direction meets, and what lies beyond a face's edges ("Cube Map Face Selection", "Cube Map Edge
//! Handling").

/// A point of a face.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct FacePoint {
    pub(super) face: u32,
    /// From -1 to 1 on the face, times `major`.
    pub(super) sc: f32,
    pub(super) tc: f32,
    /// Distance of the face: not negative.
    pub(super) major: f32,
}

impl FacePoint {
    /// Coordinates from 0 to 1.
    pub(super) fn coordinates(self) -> [f32; 2] {
        [self.sc, self.tc].map(|c| 0.5 * c / self.major + 0.5)
    }
}

/// The components of a vector along the s and t axes of a face, and away from its center.
pub(super) fn project(face: u32, [x, y, z]: [f32; 3]) -> [f32; 3] {
    match face {
        0 => [-z, -y, x],
        1 => [z, -y, -x],
        2 => [x, z, y],
        3 => [x, -z, -y],
        4 => [x, -y, z],
        _ => [-x, -y, -z],
    }
}

/// The vector of a point on the plane of a face.
fn unproject(face: u32, [s, t, away]: [f32; 3]) -> [f32; 3] {
    match face {
        0 => [away, -t, -s],
        1 => [-away, -t, s],
        2 => [s, away, t],
        3 => [s, -away, -t],
        4 => [s, -t, away],
        _ => [-s, -t, -away],
    }
}

/// The face that a direction meets; z before y before x where it meets an edge.
pub(super) fn select([x, y, z]: [f32; 3]) -> FacePoint {
    let (ax, ay, az) = (x.abs(), y.abs(), z.abs());
    let face = if az >= ax && az >= ay {
        4 + u32::from(z.is_sign_negative())
    } else if ay >= ax {
        2 + u32::from(y.is_sign_negative())
    } else {
        u32::from(x.is_sign_negative())
    };
    let [sc, tc, major] = project(face, [x, y, z]);
    FacePoint { face, sc, tc, major }
}

/// The texel of a neighbouring face that lies where a texel one beyond an edge would be; `None` at a corner, where there is
/// none.
pub(super) fn across(face: u32, [i, j]: [i32; 2], size: i32) -> Option<(u32, [i32; 2])> {
    let inside = |k: i32| (0..size).contains(&k);
    match (inside(i), inside(j)) {
        (true, true) => return Some((face, [i, j])),
        (false, false) => return None,
        _ => {}
    }
    // In half texels from the center, exact in singles. The plane that the point is nearest to is that of the neighbour;
    // seen from there it is one texel away from the edge, so that only the other coordinate counts.
    let point = [2 * i + 1 - size, 2 * j + 1 - size, size].map(|n| n as f32);
    let there = select(unproject(face, point));
    let index = |c: f32| {
        let c = c as i32;
        if c.abs() >= size { if c < 0 { 0 } else { size - 1 } } else { (c + size - 1) / 2 }
    };
    Some((there.face, [index(there.sc), index(there.tc)]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faces_are_those_of_the_major_axis() {
        let axes = [
            [1.0, 0.0, 0.0],
            [-1.0, 0.0, 0.0],
            [0.0, 1.0, 0.0],
            [0.0, -1.0, 0.0],
            [0.0, 0.0, 1.0],
            [0.0, 0.0, -1.0],
        ];
        for (face, axis) in (0..).zip(axes) {
            let point = select(axis);
            assert_eq!((point.face, point.major), (face, 1.0));
            assert_eq!(point.coordinates(), [0.5, 0.5]);
        }
        let point = select([2.0, 1.0, 0.0]);
        assert_eq!((point.face, point.coordinates()), (0, [0.5, 0.25]));
    }

    #[test]
    fn unprojection_reverses_projection() {
        for face in 0..6 {
            assert_eq!(unproject(face, project(face, [1.0, 2.0, 3.0])), [1.0, 2.0, 3.0]);
        }
    }

    /// The neighbour is the texel whose center is nearest to the edge's texel's.
    #[test]
    fn texels_across_an_edge_touch_it() {
        let size = 4;
        let center = |face: u32, [i, j]: [i32; 2]| {
            unproject(face, [(2 * i + 1 - size) as f32, (2 * j + 1 - size) as f32, size as f32])
        };
        for face in 0..6 {
            for k in 0..size {
                for (outside, edge) in [
                    ([-1, k], [0, k]),
                    ([size, k], [size - 1, k]),
                    ([k, -1], [k, 0]),
                    ([k, size], [k, size - 1]),
                ] {
                    let (there, at) = across(face, outside, size).unwrap();
                    assert_ne!(there, face);
                    let (a, b) = (center(face, edge), center(there, at));
                    let distance: f32 = a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum();
                    assert_eq!(distance, 2.0, "{face} {outside:?} {there} {at:?}");
                }
            }
            assert_eq!(across(face, [-1, 4], size), None);
        }
    }
}
