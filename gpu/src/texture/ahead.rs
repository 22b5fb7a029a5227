//! Samples that are taken for many packets in one go: their results are inputs of a fragment shader.
//!
//! What is the same in all packets, from descriptors to the shape of the texels, is found out once.

use lacuna_shaders::abi::DispatchContext;
use lacuna_shaders::abi::texture::{TextureFrame, TextureInstruction};

use super::run::run;
#[cfg(target_arch = "x86_64")]
use super::{run::found, wide};
use crate::draw::Row;

/// What a sample gave.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sampled {
    pub(crate) texel: [Row; 4],
    pub(crate) resident: Row,
}

/// The most packets of a batch: as many as a word has bits.
pub(crate) const PACKETS: usize = 32;

/// Packets for which a sample is to be taken: as many as there are sets of lanes.
pub(crate) struct Packets<'a> {
    /// x and y.
    pub(crate) coordinates: [&'a [Row; PACKETS]; 2],
    /// Lanes that run.
    pub(crate) active: [u32; PACKETS],
    pub(crate) count: usize,
    /// Lanes that do not run get anything.
    pub(crate) results: &'a mut [Sampled; PACKETS],
}

impl Packets<'_> {
    /// Lets `sample` do what the frame says for one of the packets.
    #[inline]
    pub(super) fn take(
        &mut self,
        place: usize,
        frame: &mut TextureFrame,
        sample: impl FnOnce(&mut TextureFrame, u32),
    ) {
        frame.coordinates[0] = self.coordinates[0][place].0;
        frame.coordinates[1] = self.coordinates[1][place].0;
        frame.active = self.active[place];
        sample(frame, self.active[place]);
        self.results[place] = Sampled { texel: frame.texel.map(Row), resident: Row(frame.resident) };
    }
}

/// Memory that is used while samples are taken.
#[derive(Debug, Default)]
pub(crate) struct Places {
    #[cfg(target_arch = "x86_64")]
    pub(super) places: [wide::Place; PACKETS],
}

/// Takes a sample for each packet. All operands but x and y are in the frame, which names the descriptors.
///
/// As for [`run`], descriptors and what they name live during the call.
pub(crate) fn run_packets(
    context: &DispatchContext,
    instruction: &TextureInstruction,
    frame: &mut TextureFrame,
    places: &mut Places,
    mut packets: Packets<'_>,
) {
    #[cfg(target_arch = "x86_64")]
    if let Some((view, sampler)) = found(instruction, frame)
        && let Some(ahead) = wide::Ahead::new(context, instruction, view, sampler)
    {
        return ahead.run(frame, places, packets);
    }
    let _ = places;
    for place in 0..packets.count.min(PACKETS) {
        packets.take(place, frame, |frame, _| {
            run(context, core::ptr::from_ref(instruction).cast(), core::ptr::from_mut(frame).cast());
        });
    }
}
