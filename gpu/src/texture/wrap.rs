//! Coordinates beyond the edges ("Wrapping Operation").

use ash::vk;

/// The texel that a number of a texel stands for along one axis; `None` is the border.
#[inline]
pub(super) fn wrap(mode: vk::SamplerAddressMode, i: i32, size: i32) -> Option<i32> {
    match mode {
        vk::SamplerAddressMode::REPEAT => Some(i.rem_euclid(size)),
        vk::SamplerAddressMode::MIRRORED_REPEAT => {
            let n = i64::from(i).rem_euclid(2 * i64::from(size)) as i32;
            Some(if n < size { n } else { 2 * size - 1 - n })
        }
        vk::SamplerAddressMode::CLAMP_TO_EDGE => Some(i.clamp(0, size - 1)),
        vk::SamplerAddressMode::MIRROR_CLAMP_TO_EDGE => Some(mirror(i).min(size - 1)),
        _ => (0..size).contains(&i).then_some(i),
    }
}

fn mirror(i: i32) -> i32 {
    if i < 0 { -1 - i } else { i }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(mode: vk::SamplerAddressMode) -> Vec<Option<i32>> {
        (-4..8).map(|i| wrap(mode, i, 3)).collect()
    }

    #[test]
    fn each_mode_continues_the_row() {
        let some = |row: [i32; 12]| row.map(|i| (i >= 0).then_some(i)).to_vec();
        assert_eq!(row(vk::SamplerAddressMode::REPEAT), some([2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1]));
        assert_eq!(row(vk::SamplerAddressMode::MIRRORED_REPEAT), some([2, 2, 1, 0, 0, 1, 2, 2, 1, 0, 0, 1]));
        assert_eq!(row(vk::SamplerAddressMode::CLAMP_TO_EDGE), some([0, 0, 0, 0, 0, 1, 2, 2, 2, 2, 2, 2]));
        assert_eq!(
            row(vk::SamplerAddressMode::MIRROR_CLAMP_TO_EDGE),
            some([2, 2, 1, 0, 0, 1, 2, 2, 2, 2, 2, 2])
        );
        assert_eq!(
            row(vk::SamplerAddressMode::CLAMP_TO_BORDER),
            some([-1, -1, -1, -1, 0, 1, 2, -1, -1, -1, -1, -1])
        );
    }

    #[test]
    fn no_number_is_too_far_away() {
        for mode in 0..5 {
            let mode = vk::SamplerAddressMode::from_raw(mode);
            for i in [i32::MIN, i32::MAX] {
                assert!(wrap(mode, i, 16384).is_none_or(|at| (0..16384).contains(&at)));
            }
        }
    }
}
