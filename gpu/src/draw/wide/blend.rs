//! Blending of eight pixels; see [`blend`](crate::draw::blend), where the same equations are.

use core::arch::x86_64::*;

use ash::vk::{BlendFactor, BlendOp};

use super::{Color, F};
use crate::draw::blend::Equation;

/// What goes into an equation.
struct Sources<'a> {
    first: &'a Color,
    second: &'a Color,
    stored: &'a Color,
    constants: &'a [f32; 4],
}

/// What any equation gives, not yet limited.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn blend(equation: &Equation<'_>, first: &Color, second: &Color, stored: &Color) -> Color {
    let sources = Sources { first, second, stored, constants: equation.constants };
    let state = equation.state;
    let (op, source, target) =
        (state.color_blend_op, state.src_color_blend_factor, state.dst_color_blend_factor);
    [
        channel(op, 0, source, target, &sources),
        channel(op, 1, source, target, &sources),
        channel(op, 2, source, target, &sources),
        channel(
            state.alpha_blend_op,
            3,
            state.src_alpha_blend_factor,
            state.dst_alpha_blend_factor,
            &sources,
        ),
    ]
}

/// The usual equation for transparent colors.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn over(first: &Color, stored: &Color) -> Color {
    let rest = inverse(first[3]);
    let mut blended = [_mm256_setzero_ps(); 4];
    for (n, blended) in blended.iter_mut().enumerate() {
        *blended = _mm256_add_ps(_mm256_mul_ps(first[n], first[3]), _mm256_mul_ps(stored[n], rest));
    }
    blended
}

#[inline]
#[target_feature(enable = "avx2")]
fn inverse(value: F) -> F {
    _mm256_sub_ps(_mm256_set1_ps(1.0), value)
}

#[inline]
#[target_feature(enable = "avx2")]
fn channel(op: BlendOp, n: usize, source: BlendFactor, target: BlendFactor, sources: &Sources<'_>) -> F {
    let (s, d) = (sources.first[n], sources.stored[n]);
    match op {
        BlendOp::MIN => return _mm256_min_ps(s, d),
        BlendOp::MAX => return _mm256_max_ps(s, d),
        _ => {}
    }
    // Colors are limited: no factor of zero has anything infinite to take away.
    let s = _mm256_mul_ps(s, factor(source, n, sources));
    let d = _mm256_mul_ps(d, factor(target, n, sources));
    match op {
        BlendOp::SUBTRACT => _mm256_sub_ps(s, d),
        BlendOp::REVERSE_SUBTRACT => _mm256_sub_ps(d, s),
        _ => _mm256_add_ps(s, d),
    }
}

#[inline]
#[target_feature(enable = "avx2")]
fn factor(factor: BlendFactor, n: usize, sources: &Sources<'_>) -> F {
    let Sources { first, second, stored, constants } = *sources;
    match factor {
        BlendFactor::ZERO => _mm256_setzero_ps(),
        BlendFactor::SRC_COLOR => first[n],
        BlendFactor::ONE_MINUS_SRC_COLOR => inverse(first[n]),
        BlendFactor::DST_COLOR => stored[n],
        BlendFactor::ONE_MINUS_DST_COLOR => inverse(stored[n]),
        BlendFactor::SRC_ALPHA => first[3],
        BlendFactor::ONE_MINUS_SRC_ALPHA => inverse(first[3]),
        BlendFactor::DST_ALPHA => stored[3],
        BlendFactor::ONE_MINUS_DST_ALPHA => inverse(stored[3]),
        BlendFactor::CONSTANT_COLOR => _mm256_set1_ps(constants[n]),
        BlendFactor::ONE_MINUS_CONSTANT_COLOR => inverse(_mm256_set1_ps(constants[n])),
        BlendFactor::CONSTANT_ALPHA => _mm256_set1_ps(constants[3]),
        BlendFactor::ONE_MINUS_CONSTANT_ALPHA => inverse(_mm256_set1_ps(constants[3])),
        BlendFactor::SRC_ALPHA_SATURATE if n < 3 => _mm256_min_ps(first[3], inverse(stored[3])),
        BlendFactor::SRC1_COLOR => second[n],
        BlendFactor::ONE_MINUS_SRC1_COLOR => inverse(second[n]),
        BlendFactor::SRC1_ALPHA => second[3],
        BlendFactor::ONE_MINUS_SRC1_ALPHA => inverse(second[3]),
        // One, and `SRC_ALPHA_SATURATE` of alpha.
        _ => _mm256_set1_ps(1.0),
    }
}
