//! Blending: equations over eight pixels at once.
//!
//! Source: Vulkan specification, "Blending".

use ash::vk::{self, BlendFactor, BlendOp};

use super::lanes::{Floats, N, lanes};

/// Red, green, blue and alpha of eight pixels.
pub(super) type Colors = [Floats; 4];

/// What goes into an equation besides what is stored.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sources<'a> {
    pub(super) first: &'a Colors,
    /// Of dual-source blending.
    pub(super) second: &'a Colors,
    pub(super) constants: &'a [f32; 4],
}

/// What one attachment does with colors, in the form that vector code wants.
#[derive(Clone, Copy, Debug)]
pub(super) struct Equation<'a> {
    pub(super) state: &'a vk::PipelineColorBlendAttachmentState,
    pub(super) constants: &'a [f32; 4],
    /// It is the usual one for transparent colors.
    pub(super) is_over: bool,
}

/// Whether it is the usual equation for transparent colors.
#[inline(always)]
pub(super) fn blends_over(state: &vk::PipelineColorBlendAttachmentState) -> bool {
    state.color_blend_op == BlendOp::ADD
        && state.alpha_blend_op == BlendOp::ADD
        && state.src_color_blend_factor == BlendFactor::SRC_ALPHA
        && state.src_alpha_blend_factor == BlendFactor::SRC_ALPHA
        && state.dst_color_blend_factor == BlendFactor::ONE_MINUS_SRC_ALPHA
        && state.dst_alpha_blend_factor == BlendFactor::ONE_MINUS_SRC_ALPHA
}

/// That equation.
#[inline(always)]
pub(super) fn over(first: &Colors, stored: &Colors) -> Colors {
    let alpha = &first[3];
    let channel = |n: usize| -> Floats {
        lanes(|lane| first[n][lane] * alpha[lane] + stored[n][lane] * (1.0 - alpha[lane]))
    };
    [channel(0), channel(1), channel(2), channel(3)]
}

/// The blended colors, not yet limited to what the attachment holds.
#[inline(always)]
pub(super) fn blend(
    state: &vk::PipelineColorBlendAttachmentState,
    sources: &Sources<'_>,
    stored: &Colors,
) -> Colors {
    let channel = |n: usize| {
        let (op, source, target) = if n == 3 {
            (state.alpha_blend_op, state.src_alpha_blend_factor, state.dst_alpha_blend_factor)
        } else {
            (state.color_blend_op, state.src_color_blend_factor, state.dst_color_blend_factor)
        };
        equation(op, n, source, target, sources, stored)
    };
    [channel(0), channel(1), channel(2), channel(3)]
}

#[inline(always)]
fn equation(
    op: BlendOp,
    channel: usize,
    source: BlendFactor,
    target: BlendFactor,
    sources: &Sources<'_>,
    stored: &Colors,
) -> Floats {
    let (s, d) = (&sources.first[channel], &stored[channel]);
    match op {
        BlendOp::MIN => return each(s, d, f32::min),
        BlendOp::MAX => return each(s, d, f32::max),
        _ => {}
    }
    let s = each(s, &factor(source, channel, sources, stored), times);
    let d = each(d, &factor(target, channel, sources, stored), times);
    match op {
        BlendOp::SUBTRACT => each(&s, &d, |s, d| s - d),
        BlendOp::REVERSE_SUBTRACT => each(&s, &d, |s, d| d - s),
        _ => each(&s, &d, |s, d| s + d),
    }
}

/// A factor of zero takes away what is infinite or not a number, too.
#[inline(always)]
fn times(value: f32, factor: f32) -> f32 {
    if factor == 0.0 { 0.0 } else { value * factor }
}

#[inline(always)]
fn each(a: &Floats, b: &Floats, op: impl Fn(f32, f32) -> f32) -> Floats {
    lanes(|lane| op(a[lane], b[lane]))
}

#[inline(always)]
fn factor(factor: BlendFactor, channel: usize, sources: &Sources<'_>, stored: &Colors) -> Floats {
    let inverse = |values: &Floats| lanes(|lane| 1.0 - values[lane]);
    let constant = |n: usize| [sources.constants[n]; N];
    match factor {
        BlendFactor::ZERO => [0.0; N],
        BlendFactor::SRC_COLOR => sources.first[channel],
        BlendFactor::ONE_MINUS_SRC_COLOR => inverse(&sources.first[channel]),
        BlendFactor::DST_COLOR => stored[channel],
        BlendFactor::ONE_MINUS_DST_COLOR => inverse(&stored[channel]),
        BlendFactor::SRC_ALPHA => sources.first[3],
        BlendFactor::ONE_MINUS_SRC_ALPHA => inverse(&sources.first[3]),
        BlendFactor::DST_ALPHA => stored[3],
        BlendFactor::ONE_MINUS_DST_ALPHA => inverse(&stored[3]),
        BlendFactor::CONSTANT_COLOR => constant(channel),
        BlendFactor::ONE_MINUS_CONSTANT_COLOR => inverse(&constant(channel)),
        BlendFactor::CONSTANT_ALPHA => constant(3),
        BlendFactor::ONE_MINUS_CONSTANT_ALPHA => inverse(&constant(3)),
        BlendFactor::SRC_ALPHA_SATURATE if channel < 3 => {
            each(&sources.first[3], &stored[3], |source, stored| source.min(1.0 - stored))
        }
        BlendFactor::SRC1_COLOR => sources.second[channel],
        BlendFactor::ONE_MINUS_SRC1_COLOR => inverse(&sources.second[channel]),
        BlendFactor::SRC1_ALPHA => sources.second[3],
        BlendFactor::ONE_MINUS_SRC1_ALPHA => inverse(&sources.second[3]),
        // One, and `SRC_ALPHA_SATURATE` of alpha.
        _ => [1.0; N],
    }
}

/// Blending of one channel with sources that are the same in all pixels: `add + stored * scale`, to the last bit what [`blend`]
/// gives.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Line {
    pub(super) add: f32,
    pub(super) scale: f32,
}

impl Line {
    /// All four channels of the first lane's sources, which are finite; `None` if the equation is no line.
    pub(super) fn all(
        state: &vk::PipelineColorBlendAttachmentState,
        sources: &Sources<'_>,
    ) -> Option<[Self; 4]> {
        let (color, source, target) =
            (state.color_blend_op, state.src_color_blend_factor, state.dst_color_blend_factor);
        let mut lines = [Self::default(); 4];
        for (n, line) in lines[..3].iter_mut().enumerate() {
            *line = Self::new(color, n, source, target, sources)?;
        }
        let (source, target) = (state.src_alpha_blend_factor, state.dst_alpha_blend_factor);
        lines[3] = Self::new(state.alpha_blend_op, 3, source, target, sources)?;
        Some(lines)
    }

    fn new(
        op: BlendOp,
        channel: usize,
        source: BlendFactor,
        target: BlendFactor,
        sources: &Sources<'_>,
    ) -> Option<Self> {
        if reads_stored(source, channel) || reads_stored(target, channel) {
            return None;
        }
        let nothing = [[0.0; N]; 4];
        let add = times(sources.first[channel][0], factor(source, channel, sources, &nothing)[0]);
        let scale = factor(target, channel, sources, &nothing)[0];
        match op {
            BlendOp::ADD => Some(Self { add, scale }),
            BlendOp::SUBTRACT => Some(Self { add, scale: -scale }),
            BlendOp::REVERSE_SUBTRACT => Some(Self { add: -add, scale }),
            _ => None,
        }
    }
}

fn reads_stored(factor: BlendFactor, channel: usize) -> bool {
    match factor {
        BlendFactor::DST_COLOR
        | BlendFactor::ONE_MINUS_DST_COLOR
        | BlendFactor::DST_ALPHA
        | BlendFactor::ONE_MINUS_DST_ALPHA => true,
        BlendFactor::SRC_ALPHA_SATURATE => channel < 3,
        _ => false,
    }
}

/// The result of a logic operation, bit by bit.
pub(super) fn logic(op: vk::LogicOp, source: u32, stored: u32) -> u32 {
    use vk::LogicOp;
    match op {
        LogicOp::CLEAR => 0,
        LogicOp::AND => source & stored,
        LogicOp::AND_REVERSE => source & !stored,
        LogicOp::AND_INVERTED => !source & stored,
        LogicOp::NO_OP => stored,
        LogicOp::XOR => source ^ stored,
        LogicOp::OR => source | stored,
        LogicOp::NOR => !(source | stored),
        LogicOp::EQUIVALENT => !(source ^ stored),
        LogicOp::INVERT => !stored,
        LogicOp::OR_REVERSE => source | !stored,
        LogicOp::COPY_INVERTED => !source,
        LogicOp::OR_INVERTED => !source | stored,
        LogicOp::NAND => !(source & stored),
        LogicOp::SET => u32::MAX,
        _ => source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One channel, as the specification has it.
    fn reference(
        op: i32,
        channel: usize,
        factors: [i32; 2],
        s: [f64; 4],
        s1: [f64; 4],
        d: [f64; 4],
        c: [f64; 4],
    ) -> f64 {
        let factor = |factor: i32| match factor {
            0 => 0.0,
            1 => 1.0,
            2 => s[channel],
            3 => 1.0 - s[channel],
            4 => d[channel],
            5 => 1.0 - d[channel],
            6 => s[3],
            7 => 1.0 - s[3],
            8 => d[3],
            9 => 1.0 - d[3],
            10 => c[channel],
            11 => 1.0 - c[channel],
            12 => c[3],
            13 => 1.0 - c[3],
            14 if channel == 3 => 1.0,
            14 => s[3].min(1.0 - d[3]),
            15 => s1[channel],
            16 => 1.0 - s1[channel],
            17 => s1[3],
            _ => 1.0 - s1[3],
        };
        let (source, target) = (s[channel] * factor(factors[0]), d[channel] * factor(factors[1]));
        match op {
            0 => source + target,
            1 => source - target,
            2 => target - source,
            3 => s[channel].min(d[channel]),
            _ => s[channel].max(d[channel]),
        }
    }

    #[test]
    fn every_equation_is_that_of_the_specification() {
        let (s, s1, d, c) =
            ([0.25, 0.5, 0.75, 0.6], [0.9, 0.1, 0.3, 0.2], [0.8, 0.35, 0.15, 0.7], [0.05, 0.95, 0.45, 0.4]);
        let colors = |values: [f64; 4]| values.map(|value| [value as f32; N]);
        let (first, second, stored) = (colors(s), colors(s1), colors(d));
        let constants = c.map(|value| value as f32);
        let sources = Sources { first: &first, second: &second, constants: &constants };
        for (op, source, target) in
            (0..5).flat_map(|op| (0..19).flat_map(move |s| (0..19).map(move |t| (op, s, t))))
        {
            let state = vk::PipelineColorBlendAttachmentState {
                color_blend_op: BlendOp::from_raw(op),
                alpha_blend_op: BlendOp::from_raw(op),
                src_color_blend_factor: BlendFactor::from_raw(source),
                dst_color_blend_factor: BlendFactor::from_raw(target),
                src_alpha_blend_factor: BlendFactor::from_raw(source),
                dst_alpha_blend_factor: BlendFactor::from_raw(target),
                ..Default::default()
            };
            let got = blend(&state, &sources, &stored);
            for (channel, got) in got.iter().enumerate() {
                let wanted = reference(op, channel, [source, target], s, s1, d, c);
                let error = (f64::from(got[5]) - wanted).abs();
                assert!(error < 1e-6, "{op} {source} {target} {channel}");
            }
        }
    }

    #[test]
    fn logic_operations_are_truth_tables() {
        // Bit n of the operation's number is the result for source and stored bits (n / 2, n % 2), highest first.
        for (op, table) in (0..16).zip([
            0b0000u32, 0b0001, 0b0010, 0b0011, 0b0100, 0b0101, 0b0110, 0b0111, 0b1000, 0b1001, 0b1010,
            0b1011, 0b1100, 0b1101, 0b1110, 0b1111,
        ]) {
            assert_eq!(logic(vk::LogicOp::from_raw(op), 0b0011, 0b0101) & 0xf, table);
        }
    }
}
