//! Queries.

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

/// A pool of queries of any type.
pub struct Queries {
    device: Device,
    /// The handle.
    pub handle: vk::QueryPool,
}

impl Queries {
    /// A pool, not yet reset.
    ///
    /// # Errors
    /// What the driver returns.
    pub fn new(device: &Device, kind: vk::QueryType, count: u32) -> Result<Self> {
        Self::create(device, &vk::QueryPoolCreateInfo::default().query_type(kind).query_count(count))
    }

    /// One query of pipeline statistics, not yet reset.
    ///
    /// # Errors
    /// What the driver returns.
    pub fn statistics(device: &Device, counters: vk::QueryPipelineStatisticFlags) -> Result<Self> {
        let info = vk::QueryPoolCreateInfo::default()
            .query_type(vk::QueryType::PIPELINE_STATISTICS)
            .pipeline_statistics(counters)
            .query_count(1);
        Self::create(device, &info)
    }

    fn create(device: &Device, info: &vk::QueryPoolCreateInfo<'_>) -> Result<Self> {
        // SAFETY: `info` outlives the call.
        let handle = unsafe { device.raw.create_query_pool(info, None) }.at("vkCreateQueryPool")?;
        Ok(Self { device: device.clone(), handle })
    }

    /// The first `count` numbers of the first `queries` queries, 64 bits each.
    ///
    /// # Errors
    /// What the driver returns, `VK_NOT_READY` among it.
    pub fn values(&self, queries: u32, count: usize) -> Result<Vec<u64>> {
        let mut values = vec![0_u64; count];
        let flags = vk::QueryResultFlags::TYPE_64;
        let get = self.device.raw.fp_v1_0().get_query_pool_results;
        let bytes = size_of_val(values.as_slice());
        // SAFETY: `values` has room for so many bytes.
        let code = unsafe {
            get(
                self.device.raw.handle(),
                self.handle,
                0,
                queries,
                bytes,
                values.as_mut_ptr().cast(),
                8,
                flags,
            )
        };
        code.result().at("vkGetQueryPoolResults").map(|()| values)
    }
}

impl Drop for Queries {
    fn drop(&mut self) {
        // SAFETY: created from this device, destroyed once.
        unsafe { self.device.raw.destroy_query_pool(self.handle, None) };
    }
}
