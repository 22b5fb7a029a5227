//! Which vertices of a stream each primitive has.
//!
//! Source: Vulkan specification, "Primitive Topologies". Vertices come in the order that the specification gives, and the
//! provoking vertex is told apart, since it is not always the first or last of that order.

use ash::vk::{self, PrimitiveTopology as Topology};

/// Most vertices of a primitive that is no patch.
pub(super) const MAX_VERTICES: usize = 6;

/// The shape of primitives that leave assembly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Point,
    Line,
    Triangle,
    Patch,
}

/// A topology and how it cuts a stream of vertices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cut {
    topology: Topology,
    /// Vertices of a primitive.
    pub(super) size: u32,
    /// Vertices from one primitive to the next.
    step: u32,
}

/// Vertices of one primitive, as positions in the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Assembled {
    /// The first `Cut::size` are used.
    pub(super) vertices: [u32; MAX_VERTICES],
    /// Which of the vertices that are not adjacent ones provokes: 0, 1 or 2.
    pub(super) provoking: u8,
}

impl Cut {
    pub(super) fn new(topology: Topology, patch_control_points: u32) -> Self {
        let (size, step) = match topology {
            Topology::POINT_LIST => (1, 1),
            Topology::LINE_LIST => (2, 2),
            Topology::LINE_STRIP => (2, 1),
            Topology::TRIANGLE_STRIP | Topology::TRIANGLE_FAN => (3, 1),
            Topology::LINE_LIST_WITH_ADJACENCY => (4, 4),
            Topology::LINE_STRIP_WITH_ADJACENCY => (4, 1),
            Topology::TRIANGLE_LIST_WITH_ADJACENCY => (6, 6),
            Topology::TRIANGLE_STRIP_WITH_ADJACENCY => (6, 2),
            Topology::PATCH_LIST => (patch_control_points.max(1), patch_control_points.max(1)),
            _ => (3, 3),
        };
        Self { topology, size, step }
    }

    pub(super) fn shape(self) -> Shape {
        match self.topology {
            Topology::POINT_LIST => Shape::Point,
            Topology::LINE_LIST
            | Topology::LINE_STRIP
            | Topology::LINE_LIST_WITH_ADJACENCY
            | Topology::LINE_STRIP_WITH_ADJACENCY => Shape::Line,
            Topology::PATCH_LIST => Shape::Patch,
            _ => Shape::Triangle,
        }
    }

    /// Whether primitives bring neighbours along.
    pub(super) fn has_adjacency(self) -> bool {
        matches!(
            self.topology,
            Topology::LINE_LIST_WITH_ADJACENCY
                | Topology::LINE_STRIP_WITH_ADJACENCY
                | Topology::TRIANGLE_LIST_WITH_ADJACENCY
                | Topology::TRIANGLE_STRIP_WITH_ADJACENCY
        )
    }

    /// Whether each primitive has vertices of its own.
    pub(super) fn is_list(self) -> bool {
        self.step == self.size
    }

    /// Complete primitives of a stream of that many vertices.
    pub(super) fn primitives(self, vertices: u32) -> u32 {
        if vertices < self.size { 0 } else { (vertices - self.size) / self.step + 1 }
    }

    /// Vertices that belong to complete primitives of a stream of that many.
    pub(super) fn vertices(self, primitives: u32) -> u32 {
        if primitives == 0 { 0 } else { (primitives - 1) * self.step + self.size }
    }

    /// The vertices of a primitive of a stream that has `count` of them. Not for patches: those of theirs follow each other.
    pub(super) fn assemble(self, primitive: u32, count: u32, mode: vk::ProvokingVertexModeEXT) -> Assembled {
        let last = mode == vk::ProvokingVertexModeEXT::LAST_VERTEX;
        let p = primitive * self.step;
        let odd = primitive % 2;
        let mut vertices = [p; MAX_VERTICES];
        let mut fill = |list: &[u32]| vertices[..list.len()].copy_from_slice(list);
        let provoking = match self.topology {
            Topology::POINT_LIST => 0,
            Topology::LINE_LIST | Topology::LINE_STRIP => {
                fill(&[p, p + 1]);
                u8::from(last)
            }
            Topology::TRIANGLE_STRIP => {
                fill(&[p, p + 1 + odd, p + 2 - odd]);
                if last { 2 - odd as u8 } else { 0 }
            }
            Topology::TRIANGLE_FAN => {
                fill(&[p + 1, p + 2, 0]);
                u8::from(last)
            }
            Topology::LINE_LIST_WITH_ADJACENCY | Topology::LINE_STRIP_WITH_ADJACENCY => {
                fill(&[p, p + 1, p + 2, p + 3]);
                u8::from(last)
            }
            Topology::TRIANGLE_LIST_WITH_ADJACENCY => {
                fill(&[p, p + 1, p + 2, p + 3, p + 4, p + 5]);
                if last { 2 } else { 0 }
            }
            Topology::TRIANGLE_STRIP_WITH_ADJACENCY => {
                let is_last = primitive + 1 == self.primitives(count);
                // The neighbour across the edge behind comes two later, or ends the strip.
                let next = if is_last { p + 5 } else { p + 6 };
                match (primitive, odd) {
                    (0, _) => fill(&[0, 1, 2, next, 4, 3]),
                    (_, 0) => fill(&[p, p - 2, p + 2, next, p + 4, p + 3]),
                    (_, _) => fill(&[p, p + 3, p + 4, next, p + 2, p - 2]),
                }
                if last { 2 - odd as u8 } else { 0 }
            }
            _ => {
                fill(&[p, p + 1, p + 2]);
                if last { 2 } else { 0 }
            }
        };
        Assembled { vertices, provoking }
    }

    /// Places, among the vertices of a primitive, of those that are not neighbours.
    pub(super) fn corners(self) -> &'static [usize] {
        match (self.shape(), self.has_adjacency()) {
            (Shape::Point | Shape::Patch, _) => &[0],
            (Shape::Line, false) => &[0, 1],
            (Shape::Line, true) => &[1, 2],
            (Shape::Triangle, false) => &[0, 1, 2],
            (Shape::Triangle, true) => &[0, 2, 4],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: vk::ProvokingVertexModeEXT = vk::ProvokingVertexModeEXT::FIRST_VERTEX;
    const LAST: vk::ProvokingVertexModeEXT = vk::ProvokingVertexModeEXT::LAST_VERTEX;

    fn all(topology: Topology, count: u32) -> Vec<Vec<u32>> {
        let cut = Cut::new(topology, 0);
        (0..cut.primitives(count))
            .map(|p| cut.assemble(p, count, FIRST).vertices[..cut.size as usize].to_vec())
            .collect()
    }

    #[test]
    fn strips_and_fans_keep_their_winding() {
        assert_eq!(all(Topology::TRIANGLE_STRIP, 5), [[0, 1, 2], [1, 3, 2], [2, 3, 4]]);
        assert_eq!(all(Topology::TRIANGLE_FAN, 5), [[1, 2, 0], [2, 3, 0], [3, 4, 0]]);
        assert_eq!(all(Topology::LINE_STRIP, 3), [[0, 1], [1, 2]]);
    }

    #[test]
    fn lists_drop_incomplete_primitives() {
        assert_eq!(all(Topology::TRIANGLE_LIST, 8), [[0, 1, 2], [3, 4, 5]]);
        assert_eq!(all(Topology::LINE_LIST, 1), [[0u32; 0]; 0]);
        assert_eq!(all(Topology::LINE_LIST_WITH_ADJACENCY, 8), [[0, 1, 2, 3], [4, 5, 6, 7]]);
        let cut = Cut::new(Topology::PATCH_LIST, 4);
        assert_eq!((cut.primitives(11), cut.vertices(2)), (2, 8));
    }

    #[test]
    fn adjacent_strips_are_those_of_the_specification() {
        assert_eq!(all(Topology::TRIANGLE_STRIP_WITH_ADJACENCY, 6), [[0, 1, 2, 5, 4, 3]]);
        assert_eq!(
            all(Topology::TRIANGLE_STRIP_WITH_ADJACENCY, 10),
            [[0, 1, 2, 6, 4, 3], [2, 5, 6, 8, 4, 0], [4, 2, 6, 9, 8, 7]]
        );
    }

    #[test]
    fn the_provoking_vertex_is_the_first_or_last_of_the_stream() {
        for topology in [Topology::TRIANGLE_STRIP, Topology::TRIANGLE_LIST, Topology::LINE_STRIP] {
            let cut = Cut::new(topology, 0);
            for p in 0..4 {
                let first = cut.assemble(p, 20, FIRST);
                let last = cut.assemble(p, 20, LAST);
                let used = &first.vertices[..cut.size as usize];
                assert_eq!(first.vertices[usize::from(first.provoking)], *used.iter().min().unwrap());
                assert_eq!(last.vertices[usize::from(last.provoking)], *used.iter().max().unwrap());
            }
        }
        let fan = Cut::new(Topology::TRIANGLE_FAN, 0);
        let (first, last) = (fan.assemble(1, 9, FIRST), fan.assemble(1, 9, LAST));
        assert_eq!(first.vertices[usize::from(first.provoking)], 2);
        assert_eq!(last.vertices[usize::from(last.provoking)], 3);
    }
}
