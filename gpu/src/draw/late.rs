//! Between the fragment shader and the attachments: what outputs do to alpha and coverage, and tests that go last.
#![expect(unsafe_code, reason = "writes the application's memory")]

use lacuna_shaders::abi::stage::slot;
use lacuna_shaders::stage::DepthMode;

use super::fragment::{FragmentShader, Packet};
use super::lanes::{Floats, N, from_bits, lanes_of, limit};
use super::tile::Tile;
use super::vertices::Row;

impl Tile<'_> {
    /// Multiplies the alpha of the first color, where it is no integer.
    pub(super) fn fade(&mut self, shares: &Floats) {
        let mut colors = self.shading.colors.iter().flatten();
        if colors.any(|color| color.location == 0 && color.is_float()) {
            let alpha = &mut self.memory.stage.outputs[slot::location(0, 3) as usize].0;
            for (alpha, share) in alpha.iter_mut().zip(shares) {
                *alpha = (f32::from_bits(*alpha) * share).to_bits();
            }
        }
    }

    pub(super) fn make_opaque(&mut self, shader: &FragmentShader) {
        for location in (0..16).filter(|n| shader.needs.colors >> n & 1 != 0) {
            self.memory.stage.outputs[slot::location(location, 3) as usize] = Row([1f32.to_bits(); N]);
        }
    }

    /// Takes away samples as the shader's outputs and the lanes that are left say.
    #[inline(never)]
    pub(super) fn reduce(&self, shader: &FragmentShader, live: u32, covered: &mut [u32]) {
        let outputs = &self.memory.stage.outputs;
        let samples = covered.len();
        covered.iter_mut().for_each(|set| *set &= live);
        if shader.needs.modes.writes_sample_mask {
            let mask = &outputs[slot::SAMPLE_MASK as usize].0;
            for (sample, set) in covered.iter_mut().enumerate() {
                *set = lanes_of(*set)
                    .filter(|&lane| mask[lane] >> sample & 1 != 0)
                    .fold(0, |all, lane| all | 1 << lane);
            }
        }
        if self.shading.multisample.alpha_to_coverage && shader.needs.colors & 1 != 0 {
            let alpha = from_bits(outputs[slot::location(0, 3) as usize].0);
            for (sample, set) in covered.iter_mut().enumerate() {
                let keeps = |lane: &usize| {
                    let share = limit(alpha[*lane], 0.0, 1.0) * samples as f32;
                    (share + 0.5) as usize > sample
                };
                *set = lanes_of(*set).filter(keeps).fold(0, |all, lane| all | 1 << lane);
            }
        }
    }

    /// # Safety
    /// Covered pixels are inside of the targets.
    #[inline(never)]
    pub(super) unsafe fn late_tests(
        &mut self,
        shader: &FragmentShader,
        packet: &Packet<'_>,
        covered: &mut [u32],
    ) {
        let outputs = &self.memory.stage.outputs;
        let depths = (!matches!(shader.needs.modes.depth, DepthMode::None))
            .then(|| from_bits(outputs[slot::FRAG_DEPTH as usize].0));
        let references =
            shader.needs.modes.writes_stencil.then(|| outputs[slot::FRAG_STENCIL_REF as usize].0);
        for (sample, set) in covered.iter_mut().enumerate().filter(|(_, set)| **set != 0) {
            // SAFETY: the caller's promise.
            *set = unsafe {
                self.test(
                    packet.figure,
                    packet.x,
                    packet.y,
                    sample,
                    *set,
                    depths.as_ref(),
                    references.as_ref(),
                )
            };
        }
    }
}
