//! Smooth inputs of packets.
#![expect(unsafe_code, reason = "moves vectors from and to memory")]

use core::arch::x86_64::*;

use super::F;
use crate::draw::batch::BATCH;
use crate::draw::fragment::Needs;
use crate::draw::interpolate::{Interpolation, Smooth, WeightRows as Weights};
use crate::draw::lanes::{COLUMN, ROW};
use crate::draw::primitive::{Plane, Planes};
use crate::draw::vertices::Row;

/// `first + x * dx + y * dy`.
#[inline]
#[target_feature(enable = "avx2")]
fn line(first: f32, [dx, dy]: [f32; 2], [x, y]: [F; 2]) -> F {
    let across = _mm256_mul_ps(x, _mm256_set1_ps(dx));
    let down = _mm256_mul_ps(y, _mm256_set1_ps(dy));
    _mm256_add_ps(_mm256_add_ps(_mm256_set1_ps(first), across), down)
}

#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn plane(plane: &Plane, position: [F; 2]) -> F {
    line(plane.value, [plane.dx, plane.dy], position)
}

/// Coordinates of all lanes along one axis, those of the pixels plus an offset. Numbers are so small that no sum is rounded.
#[inline]
#[target_feature(enable = "avx2")]
fn beside(first: i32, steps: &[i32; 8], offset: f32) -> F {
    // SAFETY: eight words.
    let steps = unsafe { _mm256_loadu_si256(steps.as_ptr().cast()) };
    let pixels = _mm256_cvtepi32_ps(_mm256_add_epi32(_mm256_set1_epi32(first), steps));
    _mm256_add_ps(pixels, _mm256_set1_ps(offset))
}

/// Positions of the lanes of a packet.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn positions([x, y]: [i32; 2], [dx, dy]: [f32; 2]) -> [F; 2] {
    [beside(x, &COLUMN, dx), beside(y, &ROW, dy)]
}

/// Weights of the second and third vertex with perspective.
#[inline]
#[target_feature(enable = "avx2")]
fn perspective(planes: &Planes, offset: [f32; 2], at: &[[i32; 2]], weights: &mut [Weights]) {
    let depth = &planes.inverse_w;
    let is_even = depth.dx == 0.0 && depth.dy == 0.0;
    let even = _mm256_set1_ps(1.0 / depth.value);
    for (weights, &at) in weights.iter_mut().zip(at) {
        let position = positions(at, offset);
        let w = if is_even { even } else { _mm256_div_ps(_mm256_set1_ps(1.0), plane(depth, position)) };
        put(&mut weights[0], _mm256_mul_ps(plane(&planes.perspective[0], position), w));
        put(&mut weights[1], _mm256_mul_ps(plane(&planes.perspective[1], position), w));
    }
}

/// Weights that are linear in the window.
#[inline]
#[target_feature(enable = "avx2")]
fn linear(planes: &Planes, offset: [f32; 2], at: &[[i32; 2]], weights: &mut [Weights]) {
    for (weights, &at) in weights.iter_mut().zip(at) {
        let position = positions(at, offset);
        put(&mut weights[0], plane(&planes.linear[0], position));
        put(&mut weights[1], plane(&planes.linear[1], position));
    }
}

#[inline]
#[target_feature(enable = "avx2")]
fn put(row: &mut Row, value: F) {
    // SAFETY: a row is eight floats, and aligned.
    unsafe { _mm256_store_ps(row.0.as_mut_ptr().cast(), value) };
}

#[inline]
#[target_feature(enable = "avx2")]
fn get(row: &Row) -> F {
    // SAFETY: as above.
    unsafe { _mm256_load_ps(row.0.as_ptr().cast()) }
}

/// See [`Interpolation::run`](crate::draw::interpolate::Interpolation::run).
#[inline]
#[target_feature(enable = "avx2")]
pub(in super::super) fn interpolate(
    needs: &Needs,
    planes: &Planes,
    offset: [f32; 2],
    at: &[[i32; 2]],
    smooth: &[Smooth],
    values: &mut Interpolation,
) {
    let offset = [offset[0] - planes.origin[0], offset[1] - planes.origin[1]];
    if needs.perspective {
        perspective(planes, offset, at, &mut values.perspective);
    }
    if needs.linear {
        linear(planes, offset, at, &mut values.linear);
    }
    for (input, rows) in smooth.iter().zip(values.rows.chunks_exact_mut(BATCH)) {
        let weights = if input.is_linear { &values.linear } else { &values.perspective };
        for (row, weights) in rows.iter_mut().zip(&weights[..at.len().min(BATCH)]) {
            put(row, line(input.first, input.ways, [get(&weights[0]), get(&weights[1])]));
        }
    }
}
