//! `VkShaderModule`: SPIR-V words, compiled when a pipeline fixes the rest.

use std::sync::Arc;

use ash::vk;

use crate::error::Error;

/// A shader module.
pub struct ShaderModule {
    /// The SPIR-V module; kernels made from it share it.
    pub words: Arc<[u32]>,
}

crate::object!(ShaderModule, vk::ShaderModule);

impl ShaderModule {
    /// `vkCreateShaderModule`.
    ///
    /// # Errors
    /// [`Error::InvalidUsage`] for a size that is zero or no multiple of 4.
    ///
    /// # Safety
    /// `info` is a valid structure.
    pub unsafe fn new(info: &vk::ShaderModuleCreateInfo<'_>) -> Result<Self, Error> {
        if info.p_code.is_null() || info.code_size == 0 || !info.code_size.is_multiple_of(4) {
            return Err(Error::InvalidUsage("VUID-VkShaderModuleCreateInfo-codeSize-08735"));
        }
        // SAFETY: `pCode` points to `codeSize` bytes (VUID-VkShaderModuleCreateInfo-pCode-parameter).
        let words = unsafe { std::slice::from_raw_parts(info.p_code, info.code_size / 4) };
        Ok(Self { words: words.into() })
    }
}
