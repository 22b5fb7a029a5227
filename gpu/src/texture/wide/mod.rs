//! Samples of 2D images for eight lanes at once, in AVX2: what nearly all shaders do with nearly all images.
//!
//! ```text
//!   frame ── lod: levels ── axis: coordinates to texels ── place: texels to memory ── texels: bits to components ── blend
//!                                                                    └── bytes: four bytes, blended as integers ──┘
//! ```
//!
//! The rules are those of [`sample`](super::sample); what is not done here is done there, and what a processor without these
//! instructions does, [`fast`](super::fast) does. A view has the routine of its kind of texels, so that a sample is one call
//! through the descriptor.
#![expect(unsafe_code, reason = "calls code for the processor that was found")]

mod axis;
mod bytes;
mod filter;
mod lanes;
mod lod;
mod place;
mod texels;

use core::arch::x86_64::*;

use ash::vk;
use lacuna_shaders::abi::texture::{TextureFrame, TextureInstruction, TextureOp};

use self::lanes::{F, I, filling, load_floats, mask_of, store, store_all};
pub(super) use self::texels::Texels;
use super::memory::Memory;
use super::sampler::{Sampler, SamplerInfo};
use super::view::{Mip, ONE, Shape, View, ZERO};
use crate::format::Format;

/// Does a sample for the lanes of a request. The processor has AVX2, FMA and F16C.
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
    fits.then(|| Texels::new(format, swizzle))
}

/// Whether a sampler is one that is known here.
pub(super) fn knows(info: &SamplerInfo) -> bool {
    info.reduction == vk::SamplerReductionMode::WEIGHTED_AVERAGE
        && !info.unnormalized
        && info.mag_filter != vk::Filter::CUBIC_EXT
        && info.min_filter != vk::Filter::CUBIC_EXT
        && info.max_anisotropy <= 1.0
}

impl Request<'_> {
    /// Does it, if it is known here.
    #[inline]
    pub(super) fn run(&self, frame: &mut TextureFrame) -> bool {
        let Some(texels) = &self.view.wide else { return false };
        let instruction = self.instruction;
        let known = self.sampler.wide
            && instruction.op == TextureOp::Sample
            && !instruction.dynamic_offset
            && self.view.conversion.is_none();
        if known {
            // SAFETY: a view has a routine only where the processor has the instructions.
            unsafe { (texels.routine)(self, frame) };
        }
        known
    }
}

/// A sample of texels of a class.
#[target_feature(enable = "avx2,fma,f16c")]
fn sample<const CLASS: u8>(request: &Request<'_>, frame: &mut TextureFrame) {
    let Request { view, sampler, mask, .. } = *request;
    let Some(texels) = &view.wide else { return };
    // Lanes that do not run do what another one does: they look at nothing of their own.
    let fill = (mask != 0xff).then(|| filling(mask));
    let filled = |lanes: F| match fill {
        Some(fill) => _mm256_permutevar8x32_ps(lanes, fill),
        None => lanes,
    };
    let at = [filled(load_floats(&frame.coordinates[0])), filled(load_floats(&frame.coordinates[1]))];
    let layers = request.layers(frame, fill);
    let reference = request.instruction.compare.then(|| filled(load_floats(&frame.reference)));
    let filter = filter::Filter::new(request, texels, at, layers, reference);
    let has_levels = view.mips.len() > 1 || sampler.info.mag_filter != sampler.info.min_filter;
    let (color, resident) = if has_levels {
        let lod = filled(request.lod(frame));
        filter.levels::<CLASS>(request.choose(lod))
    } else {
        filter.level::<CLASS>(0, sampler.info.mag_filter != vk::Filter::NEAREST)
    };
    let resident = _mm256_and_si256(mask_of(resident), _mm256_set1_epi32(1));
    let constants = [_mm256_setzero_ps(), _mm256_set1_ps(1.0)];
    let component = |source: u8| -> I {
        _mm256_castps_si256(match source {
            ZERO => constants[0],
            ONE => constants[1],
            _ => color[usize::from(source) & 3],
        })
    };
    if mask == 0xff {
        for (lanes, &source) in frame.texel.iter_mut().zip(&texels.order) {
            store_all(lanes, component(source));
        }
        return store_all(&mut frame.resident, resident);
    }
    let mask = mask_of(mask);
    for (lanes, &source) in frame.texel.iter_mut().zip(&texels.order) {
        store(lanes, mask, component(source));
    }
    store(&mut frame.resident, mask, resident);
}
