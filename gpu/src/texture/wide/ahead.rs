//! A sample for many packets.
#![expect(unsafe_code, reason = "calls code for the processor that was found")]

use core::arch::x86_64::*;

use lacuna_shaders::abi::DispatchContext;
use lacuna_shaders::abi::texture::{TextureFrame, TextureInstruction};

use super::Request;
use super::filter::Filter;
use super::lanes::{Color, mask_of, store_all};
use super::place::Layers;
use super::texels::Texels;
use crate::texture::ahead::Packet;
use crate::texture::memory::Memory;
use crate::texture::sampler::Sampler;
use crate::texture::view::View;

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
    pub(in super::super) fn run<'p>(
        &self,
        frame: &mut TextureFrame,
        packets: impl Iterator<Item = Packet<'p>>,
    ) {
        // SAFETY: a view has texels of this kind only where the processor has the instructions.
        unsafe { self.each(frame, packets) };
    }

    #[target_feature(enable = "avx2,fma,f16c")]
    fn each<'p>(&self, frame: &mut TextureFrame, packets: impl Iterator<Item = Packet<'p>>) {
        let Request { memory, instruction, view, sampler, .. } = self.request;
        let plain = self.request.plain(self.texels);
        for packet in packets {
            if let Some((mip, near)) = plain {
                let at = packet.coordinates.map(|lanes| lanes.as_ptr().cast::<f32>());
                // SAFETY: eight words.
                let at = unsafe { [_mm256_loadu_ps(at[0]), _mm256_loadu_ps(at[1])] };
                if let Some(color) = self.request.near(mip, near, &Layers::One(0), at) {
                    let color = self.texels.channels(color);
                    self.give(packet, color, 0xff);
                    continue;
                }
                if packet.active == 0xff {
                    let filter = Filter::new(&self.request, self.texels, at, Layers::One(0), None);
                    let (color, resident) = filter.across(mip, at);
                    self.give(packet, color, resident);
                    continue;
                }
            }
            // SAFETY: as in `run`.
            packet.take(frame, |frame, mask| unsafe {
                (self.texels.routine)(memory, instruction, view, sampler, mask, frame);
            });
        }
    }

    #[inline]
    #[target_feature(enable = "avx2,fma,f16c")]
    fn give(&self, packet: Packet<'_>, mut color: Color, resident: u32) {
        if self.texels.order != [0, 1, 2, 3] {
            color = self.texels.ordered(color);
        }
        for (row, component) in packet.result.texel.iter_mut().zip(color) {
            store_all(&mut row.0, _mm256_castps_si256(component));
        }
        let resident = _mm256_and_si256(mask_of(resident), _mm256_set1_epi32(1));
        store_all(&mut packet.result.resident.0, resident);
    }
}
