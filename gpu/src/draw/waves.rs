//! A draw in waves: while the tiles of one are drawn, the chunks of the next one pass the front.
//!
//! ```text
//!   job   0          1                2                …        n
//!         front 0    front 1          front 2                   -
//!                    tiles of 0       tiles of 1                tiles of n - 1
//! ```
//!
//! Two waves exist at one time, so that what their chunks hold stays in a cache. Between two jobs nothing is done that takes long: workers
//! need not fall asleep.
#![expect(unsafe_code, reason = "runs machine code and writes the application's memory")]

use core::ops::Range;
use std::cell::RefCell;

use parking_lot::Mutex;

use super::batch::Batch;
use super::bins::{Bin, Bins};
use super::front::{Chunk, Front, FrontMemory};
use super::shading::Shading;
use super::tile::{Counts, Tile, TileMemory};
use super::{Draw, DrawError, Shared};
use crate::pool;

/// Primitives of a chunk.
const CHUNK: u64 = 512;
/// The same where a primitive may become many.
const AMPLIFIED_CHUNK: u64 = 16;
/// Chunks of a wave for each thread.
const CHUNKS_PER_THREAD: u64 = 4;
/// Bytes of primitives and vertices that are kept for the next draw.
const MAX_KEPT: usize = 32 << 20;
/// What is worth another thread, in [pixels](Bins::cost).
const MIN_PIXELS: u64 = 8192;

thread_local! {
    static FRONT: RefCell<FrontMemory> = RefCell::new(FrontMemory::default());
    static TILE: RefCell<TileMemory> = RefCell::new(TileMemory::default());
    static WAVES: RefCell<Option<[Wave; 2]>> = const { RefCell::new(None) };
}

/// Some chunks of a draw.
#[derive(Default)]
struct Wave {
    /// As many as any wave had.
    chunks: Vec<Mutex<Chunk>>,
    /// Chunks of this one.
    used: usize,
    bins: Bins,
}

impl Wave {
    /// Makes room for chunks of so many primitives each.
    fn begin(&mut self, primitives: &Range<u64>, chunk: u64) {
        self.used = (primitives.end - primitives.start).div_ceil(chunk) as usize;
        if self.chunks.len() < self.used {
            self.chunks.resize_with(self.used, Mutex::default);
        }
    }

    /// All chunks are there: what they are, and which tiles they touch.
    fn ready(&mut self) -> (Vec<&Chunk>, &Bins) {
        let chunks: Vec<&Chunk> =
            self.chunks[..self.used].iter_mut().map(|chunk| &*chunk.get_mut()).collect();
        self.bins.set(chunks.iter().map(|chunk| &chunk.footprint));
        (chunks, &self.bins)
    }

    fn bytes(&mut self) -> usize {
        self.chunks.iter_mut().map(|chunk| chunk.get_mut().bytes()).sum()
    }
}

impl Draw<'_> {
    /// Draws all primitives.
    pub(super) fn waves(
        &self,
        front: &Shared<Front<'_>>,
        shading: &Shared<Shading<'_>>,
        is_amplified: bool,
    ) -> Result<(), DrawError> {
        let mut waves = WAVES.take().unwrap_or_default();
        let result = self.go_through(front, shading, is_amplified, &mut waves);
        if waves.iter_mut().map(Wave::bytes).sum::<usize>() <= MAX_KEPT {
            WAVES.set(Some(waves));
        }
        result
    }

    fn go_through(
        &self,
        front: &Shared<Front<'_>>,
        shading: &Shared<Shading<'_>>,
        is_amplified: bool,
        [made, drawn]: &mut [Wave; 2],
    ) -> Result<(), DrawError> {
        let chunk = if is_amplified { AMPLIFIED_CHUNK } else { CHUNK };
        let wave = chunk * (pool::threads() as u64 * CHUNKS_PER_THREAD).max(8);
        // What must come in order is done by one thread.
        let is_alone = front.get().capture.is_some() || self.state.rasterization.line_stipple.is_some();
        let (mut start, total) = (0, self.stream.total());
        drawn.used = 0;
        while start < total || drawn.used > 0 {
            let primitives = start..total.min(start + wave);
            start = primitives.end;
            made.begin(&primitives, chunk);
            let made_chunks = &made.chunks[..made.used];
            let fronts = if is_alone { made.used.min(1) } else { made.used } as u64;
            let (drawn_chunks, bins) = drawn.ready();
            let tiles = bins.count();
            let shares = (bins.cost() / MIN_PIXELS).clamp(1, pool::threads() as u64 * 8);
            let share = tiles.div_ceil(shares).max(1);
            pool::split(fronts + tiles.div_ceil(share), 1, &|range| {
                for part in range {
                    if let Some(first) = part.checked_sub(fronts).map(|number| number * share) {
                        let tiles = first..tiles.min(first + share);
                        self.draw_tiles(shading.get(), &drawn_chunks, tiles.map(|number| bins.bin(number)));
                    } else if is_alone {
                        make(front.get(), &primitives, chunk, made_chunks);
                    } else {
                        let first = primitives.start + part * chunk;
                        let primitives = first..primitives.end.min(first + chunk);
                        make(front.get(), &primitives, chunk, &made_chunks[part as usize..]);
                    }
                }
            })?;
            if front.get().setup.is_none() {
                made.used = 0;
            }
            core::mem::swap(made, drawn);
        }
        Ok(())
    }

    fn draw_tiles(&self, shading: &Shading<'_>, chunks: &[&Chunk], bins: impl Iterator<Item = Bin>) {
        TILE.with_borrow_mut(|memory| {
            let mut counts = Counts::default();
            let mut batch = Batch::new();
            for bin in bins {
                // SAFETY: the contract of `draw`; each tile is in one bin.
                let mut tile = unsafe { Tile::new(shading, memory, bin.origin(), bin.layer()) };
                for chunk in chunks {
                    for primitive in chunk.footprint.items(bin).map(|item| &chunk.primitives[item]) {
                        if primitive.layer == bin.layer() {
                            tile.draw(primitive, chunk, &mut batch);
                        }
                    }
                }
                counts.samples_passed += tile.counts.samples_passed;
                counts.fragment_invocations += tile.counts.fragment_invocations;
                tile.finish();
            }
            self.add(&counts);
        });
    }
}

/// Takes primitives through the front, `chunk` of them to each of `chunks`.
fn make(front: &Front<'_>, primitives: &Range<u64>, chunk: u64, chunks: &[Mutex<Chunk>]) {
    FRONT.with_borrow_mut(|memory| {
        let firsts = primitives.clone().step_by(chunk as usize);
        for (first, place) in firsts.zip(chunks) {
            // SAFETY: the contract of `draw`.
            unsafe { front.run(first..primitives.end.min(first + chunk), memory, &mut place.lock()) };
        }
    });
}
