//! A primitive while a tile draws it.
//!
//! Its planes are made when somebody asks for them: not at all where no pixel of it is left, or where all of them are alike.

use core::cell::OnceCell;

use super::front::Chunk;
use super::primitive::{Edge, Planes, Primitive};
use super::setup::Setup;
use super::vertices::Vertices;
use super::viewport::Screen;

/// A primitive while a tile draws it.
#[derive(Debug)]
pub(super) struct Figure<'a> {
    pub(super) primitive: &'a Primitive,
    chunk: &'a Chunk,
    setup: &'a Setup,
    planes: OnceCell<Planes>,
}

impl<'a> Figure<'a> {
    /// That of a primitive of a chunk, which the setup made.
    #[inline(always)]
    pub(super) fn new(primitive: &'a Primitive, chunk: &'a Chunk, setup: &'a Setup) -> Self {
        Self { primitive, chunk, setup, planes: OnceCell::new() }
    }

    /// Those of its chunk.
    pub(super) fn vertices(&self) -> &'a Vertices {
        &self.chunk.vertices
    }

    /// The corners of one without outline.
    #[inline(always)]
    pub(super) fn corners(&self) -> [Screen; 3] {
        let corner = |number: usize| {
            let vertex = self.chunk.projected.get(self.primitive.vertices[number] as usize);
            vertex.map_or(Screen::default(), |vertex| vertex.screen)
        };
        [corner(0), corner(1), corner(2)]
    }

    #[inline(always)]
    pub(super) fn planes(&self) -> &Planes {
        match &self.primitive.outline {
            Some(outline) => &outline.planes,
            None => self.planes.get_or_init(|| self.planes_of_vertices()),
        }
    }

    #[inline(never)]
    fn planes_of_vertices(&self) -> Planes {
        self.setup.planes_of_vertices(self.corners(), self.primitive.bounds)
    }

    /// The edges of a smooth line.
    #[inline(always)]
    pub(super) fn smooth(&self) -> Option<&'a [Edge; 4]> {
        self.primitive.outline.as_ref().and_then(|outline| outline.smooth.as_ref())
    }

    /// The width of a point, in pixels.
    pub(super) fn point_size(&self) -> f32 {
        self.primitive.outline.as_ref().map_or(1.0, |outline| outline.point_size)
    }
}
