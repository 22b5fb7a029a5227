//! The standard sparse image block shapes: what 64 KiB of an image are.
//!
//! Source: Vulkan specification, "Standard Sparse Image Block Shapes". The rule of its tables goes on for elements of
//! 32 bytes, and for 32 and 64 samples, of which no image is resident in part.

/// Bytes of a block: one page of the page table.
pub const BYTES: u64 = 1 << 16;

/// Whether there is a block of elements of so many bytes: of 1, 2, 4, 8, 16 and 32.
pub fn exists(element_bytes: u32) -> bool {
    element_bytes.is_power_of_two() && element_bytes <= 32
}

/// Logarithms of a block's elements in x, y and z. `element_bytes` and `samples` are rounded up to powers of two; a 3D image
/// has one sample.
pub fn log2(is_3d: bool, element_bytes: u32, samples: u32) -> [u8; 3] {
    let bytes = element_bytes.max(1).next_power_of_two().ilog2().min(5) as u8;
    if is_3d {
        return [[6, 5, 5], [5, 5, 5], [5, 5, 4], [5, 4, 4], [4, 4, 4], [4, 4, 3]][usize::from(bytes)];
    }
    // A square of 1-byte elements, halved in y first for each doubling of the element, in x first for each of the samples.
    let samples = samples.max(1).next_power_of_two().ilog2().min(6) as u8;
    [8 - bytes / 2 - samples.div_ceil(2), 8 - bytes.div_ceil(2) - samples / 2, 0]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn extent(is_3d: bool, bytes: u32, samples: u32) -> [u32; 3] {
        log2(is_3d, bytes, samples).map(|log2| 1 << log2)
    }

    #[test]
    fn shapes_are_those_of_the_specification() {
        let flat = [[256, 256, 1], [256, 128, 1], [128, 128, 1], [128, 64, 1], [64, 64, 1]];
        let solid = [[64, 32, 32], [32, 32, 32], [32, 32, 16], [32, 16, 16], [16, 16, 16]];
        for (log2, (flat, solid)) in (0..).zip(flat.into_iter().zip(solid)) {
            assert_eq!(extent(false, 1 << log2, 1), flat);
            assert_eq!(extent(true, 1 << log2, 1), solid);
        }
        let two = [[128, 256, 1], [128, 128, 1], [64, 128, 1], [64, 64, 1], [32, 64, 1]];
        let four = [[128, 128, 1], [128, 64, 1], [64, 64, 1], [64, 32, 1], [32, 32, 1]];
        let eight = [[64, 128, 1], [64, 64, 1], [32, 64, 1], [32, 32, 1], [16, 32, 1]];
        let sixteen = [[64, 64, 1], [64, 32, 1], [32, 32, 1], [32, 16, 1], [16, 16, 1]];
        for (samples, shapes) in [(2, two), (4, four), (8, eight), (16, sixteen)] {
            for (log2, shape) in (0..).zip(shapes) {
                assert_eq!(
                    extent(false, 1 << log2, samples),
                    shape,
                    "{samples} samples, {} bytes",
                    1 << log2
                );
            }
        }
    }

    #[test]
    fn every_block_has_64_kib() {
        for bytes in [1, 2, 4, 8, 16, 32] {
            assert_eq!(
                log2(true, bytes, 1).iter().map(|&n| u64::from(n)).sum::<u64>(),
                BYTES.ilog2() as u64 - u64::from(bytes.ilog2())
            );
            for samples in [1, 2, 4, 8, 16, 32, 64] {
                let texels: u32 = extent(false, bytes, samples).iter().product();
                assert_eq!(u64::from(texels * bytes * samples), BYTES);
            }
        }
    }
}
