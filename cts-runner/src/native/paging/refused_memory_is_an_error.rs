//! Whatever allocation is refused, its command says so, nothing else breaks, and nothing is lost: the same done again works.
//!
//! A driver that refuses one request to order (`LACUNA_FAIL=n`) shows more than one that never does.

use super::{LOOK, Patchwork, expect_ascending};
use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::SparseResidency];

pub(super) fn run(cx: &Context) -> Outcome {
    use vk::Code;
    let used = || cx.device.physical.local_budget().map_or(0, |(used, _)| used);
    let before = used();
    let mut refused = false;
    for attempt in 0..3 {
        match script(cx) {
            Err(crate::native::Failure::Vulkan(error)) => {
                let code = error.code();
                let out =
                    matches!(code, Some(Code::ERROR_OUT_OF_DEVICE_MEMORY | Code::ERROR_OUT_OF_HOST_MEMORY));
                check!(out && !refused, "attempt {attempt}: {error}");
                refused = true;
            }
            other => other?,
        }
        check_eq!(used(), before, "bytes in use after attempt {attempt}");
    }
    Ok(())
}

/// Some of everything that takes memory.
fn script(cx: &Context) -> Outcome {
    let own =
        Context { device: Device::new(&cx.device.physical, vk::DeviceOptions::default())?, seed: cx.seed };
    let patchwork = Patchwork::new(&own, 2 * LOOK, LOOK / 4)?;
    patchwork.write(&own, 0, 2 * LOOK, 5)?;
    let buffers = (0..3).map(|_| vk::LocalBuffer::new(&own.device, LOOK)).collect::<vk::Result<Vec<_>>>()?;
    own.run(|r| {
        for buffer in &buffers {
            r.copy(&patchwork.buffer, LOOK / 2, buffer, 0, LOOK);
        }
    })?;
    let image = StorageImage::new(&own.device, ImageShape::flat(vk::Format::R32_UINT, 300, 200))?;
    own.run(|r| r.general(&[&image]))?;
    for buffer in &buffers {
        expect_ascending(&own, buffer, 0, LOOK, 5 + (LOOK / 8) as u32)?;
    }
    expect_ascending(&own, &patchwork.buffer, 0, 2 * LOOK, 5)
}
