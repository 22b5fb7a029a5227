//! `VkPipelineLayout`: the set layouts and push constants of a pipeline.

use std::sync::Arc;

use ash::vk;
use lacuna_shaders::abi;

use super::descriptor_set_layout::DescriptorSetLayout;
use crate::error::Error;
use crate::guard;
use crate::handle::Object;

/// A pipeline layout.
pub struct PipelineLayout {
    /// By set number; `None` for sets that nothing uses.
    pub sets: Vec<Option<Arc<DescriptorSetLayout>>>,
    /// End of the last push constant range, in bytes.
    pub push_constant_bytes: u32,
}

crate::object!(PipelineLayout, vk::PipelineLayout);

impl PipelineLayout {
    /// `vkCreatePipelineLayout`.
    ///
    /// # Errors
    /// [`Error::InvalidUsage`] for more sets or push constants than the limits allow, [`Error::InvalidHandle`].
    ///
    /// # Safety
    /// `info` is a valid structure.
    pub unsafe fn new(info: &vk::PipelineLayoutCreateInfo<'_>) -> Result<Self, Error> {
        // SAFETY: members of a valid structure.
        let sets = unsafe { guard::slice(info.p_set_layouts, info.set_layout_count) };
        // SAFETY: as above.
        let ranges = unsafe { guard::slice(info.p_push_constant_ranges, info.push_constant_range_count) };
        Self::of(sets, ranges)
    }

    /// A layout of these sets and ranges.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn of(sets: &[vk::DescriptorSetLayout], ranges: &[vk::PushConstantRange]) -> Result<Self, Error> {
        if sets.len() > abi::MAX_SETS {
            return Err(Error::InvalidUsage("VUID-VkPipelineLayoutCreateInfo-setLayoutCount-00286"));
        }
        let end = ranges.iter().map(|range| range.offset.saturating_add(range.size)).max().unwrap_or(0);
        if end as usize > abi::MAX_PUSH_CONSTANTS {
            return Err(Error::InvalidUsage("VUID-VkPushConstantRange-size-00298"));
        }
        let layout = |&set: &vk::DescriptorSetLayout| match set == vk::DescriptorSetLayout::null() {
            true => Ok(None),
            false => DescriptorSetLayout::get(set).map(Some),
        };
        Ok(Self { sets: sets.iter().map(layout).collect::<Result<_, _>>()?, push_constant_bytes: end })
    }
}
