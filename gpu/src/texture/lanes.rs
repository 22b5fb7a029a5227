//! Arithmetic on eight lanes for [`fast`](super::fast): coordinates to offsets, texels to components.
#![expect(unsafe_code, reason = "reads texels")]

use ash::vk;
use lacuna_vm::units::PAGE_SHIFT;

use super::view::Mip;
use crate::format::srgb;

/// One number for each lane.
pub(super) type Floats = [f32; 8];
/// The same of integers.
pub(super) type Ints = [i32; 8];
/// The components of eight texels.
pub(super) type Color = [Floats; 4];

/// A number for each lane.
#[inline(always)]
pub(super) fn lanes<T>(f: impl FnMut(usize) -> T) -> [T; 8] {
    std::array::from_fn(f)
}

/// Coordinates brought into 0 to 1, as the wrapping has it.
#[inline(always)]
pub(super) fn folded(mode: vk::SamplerAddressMode, s: Floats) -> Floats {
    match mode {
        vk::SamplerAddressMode::REPEAT => s.map(|s| s - s.floor()),
        vk::SamplerAddressMode::MIRRORED_REPEAT => s.map(|s| {
            let s = s - 2.0 * (s * 0.5).floor();
            1.0 - (1.0 - s).abs()
        }),
        vk::SamplerAddressMode::MIRROR_CLAMP_TO_EDGE => s.map(|s| s.abs().min(1.0)),
        _ => s.map(|s| s.clamp(0.0, 1.0)),
    }
}

#[inline(always)]
pub(super) fn scaled(s: &Floats, size: i32) -> Floats {
    let size = size as f32;
    s.map(|s| s * size)
}

/// The texels on both sides of a coordinate, and the weight of the second.
#[inline(always)]
pub(super) fn pair(mode: vk::SamplerAddressMode, u: &Floats, size: i32) -> ([Ints; 2], Floats) {
    let floor = lanes(|lane| (u[lane] - 0.5).floor());
    let weight = lanes(|lane| u[lane] - 0.5 - floor[lane]);
    // From -1 to size - 1; other numbers come from coordinates that are none.
    let first = lanes(|lane| (floor[lane] as i32).clamp(-1, size - 1));
    let repeats = mode == vk::SamplerAddressMode::REPEAT;
    let before = if repeats { size - 1 } else { 0 };
    let behind = if repeats { 0 } else { size - 1 };
    let second = lanes(|lane| if first[lane] + 1 == size { behind } else { first[lane] + 1 });
    let first = lanes(|lane| if first[lane] < 0 { before } else { first[lane] });
    ([first, second], weight)
}

/// Bytes that x adds to the offset.
#[inline(always)]
pub(super) fn columns(mip: &Mip, x: &Ints) -> Ints {
    let (log2, bytes) = (u32::from(mip.level.block_log2[0]), mip.level.element_bytes as i32);
    let mask = ((1u32 << log2) - 1) as i32;
    x.map(|x| (x & mask) * bytes + (x >> log2 << PAGE_SHIFT))
}

/// Bytes that y adds to the offset.
#[inline(always)]
pub(super) fn rows(mip: &Mip, y: &Ints) -> Ints {
    let log2 = u32::from(mip.level.block_log2[1]);
    let mask = ((1u32 << log2) - 1) as i32;
    let (row, block) = (mip.level.row_pitch as i32, mip.level.block_row_pitch as i32);
    y.map(|y| (y & mask).wrapping_mul(row).wrapping_add((y >> log2).wrapping_mul(block)))
}

#[inline(always)]
pub(super) fn add(a: &Ints, b: &Ints) -> Ints {
    lanes(|lane| a[lane].wrapping_add(b[lane]))
}

/// The bytes of a word as components.
#[inline(always)]
pub(super) fn unpacked(words: &[u32; 8], swapped: bool, is_srgb: bool) -> Color {
    let table = srgb::tables();
    let channel = |c: usize| {
        let shift = if swapped && c != 3 { 16 - 8 * c } else { 8 * c };
        lanes(|lane| {
            let byte = words[lane] >> shift & 0xff;
            if is_srgb && c != 3 { table.linear[byte as usize] } else { byte as i32 as f32 / 255.0 }
        })
    };
    [channel(0), channel(1), channel(2), channel(3)]
}

/// Blends four texels of bytes.
///
/// # Safety
/// `base` plus each offset is a texel.
#[inline(always)]
pub(super) unsafe fn bilinear_bytes(
    base: *const u8,
    corners: &[Ints; 4],
    a: &Floats,
    b: &Floats,
    swapped: bool,
) -> Color {
    let words = corners.map(|offsets| {
        // SAFETY: the caller's promise.
        offsets.map(|offset| unsafe { base.wrapping_add(offset as usize).cast::<u32>().read_unaligned() })
    });
    let channel = |c: usize| {
        let shift = if swapped && c != 3 { 16 - 8 * c } else { 8 * c };
        let byte = |k: usize| lanes(|lane| (words[k][lane] >> shift & 0xff) as i32 as f32);
        let [p, q, r, s] = [byte(0), byte(1), byte(2), byte(3)];
        lanes(|l| {
            let top = p[l] + a[l] * (q[l] - p[l]);
            let bottom = r[l] + a[l] * (s[l] - r[l]);
            (top + b[l] * (bottom - top)) * (1.0 / 255.0)
        })
    };
    [channel(0), channel(1), channel(2), channel(3)]
}

/// Logarithm to base two, within 1e-5; of zero minus infinity.
#[inline(always)]
pub(super) fn log2(x: f32) -> f32 {
    let bits = x.to_bits();
    if x <= 0.0 {
        return f32::NEG_INFINITY;
    }
    let exponent = (bits >> 23) as i32 - 127;
    let m = f32::from_bits(bits & 0x7f_ffff | 0x3f80_0000);
    // The series of the area hyperbolic tangent, around the middle of 1 to 2.
    let z = (m - std::f32::consts::SQRT_2) / (m + std::f32::consts::SQRT_2);
    let z2 = z * z;
    let series = z * (2.885_39 + z2 * (0.961_796_7 + z2 * (0.577_078 + z2 * 0.412_198_6)));
    exponent as f32 + 0.5 + series
}

#[cfg(test)]
mod tests {
    #[test]
    fn logarithms_are_close() {
        for i in 1..100_000u32 {
            let x = f32::from_bits(i * 21_000);
            if x.is_normal() {
                assert!((super::log2(x) - x.log2()).abs() < 2e-5, "{x}");
            }
        }
        assert_eq!(super::log2(0.0), f32::NEG_INFINITY);
    }
}
