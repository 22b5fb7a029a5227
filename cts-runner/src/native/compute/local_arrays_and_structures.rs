//! Arrays, structures and matrices of an invocation's own, indexed by values that differ between invocations.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute];

pub(super) fn run(cx: &Context) -> Outcome {
    let output = cx.host(256 * 16)?;
    cx.compute_once(vk::LOCAL_ARRAYS, &[&output], &[], 4)?;
    let expected: Vec<u32> = (0..256).flat_map(expected).collect();
    same("results", &output.words(), &expected)
}

fn expected(i: u32) -> [u32; 4] {
    let mut values: Vec<u32> = (0..16).map(|k| (i * 31 + k * k * 7) % 101).collect();
    values.sort_unstable();
    let first_parts = if i.is_multiple_of(2) { [7, 8, 9] } else { [1, 1, 1] };
    // Columns of the matrix; the product is a sum of columns, a column of the transpose is a row.
    let columns = [[1, 2, 3], [4, 5, 6], [7, 8, 10]];
    let p: Vec<u32> = (0..3)
        .map(|row| {
            let product: u32 = (0..3).map(|c| columns[c][row] * (c as u32 + 1)).sum();
            product + columns[row][(i % 3) as usize]
        })
        .collect();
    [
        values[0] | values[7] << 8 | values[15] << 16,
        i + first_parts[(i % 3) as usize] * 1000,
        p[0] + p[1] * 100 + p[2] * 10_000,
        [3, 1, 4, 1, 5, 9][(i % 6) as usize],
    ]
}
