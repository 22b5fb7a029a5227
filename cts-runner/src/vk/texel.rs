//! Views of buffers as texels.

use ash::vk;

use super::{Buffer, Check, DescriptorSet, Device, Result};

/// A buffer view of all of a buffer.
pub struct TexelView {
    device: Device,
    /// The handle.
    pub handle: vk::BufferView,
}

impl TexelView {
    /// `vkCreateBufferView`.
    ///
    /// # Errors
    /// What the driver returns.
    pub fn new(device: &Device, buffer: &Buffer, format: vk::Format) -> Result<Self> {
        let info =
            vk::BufferViewCreateInfo::default().buffer(buffer.handle).format(format).range(vk::WHOLE_SIZE);
        // SAFETY: `info` outlives the call; the buffer is alive.
        let handle = unsafe { device.raw.create_buffer_view(&info, None) }.at("vkCreateBufferView")?;
        Ok(Self { device: device.clone(), handle })
    }
}

impl Drop for TexelView {
    fn drop(&mut self) {
        // SAFETY: created from this device, destroyed once.
        unsafe { self.device.raw.destroy_buffer_view(self.handle, None) };
    }
}

impl DescriptorSet {
    /// Writes a uniform or storage texel buffer.
    pub fn write_texels(&self, binding: u32, kind: vk::DescriptorType, view: &TexelView) {
        let views = [view.handle];
        let write = vk::WriteDescriptorSet::default()
            .dst_set(self.handle)
            .dst_binding(binding)
            .descriptor_type(kind)
            .texel_buffer_view(&views);
        // SAFETY: set and view are alive; the set is not in use by the device.
        unsafe { view.device.raw.update_descriptor_sets(&[write], &[]) };
    }
}
