//! A sample for many packets.
#![expect(unsafe_code, reason = "calls code for the processor that was found")]

use core::arch::x86_64::*;

use lacuna_shaders::abi::DispatchContext;
use lacuna_shaders::abi::texture::{TextureFrame, TextureInstruction};

use super::Request;
use super::filter::Filter;
use super::lanes::{Color, F, floats, mask_of, store_all};
use super::near::Near;
use super::place::Layers;
use super::texels::{Texels, class};
use crate::texture::ahead::{PACKETS, Packets, Places, Sampled};
use crate::texture::memory::Memory;
use crate::texture::sampler::Sampler;
use crate::texture::view::{Mip, View};

/// What all packets share.
pub(in super::super) struct Ahead<'a> {
    request: Request<'a>,
    texels: &'a Texels,
}

impl<'a> Ahead<'a> {
    /// `None` if it is not known here.
    pub(in super::super) fn new(
        context: &'a DispatchContext,
        instruction: &'a TextureInstruction,
        view: &'a View,
        sampler: &'a Sampler,
    ) -> Option<Self> {
        let request = Request { memory: Memory::new(context), instruction, mask: 0xff, view, sampler };
        let texels = request.known()?;
        Some(Self { request, texels })
    }

    /// Takes the sample for each packet.
    pub(in super::super) fn run(
        &self,
        frame: &mut TextureFrame,
        places: &mut Places,
        mut packets: Packets<'_>,
    ) {
        let count = packets.count.min(PACKETS) as u32;
        let mut left = u32::MAX.checked_shr(u32::BITS - count).unwrap_or(0);
        if let Some((mip, near, true)) = self.request.plain_bytes(self.texels) {
            // SAFETY: a view has texels of this kind only where the processor has the instructions.
            left = unsafe {
                match self.texels.encoded {
                    Some(_) => self.plain::<{ class::SRGB }>(mip, near, places, &mut packets),
                    None => self.plain::<{ class::BYTES }>(mip, near, places, &mut packets),
                }
            };
        }
        while left != 0 {
            let place = left.trailing_zeros() as usize;
            left &= left - 1;
            // SAFETY: as above.
            packets.take(place, frame, |frame, mask| unsafe {
                (self.texels.routine)(&Request { mask, ..self.request }, frame);
            });
        }
    }

    /// Takes samples of texels of four bytes; gives the packets that are left, as bits.
    ///
    /// A step is done for all packets before the next one: a processor that waits for the texels of one has the places of the next
    /// ones to compute.
    #[target_feature(enable = "avx2,fma,f16c")]
    fn plain<const CLASS: u8>(
        &self,
        mip: &Mip,
        near: &Near,
        places: &mut Places,
        packets: &mut Packets<'_>,
    ) -> u32 {
        let count = packets.count.min(PACKETS);
        let [x, y] = packets.coordinates;
        let places = &mut places.places[..count];
        let found = self.request.near(mip, near, &Layers::One(0), [&x[..count], &y[..count]], places);
        let mut left = 0;
        for (number, place) in places.iter().enumerate() {
            if found >> number & 1 != 0 {
                place.look_ahead();
            }
        }
        for (number, place) in places.iter().enumerate() {
            let result = &mut packets.results[number];
            if found >> number & 1 != 0 {
                // SAFETY: the place is one of the level.
                let color = unsafe { place.color::<CLASS>(near, self.texels) };
                self.give(result, color, 0xff);
            } else if packets.active[number] == 0xff {
                let at = self.at(packets, number);
                let filter = Filter::new(&self.request, self.texels, at, Layers::One(0), None);
                let (color, resident) = filter.across::<CLASS>(mip, at);
                self.give(&mut packets.results[number], color, resident);
            } else {
                left |= 1 << number;
            }
        }
        left
    }

    #[inline]
    #[target_feature(enable = "avx2,fma,f16c")]
    fn at(&self, packets: &Packets<'_>, number: usize) -> [F; 2] {
        let [x, y] = packets.coordinates;
        [floats(&x[number]), floats(&y[number])]
    }

    #[inline]
    #[target_feature(enable = "avx2,fma,f16c")]
    fn give(&self, result: &mut Sampled, mut color: Color, resident: u32) {
        if self.texels.order != [0, 1, 2, 3] {
            color = self.texels.ordered(color);
        }
        for (row, component) in result.texel.iter_mut().zip(color) {
            store_all(&mut row.0, _mm256_castps_si256(component));
        }
        let resident = _mm256_and_si256(mask_of(resident), _mm256_set1_epi32(1));
        store_all(&mut result.resident.0, resident);
    }
}
