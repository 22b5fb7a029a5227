//! `VkDescriptorPool`: counts sets, and owns them.
//!
//! Descriptors are not counted: a set brings its own memory. A pool may then give more than Vulkan promises, never less, and
//! applications exist (dEQP's planar sparse images) that count on it.

use std::collections::BTreeSet;

use ash::vk;
use parking_lot::Mutex;

use super::descriptor_set::DescriptorSet;
use super::descriptor_set_layout::DescriptorSetLayout;
use crate::error::Error;
use crate::handle::Object;

/// A descriptor pool.
pub struct DescriptorPool {
    max_sets: usize,
    state: Mutex<State>,
}

crate::object!(DescriptorPool, vk::DescriptorPool);

/// Raw handles of what was allocated and not freed.
type State = BTreeSet<u64>;

impl DescriptorPool {
    /// `vkCreateDescriptorPool`.
    ///
    /// # Safety
    /// `info` is a valid structure.
    pub unsafe fn new(info: &vk::DescriptorPoolCreateInfo<'_>) -> Self {
        Self { max_sets: info.max_sets as usize, state: Mutex::default() }
    }

    /// `vkAllocateDescriptorSets`: as many sets as layouts, or none.
    ///
    /// # Errors
    /// [`Error::OutOfPoolMemory`], [`Error::InvalidHandle`].
    /// Where the last binding is of variable size, it gets as many descriptors as `variable_counts` says, by default none.
    pub fn allocate(
        &self,
        layouts: &[vk::DescriptorSetLayout],
        variable_counts: &[u32],
    ) -> Result<Vec<vk::DescriptorSet>, Error> {
        let counts = variable_counts.iter().copied().chain(std::iter::repeat(0));
        let layouts = layouts.iter().zip(counts).map(|(&layout, count)| {
            DescriptorSetLayout::get(layout).map(|layout| (layout.slots_with(count), layout))
        });
        let layouts = layouts.collect::<Result<Vec<_>, _>>()?;
        let mut state = self.state.lock();
        if state.len() + layouts.len() > self.max_sets {
            return Err(Error::OutOfPoolMemory);
        }
        let allocate = |(slots, layout)| {
            let handle = DescriptorSet::with_slots(layout, slots).insert();
            state.insert(vk::Handle::as_raw(handle));
            handle
        };
        Ok(layouts.into_iter().map(allocate).collect())
    }

    /// `vkFreeDescriptorSets`. Null handles, and sets of other pools, are left alone.
    pub fn free(&self, sets: &[vk::DescriptorSet]) {
        let mut state = self.state.lock();
        for &set in sets {
            if state.remove(&vk::Handle::as_raw(set)) {
                DescriptorSet::remove(set);
            }
        }
    }

    /// `vkResetDescriptorPool`, and the end of the pool: frees every set.
    pub fn reset(&self) {
        let state = std::mem::take(&mut *self.state.lock());
        for set in state {
            DescriptorSet::remove(vk::Handle::from_raw(set));
        }
    }
}

impl Drop for DescriptorPool {
    fn drop(&mut self) {
        self.reset();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pool(max_sets: usize) -> DescriptorPool {
        DescriptorPool { max_sets, state: Mutex::default() }
    }

    fn layout(count: u32) -> vk::DescriptorSetLayout {
        let binding = vk::DescriptorSetLayoutBinding::default()
            .descriptor_type(vk::DescriptorType::STORAGE_BUFFER)
            .descriptor_count(count);
        DescriptorSetLayout::from_bindings(&[binding]).unwrap().insert()
    }

    #[test]
    fn a_pool_gives_what_it_promised_and_no_more() {
        let (pool, layout) = (pool(2), layout(2));
        let first = pool.allocate(&[layout, layout], &[]).unwrap();
        assert_eq!(pool.allocate(&[layout], &[]), Err(Error::OutOfPoolMemory));
        pool.free(&first[..1]);
        assert!(DescriptorSet::find(first[0]).is_none());
        pool.free(&first[..1]);
        assert_eq!(pool.allocate(&[layout], &[]).unwrap().len(), 1);
    }

    #[test]
    fn a_refused_allocation_leaves_nothing_behind() {
        let (pool, layout) = (pool(1), layout(2));
        assert_eq!(pool.allocate(&[layout, layout], &[]), Err(Error::OutOfPoolMemory));
        assert_eq!(pool.allocate(&[vk::DescriptorSetLayout::null()], &[]), Err(Error::InvalidHandle));
        assert!(pool.allocate(&[layout], &[]).is_ok());
    }

    #[test]
    fn reset_and_drop_end_every_set() {
        let (pool, layout) = (pool(4), layout(1));
        let sets = pool.allocate(&[layout, layout], &[]).unwrap();
        pool.reset();
        assert!(sets.iter().all(|&set| DescriptorSet::find(set).is_none()));
        let sets = pool.allocate(&[layout; 4], &[]).unwrap();
        drop(pool);
        assert!(sets.iter().all(|&set| DescriptorSet::find(set).is_none()));
    }
}
