//! Where the samples of a pixel are.
//!
//! Source: Vulkan specification, "Standard sample locations".

use super::state::{Multisample, SampleLocations};

/// Most samples of a pixel.
pub(super) const MAX_SAMPLES: usize = 16;
/// Sub-pixel units of a pixel.
pub(super) const UNITS: i32 = 256;

/// Standard positions in sixteenths of a pixel.
const STANDARD: [&[[u8; 2]]; 5] = [
    &[[8, 8]],
    &[[12, 12], [4, 4]],
    &[[6, 2], [14, 6], [2, 10], [10, 14]],
    &[[9, 5], [7, 11], [13, 9], [5, 3], [3, 13], [1, 7], [11, 15], [15, 1]],
    &[
        [9, 9],
        [7, 5],
        [5, 10],
        [12, 7],
        [3, 6],
        [10, 13],
        [13, 11],
        [11, 3],
        [6, 14],
        [8, 1],
        [4, 2],
        [2, 12],
        [0, 8],
        [15, 4],
        [14, 15],
        [1, 0],
    ],
];

/// Positions of samples in sub-pixel units, for each pixel of a square of 2 x 2.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Samples {
    pub(super) count: usize,
    /// By `x % 2 + y % 2 * 2`.
    positions: [[[i32; 2]; MAX_SAMPLES]; 4],
    /// Whether all pixels have the same.
    pub(super) is_uniform: bool,
}

impl Samples {
    /// One sample in the middle of each pixel.
    pub(super) const CENTER: Self =
        Self { count: 1, positions: [[[UNITS / 2; 2]; MAX_SAMPLES]; 4], is_uniform: true };

    /// As many samples as there can be, at their standard positions.
    pub(super) const DENSE: Self = {
        let mut pixel = [[0; 2]; MAX_SAMPLES];
        let mut sample = 0;
        while sample < MAX_SAMPLES {
            let [x, y] = STANDARD[4][sample];
            pixel[sample] = [x as i32 * (UNITS / 16), y as i32 * (UNITS / 16)];
            sample += 1;
        }
        Self { count: MAX_SAMPLES, positions: [pixel; 4], is_uniform: true }
    };

    pub(super) fn new(state: &Multisample) -> Self {
        let count = state.samples.clamp(1, MAX_SAMPLES as u32).next_power_of_two() as usize;
        let mut positions = [[[UNITS / 2; 2]; MAX_SAMPLES]; 4];
        let standard = STANDARD[count.ilog2() as usize];
        for pixel in &mut positions {
            for (position, sixteenths) in pixel.iter_mut().zip(standard) {
                *position = sixteenths.map(|n| i32::from(n) * (UNITS / 16));
            }
        }
        if let Some(custom) = &state.locations {
            set_custom(&mut positions, custom, count);
        }
        let is_uniform = positions.iter().all(|pixel| *pixel == positions[0]);
        Self { count, positions, is_uniform }
    }

    /// Where a sample of a pixel is.
    #[inline(always)]
    pub(super) fn position(&self, x: i32, y: i32, sample: usize) -> [i32; 2] {
        self.positions[((x & 1) | (y & 1) << 1) as usize][sample & (MAX_SAMPLES - 1)]
    }

    /// The same in pixels.
    pub(super) fn offset(&self, x: i32, y: i32, sample: usize) -> [f32; 2] {
        self.position(x, y, sample).map(|units| units as f32 / UNITS as f32)
    }

    /// The least and greatest coordinates of any sample.
    pub(super) fn extent(&self) -> [i32; 2] {
        let all = || self.positions.iter().flat_map(|pixel| &pixel[..self.count]).flatten().copied();
        [all().min().unwrap_or(0), all().max().unwrap_or(0)]
    }
}

fn set_custom(positions: &mut [[[i32; 2]; MAX_SAMPLES]; 4], custom: &SampleLocations, count: usize) {
    let [width, height] = custom.grid.map(|size| size.max(1) as usize);
    for (index, pixel) in positions.iter_mut().enumerate() {
        let (x, y) = (index % 2 % width, index / 2 % height);
        for (sample, position) in pixel.iter_mut().take(count).enumerate() {
            if let Some(at) = custom.positions.get((y * width + x) * count + sample) {
                *position = at.map(|n| (n.clamp(0.0, 15.0 / 16.0) * UNITS as f32) as i32);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(samples: u32) -> Multisample {
        Multisample {
            samples,
            sample_shading: None,
            mask: u32::MAX,
            alpha_to_coverage: false,
            alpha_to_one: false,
            locations: None,
        }
    }

    #[test]
    fn standard_samples_are_spread_over_rows_and_columns() {
        for count in [2, 4, 8, 16] {
            let samples = Samples::new(&state(count));
            for axis in 0..2 {
                let mut cells: Vec<_> = (0..count as usize)
                    .map(|sample| samples.position(0, 0, sample)[axis] * count as i32 / UNITS)
                    .collect();
                cells.sort_unstable();
                assert_eq!(cells, (0..count as i32).collect::<Vec<_>>());
            }
        }
        assert_eq!(Samples::new(&state(1)).position(3, 5, 0), [128, 128]);
        assert_eq!(Samples::new(&state(4)).offset(0, 0, 0), [0.375, 0.125]);
    }

    #[test]
    fn custom_samples_repeat_over_their_grid() {
        let locations = SampleLocations {
            grid: [2, 1],
            positions: [[0.0, 0.5], [0.25, 0.5], [0.5, 0.5], [2.0, f32::NAN]].into_iter().collect(),
        };
        let samples = Samples::new(&Multisample { locations: Some(locations), ..state(2) });
        assert!(!samples.is_uniform);
        assert_eq!(samples.position(0, 0, 1), [64, 128]);
        assert_eq!(samples.position(1, 7, 0), [128, 128]);
        assert_eq!(samples.position(1, 1, 1), [240, 0]);
    }
}
