//! `VkDescriptorUpdateTemplate`: where in the application's own structure the resources of a set are.

use std::ffi::c_void;

use ash::vk;

use super::descriptor_set::DescriptorSet;
use super::descriptor_set_layout::{is_buffer, is_image, is_texel_buffer};
use crate::error::Error;
use crate::guard;

/// An update template for descriptor sets.
pub struct DescriptorTemplate {
    entries: Box<[vk::DescriptorUpdateTemplateEntry]>,
    point: vk::PipelineBindPoint,
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
        Self { entries: entries.into(), point: info.pipeline_bind_point }
    }

    /// Of a template for push descriptors: what they are pushed for.
    pub fn bind_point(&self) -> vk::PipelineBindPoint {
        self.point
    }

    /// `vkUpdateDescriptorSetWithTemplate`.
    ///
    /// # Errors
    /// [`Error::InvalidUsage`] for bindings that the set does not have; earlier entries are done.
    ///
    /// # Safety
    /// `data` has a `VkDescriptorBufferInfo`, `VkDescriptorImageInfo` or `VkBufferView` wherever an entry of the template says so.
    pub unsafe fn apply(&self, set: &DescriptorSet, data: *const c_void) -> Result<(), Error> {
        for entry in &self.entries {
            let place = (entry.dst_binding, entry.dst_array_element);
            let kind = entry.descriptor_type;
            if is_buffer(kind) {
                // SAFETY: this function's contract.
                let infos = unsafe { read::<vk::DescriptorBufferInfo>(entry, data) };
                set.write_buffers(place, infos.iter())?;
            } else if is_image(kind) {
                // SAFETY: this function's contract.
                let infos = unsafe { read::<vk::DescriptorImageInfo>(entry, data) };
                set.write_images(kind, place, infos.iter())?;
            } else if is_texel_buffer(kind) {
                // SAFETY: this function's contract.
                let views = unsafe { read::<vk::BufferView>(entry, data) };
                set.write_texel_buffers(place, views.iter())?;
            } else if kind == vk::DescriptorType::INLINE_UNIFORM_BLOCK {
                // SAFETY: this function's contract: as many bytes as the entry has descriptors.
                let data = unsafe {
                    guard::slice(data.wrapping_byte_add(entry.offset).cast(), entry.descriptor_count)
                };
                set.write_inline(place, data)?;
            }
        }
        Ok(())
    }
}

/// What an entry's descriptors are written from.
///
/// # Safety
/// `data` has a `T` wherever the entry says so.
unsafe fn read<T: Copy>(entry: &vk::DescriptorUpdateTemplateEntry, data: *const c_void) -> Vec<T> {
    let info = |index: u32| {
        let place = data.wrapping_byte_add(entry.offset + index as usize * entry.stride);
        // SAFETY: this function's contract; the application's structure may be packed differently than ours.
        unsafe { place.cast::<T>().read_unaligned() }
    };
    (0..entry.descriptor_count).map(info).collect()
}
