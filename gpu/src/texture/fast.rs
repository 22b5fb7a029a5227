//! Samples of 2D images, all lanes at once: what most shaders do with most images.
//!
//! Float formats of any kind, nearest and linear filters, mip levels, every wrapping but borders. The rules are those of
//! [`sample`](super::sample); what is not done here is done there. Written as loops over eight lanes, which the compiler turns
//! into vector instructions, once for any processor and once for AVX2.
#![expect(unsafe_code, reason = "reads texels; chooses code by what the processor has")]

use ash::vk;
use lacuna_shaders::abi::FaultKind;
use lacuna_shaders::abi::texture::{LodMode, TextureFrame, TextureInstruction, TextureOp};
use lacuna_vm::mutation;
use lacuna_vm::page_table::pte;
use lacuna_vm::units::PAGE_SHIFT;

use super::lanes::{
    Color, Floats, Ints, add, bilinear_bytes, columns, folded, lanes, log2, pair, rows, scaled, unpacked,
};
use super::lod::MAX_LOD_BIAS;
use super::memory::Memory;
use super::sampler::Sampler;
use super::view::{Mip, Shape, View};
use super::ycbcr::{Conversion, Source};
use crate::format::{Codec, Format, Numeric, NumericClass};

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
        && info.mag_filter != vk::Filter::CUBIC_EXT
        && info.min_filter != vk::Filter::CUBIC_EXT
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
        && !instruction.dynamic_offset
        && instruction.offsets[0] == [0; 3]
        && view.min_lod <= 0.0;
    if !known {
        return false;
    }
    let compare = instruction.compare.then(|| Compare::new(view, sampler, &frame.reference));
    let request = Request { memory, instruction, mask, view, sampler, texels, compare };
    if view.conversion.is_some() && request.needs_lod() {
        return false;
    }
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

/// References that depths are compared with.
#[derive(Clone, Copy)]
struct Compare {
    op: vk::CompareOp,
    references: Floats,
}

impl Compare {
    fn new(view: &View, sampler: &Sampler, references: &[u32; 8]) -> Self {
        let fixed = view.format.numeric == Numeric::Unorm;
        let reference = |bits: u32| {
            let reference = f32::from_bits(bits);
            if fixed { reference.clamp(0.0, 1.0) } else { reference }
        };
        let op = sampler.info.compare.unwrap_or(vk::CompareOp::ALWAYS);
        Self { op, references: references.map(reference) }
    }

    /// One where the comparison holds, else zero.
    #[inline(always)]
    fn results(&self, depths: &Floats) -> Floats {
        let holds = |test: fn(f32, f32) -> bool| {
            lanes(|lane| f32::from(u8::from(test(self.references[lane], depths[lane]))))
        };
        match self.op {
            vk::CompareOp::NEVER => [0.0; 8],
            vk::CompareOp::LESS => holds(|reference, depth| reference < depth),
            vk::CompareOp::EQUAL => holds(|reference, depth| reference == depth),
            vk::CompareOp::LESS_OR_EQUAL => holds(|reference, depth| reference <= depth),
            vk::CompareOp::GREATER => holds(|reference, depth| reference > depth),
            vk::CompareOp::NOT_EQUAL => holds(|reference, depth| reference != depth),
            vk::CompareOp::GREATER_OR_EQUAL => holds(|reference, depth| reference >= depth),
            _ => [1.0; 8],
        }
    }
}

struct Request<'a> {
    memory: Memory<'a>,
    instruction: &'a TextureInstruction,
    mask: u32,
    view: &'a View,
    sampler: &'a Sampler,
    texels: Texels,
    /// What texels are compared with, if they are.
    compare: Option<Compare>,
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
        match &self.view.conversion {
            Some(conversion) => {
                let (color, resident) = self.converted(conversion, frame, [&s, &t], (color, resident));
                self.write(frame, &color, resident);
            }
            None => self.write(frame, &color, resident),
        }
    }

    /// The color of luma and what chroma belongs to it: both filtered at their own size.
    #[inline(always)]
    fn converted(
        &self,
        conversion: &Conversion,
        frame: &TextureFrame,
        at: [&Floats; 2],
        (luma, mut resident): (Color, u32),
    ) -> (Color, u32) {
        let size = self.view.mips[0].extent;
        let plane = |source: &Source| {
            let view = &conversion.planes[source.plane];
            let of = |axis: usize| {
                let own = view.mips[0].extent[axis] as f32;
                at[axis].map(|s| conversion.chroma_position(axis, s * size[axis] as f32) / own)
            };
            let request = Request { view, texels: view.fast.unwrap_or(self.texels), ..*self };
            let linear = conversion.is_linear(self.sampler.info.mag_filter != vk::Filter::NEAREST);
            request.level(0, linear, &of(0), &of(1), &request.layers(frame))
        };
        let [red, blue] = &conversion.chroma;
        let (reds, there) = plane(red);
        let (blues, also_there) = if red.plane == blue.plane { (reds, there) } else { plane(blue) };
        resident &= there & also_there;
        let colors: [[f32; 4]; 8] = lanes(|lane| {
            let [r, b] = [reds[red.channel][lane], blues[blue.channel][lane]];
            conversion.convert_color([r, luma[0][lane], b, luma[3][lane]])
        });
        (std::array::from_fn(|channel| lanes(|lane| colors[lane][channel])), resident)
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
            for (lane, &(other, also)) in chosen.iter().enumerate() {
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
        if let (Texels::Bytes { swapped, srgb: false }, None, Some(base)) =
            (self.texels, self.compare, self.one_base(mip, &corners, layers))
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

    /// One texel for each lane, compared if that is asked for.
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
        match &self.compare {
            Some(compare) => ([compare.results(&color[0]), [0.0; 8], [0.0; 8], [1.0; 8]], resident),
            None => (color, resident),
        }
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
                frame.resident[lane] =
                    resident >> lane & 1 | u32::from(mutation::is("residency_is_always_one"));
            }
        }
    }
}
