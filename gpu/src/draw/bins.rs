//! Which tiles each primitive touches, in drawing order.
//!
//! ```text
//!   small primitives   sorted by tile (counting sort, stable)      tile 0: 3 17 18 | tile 1: 4 17 | …
//!   large primitives   one list that every tile goes through       5 9
//! ```
//!
//! A primitive that touches many tiles is not entered in each of them: a tile looks at its bounds, which costs no more, and
//! memory stays in proportion to the number of primitives.

use core::ops::Range;

use super::primitive::{Bounds, Primitive};
use super::tile_view::TILE;

/// Tiles that a small primitive touches at most.
const SMALL: u32 = 4;
/// Tiles of all layers that are counted one by one; with more, items are sorted by comparing.
const MAX_COUNTED: u64 = 1 << 20;

/// A primitive: its chunk and its place in it. Ordered as drawn.
pub(super) type Item = u64;

pub(super) fn item(chunk: usize, primitive: usize) -> Item {
    (chunk as u64) << 32 | primitive as u64
}

/// The chunk and the place.
pub(super) fn place(item: Item) -> (usize, usize) {
    ((item >> 32) as usize, (item & 0xffff_ffff) as usize)
}

/// Where a primitive is, in tiles: from the first to before the last.
#[derive(Clone, Copy, Debug)]
struct Touched {
    x0: i16,
    y0: i16,
    x1: i16,
    y1: i16,
    layer: u32,
}

const _: () = assert!((1 << 15) / TILE <= i16::MAX as i32);

/// Where the primitives of a chunk are: found by who makes them, so that sorting need not look at them again.
#[derive(Debug)]
pub(super) struct Footprint {
    touched: Vec<Touched>,
    tiles: Bounds,
    layers: Range<u32>,
    /// Of all bounds.
    pixels: u64,
}

impl Default for Footprint {
    /// Of no primitives.
    fn default() -> Self {
        Self {
            touched: Vec::new(),
            tiles: Bounds { x0: i32::MAX, y0: i32::MAX, x1: i32::MIN, y1: i32::MIN },
            layers: Range { start: u32::MAX, end: 0 },
            pixels: 0,
        }
    }
}

impl Footprint {
    /// Becomes that of other primitives, which are inside of the largest target.
    pub(super) fn set(&mut self, primitives: &[Primitive]) {
        let mut touched = core::mem::take(&mut self.touched);
        touched.clear();
        *self = Self { touched, ..Self::default() };
        for Primitive { bounds, layer, .. } in primitives {
            let tiles = tiles_of(*bounds);
            self.include(&tiles, *layer..*layer + 1);
            self.pixels +=
                u64::from((bounds.x1 - bounds.x0) as u32) * u64::from((bounds.y1 - bounds.y0) as u32);
            let [x0, y0, x1, y1] = [tiles.x0, tiles.y0, tiles.x1, tiles.y1].map(|n| n as i16);
            self.touched.push(Touched { x0, y0, x1, y1, layer: *layer });
        }
    }

    /// Memory that it holds.
    pub(super) fn bytes(&self) -> usize {
        self.touched.capacity() * size_of::<Touched>()
    }

    fn include(&mut self, tiles: &Bounds, layers: Range<u32>) {
        self.tiles.x0 = self.tiles.x0.min(tiles.x0);
        self.tiles.y0 = self.tiles.y0.min(tiles.y0);
        self.tiles.x1 = self.tiles.x1.max(tiles.x1);
        self.tiles.y1 = self.tiles.y1.max(tiles.y1);
        self.layers.start = self.layers.start.min(layers.start);
        self.layers.end = self.layers.end.max(layers.end);
    }
}

/// Tiles, their layers and what touches them.
#[derive(Debug, Default)]
pub(super) struct Bins {
    /// Of all chunks, without their lists.
    all: Footprint,
    pairs: Vec<(u64, Item)>,
    large: Vec<Item>,
    items: Vec<Item>,
    /// Key of each tile that small primitives touch, and where its items are.
    filled: Vec<(u64, Range<usize>)>,
    counts: Vec<u32>,
}

/// A tile and the items that touch it.
#[derive(Clone, Debug)]
pub(super) struct Bin<'a> {
    /// Its first pixel.
    pub(super) x: i32,
    pub(super) y: i32,
    pub(super) layer: u32,
    small: &'a [Item],
    large: &'a [Item],
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

impl Bins {
    /// Sorts primitives, which come chunk by chunk.
    pub(super) fn sort<'a>(&mut self, chunks: impl Iterator<Item = &'a Footprint> + Clone) {
        self.pairs.clear();
        self.large.clear();
        self.all = Footprint::default();
        for chunk in chunks.clone() {
            self.all.include(&chunk.tiles, chunk.layers.clone());
            self.all.pixels += chunk.pixels;
        }
        if self.all.layers.is_empty() {
            self.all.tiles = Bounds::default();
        }
        for (chunk, footprint) in chunks.enumerate() {
            for (n, touched) in footprint.touched.iter().enumerate() {
                self.enter(touched, item(chunk, n));
            }
        }
        self.sort_pairs();
    }

    #[inline(always)]
    fn enter(&mut self, touched: &Touched, item: Item) {
        let [x0, y0, x1, y1] = [touched.x0, touched.y0, touched.x1, touched.y1].map(i32::from);
        if ((x1 - x0) * (y1 - y0)) as u32 > SMALL {
            self.large.push(item);
            return;
        }
        for y in y0..y1 {
            for x in x0..x1 {
                self.pairs.push((self.key(x, y, touched.layer), item));
            }
        }
    }

    /// Pixels of all bounds.
    pub(super) fn pixels(&self) -> u64 {
        self.all.pixels
    }

    fn width(&self) -> u64 {
        (self.all.tiles.x1 - self.all.tiles.x0).max(0) as u64
    }

    fn height(&self) -> u64 {
        (self.all.tiles.y1 - self.all.tiles.y0).max(0) as u64
    }

    fn key(&self, x: i32, y: i32, layer: u32) -> u64 {
        let (x, y) = ((x - self.all.tiles.x0) as u64, (y - self.all.tiles.y0) as u64);
        (u64::from(layer - self.all.layers.start) * self.height() + y) * self.width() + x
    }

    /// All tiles that something may touch.
    fn keys(&self) -> u64 {
        self.width() * self.height() * u64::from(self.all.layers.end.saturating_sub(self.all.layers.start))
    }

    fn sort_pairs(&mut self) {
        self.filled.clear();
        self.items.clear();
        let keys = self.keys();
        if keys > MAX_COUNTED {
            self.pairs.sort_unstable();
            self.items.extend(self.pairs.iter().map(|pair| pair.1));
            let mut start = 0;
            for run in self.pairs.chunk_by(|a, b| a.0 == b.0) {
                self.filled.push((run[0].0, start..start + run.len()));
                start += run.len();
            }
            return;
        }
        self.counts.clear();
        self.counts.resize(keys as usize, 0);
        for &(key, _) in &self.pairs {
            self.counts[key as usize] += 1;
        }
        let mut start = 0;
        for (key, count) in self.counts.iter_mut().enumerate() {
            let end = start + *count as usize;
            if end > start {
                self.filled.push((key as u64, start..end));
            }
            *count = start as u32;
            start = end;
        }
        self.items.resize(start, 0);
        for &(key, item) in &self.pairs {
            let next = &mut self.counts[key as usize];
            self.items[*next as usize] = item;
            *next += 1;
        }
    }

    /// How many bins there are.
    pub(super) fn count(&self) -> u64 {
        if self.large.is_empty() { self.filled.len() as u64 } else { self.keys() }
    }

    /// A bin by its number.
    pub(super) fn bin(&self, number: u64) -> Bin<'_> {
        let (key, small) = if self.large.is_empty() {
            let (key, range) = &self.filled[number as usize];
            (*key, range.clone())
        } else {
            let found = self.filled.binary_search_by_key(&number, |filled| filled.0);
            (number, found.map_or(0..0, |n| self.filled[n].1.clone()))
        };
        let (width, height) = (self.width(), self.height());
        Bin {
            x: (self.all.tiles.x0 + (key % width) as i32) * TILE,
            y: (self.all.tiles.y0 + (key / width % height) as i32) * TILE,
            layer: self.all.layers.start + (key / width / height) as u32,
            small: &self.items[small],
            large: &self.large,
        }
    }
}

impl<'a> Bin<'a> {
    /// Its items, in order; large ones may turn out not to touch it.
    pub(super) fn items(&self) -> impl Iterator<Item = Item> + use<'a> {
        let (mut small, mut large) = (self.small, self.large);
        core::iter::from_fn(move || match (small.split_first(), large.split_first()) {
            (Some((&first, rest)), other) if other.is_none_or(|(&other, _)| first < other) => {
                small = rest;
                Some(first)
            }
            (_, Some((&first, rest))) => {
                large = rest;
                Some(first)
            }
            _ => None,
        })
    }
}
