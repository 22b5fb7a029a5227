//! Where eight texels of a level are in host memory.
//!
//! Mostly all that a packet looks at has one base: the level begins there, or the page that all of it lies in. Else each texel
//! has an address of its own, of which the page table is asked.
#![expect(unsafe_code, reason = "reads page table entries and texels")]

use core::arch::x86_64::*;

use lacuna_shaders::abi::FaultKind;
use lacuna_shaders::abi::texture::TextureFrame;
use lacuna_vm::page_table::pte;
use lacuna_vm::units::{PAGE_SHIFT, PAGE_SIZE};

use super::Request;
use super::lanes::{F, I, first, is_zero, load_floats, set_of, spread, vector, words};
use crate::gather;
use crate::texture::view::Mip;

/// Eight texels.
pub(super) enum Eight {
    /// From one base on.
    Near(*const u8, I),
    /// Anywhere.
    Far([*const u8; 8]),
}

/// Bytes from the first layer to each lane's.
#[derive(Clone, Copy)]
pub(super) enum Layers {
    /// The same for all.
    One(u64),
    Each([u64; 8]),
}

/// Adds steps of rows and blocks: bytes from the start of a level to texels.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
fn steps(at: I, log2: u8, small: u32, big: u32) -> I {
    // In a block without end there is but one.
    let more = big.wrapping_sub(small.wrapping_shl(log2.into()));
    let blocks = _mm256_srl_epi32(at, _mm_cvtsi32_si128(log2.into()));
    let of = |n: I, step: u32| _mm256_mullo_epi32(n, _mm256_set1_epi32(step.cast_signed()));
    _mm256_add_epi32(of(at, small), of(blocks, more))
}

/// Bytes that x adds to the offset.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
pub(super) fn columns(mip: &Mip, x: I) -> I {
    steps(x, mip.level.block_log2[0], mip.level.element_bytes, 1 << PAGE_SHIFT)
}

/// Bytes that y adds to the offset.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
pub(super) fn rows(mip: &Mip, y: I) -> I {
    steps(y, mip.level.block_log2[1], mip.level.row_pitch, mip.level.block_row_pitch)
}

impl Eight {
    /// Their addresses.
    #[inline]
    #[target_feature(enable = "avx2,fma,f16c")]
    pub(super) fn pointers(&self) -> [*const u8; 8] {
        match self {
            Self::Near(base, offsets) => {
                let mut pointers = [*base; 8];
                for (pointer, offset) in pointers.iter_mut().zip(words(*offsets)) {
                    *pointer = base.wrapping_add(offset as usize);
                }
                pointers
            }
            Self::Far(pointers) => *pointers,
        }
    }

    /// Their words; of texels of one or two bytes the low bits of one.
    ///
    /// # Safety
    /// They are texels of so many bytes.
    #[inline]
    #[target_feature(enable = "avx2,fma,f16c")]
    pub(super) unsafe fn words(&self, bytes: u32) -> [I; 4] {
        let mut found = [_mm256_setzero_si256(); 4];
        match (bytes, self) {
            (1 | 2, _) => {
                let mut read = [0u32; 8];
                for (word, at) in read.iter_mut().zip(self.pointers()) {
                    // SAFETY: the caller's promise.
                    *word = unsafe {
                        if bytes == 1 { at.read().into() } else { at.cast::<u16>().read_unaligned().into() }
                    };
                }
                found[0] = vector(&read);
            }
            (_, &Self::Near(base, offsets)) => {
                for (n, words) in found.iter_mut().enumerate().take(bytes as usize / 4) {
                    // SAFETY: the caller's promise.
                    *words = unsafe { gather::words(base.add(n * 4), offsets) };
                }
            }
            (_, Self::Far(pointers)) => {
                for (n, words) in found.iter_mut().enumerate().take(bytes as usize / 4) {
                    // SAFETY: the caller's promise.
                    *words =
                        unsafe { gather::words_at(&pointers.map(|pointer| pointer.wrapping_add(n * 4))) };
                }
            }
        }
        found
    }
}

impl Request<'_> {
    /// Bytes from the first layer to each lane's.
    #[inline]
    #[target_feature(enable = "avx2,fma,f16c")]
    pub(super) fn layers(&self, frame: &TextureFrame, fill: Option<I>) -> Layers {
        if !self.view.is_array {
            return Layers::One(0);
        }
        let last = _mm256_set1_ps(self.view.layers.saturating_sub(1) as f32);
        let mut layer = load_floats(&frame.layer);
        if let Some(fill) = fill {
            layer = _mm256_permutevar8x32_ps(layer, fill);
        }
        let layer = _mm256_round_ps::<{ _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC }>(layer);
        let layer = _mm256_min_ps(_mm256_max_ps(layer, _mm256_setzero_ps()), last);
        let layer = _mm256_cvttps_epi32(layer);
        let pitch = self.view.mips[0].level.layer_pitch;
        if is_zero(_mm256_xor_si256(layer, spread(layer))) {
            return Layers::One(u64::from(first(layer).cast_unsigned()) * pitch);
        }
        Layers::Each(words(layer).map(|layer| u64::from(layer) * pitch))
    }

    /// The base of all texels that are looked at, if they have one.
    #[inline]
    #[target_feature(enable = "avx2,fma,f16c")]
    pub(super) fn base<const N: usize>(
        &self,
        mip: &Mip,
        layers: &Layers,
        offsets: &[I; N],
    ) -> Option<*const u8> {
        let &Layers::One(layer) = layers else { return None };
        let start = mip.base + layer;
        if start & pte::SPARSE_TAG == 0 {
            return Some(start as *const u8);
        }
        // The level may begin inside a page: addresses are compared, not offsets.
        let low = _mm256_set1_epi32((start as u32).cast_signed());
        let page = |offsets: I| _mm256_srli_epi32::<{ PAGE_SHIFT as i32 }>(_mm256_add_epi32(offsets, low));
        let one = spread(page(offsets[0]));
        let mut differs = _mm256_setzero_si256();
        for &offsets in offsets {
            differs = _mm256_or_si256(differs, _mm256_xor_si256(page(offsets), one));
        }
        if !is_zero(differs) {
            return None;
        }
        let offset = first(offsets[0]).cast_unsigned();
        let host = self.memory.translate(start + u64::from(offset), FaultKind::Load)?;
        Some(host.wrapping_sub(offset as usize))
    }

    /// Eight texels, and a bit for each that is resident.
    #[inline]
    #[target_feature(enable = "avx2,fma,f16c")]
    pub(super) fn eight(
        &self,
        mip: &Mip,
        layers: &Layers,
        base: Option<*const u8>,
        offsets: I,
    ) -> (Eight, u32) {
        match base {
            Some(base) => (Eight::Near(base, offsets), 0xff),
            None => self.far(mip, layers, offsets),
        }
    }

    /// Words of eight texels of four bytes in pages that are all resident. `None` if some page is not, or the level is not sparse.
    #[inline]
    #[target_feature(enable = "avx2,fma,f16c")]
    pub(super) fn resident_words(&self, mip: &Mip, layers: &Layers, offsets: I) -> Option<I> {
        let &Layers::One(layer) = layers else { return None };
        let start = mip.base + layer;
        if start & pte::SPARSE_TAG == 0 {
            return None;
        }
        let within = start & (PAGE_SIZE - 1);
        let entries = self.memory.entries(start, (within + mip.level.size).div_ceil(PAGE_SIZE))?;
        let offsets = _mm256_add_epi32(offsets, _mm256_set1_epi32(within as i32));
        let pages = words(_mm256_srli_epi32::<{ PAGE_SHIFT as i32 }>(offsets));
        let inside = words(_mm256_and_si256(offsets, _mm256_set1_epi32(PAGE_SIZE as i32 - 1)));
        let (mut found, mut all) = ([0; 8], pte::VALID);
        for (found, page) in found.iter_mut().zip(pages) {
            // SAFETY: offsets are of texels of the level, whose pages the table has. Entries change while shaders run only where an
            // application breaks Vulkan's rules, and then either value will do.
            let entry = unsafe { entries.add(page as usize).read_volatile() };
            (*found, all) = (entry & pte::ADDRESS_MASK, all & entry);
        }
        if all == 0 {
            return None;
        }
        let mut places = [core::ptr::null(); 8];
        for ((place, page), inside) in places.iter_mut().zip(found).zip(inside) {
            *place = core::ptr::with_exposed_provenance(page as usize + inside as usize);
        }
        // SAFETY: texels of pages that are there; a texel of four bytes lies in one page.
        Some(unsafe { gather::words_at(&places) })
    }

    /// Asks the page table.
    #[inline(never)]
    #[target_feature(enable = "avx2,fma,f16c")]
    fn far(&self, mip: &Mip, layers: &Layers, offsets: I) -> (Eight, u32) {
        let mut addresses = words(offsets).map(|offset| mip.base + u64::from(offset));
        match layers {
            Layers::One(layer) => addresses.iter_mut().for_each(|address| *address += layer),
            Layers::Each(layers) => addresses.iter_mut().zip(layers).for_each(|(a, layer)| *a += layer),
        }
        if mip.base & pte::SPARSE_TAG == 0 {
            return (Eight::Far(addresses.map(|address| address as *const u8)), 0xff);
        }
        let mut resident = 0xff;
        let mut pointers = [self.memory.zeros(); 8];
        let mut last = (u64::MAX, None);
        for (lane, (pointer, address)) in pointers.iter_mut().zip(addresses).enumerate() {
            let page = address >> PAGE_SHIFT;
            if page != last.0 {
                last = (page, self.memory.translate(page << PAGE_SHIFT, FaultKind::Load));
            }
            match last.1 {
                Some(start) => *pointer = start.wrapping_add((address & ((1 << PAGE_SHIFT) - 1)) as usize),
                None => resident &= !(1 << lane),
            }
        }
        (Eight::Far(pointers), resident)
    }

    /// Lanes whose weight is not zero, as bits.
    #[inline]
    #[target_feature(enable = "avx2,fma,f16c")]
    pub(super) fn counting(&self, weight: F) -> u32 {
        set_of(_mm256_castps_si256(_mm256_cmp_ps::<_CMP_NEQ_UQ>(weight, _mm256_setzero_ps())))
    }
}
