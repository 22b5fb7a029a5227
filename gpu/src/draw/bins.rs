//! Which tiles each primitive touches, in drawing order.
//!
//! ```text
//!   footprint of a chunk   small primitives, sorted by tile (counting sort, stable)      tile 0: 3 17 18 | tile 1: 4 17 | …
//!                          large primitives: one list that every tile goes through       5 9
//!   bins of a wave         the tiles that some chunk touches                             0 1 …
//! ```
//!
//! Whoever makes a chunk makes its footprint, so that nothing is left to sort when all chunks are there: a tile goes through them one
//! after the other. A primitive that touches many tiles is not entered in each of them: a tile looks at its bounds, which costs no
//! more, and memory stays in proportion to the number of primitives.

use core::ops::Range;

use super::primitive::{Bounds, Primitive};
use super::tile_view::TILE;

/// Tiles that a small primitive touches at most.
const SMALL: u32 = 4;
/// Pixels that cost as much as a primitive does beside its own.
const PIXELS_OF_PRIMITIVE: u64 = 8;
/// Tiles of all layers that are counted one by one; with more, items are sorted by comparing.
const MAX_COUNTED: u64 = 1 << 14;

/// A tile: layer, row and column, ascending.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key(u64);

impl Key {
    fn new(x: i32, y: i32, layer: u32) -> Self {
        const { assert!((1 << 15) / TILE <= 1 << 16) };
        Self(u64::from(layer) << 32 | u64::from(y as u16) << 16 | u64::from(x as u16))
    }

    const fn x(self) -> i32 {
        (self.0 & 0xffff) as i32
    }

    const fn y(self) -> i32 {
        (self.0 >> 16 & 0xffff) as i32
    }

    const fn layer(self) -> u32 {
        (self.0 >> 32) as u32
    }
}

/// Tiles of some layers.
#[derive(Clone, Debug)]
struct Space {
    tiles: Bounds,
    layers: Range<u32>,
}

impl Space {
    const EMPTY: Self = Self {
        tiles: Bounds { x0: i32::MAX, y0: i32::MAX, x1: i32::MIN, y1: i32::MIN },
        layers: Range { start: u32::MAX, end: 0 },
    };

    fn include(&mut self, tiles: &Bounds, layers: Range<u32>) {
        self.tiles.x0 = self.tiles.x0.min(tiles.x0);
        self.tiles.y0 = self.tiles.y0.min(tiles.y0);
        self.tiles.x1 = self.tiles.x1.max(tiles.x1);
        self.tiles.y1 = self.tiles.y1.max(tiles.y1);
        self.layers.start = self.layers.start.min(layers.start);
        self.layers.end = self.layers.end.max(layers.end);
    }

    fn width(&self) -> u64 {
        u64::from(self.tiles.x1.abs_diff(self.tiles.x0))
    }

    fn height(&self) -> u64 {
        u64::from(self.tiles.y1.abs_diff(self.tiles.y0))
    }

    /// How many tiles there are.
    fn count(&self) -> u64 {
        if self.layers.is_empty() {
            return 0;
        }
        self.width() * self.height() * u64::from(self.layers.end - self.layers.start)
    }

    /// A tile by its number.
    fn key(&self, number: u64) -> Key {
        let (row, x) = (number / self.width(), number % self.width());
        let (layer, y) = (row / self.height(), row % self.height());
        Key::new(self.tiles.x0 + x as i32, self.tiles.y0 + y as i32, self.layers.start + layer as u32)
    }

    /// The number of a tile.
    #[inline(always)]
    fn number(&self, key: Key) -> u64 {
        let (x, y) = ((key.x() - self.tiles.x0) as u64, (key.y() - self.tiles.y0) as u64);
        (u64::from(key.layer() - self.layers.start) * self.height() + y) * self.width() + x
    }
}

/// Where the primitives of a chunk are.
#[derive(Debug)]
pub(super) struct Footprint {
    space: Space,
    /// In pixels, of all bounds.
    cost: u64,
    /// Primitives that touch many tiles.
    large: Vec<u32>,
    /// Tiles with small primitives, and where their items are.
    filled: Vec<(Key, Range<u32>)>,
    /// Small primitives, tile by tile.
    items: Vec<u32>,
    /// What is sorted, in drawing order.
    pairs: Vec<(Key, u32)>,
    counts: Vec<u32>,
}

impl Default for Footprint {
    /// Of no primitives.
    fn default() -> Self {
        Self {
            space: Space::EMPTY,
            cost: 0,
            large: Vec::new(),
            filled: Vec::new(),
            items: Vec::new(),
            pairs: Vec::new(),
            counts: Vec::new(),
        }
    }
}

impl Footprint {
    /// Becomes that of other primitives, which are inside of the largest target.
    pub(super) fn set(&mut self, primitives: &[Primitive]) {
        self.large.clear();
        self.pairs.clear();
        let (mut space, mut cost) = (Space::EMPTY, 0);
        for (number, Primitive { bounds, layer, .. }) in primitives.iter().enumerate() {
            let tiles = tiles_of(*bounds);
            space.include(&tiles, *layer..*layer + 1);
            let (width, height) = ((bounds.x1 - bounds.x0) as u32, (bounds.y1 - bounds.y0) as u32);
            cost += u64::from(width) * u64::from(height) + PIXELS_OF_PRIMITIVE;
            self.enter(&tiles, *layer, number as u32);
        }
        (self.space, self.cost) = (space, cost);
        self.sort();
    }

    /// Memory that it holds.
    pub(super) fn bytes(&self) -> usize {
        self.filled.capacity() * size_of::<(Key, Range<u32>)>()
            + self.pairs.capacity() * size_of::<(Key, u32)>()
            + (self.large.capacity() + self.items.capacity() + self.counts.capacity()) * size_of::<u32>()
    }

    #[inline(always)]
    fn enter(&mut self, tiles: &Bounds, layer: u32, number: u32) {
        if ((tiles.x1 - tiles.x0) * (tiles.y1 - tiles.y0)) as u32 > SMALL {
            self.large.push(number);
            return;
        }
        for y in tiles.y0..tiles.y1 {
            for x in tiles.x0..tiles.x1 {
                self.pairs.push((Key::new(x, y, layer), number));
            }
        }
    }

    fn sort(&mut self) {
        self.filled.clear();
        self.items.clear();
        let tiles = self.space.count();
        if tiles > MAX_COUNTED {
            self.pairs.sort_unstable();
            self.items.extend(self.pairs.iter().map(|pair| pair.1));
            let mut start = 0;
            for run in self.pairs.chunk_by(|a, b| a.0 == b.0) {
                let end = start + run.len() as u32;
                self.filled.push((run[0].0, start..end));
                start = end;
            }
            return;
        }
        self.counts.clear();
        self.counts.resize(tiles as usize, 0);
        for &(key, _) in &self.pairs {
            self.counts[self.space.number(key) as usize] += 1;
        }
        let mut start = 0;
        for (number, count) in self.counts.iter_mut().enumerate().filter(|(_, count)| **count > 0) {
            let end = start + *count;
            self.filled.push((self.space.key(number as u64), start..end));
            (*count, start) = (start, end);
        }
        self.items.resize(start as usize, 0);
        for &(key, item) in &self.pairs {
            let next = &mut self.counts[self.space.number(key) as usize];
            self.items[*next as usize] = item;
            *next += 1;
        }
    }

    /// Primitives that touch a tile, in order; large ones may turn out not to touch it.
    pub(super) fn items(&self, bin: Bin) -> impl Iterator<Item = usize> + '_ {
        let found = self.filled.binary_search_by_key(&bin.key, |filled| filled.0);
        let range = found.map_or(0..0, |n| self.filled[n].1.clone());
        let (mut small, mut large) = (&self.items[range.start as usize..range.end as usize], &self.large[..]);
        core::iter::from_fn(move || match (small.split_first(), large.split_first()) {
            (Some((&first, rest)), other) if other.is_none_or(|(&other, _)| first < other) => {
                small = rest;
                Some(first as usize)
            }
            (_, Some((&first, rest))) => {
                large = rest;
                Some(first as usize)
            }
            _ => None,
        })
    }
}

/// The tiles that some chunks touch.
#[derive(Debug)]
pub(super) struct Bins {
    space: Space,
    cost: u64,
    /// Those that small primitives touch, if there are no others.
    filled: Vec<Key>,
    /// A primitive may touch any.
    has_large: bool,
}

impl Default for Bins {
    fn default() -> Self {
        Self { space: Space::EMPTY, cost: 0, filled: Vec::new(), has_large: false }
    }
}

/// A tile.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bin {
    key: Key,
}

impl Bin {
    /// Its first pixel.
    pub(super) const fn origin(self) -> [i32; 2] {
        [self.key.x() * TILE, self.key.y() * TILE]
    }

    pub(super) const fn layer(self) -> u32 {
        self.key.layer()
    }
}

impl Bins {
    /// Becomes those of other chunks.
    pub(super) fn set<'a>(&mut self, chunks: impl Iterator<Item = &'a Footprint>) {
        self.filled.clear();
        (self.space, self.cost, self.has_large) = (Space::EMPTY, 0, false);
        for chunk in chunks {
            self.space.include(&chunk.space.tiles, chunk.space.layers.clone());
            self.cost += chunk.cost;
            self.has_large |= !chunk.large.is_empty();
            self.filled.extend(chunk.filled.iter().map(|filled| filled.0));
        }
        self.filled.sort_unstable();
        self.filled.dedup();
    }

    /// What drawing takes, in pixels.
    pub(super) fn cost(&self) -> u64 {
        self.cost
    }

    /// How many bins there are.
    pub(super) fn count(&self) -> u64 {
        if self.has_large { self.space.count() } else { self.filled.len() as u64 }
    }

    /// A bin by its number.
    pub(super) fn bin(&self, number: u64) -> Bin {
        Bin { key: if self.has_large { self.space.key(number) } else { self.filled[number as usize] } }
    }
}

fn tiles_of(bounds: Bounds) -> Bounds {
    let end = |pixel: i32| (pixel + TILE - 1).div_euclid(TILE);
    Bounds {
        x0: bounds.x0.div_euclid(TILE),
        y0: bounds.y0.div_euclid(TILE),
        x1: end(bounds.x1),
        y1: end(bounds.y1),
    }
}
