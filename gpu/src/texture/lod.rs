//! How much a texture is minified: level of detail and the axis of anisotropy ("Scale Factor Operation", "LOD Operation").

use ash::vk;

use super::cube::{self, FacePoint};
use super::sampler::Sampler;
use super::view::{Shape, View};

/// Limits of the bias of a sampler and an instruction together.
pub(super) const MAX_LOD_BIAS: f32 = 16.0;

/// What a ratio of axes may be above a whole number without one more sample: more than roundings make of it.
pub(super) const RATIO_SLACK: f32 = 1.0 / 64.0;

/// What a pixel covers of a texture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Footprint {
    /// Logarithm of its size in texels, before bias and clamping.
    pub(super) lod: f32,
    /// Samples along its long axis.
    pub(super) samples: u32,
    /// The long axis, in normalized coordinates.
    pub(super) axis: [f32; 3],
}

impl Footprint {
    /// Of an instruction that names the level.
    pub(super) const fn at(lod: f32) -> Self {
        Self { lod, samples: 1, axis: [0.0; 3] }
    }

    /// From the derivatives of normalized coordinates, `size` texels in each dimension.
    pub(super) fn new(size: [f32; 3], derivatives: [[f32; 3]; 2], max_anisotropy: f32) -> Self {
        let length = |d: [f32; 3]| {
            let [x, y, z] = [d[0] * size[0], d[1] * size[1], d[2] * size[2]];
            (x * x + y * y + z * z).sqrt()
        };
        let [across, down] = derivatives.map(length);
        let (long, short, axis) =
            if across > down { (across, down, derivatives[0]) } else { (down, across, derivatives[1]) };
        if max_anisotropy <= 1.0 || long.is_nan() || long <= 0.0 {
            return Self { lod: long.log2(), samples: 1, axis };
        }
        let ratio = (long / short).min(max_anisotropy).max(1.0);
        let samples = (ratio - RATIO_SLACK).ceil().max(1.0) as u32;
        Self { lod: (long / ratio).log2(), samples, axis }
    }
}

/// Derivatives of a direction as derivatives of the coordinates on the face that it meets.
pub(super) fn on_face(point: FacePoint, derivatives: [[f32; 3]; 2]) -> [[f32; 3]; 2] {
    derivatives.map(|derivative| {
        let [sc, tc, major] = cube::project(point.face, derivative);
        let scale = 0.5 / (point.major * point.major);
        [scale * (point.major * sc - point.sc * major), scale * (point.major * tc - point.tc * major), 0.0]
    })
}

/// Texels of the first level as floats; one in dimensions without coordinate.
pub(super) fn size(view: &View) -> [f32; 3] {
    let extent = view.mips.first().map_or([1; 3], |mip| mip.extent).map(|size| size as f32);
    match view.shape {
        Shape::D1 => [extent[0], 0.0, 0.0],
        Shape::D2 | Shape::Cube => [extent[0], extent[1], 0.0],
        Shape::D3 => extent,
    }
}

/// The level of detail with all biases, before and after clamping.
pub(super) fn clamped(sampler: &Sampler, view: &View, lod: f32, bias: f32, min_lod: f32) -> (f32, f32) {
    let info = &sampler.info;
    let biased = lod + (info.mip_lod_bias + bias).clamp(-MAX_LOD_BIAS, MAX_LOD_BIAS);
    // What is not a number becomes the least.
    let least = info.min_lod.max(min_lod);
    (biased, biased.max(least).min(info.max_lod.max(least)).max(view.min_lod))
}

/// The levels to read, and the weight of the second.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Levels {
    pub(super) first: usize,
    pub(super) second: usize,
    pub(super) weight: f32,
}

/// The levels for a clamped level of detail ("Image Level(s) Selection").
pub(super) fn levels(mode: vk::SamplerMipmapMode, lod: f32, count: usize) -> Levels {
    let last = count.saturating_sub(1);
    let lod = lod.max(0.0).min(last as f32);
    if mode == vk::SamplerMipmapMode::LINEAR {
        let first = lod as usize;
        return Levels { first, second: (first + 1).min(last), weight: lod - first as f32 };
    }
    let nearest = ((lod + 0.5).ceil() - 1.0) as usize;
    Levels { first: nearest, second: nearest, weight: 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longer_derivative_counts() {
        let size = [256.0, 128.0, 0.0];
        let found = Footprint::new(size, [[4.0 / 256.0, 0.0, 0.0], [0.0, 2.0 / 128.0, 9.0]], 1.0);
        assert_eq!((found.lod, found.samples), (2.0, 1));
        assert_eq!(Footprint::new(size, [[0.0; 3]; 2], 1.0).lod, f32::NEG_INFINITY);
    }

    #[test]
    fn anisotropy_shortens_the_long_axis() {
        let derivatives = [[8.0, 0.0, 0.0], [0.0, 2.0, 0.0]];
        let found = Footprint::new([1.0, 1.0, 0.0], derivatives, 16.0);
        assert_eq!((found.lod, found.samples, found.axis), (1.0, 4, derivatives[0]));
        let found = Footprint::new([1.0, 1.0, 0.0], derivatives, 2.0);
        assert_eq!((found.lod, found.samples), (2.0, 2));
        let flat = Footprint::new([1.0, 1.0, 0.0], [[8.0, 0.0, 0.0], [0.0; 3]], 4.0);
        assert_eq!((flat.lod, flat.samples), (1.0, 4));
    }

    #[test]
    fn nearest_levels_prefer_the_finer_one_and_linear_ones_blend() {
        let nearest = |lod| levels(vk::SamplerMipmapMode::NEAREST, lod, 4).first;
        assert_eq!([0.0, 0.5, 0.51, 1.5, 9.0, -3.0, f32::NAN].map(nearest), [0, 0, 1, 1, 3, 0, 0]);
        let linear = levels(vk::SamplerMipmapMode::LINEAR, 1.25, 4);
        assert_eq!(linear, Levels { first: 1, second: 2, weight: 0.25 });
        assert_eq!(levels(vk::SamplerMipmapMode::LINEAR, 7.0, 4).weight, 0.0);
    }

    /// The quotient rule against a difference quotient.
    #[test]
    fn derivatives_of_directions_are_those_on_the_face() {
        let direction = [0.3f32, -0.7, 0.2];
        let step = [0.001f32, 0.002, -0.0015];
        let moved = [direction[0] + step[0], direction[1] + step[1], direction[2] + step[2]];
        let (here, there) = (cube::select(direction), cube::select(moved));
        let [s, t] = here.coordinates();
        let [s2, t2] = there.coordinates();
        let [[ds, dt, _], _] = on_face(here, [step, [0.0; 3]]);
        assert!((ds - (s2 - s)).abs() < 2e-5 && (dt - (t2 - t)).abs() < 2e-5);
    }
}
