//! sin, cos, exp, log, pow and atan are within Vulkan's tolerances on ordinary arguments.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute];
const NAMES: [&str; 8] = ["sin", "cos", "exp", "log", "exp2", "log2", "pow", "atan"];

pub(super) fn run(cx: &Context) -> Outcome {
    let values: Vec<f32> = (0..1024).map(|i| (i as f32 - 512.0) / 163.0).collect();
    let input = HostBuffer::of(&cx.device, &values)?;
    let output = cx.host(1024 * 32)?;
    cx.compute_once(vk::TRANSCENDENTALS, &[&input, &output], &[1024], 16)?;
    let found = output.memory.read::<f32>(0, 8192);
    for (x, found) in values.iter().zip(found.chunks_exact(8)) {
        let positive = x.abs() + 0.5;
        let expected = [
            (x.sin(), 5e-4),
            (x.cos(), 5e-4),
            (x.exp(), x.exp() * (3.0 + 2.0 * x.abs()) * f32::EPSILON),
            (positive.ln(), 5e-7 + positive.ln().abs() * 4.0 * f32::EPSILON),
            (x.exp2(), x.exp2() * (3.0 + 2.0 * x.abs()) * f32::EPSILON),
            (positive.log2(), 5e-7 + positive.log2().abs() * 4.0 * f32::EPSILON),
            (positive.powf(1.5), positive.powf(1.5) * 32.0 * f32::EPSILON),
            (x.atan2(2.0), x.atan2(2.0).abs() * 4096.0 * f32::EPSILON + 1e-6),
        ];
        for (name, (found, (expected, tolerance))) in NAMES.iter().zip(found.iter().zip(expected)) {
            check!((found - expected).abs() <= tolerance, "{name}({x}): found {found}, expected {expected}");
        }
    }
    Ok(())
}
