//! What all tiles of a draw share: its state, as the loops over fragments want it.

use lacuna_shaders::abi::DispatchContext;
use smallvec::SmallVec;

use super::color::Color;
use super::depth_stencil::DepthStencil;
use super::fragment::FragmentShader;
use super::processor::Processor;
use super::sample::Samples;
use super::setup::Setup;
use super::state::{DrawState, Multisample};
use super::targets::Targets;

/// What all tiles of a draw share.
pub(super) struct Shading<'a> {
    pub(super) targets: &'a Targets,
    pub(super) context: &'a DispatchContext,
    pub(super) setup: &'a Setup,
    pub(super) samples: &'a Samples,
    pub(super) multisample: &'a Multisample,
    pub(super) clamps_depth: bool,
    pub(super) shader: Option<FragmentShader>,
    pub(super) tests: DepthStencil,
    /// Tests go before the shader.
    pub(super) is_early: bool,
    /// What the shader takes away is counted as passed.
    pub(super) counts_early: bool,
    /// Pixels whose inputs are equal are shaded equally.
    pub(super) may_be_constant: bool,
    /// Every pixel has one sample, and it takes no more than a depth test before the shader.
    pub(super) may_strip: bool,
    /// Every pixel has one sample, and what the shader leaves of it goes to the colors as it is.
    pub(super) may_batch: bool,
    pub(super) processor: Processor,
    /// By attachment.
    pub(super) colors: SmallVec<[Option<Color>; 8]>,
}

impl<'a> Shading<'a> {
    pub(super) fn new(
        state: &'a DrawState,
        targets: &'a Targets,
        context: &'a DispatchContext,
        shader: Option<FragmentShader>,
        setup: &'a Setup,
        samples: &'a Samples,
    ) -> Self {
        let multisample = &state.multisample;
        let written = shader.as_ref().map_or(0, |shader| shader.needs.colors);
        let tests = DepthStencil::new(state, targets);
        let processor = Processor::find();
        let color = |(index, surface): (usize, &Option<crate::surface::Surface>)| {
            let location =
                targets.color_locations.of(index).filter(|location| written >> location & 1 != 0)?;
            Color::new(surface.as_ref()?.format, &state.blend, index, location as u32, processor)
        };
        let is_early = shader
            .as_ref()
            .is_none_or(|shader| shader.needs.permits_early_tests(multisample.alpha_to_coverage));
        let is_single = samples.count == 1 && multisample.mask & 1 != 0;
        Self {
            targets,
            context,
            setup,
            samples,
            multisample,
            clamps_depth: state.rasterization.depth_clamp,
            counts_early: shader.as_ref().is_none_or(|shader| shader.needs.modes.early_tests),
            may_be_constant: shader
                .as_ref()
                .is_some_and(|shader| !shader.per_sample && shader.needs.is_function_of_inputs())
                && !multisample.alpha_to_coverage,
            processor,
            may_strip: is_single && tests.simple().is_some(),
            may_batch: is_single
                && samples.is_uniform
                && (is_early || tests.is_idle())
                && !(multisample.alpha_to_coverage || multisample.alpha_to_one)
                && !shader.as_ref().is_some_and(|shader| shader.needs.modes.writes_sample_mask),
            is_early,
            tests,
            colors: targets.colors.iter().enumerate().map(color).collect(),
            shader,
        }
    }

    /// Whether nothing that is drawn can be seen by anybody.
    pub(super) fn is_idle(&self, counts: bool) -> bool {
        let has_effects = self.shader.as_ref().is_some_and(|shader| shader.needs.modes.side_effects);
        !counts && !has_effects && self.tests.is_idle() && self.colors.iter().all(Option::is_none)
    }
}
