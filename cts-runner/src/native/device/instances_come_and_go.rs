//! Instances can be created and destroyed over and over, each listing the same devices.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[];

pub(super) fn run(cx: &Context) -> Outcome {
    let name = cx.device.physical.name();
    for _ in 0..50 {
        let instance = vk::Instance::new()?;
        check_eq!(instance.first()?.name(), name, "the first device");
    }
    Ok(())
}
