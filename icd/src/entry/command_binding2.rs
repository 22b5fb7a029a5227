//! `VK_KHR_maintenance6`: binding commands with structures. Each does what the older command does, for every bind point
//! that one of its stages belongs to.

use ash::vk;

use super::command_compute;
use crate::guard::{guard, input};

/// The bind points that stages belong to.
fn points(stages: vk::ShaderStageFlags) -> impl Iterator<Item = vk::PipelineBindPoint> {
    let points = [
        (vk::ShaderStageFlags::COMPUTE, vk::PipelineBindPoint::COMPUTE),
        (vk::ShaderStageFlags::ALL_GRAPHICS, vk::PipelineBindPoint::GRAPHICS),
    ];
    points.into_iter().filter(move |(of, _)| stages.intersects(*of)).map(|(_, point)| point)
}

/// `vkCmdBindDescriptorSets2KHR`.
pub(super) unsafe extern "system" fn bind_descriptor_sets2(
    buffer: vk::CommandBuffer,
    info: *const vk::BindDescriptorSetsInfoKHR<'_>,
) {
    guard(|| {
        // SAFETY: VUID-vkCmdBindDescriptorSets2KHR-pBindDescriptorSetsInfo-parameter.
        let info = unsafe { input(info)? };
        for point in points(info.stage_flags) {
            // SAFETY: members of a valid structure.
            unsafe {
                command_compute::cmd_bind_descriptor_sets(
                    buffer,
                    point,
                    info.layout,
                    info.first_set,
                    info.descriptor_set_count,
                    info.p_descriptor_sets,
                    info.dynamic_offset_count,
                    info.p_dynamic_offsets,
                );
            }
        }
        Ok(())
    })
}

/// `vkCmdPushConstants2KHR`.
pub(super) unsafe extern "system" fn push_constants2(
    buffer: vk::CommandBuffer,
    info: *const vk::PushConstantsInfoKHR<'_>,
) {
    guard(|| {
        // SAFETY: VUID-vkCmdPushConstants2KHR-pPushConstantsInfo-parameter.
        let info = unsafe { input(info)? };
        // SAFETY: members of a valid structure.
        unsafe {
            command_compute::cmd_push_constants(
                buffer,
                info.layout,
                info.stage_flags,
                info.offset,
                info.size,
                info.p_values,
            );
        }
        Ok(())
    })
}

/// `vkCmdPushDescriptorSet2KHR`.
pub(super) unsafe extern "system" fn push_descriptor_set2(
    buffer: vk::CommandBuffer,
    info: *const vk::PushDescriptorSetInfoKHR<'_>,
) {
    guard(|| {
        // SAFETY: VUID-vkCmdPushDescriptorSet2KHR-pPushDescriptorSetInfo-parameter.
        let info = unsafe { input(info)? };
        for point in points(info.stage_flags) {
            // SAFETY: members of a valid structure.
            unsafe {
                command_compute::cmd_push_descriptor_set(
                    buffer,
                    point,
                    info.layout,
                    info.set,
                    info.descriptor_write_count,
                    info.p_descriptor_writes,
                );
            }
        }
        Ok(())
    })
}

/// `vkCmdPushDescriptorSetWithTemplate2KHR`.
pub(super) unsafe extern "system" fn push_descriptor_set_with_template2(
    buffer: vk::CommandBuffer,
    info: *const vk::PushDescriptorSetWithTemplateInfoKHR<'_>,
) {
    guard(|| {
        // SAFETY: VUID-vkCmdPushDescriptorSetWithTemplate2KHR-pPushDescriptorSetWithTemplateInfo-parameter.
        let info = unsafe { input(info)? };
        // SAFETY: members of a valid structure.
        unsafe {
            command_compute::cmd_push_descriptor_set_with_template(
                buffer,
                info.descriptor_update_template,
                info.layout,
                info.set,
                info.p_data,
            );
        }
        Ok(())
    })
}
