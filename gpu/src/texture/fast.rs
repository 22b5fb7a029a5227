//! Samples of 2D images, all lanes at once: what most shaders do with most images.
//!
//! Float formats of any kind, nearest and linear filters, mip levels, every wrapping but borders. The rules are those of
//! [`sample`](super::sample); what is not done here is done there. Written as loops over eight lanes, which the compiler turns
//! into vector instructions, once for any processor and once for AVX2.
#![expect(unsafe_code, reason = "reads texels; chooses code by what the processor has")]

use ash::vk;
use lacuna_shaders::abi::FaultKind;
use lacuna_shaders::abi::texture::{LodMode, TextureFrame, TextureInstruction, TextureOp};
use lacuna_vm::page_table::pte;
use lacuna_vm::units::PAGE_SHIFT;

use super::lod::MAX_LOD_BIAS;
use super::memory::Memory;
use super::sampler::Sampler;
use super::view::{Mip, Shape, View};
use crate::format::{Codec, Format, Numeric, NumericClass, srgb};

/// One number for each lane.
type Floats = [f32; 8];
type Ints = [i32; 8];
/// The components of eight texels.
type Color = [Floats; 4];

/// How texels become components.
#[derive(Clone, Copy, Debug)]
pub(super) enum Texels {
    /// Four channels of eight bits, red at bit 0 or at bit 16.
    Bytes { swapped: bool, srgb: bool },
    /// By the format's codec.
    Codec(&'static Codec),
}

/// How the texels of a view are read here; `None` if they are not.
pub(super) fn texels(
    shape: Shape,
    is_3d: bool,
    samples: u32,
    format: Format,
    mips: &[Mip],
) -> Option<Texels> {
    let fits = shape == Shape::D2
        && !is_3d
        && samples == 1
        && format.class() == NumericClass::Float
        && !format.is_compressed()
        && format.planes().len() == 1
        && format.element_bytes().is_power_of_two()
        && !mips.is_empty()
        && mips.iter().all(|mip| mip.level.size < 1 << 31);
    if !fits {
        return None;
    }
    use vk::Format as F;
    let srgb = format.numeric == Numeric::Srgb;
    Some(match format.name {
        F::R8G8B8A8_UNORM | F::A8B8G8R8_UNORM_PACK32 | F::R8G8B8A8_SRGB | F::A8B8G8R8_SRGB_PACK32 => {
            Texels::Bytes { swapped: false, srgb }
        }
        F::B8G8R8A8_UNORM | F::B8G8R8A8_SRGB => Texels::Bytes { swapped: true, srgb },
        _ => Texels::Codec(format.codec()),
    })
}

/// Whether a sampler is one that this file knows.
pub(super) fn knows(info: &super::SamplerInfo) -> bool {
    let no_border = |mode: &vk::SamplerAddressMode| *mode != vk::SamplerAddressMode::CLAMP_TO_BORDER;
    info.reduction == vk::SamplerReductionMode::WEIGHTED_AVERAGE
        && !info.unnormalized
        && info.max_anisotropy <= 1.0
        && info.address_modes[..2].iter().all(no_border)
}

/// Does the instruction for the lanes of `mask`, if it is one that this file knows.
pub(super) fn sample(
    memory: Memory<'_>,
    instruction: &TextureInstruction,
    frame: &mut TextureFrame,
    mask: u32,
    view: &View,
    sampler: &Sampler,
) -> bool {
    let Some(texels) = view.fast else { return false };
    let known = sampler.fast
        && instruction.op == TextureOp::Sample
        && !instruction.compare
        && !instruction.dynamic_offset
        && instruction.offsets[0] == [0; 3]
        && view.min_lod <= 0.0;
    if !known {
        return false;
    }
    let request = Request { memory, instruction, mask, view, sampler, texels };
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma") {
        // SAFETY: the processor has these instructions.
        unsafe { run_avx2(&request, frame) };
        return true;
    }
    request.run(frame);
    true
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
unsafe fn run_avx2(request: &Request<'_>, frame: &mut TextureFrame) {
    request.run(frame);
}

struct Request<'a> {
    memory: Memory<'a>,
    instruction: &'a TextureInstruction,
    mask: u32,
    view: &'a View,
    sampler: &'a Sampler,
    texels: Texels,
}

#[inline(always)]
fn lanes<T>(f: impl FnMut(usize) -> T) -> [T; 8] {
    std::array::from_fn(f)
}

impl Request<'_> {
    #[inline(always)]
    fn run(&self, frame: &mut TextureFrame) {
        let [s, t] = [0, 1].map(|axis: usize| frame.coordinates[axis].map(f32::from_bits));
        let modes = self.sampler.info.address_modes;
        let (s, t) = (folded(modes[0], s), folded(modes[1], t));
        let layers = self.layers(frame);
        let (color, resident) = if self.needs_lod() {
            let lod = self.lod(frame);
            self.levels(&s, &t, &layers, &lod)
        } else {
            let linear = self.sampler.info.mag_filter != vk::Filter::NEAREST;
            self.level(0, linear, &s, &t, &layers)
        };
        self.write(frame, &color, resident);
    }

    /// Whether the level of detail makes a difference.
    fn needs_lod(&self) -> bool {
        self.view.mips.len() > 1 || self.sampler.info.mag_filter != self.sampler.info.min_filter
    }

    /// Bytes from the first layer to each lane's.
    #[inline(always)]
    fn layers(&self, frame: &TextureFrame) -> [u64; 8] {
        if !self.view.is_array {
            return [0; 8];
        }
        let last = self.view.layers.saturating_sub(1) as f32;
        let pitch = self.view.mips[0].level.layer_pitch;
        lanes(|lane| {
            let layer = f32::from_bits(frame.layer[lane]).round_ties_even().max(0.0).min(last);
            layer as u64 * pitch
        })
    }

    /// The clamped level of detail.
    #[inline(always)]
    fn lod(&self, frame: &TextureFrame) -> Floats {
        let info = &self.sampler.info;
        let size = self.view.mips[0].extent;
        let (width, height) = (size[0] as f32, size[1] as f32);
        let [x, y] = [0, 1].map(|axis: usize| frame.coordinates[axis].map(f32::from_bits));
        let base: Floats = match self.instruction.lod {
            LodMode::Zero => [0.0; 8],
            LodMode::Explicit => frame.lod.map(f32::from_bits),
            mode => {
                let of = |lane: usize| match mode {
                    LodMode::Gradient => {
                        frame.gradients.map(|d| [d[0][lane], d[1][lane]].map(f32::from_bits))
                    }
                    _ => [1, 2].map(|bit| {
                        let (low, high) = (lane & !bit, lane | bit);
                        [x[high] - x[low], y[high] - y[low]]
                    }),
                };
                let squares = lanes(|lane| {
                    let [a, b] = of(lane).map(|[x, y]| {
                        let (x, y) = (x * width, y * height);
                        x * x + y * y
                    });
                    a.max(b)
                });
                lanes(|lane| 0.5 * log2(squares[lane]))
            }
        };
        let bias =
            if self.instruction.lod == LodMode::Quad { frame.lod.map(f32::from_bits) } else { [0.0; 8] };
        let min_lod = if self.instruction.min_lod { frame.min_lod.map(f32::from_bits) } else { [0.0; 8] };
        lanes(|lane| {
            let least = info.min_lod.max(min_lod[lane]);
            let bias = (info.mip_lod_bias + bias[lane]).clamp(-MAX_LOD_BIAS, MAX_LOD_BIAS);
            (base[lane] + bias).max(least).min(info.max_lod.max(least))
        })
    }

    /// Levels differ from lane to lane: each is done for all lanes, and those take it that want it.
    fn levels(&self, s: &Floats, t: &Floats, layers: &[u64; 8], lod: &Floats) -> (Color, u32) {
        let info = &self.sampler.info;
        let mut left = self.mask;
        let (mut color, mut resident) = ([[0.0; 8]; 4], 0xff);
        let chosen = lanes(|lane| {
            let levels = super::lod::levels(info.mipmap_mode, lod[lane], self.view.mips.len());
            let filter = if lod[lane] <= 0.0 { info.mag_filter } else { info.min_filter };
            (levels, filter != vk::Filter::NEAREST)
        });
        while left != 0 {
            let (levels, linear) = chosen[left.trailing_zeros() as usize];
            let (first, second) = (levels.first, levels.second);
            let mut group = 0;
            let mut blends = false;
            for lane in 0..8 {
                let (other, also) = chosen[lane];
                if left >> lane & 1 != 0 && (other.first, other.second, also) == (first, second, linear) {
                    group |= 1 << lane;
                    blends |= other.weight > 0.0;
                }
            }
            left &= !group;
            let (mut texels, mut here) = self.level(first, linear, s, t, layers);
            if blends {
                let (more, there) = self.level(second, linear, s, t, layers);
                let weights = lanes(|lane| chosen[lane].0.weight);
                for (texels, more) in texels.iter_mut().zip(&more) {
                    for lane in 0..8 {
                        texels[lane] += weights[lane] * (more[lane] - texels[lane]);
                    }
                }
                for (lane, weight) in weights.iter().enumerate() {
                    if *weight > 0.0 && there >> lane & 1 == 0 {
                        here &= !(1 << lane);
                    }
                }
            }
            for (color, texels) in color.iter_mut().zip(&texels) {
                for lane in 0..8 {
                    if group >> lane & 1 != 0 {
                        color[lane] = texels[lane];
                    }
                }
            }
            resident &= here | !group;
        }
        (color, resident)
    }

    /// All lanes at one level: the color, and a bit for each lane that found all its texels resident.
    #[inline(always)]
    fn level(&self, level: usize, linear: bool, s: &Floats, t: &Floats, layers: &[u64; 8]) -> (Color, u32) {
        let mip = &self.view.mips[level.min(self.view.mips.len() - 1)];
        let [width, height, _] = mip.extent;
        let (u, v) = (scaled(s, width), scaled(t, height));
        let modes = self.sampler.info.address_modes;
        if !linear {
            let x = lanes(|lane| (u[lane] as i32).clamp(0, width - 1));
            let y = lanes(|lane| (v[lane] as i32).clamp(0, height - 1));
            let offsets = add(&columns(mip, &x), &rows(mip, &y));
            return self.fetch(mip, layers, &offsets);
        }
        let (x, a) = pair(modes[0], &u, width);
        let (y, b) = pair(modes[1], &v, height);
        let (x, y) = (x.map(|x| columns(mip, &x)), y.map(|y| rows(mip, &y)));
        let corners = [(0, 0), (1, 0), (0, 1), (1, 1)].map(|(i, j): (usize, usize)| add(&x[i], &y[j]));
        if let (Texels::Bytes { swapped, srgb: false }, Some(base)) =
            (self.texels, self.one_base(mip, &corners, layers))
        {
            // SAFETY: the offsets are of texels of the level, in memory that starts at `base`.
            return (unsafe { bilinear_bytes(base, &corners, &a, &b, swapped) }, 0xff);
        }
        let taps = corners.map(|offsets| self.fetch(mip, layers, &offsets));
        let mut resident = 0xff;
        let weights = [lanes(|l| 1.0 - a[l]), a];
        let heights = [lanes(|l| 1.0 - b[l]), b];
        for (k, (_, there)) in taps.iter().enumerate() {
            for lane in 0..8 {
                // What has no weight need not be resident.
                let counts = weights[k & 1][lane] != 0.0 && heights[k >> 1][lane] != 0.0;
                if counts && there >> lane & 1 == 0 {
                    resident &= !(1 << lane);
                }
            }
        }
        let color = std::array::from_fn(|c| {
            lanes(|l| {
                let top = taps[0].0[c][l] * weights[0][l] + taps[1].0[c][l] * a[l];
                let bottom = taps[2].0[c][l] * weights[0][l] + taps[3].0[c][l] * a[l];
                top * heights[0][l] + bottom * b[l]
            })
        });
        (color, resident)
    }

    /// Where the level begins in host memory, if all texels that are looked at are in one run of it: always, unless the image
    /// is sparse and they are in several pages.
    #[inline(always)]
    fn one_base(&self, mip: &Mip, corners: &[Ints; 4], layers: &[u64; 8]) -> Option<*const u8> {
        if layers.iter().any(|&layer| layer != layers[0]) {
            return None;
        }
        let start = mip.base + layers[0];
        if start & pte::SPARSE_TAG == 0 {
            return Some(start as *const u8);
        }
        // The level may begin inside a page: addresses are compared, not offsets.
        let low = start as u32;
        let page = |offset: i32| low.wrapping_add(offset as u32) >> PAGE_SHIFT;
        let first = page(corners[0][0]);
        let mut differs = 0;
        for offsets in corners {
            for &offset in offsets {
                differs |= page(offset) ^ first;
            }
        }
        if differs != 0 {
            return None;
        }
        let address = start + corners[0][0] as u64;
        let host = self.memory.translate(address, FaultKind::Load)?;
        Some(host.wrapping_sub(corners[0][0] as usize))
    }

    /// One texel for each lane.
    #[inline(always)]
    fn fetch(&self, mip: &Mip, layers: &[u64; 8], offsets: &Ints) -> (Color, u32) {
        let mut resident = 0xff;
        let sparse = mip.base & pte::SPARSE_TAG != 0;
        let mut last = (u64::MAX, None);
        let pointers: [*const u8; 8] = lanes(|lane| {
            let address = mip.base + layers[lane] + offsets[lane] as u64;
            if !sparse {
                return address as *const u8;
            }
            if address >> PAGE_SHIFT != last.0 {
                let start = address >> PAGE_SHIFT << PAGE_SHIFT;
                last = (address >> PAGE_SHIFT, self.memory.translate(start, FaultKind::Load));
            }
            match last.1 {
                Some(page) => page.wrapping_add((address & ((1 << PAGE_SHIFT) - 1)) as usize).cast_const(),
                None => {
                    resident &= !(1 << lane);
                    self.memory.zeros()
                }
            }
        });
        let color = match self.texels {
            Texels::Codec(codec) => {
                let mut bits = [[0; 8]; 4];
                // SAFETY: each points at a texel of the level, or at zeros.
                unsafe { (codec.gather)(&pointers, &mut bits) };
                bits.map(|lanes| lanes.map(f32::from_bits))
            }
            Texels::Bytes { swapped, srgb } => {
                // SAFETY: as above.
                let words = pointers.map(|at| unsafe { at.cast::<u32>().read_unaligned() });
                unpacked(&words, swapped, srgb)
            }
        };
        (color, resident)
    }

    #[inline(always)]
    fn write(&self, frame: &mut TextureFrame, color: &Color, resident: u32) {
        let constants = [[0.0; 8], [1.0; 8]];
        for (lanes, &source) in frame.texel.iter_mut().zip(&self.view.swizzle) {
            let from = match source {
                0..4 => &color[usize::from(source)],
                _ => &constants[usize::from(source) - 4],
            };
            for lane in 0..8 {
                if self.mask >> lane & 1 != 0 {
                    lanes[lane] = from[lane].to_bits();
                }
            }
        }
        for lane in 0..8 {
            if self.mask >> lane & 1 != 0 {
                frame.resident[lane] = resident >> lane & 1;
            }
        }
    }
}

/// Coordinates brought into 0 to 1, as the wrapping has it.
#[inline(always)]
fn folded(mode: vk::SamplerAddressMode, s: Floats) -> Floats {
    match mode {
        vk::SamplerAddressMode::REPEAT => s.map(|s| s - s.floor()),
        vk::SamplerAddressMode::MIRRORED_REPEAT => s.map(|s| {
            let s = s - 2.0 * (s * 0.5).floor();
            1.0 - (1.0 - s).abs()
        }),
        vk::SamplerAddressMode::MIRROR_CLAMP_TO_EDGE => s.map(|s| s.abs().min(1.0)),
        _ => s.map(|s| s.max(0.0).min(1.0)),
    }
}

#[inline(always)]
fn scaled(s: &Floats, size: i32) -> Floats {
    let size = size as f32;
    s.map(|s| s * size)
}

/// The texels on both sides of a coordinate, and the weight of the second.
#[inline(always)]
fn pair(mode: vk::SamplerAddressMode, u: &Floats, size: i32) -> ([Ints; 2], Floats) {
    let floor = lanes(|lane| (u[lane] - 0.5).floor());
    let weight = lanes(|lane| u[lane] - 0.5 - floor[lane]);
    // From -1 to size - 1; other numbers come from coordinates that are none.
    let first = lanes(|lane| (floor[lane] as i32).clamp(-1, size - 1));
    let repeats = mode == vk::SamplerAddressMode::REPEAT;
    let before = if repeats { size - 1 } else { 0 };
    let behind = if repeats { 0 } else { size - 1 };
    let second = lanes(|lane| if first[lane] + 1 == size { behind } else { first[lane] + 1 });
    let first = lanes(|lane| if first[lane] < 0 { before } else { first[lane] });
    ([first, second], weight)
}

/// Bytes that x adds to the offset.
#[inline(always)]
fn columns(mip: &Mip, x: &Ints) -> Ints {
    let (log2, bytes) = (u32::from(mip.level.block_log2[0]), mip.level.element_bytes as i32);
    let mask = ((1u32 << log2) - 1) as i32;
    x.map(|x| (x & mask) * bytes + (x >> log2 << PAGE_SHIFT))
}

/// Bytes that y adds to the offset.
#[inline(always)]
fn rows(mip: &Mip, y: &Ints) -> Ints {
    let log2 = u32::from(mip.level.block_log2[1]);
    let mask = ((1u32 << log2) - 1) as i32;
    let (row, block) = (mip.level.row_pitch as i32, mip.level.block_row_pitch as i32);
    y.map(|y| (y & mask).wrapping_mul(row).wrapping_add((y >> log2).wrapping_mul(block)))
}

#[inline(always)]
fn add(a: &Ints, b: &Ints) -> Ints {
    lanes(|lane| a[lane].wrapping_add(b[lane]))
}

/// The bytes of a word as components.
#[inline(always)]
fn unpacked(words: &[u32; 8], swapped: bool, is_srgb: bool) -> Color {
    let table = srgb::tables();
    let channel = |c: usize| {
        let shift = if swapped && c != 3 { 16 - 8 * c } else { 8 * c };
        lanes(|lane| {
            let byte = words[lane] >> shift & 0xff;
            if is_srgb && c != 3 { table.linear[byte as usize] } else { byte as i32 as f32 / 255.0 }
        })
    };
    [channel(0), channel(1), channel(2), channel(3)]
}

/// Blends four texels of bytes.
///
/// # Safety
/// `base` plus each offset is a texel.
#[inline(always)]
unsafe fn bilinear_bytes(
    base: *const u8,
    corners: &[Ints; 4],
    a: &Floats,
    b: &Floats,
    swapped: bool,
) -> Color {
    let words = corners.map(|offsets| {
        // SAFETY: the caller's promise.
        offsets.map(|offset| unsafe { base.wrapping_add(offset as usize).cast::<u32>().read_unaligned() })
    });
    let channel = |c: usize| {
        let shift = if swapped && c != 3 { 16 - 8 * c } else { 8 * c };
        let byte = |k: usize| lanes(|lane| (words[k][lane] >> shift & 0xff) as i32 as f32);
        let [p, q, r, s] = [byte(0), byte(1), byte(2), byte(3)];
        lanes(|l| {
            let top = p[l] + a[l] * (q[l] - p[l]);
            let bottom = r[l] + a[l] * (s[l] - r[l]);
            (top + b[l] * (bottom - top)) * (1.0 / 255.0)
        })
    };
    [channel(0), channel(1), channel(2), channel(3)]
}

/// Logarithm to base two, within 1e-5; of zero minus infinity.
#[inline(always)]
fn log2(x: f32) -> f32 {
    let bits = x.to_bits();
    if x <= 0.0 {
        return f32::NEG_INFINITY;
    }
    let exponent = (bits >> 23) as i32 - 127;
    let m = f32::from_bits(bits & 0x7f_ffff | 0x3f80_0000);
    // The series of the area hyperbolic tangent, around the middle of 1 to 2.
    let z = (m - std::f32::consts::SQRT_2) / (m + std::f32::consts::SQRT_2);
    let z2 = z * z;
    let series = z * (2.885_39 + z2 * (0.961_796_7 + z2 * (0.577_078 + z2 * 0.412_198_6)));
    exponent as f32 + 0.5 + series
}

#[cfg(test)]
mod tests {
    #[test]
    fn logarithms_are_close() {
        for i in 1..100_000u32 {
            let x = f32::from_bits(i * 21_000);
            if x.is_normal() {
                assert!((super::log2(x) - x.log2()).abs() < 2e-5, "{x}");
            }
        }
        assert_eq!(super::log2(0.0), f32::NEG_INFINITY);
    }
}
