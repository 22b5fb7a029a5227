//! `VkDescriptorUpdateTemplate`: where in the application's own structure the buffers of a set are.

use std::ffi::c_void;

use ash::vk;

use super::descriptor_set::DescriptorSet;
use super::descriptor_set_layout::is_buffer;
use crate::error::Error;
use crate::guard;

/// An update template for descriptor sets.
pub struct DescriptorTemplate {
    entries: Box<[vk::DescriptorUpdateTemplateEntry]>,
}

crate::object!(DescriptorTemplate, vk::DescriptorUpdateTemplate);

impl DescriptorTemplate {
    /// `vkCreateDescriptorUpdateTemplate`.
    ///
    /// # Safety
    /// `info` is a valid structure.
    pub unsafe fn new(info: &vk::DescriptorUpdateTemplateCreateInfo<'_>) -> Self {
        // SAFETY: members of a valid structure.
        let entries =
            unsafe { guard::slice(info.p_descriptor_update_entries, info.descriptor_update_entry_count) };
        Self { entries: entries.into() }
    }

    /// `vkUpdateDescriptorSetWithTemplate`.
    ///
    /// # Errors
    /// [`Error::InvalidUsage`] for bindings that the set does not have; earlier entries are done.
    ///
    /// # Safety
    /// `data` has a `VkDescriptorBufferInfo` wherever a buffer entry of the template says so.
    pub unsafe fn apply(&self, set: &DescriptorSet, data: *const c_void) -> Result<(), Error> {
        for entry in self.entries.iter().filter(|entry| is_buffer(entry.descriptor_type)) {
            let info = |index: u32| {
                let place = data.wrapping_byte_add(entry.offset + index as usize * entry.stride);
                // SAFETY: this function's contract; the application's structure may be packed differently than ours.
                unsafe { place.cast::<vk::DescriptorBufferInfo>().read_unaligned() }
            };
            let infos: Vec<_> = (0..entry.descriptor_count).map(info).collect();
            let place = (entry.dst_binding, entry.dst_array_element);
            set.write_buffers(place, entry.descriptor_type, infos.iter())?;
        }
        Ok(())
    }
}
