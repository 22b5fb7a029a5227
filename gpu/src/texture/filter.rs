//! One filtered sample of one mip level: which texels, with which weights, and what becomes of them.

use ash::vk;
use lacuna_vm::mutation;

use super::cube;
use super::memory::Memory;
use super::sampler::Sampler;
use super::view::{Mip, Shape, Texel, View};
use super::wrap::wrap;
use crate::format::Numeric;

/// What a sample of any level goes by.
#[derive(Clone, Copy)]
pub(super) struct Filter<'a> {
    pub(super) memory: Memory<'a>,
    pub(super) view: &'a View,
    pub(super) sampler: &'a Sampler,
    /// The reference, where texels are compared.
    pub(super) reference: Option<f32>,
    pub(super) offset: [i32; 3],
}

/// A coordinate: normalized unless the sampler says otherwise.
#[derive(Clone, Copy, Debug)]
pub(super) struct At {
    pub(super) st: [f32; 3],
    /// Layer of the image: of a cube layer times six plus face.
    pub(super) layer: u32,
}

/// The two texels of one dimension that a coordinate lies between, and the weight of the second.
#[derive(Clone, Copy, Debug)]
struct Pair {
    first: i32,
    weight: f32,
}

impl Filter<'_> {
    fn dimensions(&self) -> usize {
        match self.view.shape {
            Shape::D1 => 1,
            Shape::D2 | Shape::Cube => 2,
            Shape::D3 => 3,
        }
    }

    /// Where a coordinate lies among the texels of a dimension.
    pub(super) fn position(&self, mip: &Mip, at: &At, axis: usize) -> f32 {
        if self.sampler.info.unnormalized { at.st[axis] } else { at.st[axis] * mip.extent[axis] as f32 }
    }

    /// The texel that holds the coordinate.
    pub(super) fn nearest(&self, mip: &Mip, at: &At) -> Texel {
        let mut index = [0; 3];
        for (axis, index) in index.iter_mut().enumerate().take(self.dimensions()) {
            *index = (self.position(mip, at, axis).floor() as i32).saturating_add(self.offset[axis]);
        }
        self.texel(mip, index, at.layer)
    }

    fn pair(&self, mip: &Mip, at: &At, axis: usize) -> Pair {
        let position = self.position(mip, at, axis) - 0.5;
        let first = position.floor();
        Pair { first: (first as i32).saturating_add(self.offset[axis]), weight: position - first }
    }

    /// Blends the texels around the coordinate.
    pub(super) fn linear(&self, mip: &Mip, at: &At) -> Texel {
        let dimensions = self.dimensions();
        let mut pairs = [Pair { first: 0, weight: 0.0 }; 3];
        for (axis, pair) in pairs.iter_mut().enumerate().take(dimensions) {
            *pair = self.pair(mip, at, axis);
        }
        let mut blend = Blend::new(self.sampler.info.reduction);
        for corner in 0..1usize << dimensions {
            let mut index = [0; 3];
            let mut weight = 1.0;
            for axis in 0..dimensions {
                let second = corner >> axis & 1 != 0;
                index[axis] = pairs[axis].first.saturating_add(i32::from(second));
                weight *= if second { pairs[axis].weight } else { 1.0 - pairs[axis].weight };
            }
            // What has no weight is not looked at, so that it need not be resident.
            if weight != 0.0 {
                blend.add(self.texel(mip, index, at.layer), weight);
            }
        }
        blend.finish()
    }

    /// Blends four texels in each dimension, with the weights of a Catmull-Rom spline.
    pub(super) fn cubic(&self, mip: &Mip, at: &At) -> Texel {
        let dimensions = self.dimensions();
        let mut firsts = [0; 3];
        let mut weights = [[1.0, 0.0, 0.0, 0.0]; 3];
        for axis in 0..dimensions {
            let pair = self.pair(mip, at, axis);
            (firsts[axis], weights[axis]) = (pair.first.saturating_sub(1), spline(pair.weight));
        }
        let mut blend = Blend::new(self.sampler.info.reduction);
        for corner in 0..1usize << (2 * dimensions) {
            let place = [corner & 3, corner >> 2 & 3, corner >> 4];
            let weight = (0..dimensions).map(|axis| weights[axis][place[axis]]).product();
            let index = std::array::from_fn(|axis| firsts[axis].saturating_add(place[axis] as i32));
            if weight != 0.0 {
                blend.add(self.texel(mip, index, at.layer), weight);
            }
        }
        blend.finish()
    }

    /// One component of the four texels around the coordinate, in the order of `OpImageGather`.
    pub(super) fn gather(&self, mip: &Mip, at: &At, offsets: &[[i8; 3]; 4], component: u8) -> Texel {
        let (x, y) = (self.pair(mip, at, 0), self.pair(mip, at, 1));
        let separate = offsets[1..].iter().any(|offset| *offset != [0; 3]);
        let mut gathered = Texel { channels: [0; 4], resident: true };
        for (k, [i, j]) in [[0, 1], [1, 1], [1, 0], [0, 0]].into_iter().enumerate() {
            // With an offset for each, every texel is the first one of its own footprint.
            let [i, j] =
                if separate { offsets[k].map(i32::from)[..2].try_into().unwrap_or([0; 2]) } else { [i, j] };
            let index = [x.first.saturating_add(i), y.first.saturating_add(j), 0];
            let texel = self.texel(mip, index, at.layer);
            gathered.channels[k] = self.view.swizzled(texel.channels)[usize::from(component & 3)];
            gathered.resident &= texel.resident || mutation::is("gathers_look_at_one_texel");
        }
        gathered
    }

    /// A texel by its number, which may be beyond the edges; compared, if that is asked for.
    fn texel(&self, mip: &Mip, index: [i32; 3], layer: u32) -> Texel {
        let texel = if self.view.shape == Shape::Cube && !self.sampler.info.non_seamless {
            self.cube_texel(mip, index, layer)
        } else {
            self.flat_texel(mip, index, layer)
        };
        match self.reference {
            Some(reference) => self.compared(texel, reference),
            None => texel,
        }
    }

    fn flat_texel(&self, mip: &Mip, index: [i32; 3], layer: u32) -> Texel {
        let mut wrapped = [0; 3];
        for axis in 0..self.dimensions() {
            match wrap(self.sampler.info.address_modes[axis], index[axis], mip.extent[axis]) {
                Some(at) => wrapped[axis] = at,
                None => {
                    let channels = self.view.replaced(self.sampler.info.border_color);
                    return Texel { channels, resident: true };
                }
            }
        }
        self.view.texel(self.memory, mip, wrapped, layer, 0)
    }

    /// Edges of cubes are seamless. At a corner three faces meet: the average of their texels stands for the fourth.
    fn cube_texel(&self, mip: &Mip, [i, j, _]: [i32; 3], layer: u32) -> Texel {
        let size = mip.extent[0];
        // A coordinate on the edge of a face may round to the texel behind it; offsets do not exist for cubes.
        let (i, j) = (i.clamp(-1, size), j.clamp(-1, size));
        let (base, face) = (layer - layer % 6, layer % 6);
        let fetch = |index: [i32; 2]| {
            let (face, [x, y]) = cube::across(face, index, size)?;
            Some(self.view.texel(self.memory, mip, [x, y, 0], base + face, 0))
        };
        if let Some(texel) = fetch([i, j]) {
            return texel;
        }
        let (x, y) = (i.clamp(0, size - 1), j.clamp(0, size - 1));
        let mut blend = Blend::new(vk::SamplerReductionMode::WEIGHTED_AVERAGE);
        [[x, y], [i, y], [x, j]].into_iter().filter_map(fetch).for_each(|texel| blend.add(texel, 1.0 / 3.0));
        blend.finish()
    }

    fn compared(&self, texel: Texel, reference: f32) -> Texel {
        let depth = f32::from_bits(texel.channels[0]);
        let fixed = self.view.format.numeric == Numeric::Unorm;
        let reference = if fixed { reference.clamp(0.0, 1.0) } else { reference };
        let holds = match self.sampler.info.compare {
            Some(vk::CompareOp::NEVER) => false,
            Some(vk::CompareOp::LESS) => reference < depth,
            Some(vk::CompareOp::EQUAL) => reference == depth,
            Some(vk::CompareOp::LESS_OR_EQUAL) => reference <= depth,
            Some(vk::CompareOp::GREATER) => reference > depth,
            Some(vk::CompareOp::NOT_EQUAL) => reference != depth,
            Some(vk::CompareOp::GREATER_OR_EQUAL) => reference >= depth,
            _ => true,
        };
        let result = f32::from(u8::from(holds)).to_bits();
        Texel { channels: [result, 0, 0, 1f32.to_bits()], resident: texel.resident }
    }
}

/// Weights of four texels for a place between the second and the third ("Cubic Filtering").
fn spline(a: f32) -> [f32; 4] {
    let (a2, a3) = (a * a, a * a * a);
    [
        0.5 * (-a + 2.0 * a2 - a3),
        0.5 * (2.0 - 5.0 * a2 + 3.0 * a3),
        0.5 * (a + 4.0 * a2 - 3.0 * a3),
        0.5 * (a3 - a2),
    ]
}

/// Texels of which one color is made.
pub(super) struct Blend {
    mode: vk::SamplerReductionMode,
    sum: [f32; 4],
    count: u32,
    resident: bool,
}

impl Blend {
    pub(super) fn new(mode: vk::SamplerReductionMode) -> Self {
        Self { mode, sum: [0.0; 4], count: 0, resident: true }
    }

    pub(super) fn add(&mut self, texel: Texel, weight: f32) {
        for (sum, channel) in self.sum.iter_mut().zip(texel.channels.map(f32::from_bits)) {
            *sum = match self.mode {
                vk::SamplerReductionMode::MIN if self.count > 0 => sum.min(channel),
                vk::SamplerReductionMode::MAX if self.count > 0 => sum.max(channel),
                vk::SamplerReductionMode::MIN | vk::SamplerReductionMode::MAX => channel,
                _ => *sum + channel * weight,
            };
        }
        self.count += 1;
        self.resident &= texel.resident;
    }

    pub(super) fn finish(self) -> Texel {
        Texel { channels: self.sum.map(f32::to_bits), resident: self.resident }
    }
}
