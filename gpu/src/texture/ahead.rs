//! Samples that are taken for many packets in one go: their results are inputs of a fragment shader.
//!
//! What is the same in all packets, from descriptors to the shape of the texels, is found out once.

use lacuna_shaders::abi::DispatchContext;
use lacuna_shaders::abi::stage::Lanes;
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

/// A packet for which a sample is to be taken.
pub(crate) struct Packet<'a> {
    /// x and y.
    pub(crate) coordinates: [&'a Lanes; 2],
    /// Lanes that run: at least one.
    pub(crate) active: u32,
    /// Lanes that do not run get anything.
    pub(crate) result: &'a mut Sampled,
}

impl Packet<'_> {
    /// Lets `sample` do what the frame says for this packet.
    #[inline]
    pub(super) fn take(self, frame: &mut TextureFrame, sample: impl FnOnce(&mut TextureFrame, u32)) {
        frame.coordinates[0] = *self.coordinates[0];
        frame.coordinates[1] = *self.coordinates[1];
        frame.active = self.active;
        sample(frame, self.active);
        *self.result = Sampled { texel: frame.texel.map(Row), resident: Row(frame.resident) };
    }
}

/// Takes a sample for each packet. All operands but x and y are in the frame, which names the descriptors.
///
/// As for [`run`], descriptors and what they name live during the call.
pub(crate) fn run_packets<'a>(
    context: &DispatchContext,
    instruction: &TextureInstruction,
    frame: &mut TextureFrame,
    packets: impl Iterator<Item = Packet<'a>>,
) {
    #[cfg(target_arch = "x86_64")]
    if let Some((view, sampler)) = found(instruction, frame)
        && let Some(ahead) = wide::Ahead::new(context, instruction, view, sampler)
    {
        return ahead.run(frame, packets);
    }
    for packet in packets {
        packet.take(frame, |frame, _| {
            run(context, core::ptr::from_ref(instruction).cast(), core::ptr::from_mut(frame).cast());
        });
    }
}
