//! A sample, gather or query of one lane: from coordinates and derivatives to levels, from levels to a color.

use ash::vk;
use lacuna_shaders::abi::texture::{LodMode, TextureFrame, TextureInstruction};

use super::cube;
use super::filter::{At, Blend, Filter};
use super::lod::{self, Footprint, Levels};
use super::memory::Memory;
use super::sampler::Sampler;
use super::view::{Mip, Shape, Texel, View};
use crate::format::NumericClass;

/// The operands of one lane.
pub(super) struct Lane<'a> {
    pub(super) instruction: &'a TextureInstruction,
    pub(super) frame: &'a TextureFrame,
    pub(super) lane: usize,
}

impl Lane<'_> {
    fn float(&self, lanes: &[u32; 8]) -> f32 {
        f32::from_bits(lanes[self.lane])
    }

    fn coordinates(&self) -> [f32; 3] {
        [0, 1, 2].map(|axis| self.float(&self.frame.coordinates[axis]))
    }

    /// Constant and dynamic offset.
    pub(super) fn offset(&self) -> [i32; 3] {
        std::array::from_fn(|axis| {
            let dynamic =
                if self.instruction.dynamic_offset { self.frame.offset[axis][self.lane] } else { 0 };
            (dynamic as i32).saturating_add(self.instruction.offsets[0][axis].into())
        })
    }

    /// Derivatives to the right and downwards: given, or differences in the quad.
    fn derivatives(&self) -> [[f32; 3]; 2] {
        if self.instruction.lod == LodMode::Gradient {
            return self.frame.gradients.map(|axes| axes.map(|lanes| self.float(&lanes)));
        }
        let difference = |low: usize, high: usize| {
            self.frame.coordinates.map(|lanes| f32::from_bits(lanes[high]) - f32::from_bits(lanes[low]))
        };
        // Bit 0 of a lane is its column in the quad, bit 1 its row.
        [difference(self.lane & !1, self.lane | 1), difference(self.lane & !2, self.lane | 2)]
    }

    /// Where it samples, and what it covers.
    fn place(&self, view: &View, sampler: &Sampler) -> (At, Footprint) {
        let mut st = self.coordinates();
        let layers = if view.shape == Shape::Cube { view.layers / 6 } else { view.layers };
        let mut layer = if view.is_array {
            self.float(&self.frame.layer).round_ties_even().max(0.0).min(layers.saturating_sub(1) as f32)
                as u32
        } else {
            0
        };
        let needs_derivatives = matches!(self.instruction.lod, LodMode::Quad | LodMode::Gradient);
        let mut derivatives = if needs_derivatives { self.derivatives() } else { [[0.0; 3]; 2] };
        if view.shape == Shape::Cube {
            let point = cube::select(st);
            let [s, t] = point.coordinates();
            st = [s, t, 0.0];
            layer = layer * 6 + point.face;
            derivatives = lod::on_face(point, derivatives);
        }
        let footprint = match self.instruction.lod {
            LodMode::Zero => Footprint::at(0.0),
            LodMode::Explicit => Footprint::at(self.float(&self.frame.lod)),
            LodMode::Quad | LodMode::Gradient => {
                Footprint::new(lod::size(view), derivatives, sampler.info.max_anisotropy)
            }
        };
        (At { st, layer }, footprint)
    }

    /// Level of detail before and after clamping.
    fn lod(&self, view: &View, sampler: &Sampler, footprint: &Footprint) -> (f32, f32) {
        let bias = if self.instruction.lod == LodMode::Quad { self.float(&self.frame.lod) } else { 0.0 };
        let min_lod = if self.instruction.min_lod { self.float(&self.frame.min_lod) } else { 0.0 };
        lod::clamped(sampler, view, footprint.lod, bias, min_lod)
    }

    /// `OpImageQueryLod`.
    pub(super) fn query_lod(&self, view: &View, sampler: &Sampler) -> [f32; 2] {
        let (_, footprint) = self.place(view, sampler);
        let (unclamped, clamped) = self.lod(view, sampler, &footprint);
        let levels = lod::levels(sampler.info.mipmap_mode, clamped, view.mips.len());
        [levels.first as f32 + levels.weight, unclamped]
    }

    fn filter<'a>(&self, memory: Memory<'a>, view: &'a View, sampler: &'a Sampler) -> Filter<'a> {
        let reference = self.instruction.compare.then(|| self.float(&self.frame.reference));
        Filter { memory, view, sampler, reference, offset: self.offset() }
    }

    /// `OpImageGather`: of the first level.
    pub(super) fn gather(&self, memory: Memory<'_>, view: &View, sampler: &Sampler) -> Texel {
        let (at, _) = self.place(view, sampler);
        let mut filter = self.filter(memory, view, sampler);
        let separate = self.instruction.offsets[1..].iter().any(|offset| *offset != [0; 3]);
        if separate {
            filter.offset = [0; 3];
        }
        let component = if self.instruction.compare { 0 } else { self.instruction.component };
        match view.mips.first() {
            Some(mip) => filter.gather(mip, &at, &self.instruction.offsets, component),
            None => Texel { channels: [0; 4], resident: false },
        }
    }

    /// `OpImageSample…`.
    pub(super) fn sample(&self, memory: Memory<'_>, view: &View, sampler: &Sampler) -> Texel {
        let (at, footprint) = self.place(view, sampler);
        let (_, lod) = self.lod(view, sampler, &footprint);
        let filter = self.filter(memory, view, sampler);
        let info = &sampler.info;
        // Integers are never blended.
        let blends = view.class == NumericClass::Float;
        let mode = if blends { info.mipmap_mode } else { vk::SamplerMipmapMode::NEAREST };
        let Levels { first, second, weight } = lod::levels(mode, lod, view.mips.len());
        let chosen = if lod <= 0.0 { info.mag_filter } else { info.min_filter };
        let chosen = if blends { chosen } else { vk::Filter::NEAREST };
        let filtered = |number: usize, mip: &Mip, at: &At| match (chosen, &view.conversion) {
            (_, Some(conversion)) => conversion.sample(&filter, number, at, chosen != vk::Filter::NEAREST),
            (vk::Filter::NEAREST, None) => filter.nearest(mip, at),
            (vk::Filter::CUBIC_EXT, None) => filter.cubic(mip, at),
            (_, None) => filter.linear(mip, at),
        };
        let level = |number: usize| match view.mips.get(number) {
            Some(mip) if footprint.samples > 1 && blends => {
                let mut blend = Blend::new(info.reduction);
                for sample in 1..=footprint.samples {
                    let along = sample as f32 / (footprint.samples + 1) as f32 - 0.5;
                    let st = std::array::from_fn(|axis| at.st[axis] + footprint.axis[axis] * along);
                    let at = At { st, ..at };
                    blend.add(filtered(number, mip, &at), 1.0 / footprint.samples as f32);
                }
                blend.finish()
            }
            Some(mip) => filtered(number, mip, &at),
            None => Texel { channels: [0; 4], resident: false },
        };
        let mut texel = level(first);
        if weight > 0.0 {
            let mut blend = Blend::new(info.reduction);
            blend.add(texel, 1.0 - weight);
            blend.add(level(second), weight);
            texel = blend.finish();
        }
        let channels = match &view.conversion {
            Some(conversion) => conversion.convert(texel.channels),
            None => view.swizzled(texel.channels),
        };
        Texel { channels, resident: texel.resident }
    }
}
