//! Samples of 2D images for eight lanes at once, in AVX2: what nearly all shaders do with nearly all images.
//!
//! ```text
//!   frame ── lod: levels ── anisotropy: places ── axis: texels ── place: memory ── texels: components ── blend
//!                                                   └── near: texels beside each other ── bytes, encoded ──┘
//! ```
//!
//! The rules are those of [`sample`](super::sample); what is not done here is done there, and what a processor without these
//! instructions does, [`fast`](super::fast) does. A view has the routine of its kind of texels, so that a sample is one call
//! through the descriptor.
#![expect(unsafe_code, reason = "calls code for the processor that was found")]

mod ahead;
mod anisotropy;
mod axis;
mod bytes;
mod encoded;
mod filter;
mod lanes;
mod lod;
mod near;
mod place;
mod texels;

use core::arch::x86_64::*;

use ash::vk;
use lacuna_shaders::abi::texture::{TextureFrame, TextureInstruction, TextureOp};

pub(super) use self::ahead::Ahead;
use self::anisotropy::Center;
use self::filter::Filter;
use self::lanes::{Color, F, I, filling, load_floats, mask_of, store, store_all};
use self::near::Near;
pub(super) use self::near::Place;
use self::place::Layers;
pub(super) use self::texels::Texels;
use self::texels::class;
use super::memory::Memory;
use super::sampler::{Sampler, SamplerInfo};
use super::view::{Mip, Shape, View};
use crate::format::Format;

/// Does a sample for the lanes of a set. The processor has AVX2, FMA and F16C.
type Routine = unsafe fn(&Request<'_>, &mut TextureFrame);

/// What is asked for.
pub(super) struct Request<'a> {
    pub(super) memory: Memory<'a>,
    pub(super) instruction: &'a TextureInstruction,
    /// Lanes: at least one.
    pub(super) mask: u32,
    pub(super) view: &'a View,
    pub(super) sampler: &'a Sampler,
}

/// How the texels of a view are read here; `None` if they are not.
pub(super) fn texels(
    shape: Shape,
    is_3d: bool,
    samples: u32,
    format: Format,
    swizzle: [u8; 4],
    mips: &[Mip],
) -> Option<Texels> {
    let has = is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("fma")
        && is_x86_feature_detected!("f16c");
    let fits = has
        && shape == Shape::D2
        && !is_3d
        && samples == 1
        && texels::are_known(format)
        && !mips.is_empty()
        && mips.iter().all(|mip| mip.level.size < 1 << 31);
    fits.then(|| Texels::new(format, swizzle, mips))
}

/// The filter of a sampler that has the same one for all levels of detail, and does no more.
pub(super) fn only_filter(info: &SamplerInfo) -> Option<vk::Filter> {
    (info.mag_filter == info.min_filter && info.max_anisotropy <= 1.0).then_some(info.mag_filter)
}

/// Whether a sampler is one that is known here.
pub(super) fn knows(info: &SamplerInfo) -> bool {
    info.reduction == vk::SamplerReductionMode::WEIGHTED_AVERAGE
        && !info.unnormalized
        && info.mag_filter != vk::Filter::CUBIC_EXT
        && info.min_filter != vk::Filter::CUBIC_EXT
}

impl<'a> Request<'a> {
    /// Whether anything depends on the level of detail.
    #[inline]
    fn has_levels(&self) -> bool {
        self.view.mips.len() > 1 || self.sampler.info.mag_filter != self.sampler.info.min_filter
    }

    /// Does it, if it is known here.
    #[inline]
    pub(super) fn run(&self, frame: &mut TextureFrame) -> bool {
        let Some(texels) = self.known() else { return false };
        // SAFETY: a view has a routine only where the processor has the instructions.
        unsafe { (texels.routine)(self, frame) };
        true
    }

    /// How the texels are read, if it is known here.
    #[inline]
    fn known(&self) -> Option<&'a Texels> {
        let known = self.sampler.wide
            && self.instruction.op == TextureOp::Sample
            && !self.instruction.dynamic_offset
            && self.view.conversion.is_none();
        self.view.wide.as_ref().filter(|_| known)
    }

    /// The level and whether it is blended, if there is but one and nothing else is asked for.
    #[inline]
    fn plain(&self) -> Option<(&'a Mip, bool)> {
        let Self { instruction, view, sampler, .. } = *self;
        let ([mip], Some(filter)) = (&*view.mips, sampler.filter) else { return None };
        let is_plain = !(view.is_array || instruction.compare) && instruction.offsets[0] == [0; 3];
        is_plain.then_some((mip, filter != vk::Filter::NEAREST))
    }

    /// The same of texels of four bytes that have a [`Near`].
    #[inline]
    fn plain_bytes(&self, texels: &'a Texels) -> Option<(&'a Mip, &'a Near, bool)> {
        let ([near], (mip, linear)) = (&*texels.near, self.plain()?) else { return None };
        Some((mip, near, linear))
    }
}

/// A sample of texels of a class.
#[target_feature(enable = "avx2,fma,f16c")]
fn sample<const CLASS: u8>(request: &Request<'_>, frame: &mut TextureFrame) {
    let mask = request.mask;
    let Some(texels) = &request.view.wide else { return };
    let at = [load_floats(&frame.coordinates[0]), load_floats(&frame.coordinates[1])];
    if mask == 0xff
        && !class::are_bytes(CLASS)
        && let Some((mip, linear)) = request.plain()
    {
        let filter = Filter::new(request, texels, at, Layers::One(0), None);
        let (color, resident) =
            if linear { filter.linear::<CLASS>(mip, at) } else { filter.nearest::<CLASS>(mip, at) };
        return give(frame, mask, texels, color, resident);
    }
    request.all::<CLASS>(texels, at, frame);
}

/// Makes [`sample`] of texels of four bytes: what most samples need comes first, compiled as a whole for processors that have
/// certain instructions. `color` is what makes colors of words there.
macro_rules! sample_bytes {
    ($class:expr, $features:literal, $color:ident) => {
        #[target_feature(enable = $features)]
        pub(super) fn sample(request: &Request<'_>, frame: &mut TextureFrame) {
            let mask = request.mask;
            if mask == 0xff
                && let Some(texels) = &request.view.wide
                && let Some((mip, near, linear)) = request.plain_bytes(texels)
            {
                let at = [load_floats(&frame.coordinates[0]), load_floats(&frame.coordinates[1])];
                let mut place = Place::default();
                if linear && request.near_one(mip, near, &Layers::One(0), at, &mut place) {
                    // SAFETY: the place is one of the level.
                    let color = unsafe { place.color::<{ $class }>(near, texels) };
                    return give(frame, mask, texels, color, 0xff);
                }
                if !linear && let Some(words) = request.nearest(mip, near, at) {
                    return give(frame, mask, texels, texels.$color(words), 0xff);
                }
            }
            super::sample::<{ $class }>(request, frame);
        }
    };
}
use sample_bytes;

impl Request<'_> {
    /// What any instruction asks for.
    #[inline(never)]
    #[target_feature(enable = "avx2,fma,f16c")]
    fn all<const CLASS: u8>(&self, texels: &Texels, [x, y]: [F; 2], frame: &mut TextureFrame) {
        let Request { sampler, mask, .. } = *self;
        // Lanes that do not run do what another one does: they look at nothing of their own.
        let fill = (mask != 0xff).then(|| filling(mask));
        let filled = |lanes: F| match fill {
            Some(fill) => _mm256_permutevar8x32_ps(lanes, fill),
            None => lanes,
        };
        let layers = self.layers(frame, fill);
        let reference = self.instruction.compare.then(|| filled(load_floats(&frame.reference)));
        let center = Center { at: [filled(x), filled(y)], layers, reference };
        let is_long = sampler.info.max_anisotropy > 1.0;
        if !(is_long || self.has_levels()) {
            let filter = Filter::new(self, texels, center.at, layers, reference);
            let (color, resident) = filter.at::<CLASS>(_mm256_setzero_ps());
            return give(frame, mask, texels, color, resident);
        }
        let mut footprint = self.footprint(frame);
        let lod = filled(self.lod(frame, footprint.lod));
        if let Some(fill) = fill {
            footprint = footprint.permuted(fill);
        }
        let (color, resident) = if is_long {
            self.along::<CLASS>(texels, &center, &footprint, lod)
        } else {
            Filter::new(self, texels, center.at, layers, reference).at::<CLASS>(lod)
        };
        give(frame, mask, texels, color, resident);
    }
}

/// Writes the components of channels to the lanes of a set, and whether they are resident.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
fn give(frame: &mut TextureFrame, mask: u32, texels: &Texels, color: Color, resident: u32) {
    let resident = _mm256_and_si256(mask_of(resident), _mm256_set1_epi32(1));
    if texels.order != [0, 1, 2, 3] {
        return store_some(frame, mask, texels.ordered(color), resident);
    }
    store_some(frame, mask, color, resident);
}

#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
fn store_some(frame: &mut TextureFrame, mask: u32, color: Color, resident: I) {
    if mask == 0xff {
        for (lanes, component) in frame.texel.iter_mut().zip(color) {
            store_all(lanes, _mm256_castps_si256(component));
        }
        return store_all(&mut frame.resident, resident);
    }
    let mask = mask_of(mask);
    for (lanes, component) in frame.texel.iter_mut().zip(color) {
        store(lanes, mask, _mm256_castps_si256(component));
    }
    store(&mut frame.resident, mask, resident);
}
