//! Commands on shader objects.

use std::ffi::c_void;

use ash::vk;

use super::destroy;
use super::record::record;
use crate::error::Error;
use crate::guard::{guard, output, slice};
use crate::handle::Object;
use crate::object::shader_object::ShaderObject;

/// `vkCreateShadersEXT`: a shader that cannot be made is null, as all behind it.
pub(super) unsafe extern "system" fn create_shaders(
    _device: vk::Device,
    count: u32,
    infos: *const vk::ShaderCreateInfoEXT<'_>,
    _allocator: *const vk::AllocationCallbacks<'_>,
    shaders: *mut vk::ShaderEXT,
) -> vk::Result {
    guard(|| {
        // SAFETY: VUID-vkCreateShadersEXT-pCreateInfos-parameter.
        let infos = unsafe { slice(infos, count) };
        let mut outcome = Ok(());
        for (index, info) in infos.iter().enumerate() {
            // SAFETY: as above.
            let made = outcome.is_ok().then(|| unsafe { ShaderObject::new(info) }.map(Object::insert));
            let handle = match made {
                Some(Ok(handle)) => handle,
                Some(Err(error)) => {
                    outcome = Err(error);
                    vk::ShaderEXT::null()
                }
                None => vk::ShaderEXT::null(),
            };
            // SAFETY: VUID-vkCreateShadersEXT-pShaders-parameter: an array of `count` handles.
            unsafe { output(shaders.wrapping_add(index), handle)? }
        }
        outcome
    })
}

/// `vkDestroyShaderEXT`.
pub(super) unsafe extern "system" fn destroy_shader(
    _device: vk::Device,
    shader: vk::ShaderEXT,
    _allocator: *const vk::AllocationCallbacks<'_>,
) {
    guard(|| destroy::<ShaderObject>(shader).map(drop))
}

/// `vkGetShaderBinaryDataEXT`.
pub(super) unsafe extern "system" fn get_shader_binary_data(
    _device: vk::Device,
    shader: vk::ShaderEXT,
    size: *mut usize,
    data: *mut c_void,
) -> vk::Result {
    guard(|| {
        // SAFETY: VUID-vkGetShaderBinaryDataEXT-pDataSize-parameter.
        let size = unsafe { size.as_mut() }.ok_or(Error::InvalidUsage("pDataSize is null"))?;
        // SAFETY: VUID-vkGetShaderBinaryDataEXT-pData-parameter.
        Ok(unsafe { ShaderObject::get(shader)?.copy_binary(size, data) })
    })
}

/// `vkCmdBindShadersEXT`.
pub(super) unsafe extern "system" fn cmd_bind_shaders(
    buffer: vk::CommandBuffer,
    count: u32,
    stages: *const vk::ShaderStageFlags,
    shaders: *const vk::ShaderEXT,
) {
    let shader_count = if shaders.is_null() { 0 } else { count };
    // SAFETY: VUID-vkCmdBindShadersEXT-pStages-parameter, -pShaders-parameter.
    let (stages, shaders) = unsafe { (slice(stages, count), slice(shaders, shader_count)) };
    // SAFETY: VUID-vkCmdBindShadersEXT-commandBuffer-parameter.
    unsafe { record(buffer, |recording| recording.bind_shaders(stages, shaders)) }
}
