//! The tessellator: levels to points of the domain and the primitives between them.
//!
//! Source: Vulkan specification, "Tessellation". Everything is made of three things: how an edge is divided ([`divide`]),
//! rings of points inside of each other, and triangles between two neighbouring rings ([`Mesh::stitch`]).

use lacuna_shaders::stage::{Domain, Spacing};

use super::lanes::limit;

/// The highest level.
pub(super) const MAX_LEVEL: f32 = 64.0;

/// What is to be divided, and how.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Division {
    pub(super) domain: Domain,
    pub(super) spacing: Spacing,
    /// Orientation of triangles in the plane of u and v.
    pub(super) is_positive: bool,
    pub(super) outer: [f32; 4],
    pub(super) inner: [f32; 2],
}

/// Points of the domain and primitives.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Mesh {
    /// `TessCoord`, each point once.
    pub(super) points: Vec<[f32; 3]>,
    /// Triangles, all the same way round; of isolines the first two are the line.
    pub(super) primitives: Vec<[u32; 3]>,
}

impl Division {
    /// Divides. A patch whose outer levels are not positive has no points.
    pub(super) fn mesh(&self) -> Mesh {
        let mut mesh = Mesh::default();
        let relevant = match self.domain {
            Domain::Triangles => 3,
            Domain::Quads => 4,
            Domain::Isolines => 2,
        };
        if self.outer[..relevant].iter().any(|&level| level.is_nan() || level <= 0.0) {
            return mesh;
        }
        match self.domain {
            Domain::Triangles => self.triangles(&mut mesh),
            Domain::Quads => self.quads(&mut mesh),
            Domain::Isolines => self.isolines(&mut mesh),
        }
        if !self.is_positive {
            mesh.primitives.iter_mut().for_each(|triangle| triangle.swap(1, 2));
        }
        mesh
    }

    /// Divisions of an inner edge; more than one segment where something else is divided.
    fn inner(&self, level: f32, is_divided: bool) -> Vec<f32> {
        let edge = divide(level, self.spacing);
        match self.spacing {
            _ if edge.len() > 2 || !is_divided => edge,
            // A level hardly above one: the outer segments have no length.
            Spacing::FractionalOdd => vec![0.0, 0.0, 1.0, 1.0],
            _ => vec![0.0, 0.5, 1.0],
        }
    }

    fn isolines(&self, mesh: &mut Mesh) {
        let rows = divide(self.outer[0], Spacing::Equal);
        let columns = divide(self.outer[1], self.spacing);
        for &v in &rows[..rows.len() - 1] {
            let first = mesh.points.len() as u32;
            mesh.points.extend(columns.iter().map(|&u| [u, v, 0.0]));
            mesh.primitives.extend((1..columns.len() as u32).map(|n| [first + n - 1, first + n, first + n]));
        }
    }

    fn quads(&self, mesh: &mut Mesh) {
        let outer = self.outer.map(|level| divide(level, self.spacing));
        let divided_inside = self.inner.map(|level| divide(level, self.spacing).len() > 2);
        let is_divided = outer.iter().any(|edge| edge.len() > 2) || divided_inside.contains(&true);
        let [u, v] = self.inner.map(|level| self.inner(level, is_divided));
        let corners = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]].map(|[u, v]| mesh.point([u, v, 0.0]));
        if !is_divided {
            mesh.primitives.push([corners[0], corners[1], corners[2]]);
            mesh.primitives.push([corners[0], corners[2], corners[3]]);
            return;
        }
        // Points inside, row by row.
        let (columns, rows) = (u.len() - 2, v.len() - 2);
        let first = mesh.points.len() as u32;
        for &v in &v[1..=rows] {
            mesh.points.extend(u[1..=columns].iter().map(|&u| [u, v, 0.0]));
        }
        let inside = |column: usize, row: usize| first + (row * columns + column) as u32;
        for (row, column) in (1..rows).flat_map(|row| (1..columns).map(move |column| (row, column))) {
            let [a, b] = [inside(column - 1, row - 1), inside(column, row - 1)];
            let [c, d] = [inside(column, row), inside(column - 1, row)];
            // Diagonals point to the center, so that rings around it look like rings. That of a cell in the very center is as in other
            // tessellators.
            let is_center = 2 * column == columns && 2 * row == rows;
            if (2 * column < columns) == (2 * row < rows) && !is_center {
                mesh.primitives.extend([[a, b, c], [a, c, d]]);
            } else {
                mesh.primitives.extend([[a, b, d], [b, c, d]]);
            }
        }
        // Each outer edge to the side of the inner rectangle that is next to it: around from the origin.
        let (right, bottom) = (columns - 1, rows - 1);
        let sides: [(usize, usize, &Vec<f32>, Vec<u32>); 4] = [
            (0, 1, &u, (0..columns).map(|n| inside(n, 0)).collect()),
            (1, 2, &v, (0..rows).map(|n| inside(right, n)).collect()),
            (2, 3, &u, (0..columns).rev().map(|n| inside(n, bottom)).collect()),
            (3, 0, &v, (0..rows).rev().map(|n| inside(0, n)).collect()),
        ];
        for (edge, (from, to, inner, inner_points)) in sides.into_iter().enumerate() {
            // Levels count from the edge u = 0.
            let division = &outer[(edge + 1) % 4];
            let mut points = vec![corners[from]];
            for &t in &division[1..division.len() - 1] {
                let point = match edge {
                    0 => [t, 0.0, 0.0],
                    1 => [1.0, t, 0.0],
                    2 => [1.0 - t, 1.0, 0.0],
                    _ => [0.0, 1.0 - t, 0.0],
                };
                points.push(mesh.point(point));
            }
            points.push(corners[to]);
            mesh.stitch(&points, division, &inner_points, &inner[1..inner.len() - 1]);
        }
    }

    fn triangles(&self, mesh: &mut Mesh) {
        let [a, b, c, _] = self.outer.map(|level| divide(level, self.spacing));
        let is_divided = [&a, &b, &c].iter().any(|edge| edge.len() > 2);
        let inner = self.inner(self.inner[0], is_divided);
        const CORNERS: [[f32; 3]; 3] = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
        let corners = CORNERS.map(|corner| mesh.point(corner));
        if inner.len() == 2 {
            mesh.primitives.push(corners);
            return;
        }
        // The edge from corner n to n + 1 is that where the remaining coordinate is zero.
        let divisions = [c, a, b];
        let mut ring: [Vec<u32>; 3] = core::array::from_fn(|n| {
            let (from, to) = (n, (n + 1) % 3);
            let division = &divisions[n];
            let mut points = vec![corners[from]];
            for &t in &division[1..division.len() - 1] {
                let mut point = [0.0; 3];
                (point[from], point[to]) = (1.0 - t, t);
                points.push(mesh.point(point));
            }
            points.push(corners[to]);
            points
        });
        let mut parameters: [Vec<f32>; 3] = divisions;
        let segments = inner.len() - 1;
        for depth in 1..=segments / 2 {
            let division = &inner[depth..inner.len() - depth];
            let next = mesh.inner_ring(division);
            for n in 0..3 {
                mesh.stitch(&ring[n], &parameters[n], &next[n], division);
            }
            ring = next;
            parameters = [division.to_vec(), division.to_vec(), division.to_vec()];
        }
        if segments % 2 == 1 {
            mesh.primitives.push([ring[0][0], ring[1][0], ring[2][0]]);
        }
    }
}

impl Mesh {
    fn point(&mut self, point: [f32; 3]) -> u32 {
        self.points.push(point);
        self.points.len() as u32 - 1
    }

    /// A triangle inside of the domain: its corners are where lines meet that stand on the outer edges at the first and last
    /// of the divisions. A single division is the center.
    fn inner_ring(&mut self, division: &[f32]) -> [Vec<u32>; 3] {
        if let [_] = division {
            // Rounded down: three of them are not more than one.
            let center = self.point([0.333_333_3; 3]);
            return [vec![center], vec![center], vec![center]];
        }
        let distance = division[0];
        // Where the perpendiculars of an equilateral triangle meet: twice as far on the way to the center.
        let near = 1.0 - distance * 4.0 / 3.0;
        let far = distance * 2.0 / 3.0;
        let corner =
            |n: usize| -> [f32; 3] { core::array::from_fn(|axis| if axis == n { near } else { far }) };
        let corners = [0, 1, 2].map(|n| self.point(corner(n)));
        core::array::from_fn(|n| {
            let (from, to) = (n, (n + 1) % 3);
            let mut points = vec![corners[from]];
            for &t in &division[1..division.len() - 1] {
                let share = (t - distance) / (1.0 - 2.0 * distance);
                let (a, b) = (corner(from), corner(to));
                points
                    .push(self.point(core::array::from_fn(|axis| a[axis] * (1.0 - share) + b[axis] * share)));
            }
            points.push(corners[to]);
            points
        })
    }

    /// Triangles between two rows of points, whose positions along their common direction are given. Where points of both are
    /// next to each other, diagonals lead from the outer row towards the middle of the inner one, in either half.
    fn stitch(&mut self, outer: &[u32], outer_at: &[f32], inner: &[u32], inner_at: &[f32]) {
        let (mut i, mut j) = (0, 0);
        while i + 1 < outer.len() || j + 1 < inner.len() {
            let takes_outer = j + 1 == inner.len()
                || i + 1 < outer.len() && {
                    // Twice the middles of the next segments.
                    let (outer, inner) = (outer_at[i] + outer_at[i + 1], inner_at[j] + inner_at[j + 1]);
                    outer < inner || (outer == inner && outer > 1.0)
                };
            if takes_outer {
                self.primitives.push([outer[i], outer[i + 1], inner[j]]);
                i += 1;
            } else {
                self.primitives.push([outer[i], inner[j + 1], inner[j]]);
                j += 1;
            }
        }
    }
}

/// A number below a half such that one minus it has no rounding.
fn exact(at: f64) -> f32 {
    const STEPS: f64 = 16_777_216.0;
    ((at * STEPS).round() / STEPS) as f32
}

/// Where an edge from 0 to 1 is divided, the ends included; the same from either end.
fn divide(level: f32, spacing: Spacing) -> Vec<f32> {
    // What is not a number is the least level.
    let limited = |low: f32, high: f32| limit(level, low, high);
    let (level, segments) = match spacing {
        Spacing::Equal => {
            let segments = limited(1.0, MAX_LEVEL).ceil();
            (segments, segments as usize)
        }
        Spacing::FractionalEven => {
            let level = limited(2.0, MAX_LEVEL);
            (level, (level / 2.0).ceil() as usize * 2)
        }
        Spacing::FractionalOdd => {
            let level = limited(1.0, MAX_LEVEL - 1.0);
            (level, ((level - 1.0) / 2.0).ceil() as usize * 2 + 1)
        }
    };
    // The first and the last segment grow from nothing to the size of the others while the level grows by two: each point goes
    // from where it is with two segments less to where it is with as many, as in other tessellators.
    let (level, count) = (f64::from(level), segments as f64);
    let grown = (level - (count - 2.0)) / 2.0;
    let mut points = vec![0.0; segments + 1];
    for n in 1..=segments / 2 {
        let place = |n: f64, count: f64| if n > 0.0 { n / count } else { 0.0 };
        let (before, after) = (place(n as f64 - 1.0, count - 2.0), place(n as f64, count));
        let at = if 2 * n == segments { 0.5 } else { exact(before + (after - before) * grown) };
        points[n] = at;
        points[segments - n] = 1.0 - at;
    }
    points[segments] = 1.0;
    points
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    const LEVELS: [f32; 7] = [0.3, 1.0, 1.5, 2.0, 3.0, 4.7, 7.0];

    fn division(domain: Domain, spacing: Spacing, outer: [f32; 4], inner: [f32; 2]) -> Division {
        Division { domain, spacing, is_positive: true, outer, inner }
    }

    fn spacings() -> [Spacing; 3] {
        [Spacing::Equal, Spacing::FractionalEven, Spacing::FractionalOdd]
    }

    /// The area of all triangles, and that every inner edge has two of them and every outer one lies on the border.
    fn is_closed(mesh: &Mesh, area: f64, on_border: impl Fn([f32; 3], [f32; 3]) -> bool) {
        let mut edges: HashMap<(u32, u32), i32> = HashMap::new();
        let mut sum = 0.0;
        for triangle in &mesh.primitives {
            let [a, b, c] = triangle.map(|n| mesh.points[n as usize].map(f64::from));
            let double = (b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1]);
            assert!(double >= 0.0, "{triangle:?}");
            sum += double / 2.0;
            for n in 0..3 {
                *edges.entry((triangle[n], triangle[(n + 1) % 3])).or_default() += 1;
            }
        }
        assert!((sum - area).abs() < 1e-5, "{sum}");
        for (&(a, b), &count) in &edges {
            assert_eq!(count, 1);
            let is_inner = edges.contains_key(&(b, a));
            assert!(is_inner || on_border(mesh.points[a as usize], mesh.points[b as usize]));
        }
    }

    fn points_are_unique(mesh: &Mesh) {
        let mut points: Vec<_> = mesh.points.iter().map(|point| point.map(f32::to_bits)).collect();
        points.sort_unstable();
        points.dedup();
        assert_eq!(points.len(), mesh.points.len());
    }

    #[test]
    fn triangles_fill_the_domain_without_gaps() {
        for (spacing, inner) in spacings().into_iter().flat_map(|s| LEVELS.map(|level| (s, level))) {
            for (a, b) in LEVELS.iter().flat_map(|&a| LEVELS.map(|b| (a, b))) {
                let mesh = division(Domain::Triangles, spacing, [a, b, 2.5, 0.0], [inner, 0.0]).mesh();
                is_closed(&mesh, 0.5, |p, q| (0..3).any(|axis| p[axis] == 0.0 && q[axis] == 0.0));
                if spacing != Spacing::FractionalOdd || inner > 1.0 {
                    points_are_unique(&mesh);
                }
                assert!(mesh.points.iter().all(|p| (p.iter().sum::<f32>() - 1.0).abs() < 1e-6));
            }
        }
    }

    #[test]
    fn quads_fill_the_domain_without_gaps() {
        for (spacing, inner) in spacings().into_iter().flat_map(|s| LEVELS.map(|level| (s, level))) {
            for (a, b) in LEVELS.iter().flat_map(|&a| LEVELS.map(|b| (a, b))) {
                let mesh = division(Domain::Quads, spacing, [a, 1.0, b, 5.0], [inner, b]).mesh();
                is_closed(&mesh, 1.0, |p, q| {
                    (0..2).any(|axis| p[axis] == q[axis] && (p[axis] == 0.0 || p[axis] == 1.0))
                });
                if spacing != Spacing::FractionalOdd || inner > 1.0 && b > 1.0 {
                    points_are_unique(&mesh);
                }
            }
        }
    }

    #[test]
    fn edges_are_divided_the_same_from_both_ends() {
        for spacing in spacings() {
            for level in (0..700).map(|n| n as f32 * 0.1) {
                let edge = divide(level, spacing);
                let segments = edge.len() - 1;
                assert!(edge.windows(2).all(|pair| pair[0] < pair[1]));
                assert!((0..=segments).all(|n| edge[n] == 1.0 - edge[segments - n]));
                match spacing {
                    Spacing::Equal => assert_eq!(segments as f32, level.clamp(1.0, 64.0).ceil()),
                    Spacing::FractionalEven => assert_eq!(segments % 2, 0),
                    Spacing::FractionalOdd => assert_eq!(segments % 2, 1),
                }
            }
        }
    }

    #[test]
    fn meshes_are_their_own_mirror_images() {
        let mesh = division(Domain::Triangles, Spacing::Equal, [8.0; 4], [8.0; 2]).mesh();
        let triangles = |axes: [usize; 3]| {
            let place = |n: u32| axes.map(|axis| (mesh.points[n as usize][axis] * 1e4).round() as i32);
            let sorted = |triangle: &[u32; 3]| {
                let mut corners = triangle.map(place);
                corners.sort_unstable();
                corners
            };
            let mut all: Vec<_> = mesh.primitives.iter().map(sorted).collect();
            all.sort_unstable();
            all
        };
        assert_eq!(triangles([0, 1, 2]), triangles([1, 0, 2]));
        assert_eq!(triangles([0, 1, 2]), triangles([0, 2, 1]));
    }

    #[test]
    fn additional_segments_grow_to_the_size_of_the_others() {
        let first = |level| divide(level, Spacing::FractionalOdd)[1];
        assert!(first(1.0 + 1e-6) < 1e-3 && first(3.0 + 1e-6) < 1e-3);
        assert!((first(2.0) - 1.0 / 6.0).abs() < 1e-6);
        assert!((first(3.0) - 1.0 / 3.0).abs() < 1e-6 && (first(5.0) - 0.2).abs() < 1e-6);
    }

    #[test]
    fn patches_without_levels_are_dropped() {
        for bad in [0.0, -1.0, f32::NAN] {
            let mesh = division(Domain::Triangles, Spacing::Equal, [1.0, bad, 1.0, 1.0], [1.0; 2]).mesh();
            assert!(mesh.points.is_empty());
        }
        let mesh = division(Domain::Triangles, Spacing::Equal, [f32::INFINITY; 4], [f32::NAN; 2]).mesh();
        assert!(!mesh.primitives.is_empty());
    }

    #[test]
    fn isolines_leave_out_the_last_row() {
        let mesh = division(Domain::Isolines, Spacing::Equal, [3.0, 2.0, 0.0, 0.0], [0.0; 2]).mesh();
        assert_eq!((mesh.points.len(), mesh.primitives.len()), (9, 6));
        assert!(mesh.points.iter().all(|point| point[1] < 1.0));
    }
}
