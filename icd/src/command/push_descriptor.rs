//! Push descriptors: sets without a pool, whose contents are in the command buffer.
//!
//! Each push makes a new set: a copy of what was pushed before, with the new descriptors written. What is recorded is
//! that a set is bound, so that nothing else has to know of push descriptors.

use std::collections::HashMap;
use std::ffi::c_void;
use std::sync::Arc;

use ash::vk;

use super::recording::{Command, Recording, Slice};
use crate::error::Error;
use crate::handle::Object;
use crate::object::descriptor_set::DescriptorSet;
use crate::object::descriptor_template::DescriptorTemplate;
use crate::object::pipeline_layout::PipelineLayout;

/// What was pushed last, by bind point and set number.
pub(super) type Pushed = HashMap<(vk::PipelineBindPoint, u32), Arc<DescriptorSet>>;

impl Recording {
    /// `vkCmdPushDescriptorSetKHR`.
    ///
    /// # Safety
    /// The writes are valid structures, but for their `dstSet`.
    pub unsafe fn push_descriptors(
        &mut self,
        point: vk::PipelineBindPoint,
        layout: vk::PipelineLayout,
        index: u32,
        writes: &[vk::WriteDescriptorSet<'_>],
    ) -> Result<(), Error> {
        self.push_set(point, layout, index, |set| {
            // SAFETY: this function's contract.
            writes.iter().try_for_each(|write| unsafe { set.apply(write) })
        })
    }

    /// `vkCmdPushDescriptorSetWithTemplateKHR`.
    ///
    /// # Safety
    /// `data` is what the template describes.
    pub unsafe fn push_with_template(
        &mut self,
        layout: vk::PipelineLayout,
        index: u32,
        template: vk::DescriptorUpdateTemplate,
        data: *const c_void,
    ) -> Result<(), Error> {
        let template = DescriptorTemplate::get(template)?;
        // SAFETY: this function's contract.
        self.push_set(template.bind_point(), layout, index, |set| unsafe { template.apply(set, data) })
    }

    fn push_set(
        &mut self,
        point: vk::PipelineBindPoint,
        layout: vk::PipelineLayout,
        index: u32,
        write: impl FnOnce(&DescriptorSet) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let layout = PipelineLayout::get(layout)?;
        let layout = layout.sets.get(index as usize).and_then(Option::as_ref);
        let layout = layout.ok_or(Error::InvalidUsage("VUID-vkCmdPushDescriptorSetKHR-set-00364"))?;
        // Sets of another layout are disturbed: nothing of them is left.
        let before = self.pushed.get(&(point, index)).filter(|set| set.layout() == layout);
        let set = match before {
            Some(before) => before.copied(),
            None => DescriptorSet::new(Arc::clone(layout)),
        };
        write(&set)?;
        let set = Arc::new(set);
        self.pushed.insert((point, index), Arc::clone(&set));
        let is_graphics = point == vk::PipelineBindPoint::GRAPHICS;
        self.push(Command::BindSet { is_graphics, index, set, offsets: Slice::default() }, 0)
    }
}
