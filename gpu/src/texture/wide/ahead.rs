//! A sample for many packets.
#![expect(unsafe_code, reason = "calls code for the processor that was found")]

use core::arch::x86_64::*;

use lacuna_shaders::abi::DispatchContext;
use lacuna_shaders::abi::texture::{TextureFrame, TextureInstruction};

use super::Request;
use super::lanes::{Color, store_all};
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
                    self.give(packet, color);
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
    fn give(&self, packet: Packet<'_>, color: Color) {
        let mut color = self.texels.channels(color);
        if self.texels.order != [0, 1, 2, 3] {
            color = self.texels.ordered(color);
        }
        let [a, b, c, d, resident] = &mut packet.result.rows;
        store_all(a, _mm256_castps_si256(color[0]));
        store_all(b, _mm256_castps_si256(color[1]));
        store_all(c, _mm256_castps_si256(color[2]));
        store_all(d, _mm256_castps_si256(color[3]));
        store_all(resident, _mm256_set1_epi32(1));
    }
}
