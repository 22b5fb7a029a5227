//! Packets of one primitive that need little: one sample for each pixel, and no tests behind the shader.
//!
//! ```text
//!   coverage ── add ── add ── … full, or the primitive ends ── early tests ── inputs, shader ── colors
//! ```
//!
//! Packets wait until there are some, and each step is done for all of them before the next one: a step is a short loop, and what
//! the shader stored as halves of vectors is in the cache when whole vectors are loaded from there.
#![expect(unsafe_code, reason = "runs machine code and writes the application's memory")]

use super::figure::Figure;
use super::fragment::{FragmentShader, Packet};
use super::lanes::whole_quads;
use super::packet::{output, second_source};
use super::tile::{Progress, Tile};

/// Most packets that wait.
pub(super) const BATCH: usize = 32;

/// Packets that wait.
#[derive(Debug)]
pub(super) struct Batch {
    count: usize,
    /// Their first pixels.
    at: [[i32; 2]; BATCH],
    /// Their lanes that are covered.
    covered: [u32; BATCH],
    /// Those of them that are left.
    sets: [u32; BATCH],
}

impl Batch {
    pub(super) fn new() -> Self {
        Self { count: 0, at: [[0; 2]; BATCH], covered: [0; BATCH], sets: [0; BATCH] }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Adds a packet, for which there is room. Gives whether there is none for another one.
    #[inline(always)]
    pub(super) fn add(&mut self, at: [i32; 2], set: u32) -> bool {
        let index = self.count % BATCH;
        (self.at[index], self.covered[index], self.sets[index]) = (at, set, set);
        self.count = index + 1;
        self.count == BATCH
    }
}

impl Tile<'_> {
    /// Draws packets of a primitive; then none wait.
    ///
    /// # Safety
    /// Covered pixels are inside of the targets.
    #[inline(always)]
    pub(super) unsafe fn batch(&mut self, figure: &Figure<'_>, progress: &mut Progress, batch: &mut Batch) {
        let shading = self.shading;
        if !shading.tests.is_idle() {
            // SAFETY: the caller's promise.
            unsafe { self.test_batch(figure, batch) };
        }
        let count = core::mem::take(&mut batch.count).min(BATCH);
        let (at, sets) = (&batch.at[..count], &mut batch.sets[..count]);
        if shading.counts_early {
            self.count(sets);
        }
        let Some(shader) = &shading.shader else { return };
        let Some(&[x, y]) = at.first() else { return };
        if *progress == Progress::Untouched {
            // SAFETY: the caller's promise.
            *progress = unsafe { self.begin(shader, figure, x, y) };
        }
        for set in sets.iter() {
            self.counts.fragment_invocations += u64::from(set.count_ones());
        }
        if *progress == Progress::Constant {
            // SAFETY: the caller's promise.
            return unsafe { self.write_constants(shader, at, sets) };
        }
        self.memory.stage.prepare_batch(&shader.needs, shading, figure, at);
        if !shader.needs.samples_ahead.is_empty() {
            // SAFETY: the caller's promise.
            unsafe { self.memory.stage.sample_batch(&shader.needs, shading.context, sets) };
        }
        if self.memory.stage.is_copied(&shader.needs) {
            if !shading.counts_early {
                self.count(sets);
            }
            // SAFETY: the caller's promise.
            return unsafe { self.write_copied(shader, at, sets) };
        }
        for (place, ((set, &[x, y]), covered)) in sets.iter_mut().zip(at).zip(&batch.covered).enumerate() {
            let visible = [if shader.needs.modes.post_depth_coverage { *set } else { *covered }];
            let packet = Packet {
                figure,
                x,
                y,
                covered: &visible,
                active: whole_quads(*set),
                live: *set,
                sample: None,
                samples: shading.samples,
            };
            // SAFETY: the caller's promise.
            *set = unsafe { self.memory.stage.run_of_batch(shader, shading, &packet, place) };
        }
        if !shading.counts_early {
            self.count(sets);
        }
        // SAFETY: the caller's promise.
        unsafe { self.write_batch(shader, at, sets) };
    }

    /// Tests the packets that wait, of which those are left that have lanes that passed.
    ///
    /// # Safety
    /// As [`batch`](Self::batch).
    #[inline(always)]
    unsafe fn test_batch(&self, figure: &Figure<'_>, batch: &mut Batch) {
        let count = batch.count.min(BATCH);
        let (at, sets) = (&batch.at[..count], &mut batch.sets[..count]);
        // SAFETY: the caller's promise.
        if !unsafe { self.test_depths(figure, at, sets) } {
            for (set, &[x, y]) in sets.iter_mut().zip(at) {
                // SAFETY: the caller's promise.
                *set = unsafe { self.test(figure, x, y, 0, *set, None, None) };
            }
        }
        let mut left = 0;
        for place in 0..count {
            batch.at[left] = batch.at[place];
            batch.covered[left] = batch.covered[place];
            batch.sets[left] = batch.sets[place];
            left += usize::from(batch.sets[left] != 0);
        }
        batch.count = left;
    }

    /// Does the depth test, if there is no other and the processor has vectors for it; gives whether it was done.
    ///
    /// # Safety
    /// As [`batch`](Self::batch).
    #[cfg(target_arch = "x86_64")]
    #[inline(always)]
    unsafe fn test_depths(&self, figure: &Figure<'_>, at: &[[i32; 2]], sets: &mut [u32]) -> bool {
        let shading = self.shading;
        let Some((depth, view)) = shading.tests.simple().flatten().zip(self.depth.as_ref()) else {
            return false;
        };
        let is_memory = view.is_bound() && at.iter().all(|&[x, y]| view.is_whole(x, y));
        if !(shading.processor.is_wide() && is_memory) {
            return false;
        }
        let offset = shading.samples.offset(0, 0, 0);
        let range = shading.clamps_depth.then(|| shading.setup.viewport(figure.primitive.viewport).depth);
        let depths = super::wide::Depths { planes: figure.planes(), offset, range };
        for (set, &[x, y]) in sets.iter_mut().zip(at) {
            // SAFETY: a packet that is whole is memory; the processor has the instructions.
            *set = unsafe { super::wide::test(depth, &depths, [x, y], view.rows(x, y, 0), *set) };
        }
        true
    }

    #[cfg(not(target_arch = "x86_64"))]
    unsafe fn test_depths(&self, _: &Figure<'_>, _: &[[i32; 2]], _: &mut [u32]) -> bool {
        false
    }

    /// Writes the outputs of a constant shader to packets.
    ///
    /// # Safety
    /// As [`batch`](Self::batch).
    #[inline(always)]
    unsafe fn write_constants(&mut self, shader: &FragmentShader, at: &[[i32; 2]], sets: &[u32]) {
        if !self.shading.counts_early {
            self.count(sets);
        }
        for ((color, view), paint) in self.shading.colors.iter().zip(&self.colors).zip(&self.paints) {
            let (Some(color), Some(view)) = (color, view) else { continue };
            for (&at, &set) in at.iter().zip(sets) {
                // SAFETY: the caller's promise.
                unsafe { self.write_paint(shader, color, view, paint.as_ref(), at, &[set]) };
            }
        }
    }

    /// Writes samples as they are.
    ///
    /// # Safety
    /// As [`batch`](Self::batch).
    #[inline(never)]
    unsafe fn write_copied(&self, shader: &FragmentShader, at: &[[i32; 2]], sets: &[u32]) {
        for (color, view) in self.shading.colors.iter().zip(&self.colors) {
            let (Some(color), Some(view)) = (color, view) else { continue };
            let sampled = self.memory.stage.copied(&shader.needs, color.location);
            // SAFETY: the caller's promise.
            unsafe {
                color.write_batch(view, at, sets, sampled.iter().map(|sampled| (&sampled.texel, None)))
            };
        }
    }

    /// Writes the outputs of packets, each from its place.
    ///
    /// # Safety
    /// As [`batch`](Self::batch).
    #[inline(always)]
    unsafe fn write_batch(&self, shader: &FragmentShader, at: &[[i32; 2]], sets: &[u32]) {
        let rows = shader.needs.output_rows;
        for (color, view) in self.shading.colors.iter().zip(&self.colors) {
            let (Some(color), Some(view)) = (color, view) else { continue };
            let all = self.memory.stage.outputs.chunks_exact(rows);
            let outputs = |outputs| (output(outputs, color.location), second_source(shader, outputs, color));
            // SAFETY: the caller's promise.
            unsafe { color.write_batch(view, at, sets, all.map(outputs)) };
        }
    }
}
