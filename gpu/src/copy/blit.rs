//! Blits: scaled, mirrored, converted, filtered.
//!
//! A texel of the destination is where its center falls in the source ("Image Copies With Scaling"). Outside of the source
//! image its edge continues.

use core::array;

use ash::vk;

use super::rows::{Row, Scratch, Texel, write_raw};
use super::{JobPanicked, pool};
use crate::format::{Format, NumericClass};
use crate::surface::Surface;

/// Rows of the destination that one worker does at a time.
const ROWS: u64 = 16;
/// Rows of the source that one row of the destination is made from, at most: four by four of a cubic filter.
const MOST_ROWS: usize = 16;

/// What a blit reads and writes: two corners each. The third coordinate is a slice of a 3D image, or a layer, both counted
/// from the first one of the surface; layers are not scaled.
#[derive(Clone, Copy, Debug)]
pub struct BlitRegion {
    /// Of the source.
    pub from: [[i32; 3]; 2],
    /// Of the destination: inside of it.
    pub to: [[i32; 3]; 2],
    /// Texels of the whole source level in x and y.
    pub edge: [u32; 2],
    /// Between texels of the source.
    pub filter: vk::Filter,
}

/// Where the texels of the destination along an axis are in the source.
struct Axis {
    /// The first texel of the destination.
    first: u32,
    samples: Vec<Sample>,
}

/// Texels of the source and their weights, which add up to one.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Sample {
    taps: [(u32, f32); 4],
    count: usize,
}

impl Sample {
    /// Weights of texels from `first` on, of which those beyond the edge are the last before it.
    fn new<const N: usize>(first: f64, weights: [f32; N], size: u32) -> Self {
        let mut taps = [(0, 0.0); 4];
        for (n, (tap, weight)) in taps.iter_mut().zip(weights).enumerate() {
            *tap = ((first + n as f64).clamp(0.0, f64::from(size.max(1) - 1)) as u32, weight);
        }
        Self { taps, count: N }
    }

    fn taps(&self) -> &[(u32, f32)] {
        &self.taps[..self.count]
    }
}

/// "Texel Filtering": weights of a Catmull-Rom spline at `t` between the second and the third texel.
fn cubic(t: f32) -> [f32; 4] {
    let (square, cube) = (t * t, t * t * t);
    [
        -0.5 * t + square - 0.5 * cube,
        1.0 - 2.5 * square + 1.5 * cube,
        0.5 * t + 2.0 * square - 1.5 * cube,
        -0.5 * square + 0.5 * cube,
    ]
}

impl Axis {
    fn new([from0, from1]: [i32; 2], [to0, to1]: [i32; 2], size: u32, filter: vk::Filter) -> Self {
        let scale = f64::from(from1 - from0) / f64::from(to1 - to0);
        let (low, high) = (to0.min(to1), to0.max(to1));
        let sample = |n: i32| {
            let place = (f64::from(n) + 0.5 - f64::from(to0)) * scale + f64::from(from0);
            let first = (place - 0.5).floor();
            let t = (place - 0.5 - first) as f32;
            match filter {
                vk::Filter::NEAREST => Sample::new(place.floor(), [1.0], size),
                vk::Filter::CUBIC_EXT => Sample::new(first - 1.0, cubic(t), size),
                _ => Sample::new(first, [1.0 - t, t], size),
            }
        };
        Self { first: low as u32, samples: (low..high).map(sample).collect() }
    }

    /// The texels of the source that are read.
    fn range(&self) -> (u32, u32) {
        let all = || self.samples.iter().flat_map(|sample| sample.taps()).map(|(texel, _)| *texel);
        (all().min().unwrap_or(0), all().max().unwrap_or(0))
    }
}

/// `vkCmdBlitImage`, one region. Both surfaces have one sample.
///
/// # Safety
/// The corners of the destination are inside of it, the edge is that of the source, and what host addresses the surfaces have are of memory that stays mapped.
#[doc(alias = "vkCmdBlitImage")]
pub unsafe fn blit(to: &Surface, from: &Surface, region: &BlitRegion) -> Result<(), JobPanicked> {
    // Integers are not filtered.
    let is_float = from.format.class() == NumericClass::Float;
    let filter = if is_float { region.filter } else { vk::Filter::NEAREST };
    let [width, height] = region.edge;
    let third = if from.is_3d { from.level.extent[2] } else { from.layers };
    let [x, y, z] = array::from_fn(|axis| {
        let (source, target) = (region.from.map(|corner| corner[axis]), region.to.map(|corner| corner[axis]));
        let size = [width, height, third][axis];
        Axis::new(source, target, size, if axis < 2 || from.is_3d { filter } else { vk::Filter::NEAREST })
    });
    let job = Job { to, from, x, y, z };
    let rows = (job.y.samples.len() * job.z.samples.len()) as u64;
    let raw = filter == vk::Filter::NEAREST && to.format == from.format;
    pool::split(rows, ROWS, &|range| {
        let mut cache = Cache::default();
        for row in range.start as usize..range.end as usize {
            // SAFETY: this function's contract.
            unsafe { if raw { job.move_row(row, &mut cache) } else { job.filter_row(row, &mut cache) } }
        }
    })
}

struct Job<'a> {
    to: &'a Surface,
    from: &'a Surface,
    x: Axis,
    y: Axis,
    z: Axis,
}

/// Rows of the source that were decoded last: neighbours in the destination need the same ones.
#[derive(Default)]
struct Cache {
    rows: Vec<Cached>,
    clock: u64,
    scratch: Scratch,
    result: Vec<Texel>,
    bytes: Vec<u8>,
}

struct Cached {
    row: Row,
    texels: Vec<Texel>,
    used: u64,
}

impl Cache {
    /// Rows that are kept. One row of the destination needs no more, so that the least recently used is never one of those.
    const KEPT: usize = MOST_ROWS;

    /// The index of a row, decoded from texel `first` to `last`.
    ///
    /// # Safety
    /// As [`blit`].
    unsafe fn row(&mut self, surface: &Surface, row: Row, (first, last): (u32, u32)) -> usize {
        self.clock += 1;
        if let Some(found) = self.rows.iter().position(|cached| cached.row == row) {
            self.rows[found].used = self.clock;
            return found;
        }
        if self.rows.len() < Self::KEPT {
            let texels = vec![[0; 4]; (last - first + 1) as usize];
            self.rows.push(Cached { row, texels, used: 0 });
        }
        let oldest = (0..self.rows.len()).min_by_key(|&index| self.rows[index].used).unwrap_or(0);
        let cached = &mut self.rows[oldest];
        (cached.row, cached.used) = (row, self.clock);
        // SAFETY: the caller's contract; axes are clamped to the surface.
        unsafe { self.scratch.read(surface, row, first, &mut cached.texels) };
        oldest
    }
}

impl Job<'_> {
    /// The row of the destination, and where it is in the source in y and z.
    fn place(&self, row: usize) -> (Row, Sample, Sample) {
        let (z, y) = (row / self.y.samples.len(), row % self.y.samples.len());
        let target = Row { y: self.y.first + y as u32, layer: self.z.first + z as u32, sample: 0 };
        (target, self.y.samples[y], self.z.samples[z])
    }

    /// Nearest texels of the same format.
    ///
    /// # Safety
    /// As [`blit`].
    unsafe fn move_row(&self, row: usize, cache: &mut Cache) {
        let (target, y, z) = self.place(row);
        let (first, last) = self.x.range();
        let source = Row { y: y.taps[0].0, layer: z.taps[0].0, sample: 0 };
        // SAFETY: the caller's contract; axes are clamped to the surface.
        let bytes = unsafe { cache.scratch.read_raw(self.from, source, first, last - first + 1) };
        let size = self.from.format.element_bytes() as usize;
        cache.bytes.clear();
        for sample in &self.x.samples {
            let at = (sample.taps[0].0 - first) as usize * size;
            cache.bytes.extend_from_slice(&bytes[at..at + size]);
        }
        // SAFETY: the caller's contract.
        unsafe { write_raw(self.to, target, self.x.first, &cache.bytes) }
    }

    /// # Safety
    /// As [`blit`].
    unsafe fn filter_row(&self, row: usize, cache: &mut Cache) {
        let (target, y, z) = self.place(row);
        let range = self.x.range();
        let (mut sources, mut count) = ([(0, 0.0); MOST_ROWS], 0);
        for &(layer, z_weight) in z.taps() {
            for &(y, y_weight) in y.taps().iter().filter(|(_, weight)| weight * z_weight != 0.0) {
                // SAFETY: the caller's contract.
                let row = unsafe { cache.row(self.from, Row { y, layer, sample: 0 }, range) };
                sources[count] = (row, y_weight * z_weight);
                count += 1;
            }
        }
        let sources = &sources[..count];
        cache.result.clear();
        for sample in &self.x.samples {
            let texel = match (sources, sample.taps()) {
                // Nothing is blended: not a bit may change.
                (&[(row, _)], &[(x, _)]) => cache.rows[row].texels[(x - range.0) as usize],
                (sources, taps) => {
                    let mut sum = [0.0; 4];
                    for &(row, row_weight) in sources {
                        for &(x, weight) in taps.iter().filter(|(_, weight)| *weight != 0.0) {
                            let texel = cache.rows[row].texels[(x - range.0) as usize];
                            let add = |(sum, bits): (&mut f32, u32)| {
                                *sum += row_weight * weight * f32::from_bits(bits)
                            };
                            sum.iter_mut().zip(texel).for_each(add);
                        }
                    }
                    sum.map(f32::to_bits)
                }
            };
            cache.result.push(clamped(self.to.format, texel));
        }
        // SAFETY: the caller's contract.
        unsafe { cache.scratch.write(self.to, target, self.x.first, &cache.result) }
    }
}

/// Integers that the format does not have become the nearest that it has.
fn clamped(format: Format, texel: Texel) -> Texel {
    array::from_fn(|channel| {
        let bits = u32::from(format.channel_bits[channel]);
        match format.class() {
            NumericClass::Uint if (1..32).contains(&bits) => texel[channel].min((1 << bits) - 1),
            NumericClass::Sint if (1..32).contains(&bits) => {
                let most = (1i32 << (bits - 1)) - 1;
                (texel[channel] as i32).clamp(-most - 1, most) as u32
            }
            _ => texel[channel],
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::{ImageLayout, Shape};

    struct Image {
        memory: Vec<u8>,
        surface: Surface,
    }

    fn image(name: vk::Format, extent: [u32; 3], is_3d: bool, texel: impl Fn([u32; 3]) -> [f32; 4]) -> Image {
        let format = Format::find(name).unwrap();
        let element_bytes = format.element_bytes();
        let shape = Shape { extent, block: [1, 1], levels: 1, layers: 1, element_bytes, samples: 1 };
        let layout = ImageLayout::tiled(shape, is_3d).unwrap();
        let mut memory = vec![0; layout.size() as usize];
        let level = *layout.level(0).unwrap();
        let [width, height, depth] = extent;
        for (z, y) in (0..depth).flat_map(|z| (0..height).map(move |y| (z, y))) {
            for x in 0..width {
                let at = level.offset([x, y, z], 0, 0) as usize;
                let texel = format.encode(texel([x, y, z]).map(f32::to_bits));
                memory[at..][..texel.bytes().len()].copy_from_slice(texel.bytes());
            }
        }
        let address = memory.as_mut_ptr() as u64;
        let layers = if is_3d { depth } else { 1 };
        Image {
            memory,
            surface: Surface { address, level, format, samples: 1, first_layer: 0, layers, is_3d },
        }
    }

    fn texel(image: &Image, at: [u32; 3]) -> [f32; 4] {
        let at = image.surface.level.offset(at, 0, 0) as usize;
        // SAFETY: inside the vector.
        unsafe { (image.surface.format.codec().load)(image.memory[at..].as_ptr()) }.map(f32::from_bits)
    }

    fn run(to: &Image, from: &Image, corners: [[[i32; 3]; 2]; 2], filter: vk::Filter) {
        let [width, height, _] = from.surface.level.extent;
        let region = BlitRegion { from: corners[0], to: corners[1], edge: [width, height], filter };
        // SAFETY: the corners are inside of the images.
        unsafe { blit(&to.surface, &from.surface, &region) }.unwrap();
    }

    #[test]
    fn mirrored_blits_turn_rows_and_columns_around() {
        let from = image(vk::Format::R32_SFLOAT, [200, 150, 1], false, |[x, y, _]| {
            [(y * 200 + x) as f32, 0.0, 0.0, 0.0]
        });
        let to = image(vk::Format::R32_SFLOAT, [200, 150, 1], false, |_| [0.0; 4]);
        run(&to, &from, [[[0, 0, 0], [200, 150, 1]], [[200, 150, 0], [0, 0, 1]]], vk::Filter::NEAREST);
        for (x, y) in [(0, 0), (199, 149), (130, 7)] {
            assert_eq!(texel(&to, [x, y, 0])[0], ((149 - y) * 200 + 199 - x) as f32);
        }
    }

    #[test]
    fn linear_filters_blend_and_continue_the_edge() {
        let from = image(vk::Format::R8G8B8A8_UNORM, [2, 1, 1], false, |[x, ..]| [x as f32, 0.0, 0.0, 1.0]);
        let to = image(vk::Format::R32G32B32A32_SFLOAT, [4, 2, 1], false, |_| [9.0; 4]);
        run(&to, &from, [[[0, 0, 0], [2, 1, 1]], [[0, 0, 0], [4, 2, 1]]], vk::Filter::LINEAR);
        for y in 0..2 {
            let reds: Vec<_> = (0..4).map(|x| texel(&to, [x, y, 0])[0]).collect();
            assert_eq!(reds, [0.0, 0.25, 0.75, 1.0]);
        }
        assert_eq!(texel(&to, [1, 0, 0])[3], 1.0);
    }

    #[test]
    fn cubic_filters_go_through_the_texels_and_overshoot() {
        let from =
            image(vk::Format::R32_SFLOAT, [6, 1, 1], false, |[x, ..]| [f32::from(x >= 3), 0.0, 0.0, 0.0]);
        let to = image(vk::Format::R32_SFLOAT, [18, 1, 1], false, |_| [9.0; 4]);
        run(&to, &from, [[[0, 0, 0], [6, 1, 1]], [[0, 0, 0], [18, 1, 1]]], vk::Filter::CUBIC_EXT);
        let found: Vec<_> = (0..18).map(|x| texel(&to, [x, 0, 0])[0]).collect();
        // Every third texel is the center of one of the source.
        assert_eq!([found[1], found[7], found[10], found[16]], [0.0, 0.0, 1.0, 1.0]);
        assert!(found[6] < 0.0 && found[11] > 1.0, "{found:?}");
        assert!((found[8] + found[9] - 1.0).abs() < 1e-6, "{found:?}");
    }

    #[test]
    fn slices_are_filtered_too() {
        let from = image(vk::Format::R32_SFLOAT, [1, 1, 2], true, |[_, _, z]| [z as f32, 0.0, 0.0, 0.0]);
        let to = image(vk::Format::R32_SFLOAT, [1, 1, 4], true, |_| [0.0; 4]);
        run(&to, &from, [[[0, 0, 0], [1, 1, 2]], [[0, 0, 0], [1, 1, 4]]], vk::Filter::LINEAR);
        let found: Vec<_> = (0..4).map(|z| texel(&to, [0, 0, z])[0]).collect();
        assert_eq!(found, [0.0, 0.25, 0.75, 1.0]);
    }

    #[test]
    fn integers_saturate() {
        let format = |name| Format::find(name).unwrap();
        assert_eq!(clamped(format(vk::Format::R8G8_UINT), [300, 7, 0, 0])[..2], [255, 7]);
        assert_eq!(clamped(format(vk::Format::R8_SINT), [-300i32 as u32, 0, 0, 0])[0], -128i32 as u32);
        assert_eq!(clamped(format(vk::Format::R32_UINT), [u32::MAX, 0, 0, 0])[0], u32::MAX);
    }
}
