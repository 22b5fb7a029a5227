//! Commands that do not exist, or of extensions that are not enabled, have no address; those of Vulkan 1.0 have one.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[];

pub(super) fn run(cx: &Context) -> Outcome {
    let instance = cx.device.physical.instance.raw();
    let address = |name: &std::ffi::CStr| {
        // SAFETY: the device is alive; the name is a C string.
        unsafe { (instance.fp_v1_0().get_device_proc_addr)(cx.device.raw.handle(), name.as_ptr()) }
    };
    for absent in [c"vkNoSuchCommand", c"", c"vkCreateAccelerationStructureKHR"] {
        check!(address(absent).is_none(), "{absent:?} has an address");
    }
    for present in [
        c"vkQueueSubmit",
        c"vkQueueBindSparse",
        c"vkCmdDispatch",
        c"vkCmdDispatchIndirect",
        c"vkCmdFillBuffer",
        c"vkGetBufferMemoryRequirements",
        c"vkCreateEvent",
        c"vkCreateImage",
        c"vkCreateGraphicsPipelines",
        c"vkGetImageSparseMemoryRequirements",
        c"vkCmdDraw",
        c"vkCreateRenderPass",
        c"vkGetDeviceProcAddr",
    ] {
        check!(address(present).is_some(), "{present:?} of Vulkan 1.0 has no address");
    }
    Ok(())
}
