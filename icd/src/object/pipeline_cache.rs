//! `VkPipelineCache`: an object that holds no code.
//!
//! Its data is the header that Vulkan prescribes and nothing else, which is a valid cache for every device. Within a process
//! [`kernel_cache`](super::kernel_cache) finds what was compiled before, with or without such an object. Beyond it:
//!
//! - An application may hand in whatever bytes it likes. Machine code from there would run unchecked, and a signature would need
//!   a key that no other program of the user can read.
//! - Machine code holds addresses of this process: of runtime functions and of what its calls are about. Saved, it would have
//!   to be linked again.
//! - Compiling takes about as long as it takes to read a file, check it and make its pages executable.

use std::ffi::c_void;

use ash::vk;

use crate::caps::limits;

/// A pipeline cache.
pub struct PipelineCache;

crate::object!(PipelineCache, vk::PipelineCache);

/// `VkPipelineCacheHeaderVersionOne`.
const HEADER_BYTES: usize = 16 + vk::UUID_SIZE;

impl PipelineCache {
    /// `vkGetPipelineCacheData`: "if dataSize is less than what is required to store this header, nothing will be
    /// written to pData and zero will be written to dataSize."
    ///
    /// # Safety
    /// `data` is null or valid for writes of `*size` bytes.
    pub unsafe fn copy_data(&self, size: &mut usize, data: *mut c_void) -> vk::Result {
        if data.is_null() {
            *size = HEADER_BYTES;
        } else if *size < HEADER_BYTES {
            *size = 0;
            return vk::Result::INCOMPLETE;
        } else {
            *size = HEADER_BYTES;
            // SAFETY: this function's contract, and at least as many bytes as checked above.
            unsafe { data.cast::<[u8; HEADER_BYTES]>().write_unaligned(header()) };
        }
        vk::Result::SUCCESS
    }
}

fn header() -> [u8; HEADER_BYTES] {
    let properties = limits::properties();
    let version = vk::PipelineCacheHeaderVersion::ONE.as_raw() as u32;
    let mut header = [0; HEADER_BYTES];
    let words = [HEADER_BYTES as u32, version, properties.vendor_id, properties.device_id];
    for (target, word) in header.chunks_exact_mut(4).zip(words) {
        target.copy_from_slice(&word.to_le_bytes());
    }
    header[16..].copy_from_slice(&properties.pipeline_cache_uuid);
    header
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_is_given_whole_or_not_at_all() {
        let mut data = [0xee_u8; HEADER_BYTES];
        let mut size = HEADER_BYTES - 1;
        // SAFETY: `data` has more bytes than `size`.
        let result = unsafe { PipelineCache.copy_data(&mut size, data.as_mut_ptr().cast()) };
        assert_eq!((result, size, data), (vk::Result::INCOMPLETE, 0, [0xee; HEADER_BYTES]));
        size = HEADER_BYTES;
        // SAFETY: `data` has `size` bytes.
        let result = unsafe { PipelineCache.copy_data(&mut size, data.as_mut_ptr().cast()) };
        assert_eq!((result, size), (vk::Result::SUCCESS, HEADER_BYTES));
        assert_eq!(data[..8], [32, 0, 0, 0, 1, 0, 0, 0]);
    }
}
