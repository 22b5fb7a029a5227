//! The primitives of a chunk, in drawing order.

use core::ops::Deref;

use super::primitive::Primitive;

/// Primitives in memory that is written over: a triangle is made in its place, scalar by scalar. Made elsewhere and moved here, it
/// would be loaded as vectors before its scalars are stored, and the processor waits for that.
#[derive(Debug, Default)]
pub(super) struct Primitives {
    list: Vec<Primitive>,
    count: usize,
    /// Some own memory.
    has_outlines: bool,
}

impl Primitives {
    /// Forgets all.
    pub(super) fn clear(&mut self) {
        if self.has_outlines {
            self.list.clear();
        }
        (self.count, self.has_outlines) = (0, false);
    }

    /// A place for a triangle: all of it is to be written.
    #[inline(always)]
    pub(super) fn next(&mut self) -> &mut Primitive {
        let place = self.count;
        if place == self.list.len() {
            self.list.push(Primitive::default());
        }
        self.count += 1;
        &mut self.list[place]
    }

    /// Adds primitives that are made elsewhere.
    pub(super) fn extend(&mut self, primitives: impl IntoIterator<Item = Primitive>) {
        for primitive in primitives {
            *self.next() = primitive;
            self.has_outlines = true;
        }
    }

    /// Memory that they hold.
    pub(super) fn bytes(&self) -> usize {
        self.list.capacity() * size_of::<Primitive>()
    }
}

impl Deref for Primitives {
    type Target = [Primitive];

    fn deref(&self) -> &[Primitive] {
        &self.list[..self.count]
    }
}

#[cfg(test)]
mod tests {
    use super::super::primitive::{Coverage, Outline, Planes};
    use super::*;

    #[test]
    fn outlines_are_not_kept_for_the_next_chunk() {
        let mut primitives = Primitives::default();
        primitives.next().id = 1;
        let outline = Outline {
            coverage: Coverage::Edges(0),
            edges: Default::default(),
            planes: Planes::default(),
            point_size: 1.0,
            stipple: None,
            smooth: None,
        };
        primitives.extend([Primitive { id: 2, outline: Some(Box::new(outline)), ..Default::default() }]);
        assert_eq!(primitives.iter().map(|primitive| primitive.id).collect::<Vec<_>>(), [1, 2]);
        primitives.clear();
        assert!(primitives.is_empty() && primitives.list.iter().all(|primitive| primitive.outline.is_none()));
        primitives.next().id = 3;
        assert_eq!((primitives.len(), primitives[0].id), (1, 3));
    }
}
