//! Luma and chroma: how they become a color ("Chroma Reconstruction", "Sampler Y'CBCR Conversion").
//!
//! ```text
//!   planes ── luma at full size, chroma halved in x or in both ──> filter ──> swizzle ──> range ──> model ──> color
//! ```
//!
//! Chroma is brought to the size of luma either as a step of its own, texel by texel, before the sampler filters (explicit),
//! or by filtering both at their own sizes (implicit). What comes out is converted once, after all filtering.
//!
//! # Invariants
//! 1. Planes are views of the same layers; the first one has the luma, and its levels are those of the whole.
//! 2. Channels that a format lacks come from no plane: alpha is one.

use ash::vk;
use smallvec::{SmallVec, smallvec};

use super::fast;
use super::filter::{At, Blend, Filter};
use super::view::{Texel, View, swizzle};
use super::wrap::wrap;
use crate::format::Format;

/// What a conversion is made from: `VkSamplerYcbcrConversionCreateInfo`.
#[derive(Clone, Copy, Debug)]
pub struct ConversionInfo {
    /// From which color model.
    pub model: vk::SamplerYcbcrModelConversion,
    /// Which numbers are black and white.
    pub range: vk::SamplerYcbcrRange,
    /// Where red, green, blue and alpha of the format go before they are converted.
    pub components: vk::ComponentMapping,
    /// Where chroma lies among the texels of luma, in x and y.
    pub chroma_offsets: [vk::ChromaLocation; 2],
    /// How chroma is brought to the size of luma.
    pub chroma_filter: vk::Filter,
    /// Whether that is a step of its own.
    pub explicit: bool,
}

/// A channel of a plane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Source {
    pub(super) plane: usize,
    pub(super) channel: usize,
}

/// A conversion of the planes of a view.
#[derive(Clone, Debug)]
pub(super) struct Conversion {
    pub(super) info: ConversionInfo,
    pub(super) planes: Box<[View]>,
    /// Of red and blue, which are chroma.
    pub(super) chroma: [Source; 2],
    /// Whether chroma has half the size, in x and y.
    pub(super) halved: [bool; 2],
    /// Texels of the chroma's plane for each of chroma: two, where it lies between luma.
    chroma_step: i32,
    swizzle: [u8; 4],
    rows: [[f32; 4]; 3],
}

/// Texels in two dimensions and what they weigh.
type Footprint = SmallVec<[([i32; 2], f32); 4]>;

impl Conversion {
    /// Of an image of `format`, whose planes are seen by views.
    pub(super) fn new(info: ConversionInfo, format: Format, planes: Vec<View>) -> Self {
        let chroma = match planes.len() {
            1 => [Source { plane: 0, channel: 0 }, Source { plane: 0, channel: 2 }],
            2 => [Source { plane: 1, channel: 1 }, Source { plane: 1, channel: 0 }],
            _ => [Source { plane: 2, channel: 0 }, Source { plane: 1, channel: 0 }],
        };
        // Of one plane with blocks of two texels, both have the chroma of the block.
        let is_packed = format.block_extent() == [2, 1];
        let halved = match format.planes() {
            [_, chroma, ..] => chroma.subsampling_log2.map(|log2| log2 > 0),
            _ => [is_packed, false],
        };
        Self {
            info,
            planes: planes.into(),
            chroma,
            halved,
            chroma_step: if is_packed { 2 } else { 1 },
            swizzle: swizzle(info.components),
            rows: rows(&info, format.channel_bits),
        }
    }

    /// How [`fast`] reads the luma, if it does the whole: planes of their own, filtered as they are.
    pub(super) fn fast(&self) -> Option<fast::Texels> {
        let implicit = !self.info.explicit || self.halved == [false; 2];
        let fits = implicit && self.planes.len() > 1 && self.planes.iter().all(View::is_fast_and_single);
        self.planes.first().filter(|_| fits).and_then(|luma| luma.fast)
    }

    /// Filters one level; what it gives is not converted yet.
    pub(super) fn sample(&self, filter: &Filter<'_>, level: usize, at: &At, linear: bool) -> Texel {
        let Some(mip) = self.planes[0].mips.get(level) else {
            return Texel { channels: [0; 4], resident: false };
        };
        let place = [0, 1].map(|axis| filter.position(mip, at, axis));
        let fetch = Fetch { conversion: self, filter, level, layer: at.layer };
        let mut blend = Blend::new(vk::SamplerReductionMode::WEIGHTED_AVERAGE);
        if self.info.explicit || self.halved == [false; 2] {
            for (index, weight) in footprint(place, [linear; 2]) {
                fetch.luma(index, weight, &mut blend);
                for (chroma, part) in self.reconstructed(index) {
                    fetch.chroma(chroma, weight * part, &mut blend);
                }
            }
        } else {
            for (index, weight) in footprint(place, [linear; 2]) {
                fetch.luma(index, weight, &mut blend);
            }
            let place = [0, 1].map(|axis| self.chroma_position(axis, place[axis]));
            for (index, weight) in footprint(place, [self.chroma_is_linear(); 2]) {
                fetch.chroma(index, weight, &mut blend);
            }
        }
        blend.finish()
    }

    fn chroma_is_linear(&self) -> bool {
        self.info.chroma_filter != vk::Filter::NEAREST
    }

    /// Whether chroma is filtered linearly where the sampler is linear or not: chroma of full size needs no filter of its own.
    pub(super) fn is_linear(&self, linear: bool) -> bool {
        if self.halved == [false; 2] { linear } else { self.chroma_is_linear() }
    }

    /// A coordinate among texels of luma as one among those of chroma. The nearest chroma of a texel is that which it shares,
    /// wherever that lies ("Implicit Reconstruction" allows it), so that it is the same as with explicit reconstruction.
    pub(super) fn chroma_position(&self, axis: usize, place: f32) -> f32 {
        let cosited =
            self.chroma_is_linear() && self.info.chroma_offsets[axis] == vk::ChromaLocation::COSITED_EVEN;
        match self.halved[axis] {
            true if cosited => 0.5 * (place + 0.5),
            true => 0.5 * place,
            false => place,
        }
    }

    /// The texels of chroma that belong to one of luma.
    fn reconstructed(&self, index: [i32; 2]) -> Footprint {
        if !self.chroma_is_linear() {
            let at = [0, 1].map(|axis| index[axis] >> i32::from(self.halved[axis]));
            return smallvec![(at, 1.0)];
        }
        // The middle of the texel; where chroma is as large, exactly one texel has a weight.
        let place = [0, 1].map(|axis| self.chroma_position(axis, index[axis] as f32 + 0.5));
        footprint(place, self.halved)
    }

    /// Swizzle, range expansion and model conversion.
    pub(super) fn convert(&self, channels: [u32; 4]) -> [u32; 4] {
        self.convert_color(channels.map(f32::from_bits)).map(f32::to_bits)
    }

    /// [`convert`](Self::convert), of numbers.
    #[inline(always)]
    pub(super) fn convert_color(&self, channels: [f32; 4]) -> [f32; 4] {
        let sources = [channels[0], channels[1], channels[2], channels[3], 0.0, 1.0];
        let [r, g, b, a] = self.swizzle.map(|source| sources[usize::from(source)]);
        let [red, green, blue] =
            self.rows.map(|[of_r, of_g, of_b, constant]| of_r * r + of_g * g + of_b * b + constant);
        [red, green, blue, a]
    }
}

/// Red, green and blue as sums of red (chroma), green (luma), blue (chroma) and a constant: range expansion and model
/// conversion together.
fn rows(info: &ConversionInfo, bits: [u8; 4]) -> [[f32; 4]; 3] {
    use vk::SamplerYcbcrModelConversion as Model;
    // Of luma in red and blue; the rest is green.
    let of = |red: f32, blue: f32| {
        let green = 1.0 - red - blue;
        [
            [2.0 * (1.0 - red), 1.0, 0.0],
            [-2.0 * red * (1.0 - red) / green, 1.0, -2.0 * blue * (1.0 - blue) / green],
            [0.0, 1.0, 2.0 * (1.0 - blue)],
        ]
    };
    const IDENTITY: [[f32; 3]; 3] = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
    let (model, expands) = match info.model {
        Model::YCBCR_709 => (of(0.2126, 0.0722), true),
        Model::YCBCR_601 => (of(0.299, 0.114), true),
        Model::YCBCR_2020 => (of(0.2627, 0.0593), true),
        Model::YCBCR_IDENTITY => (IDENTITY, true),
        _ => (IDENTITY, false),
    };
    let expansion: [[f32; 2]; 3] = std::array::from_fn(|channel| match expands {
        true => expansion(info.range, bits[channel], channel == 1),
        false => [1.0, 0.0],
    });
    model.map(|row| {
        let factor = |channel: usize| row[channel] * expansion[channel][0];
        let constant = (0..3).map(|channel| row[channel] * expansion[channel][1]).sum();
        [factor(0), factor(1), factor(2), constant]
    })
}

/// Factor and constant that bring a channel of so many bits to 0 for black and 1 for white, of chroma to the middle at 0.
fn expansion(range: vk::SamplerYcbcrRange, bits: u8, is_luma: bool) -> [f32; 2] {
    let bits = i32::from(bits);
    let most = 2f32.powi(bits) - 1.0;
    if range == vk::SamplerYcbcrRange::ITU_NARROW {
        let unit = 2f32.powi(bits - 8);
        let [zero, size] = if is_luma { [16.0, 219.0] } else { [128.0, 224.0] };
        return [most / (size * unit), -zero / size];
    }
    [1.0, if is_luma { 0.0 } else { -2f32.powi(bits - 1) / most }]
}

/// Texels around a coordinate: the one that holds it, or along each axis that is linear the two that it lies between.
fn footprint(place: [f32; 2], linear: [bool; 2]) -> Footprint {
    let pairs: [SmallVec<[(i32, f32); 2]>; 2] = std::array::from_fn(|axis| {
        if !linear[axis] {
            return smallvec![(place[axis].floor() as i32, 1.0)];
        }
        let first = (place[axis] - 0.5).floor();
        let weight = place[axis] - 0.5 - first;
        smallvec![(first as i32, 1.0 - weight), ((first as i32).saturating_add(1), weight)]
    });
    let [columns, rows] = pairs;
    let all = rows.iter().flat_map(|&(y, b)| columns.iter().map(move |&(x, a)| ([x, y], a * b)));
    // What has no weight is not looked at, so that it need not be resident.
    all.filter(|&(_, weight)| weight != 0.0).collect()
}

/// Where texels of one level and layer come from.
struct Fetch<'a> {
    conversion: &'a Conversion,
    filter: &'a Filter<'a>,
    level: usize,
    layer: u32,
}

impl Fetch<'_> {
    /// Adds green and alpha.
    fn luma(&self, index: [i32; 2], weight: f32, blend: &mut Blend) {
        let plane = &self.conversion.planes[0];
        let texel = self.texel(plane, index, 1);
        // A plane of its own has its only channel first.
        let green = if self.conversion.planes.len() > 1 { 0 } else { 1 };
        let channels = [0, texel.channels[green], 0, texel.channels[3]];
        blend.add(Texel { channels, ..texel }, weight);
    }

    /// Adds red and blue.
    fn chroma(&self, index: [i32; 2], weight: f32, blend: &mut Blend) {
        let [red, blue] = self.conversion.chroma;
        let step = self.conversion.chroma_step;
        let first = self.texel(&self.conversion.planes[red.plane], index, step);
        let second = match red.plane == blue.plane {
            true => first,
            false => self.texel(&self.conversion.planes[blue.plane], index, step),
        };
        let channels = [first.channels[red.channel], 0, second.channels[blue.channel], 0];
        blend.add(Texel { channels, resident: first.resident && second.resident }, weight);
    }

    /// A texel by its number, which may be beyond the edges; `step` texels of the plane are one.
    fn texel(&self, plane: &View, index: [i32; 2], step: i32) -> Texel {
        let Some(mip) = plane.mips.get(self.level) else {
            return Texel { channels: [0; 4], resident: false };
        };
        let modes = self.filter.sampler.info.address_modes;
        let [width, height, _] = mip.extent;
        let at = |axis: usize, size: i32| {
            // Vulkan allows no other mode than clamping to the edge.
            wrap(modes[axis], index[axis], size).unwrap_or_else(|| index[axis].clamp(0, size - 1))
        };
        let place = [at(0, (width / step).max(1)) * step, at(1, height), 0];
        plane.texel(self.filter.memory, mip, place, self.layer, 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn conversion(model: vk::SamplerYcbcrModelConversion, range: vk::SamplerYcbcrRange) -> Conversion {
        let format = Format::find(vk::Format::G8_B8R8_2PLANE_420_UNORM).unwrap();
        let info = ConversionInfo {
            model,
            range,
            components: vk::ComponentMapping::default(),
            chroma_offsets: [vk::ChromaLocation::COSITED_EVEN, vk::ChromaLocation::MIDPOINT],
            chroma_filter: vk::Filter::LINEAR,
            explicit: true,
        };
        Conversion::new(info, format, vec![View::buffer(0, format, 0), View::buffer(0, format, 0)])
    }

    fn bytes(conversion: &Conversion, [cr, y, cb]: [u8; 3]) -> [i32; 3] {
        let unit = |byte: u8| (f32::from(byte) / 255.0).to_bits();
        let [r, g, b, _] = conversion.convert([unit(cr), unit(y), unit(cb), 0]);
        [r, g, b].map(|bits| (f32::from_bits(bits) * 255.0).round() as i32)
    }

    #[test]
    fn black_white_and_primaries_are_where_the_standards_have_them() {
        use vk::SamplerYcbcrModelConversion as Model;
        use vk::SamplerYcbcrRange as Range;
        let narrow = conversion(Model::YCBCR_709, Range::ITU_NARROW);
        assert_eq!(bytes(&narrow, [128, 16, 128]), [0, 0, 0]);
        assert_eq!(bytes(&narrow, [128, 235, 128]), [255, 255, 255]);
        // Red is (Y, Cb, Cr) = (63, 102, 240).
        assert!(bytes(&narrow, [240, 63, 102]).iter().zip([255, 0, 0]).all(|(a, b)| (a - b).abs() <= 2));
        let full = conversion(Model::YCBCR_601, Range::ITU_FULL);
        assert_eq!(bytes(&full, [128, 77, 128]), [77, 77, 77]);
        assert!(bytes(&full, [255, 76, 85]).iter().zip([254, 0, 0]).all(|(a, b)| (a - b).abs() <= 1));
        let identity = conversion(Model::RGB_IDENTITY, Range::ITU_NARROW);
        assert_eq!(bytes(&identity, [1, 2, 3]), [1, 2, 3]);
    }

    #[test]
    fn chroma_lies_on_even_texels_or_between_them() {
        let found = conversion(vk::SamplerYcbcrModelConversion::YCBCR_709, vk::SamplerYcbcrRange::ITU_FULL);
        let sorted = |index| {
            let mut texels = found.reconstructed(index).to_vec();
            texels.sort_by_key(|&(at, _)| at);
            texels
        };
        // x is on even texels, y between them.
        assert_eq!(sorted([2, 3]), [([1, 1], 0.75), ([1, 2], 0.25)]);
        assert_eq!(sorted([3, 2]), [([1, 0], 0.125), ([1, 1], 0.375), ([2, 0], 0.125), ([2, 1], 0.375)]);
    }
}
