//! Vertices between two stages: packets of eight, slot by slot.
//!
//! ```text
//!   packet 0   | slot 0: lanes 0..8 | slot 1: lanes 0..8 | … | packet 1 …
//! ```
//!
//! # Invariant
//! Every packet has all slots up to the highest one that its stage writes, so that a kernel may write to any of them.

use lacuna_shaders::abi::LANES;
use lacuna_shaders::stage::Interface;

/// One slot of a packet.
#[repr(C, align(32))]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Row(pub(crate) [u32; LANES as usize]);

/// Vertices of one stage.
#[derive(Debug, Default)]
pub(super) struct Vertices {
    rows: Vec<Row>,
    /// Of a packet.
    slots: usize,
    count: u32,
}

/// How many slots hold all outputs of a stage.
pub(super) fn slots_of(interface: &Interface) -> usize {
    // A position is always there: what comes next reads it.
    interface.outputs.iter().max().map_or(0, |&slot| slot as usize + 1).max(4)
}

impl Vertices {
    /// Forgets all vertices, and makes room for `count` new ones, all zero where nothing was.
    pub(super) fn reset(&mut self, slots: usize, count: u32) {
        self.slots = slots;
        self.count = 0;
        self.rows.clear();
        self.grow(count);
    }

    /// Makes room for vertices up to `count`; new slots are zero.
    pub(super) fn grow(&mut self, count: u32) {
        self.count = self.count.max(count);
        self.rows.resize(self.count.div_ceil(LANES) as usize * self.slots, Row::default());
    }

    /// Memory that they hold.
    pub(super) fn bytes(&self) -> usize {
        self.rows.capacity() * size_of::<Row>()
    }

    /// Vertices.
    pub(super) fn count(&self) -> u32 {
        self.count
    }

    /// Rows of the packet that begins with vertex `8 * packet`.
    pub(super) fn packet(&mut self, packet: u32) -> &mut [Row] {
        let start = packet as usize * self.slots;
        &mut self.rows[start..start + self.slots]
    }

    /// The first four rows of each packet: positions.
    pub(super) fn positions(&self) -> impl Iterator<Item = [&Row; 4]> {
        self.rows.chunks_exact(self.slots.max(4)).map(|rows| [&rows[0], &rows[1], &rows[2], &rows[3]])
    }

    /// A scalar of a vertex; zero for slots and vertices that are not there.
    #[inline(always)]
    pub(super) fn get(&self, vertex: u32, slot: u32) -> u32 {
        self.of(vertex).get(slot)
    }

    /// A vertex, to be asked for many of its scalars.
    #[inline(always)]
    pub(super) fn of(&self, vertex: u32) -> Vertex<'_> {
        let start = (vertex / LANES) as usize * self.slots;
        let rows = self.rows.get(start..start + self.slots).unwrap_or_default();
        Vertex { rows, lane: (vertex % LANES) as usize }
    }

    /// [`get`](Self::get), a float.
    #[inline(always)]
    pub(super) fn float(&self, vertex: u32, slot: u32) -> f32 {
        f32::from_bits(self.get(vertex, slot))
    }

    /// Writes a scalar of a vertex; slots and vertices that are not there are ignored.
    pub(super) fn set(&mut self, vertex: u32, slot: u32, value: u32) {
        let row = (vertex / LANES) as usize * self.slots + slot as usize;
        if (slot as usize) < self.slots
            && let Some(row) = self.rows.get_mut(row)
        {
            row.0[(vertex % LANES) as usize] = value;
        }
    }
}

/// One of [`Vertices`].
#[derive(Clone, Copy, Debug)]
pub(super) struct Vertex<'a> {
    rows: &'a [Row],
    lane: usize,
}

impl Vertex<'_> {
    /// As [`Vertices::get`].
    #[inline(always)]
    fn get(&self, slot: u32) -> u32 {
        self.rows.get(slot as usize).map_or(0, |row| row.0[self.lane])
    }

    /// As [`Vertices::float`].
    #[inline(always)]
    pub(super) fn float(&self, slot: u32) -> f32 {
        f32::from_bits(self.get(slot))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vertex_keeps_its_slots() {
        let mut vertices = Vertices::default();
        vertices.reset(5, 3);
        vertices.grow(20);
        for vertex in 0..20 {
            (0..5).for_each(|slot| vertices.set(vertex, slot, vertex * 10 + slot));
        }
        vertices.set(3, 5, 99);
        vertices.set(24, 0, 99);
        for vertex in 0..20 {
            assert!((0..5).all(|slot| vertices.get(vertex, slot) == vertex * 10 + slot));
        }
        assert_eq!(vertices.get(3, 5), 0);
        assert_eq!([0, 4, 5].map(|slot| vertices.of(13).float(slot).to_bits()), [130, 134, 0]);
        assert_eq!(vertices.of(24).float(0), 0.0);
        assert_eq!(vertices.packet(1)[2].0[1], 92);
        vertices.reset(4, 8);
        assert_eq!(vertices.get(0, 0), 0);
    }
}
