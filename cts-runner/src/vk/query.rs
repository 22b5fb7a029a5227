//! Timestamp queries.

use ash::vk;

use super::{Check, Device, Result};

/// A pool of timestamp queries.
pub struct Timestamps {
    device: Device,
    /// The handle.
    pub handle: vk::QueryPool,
    /// Number of queries.
    pub count: u32,
}

impl Timestamps {
    /// A pool of `count` queries, not yet reset.
    ///
    /// # Errors
    /// What the driver returns.
    pub fn new(device: &Device, count: u32) -> Result<Self> {
        let info = vk::QueryPoolCreateInfo::default().query_type(vk::QueryType::TIMESTAMP).query_count(count);
        // SAFETY: `info` outlives the call.
        let handle = unsafe { device.raw.create_query_pool(&info, None) }.at("vkCreateQueryPool")?;
        Ok(Self { device: device.clone(), handle, count })
    }

    /// The values with their availability, as `vkGetQueryPoolResults` gives them; `None` for `VK_NOT_READY`.
    ///
    /// # Errors
    /// What the driver returns.
    pub fn results(&self, flags: vk::QueryResultFlags) -> Result<Option<Vec<[u64; 2]>>> {
        let mut values = vec![[0u64; 2]; self.count as usize];
        let flags = flags | vk::QueryResultFlags::TYPE_64 | vk::QueryResultFlags::WITH_AVAILABILITY;
        // SAFETY: `values` has one element of two 64-bit words for each query, which is what the flags ask for.
        match unsafe { self.device.raw.get_query_pool_results(self.handle, 0, &mut values, flags) } {
            Err(vk::Result::NOT_READY) => Ok(None),
            other => other.at("vkGetQueryPoolResults").map(|()| Some(values)),
        }
    }
}

impl Drop for Timestamps {
    fn drop(&mut self) {
        // SAFETY: created from this device, destroyed once.
        unsafe { self.device.raw.destroy_query_pool(self.handle, None) };
    }
}
