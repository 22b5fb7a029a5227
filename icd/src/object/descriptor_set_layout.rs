//! `VkDescriptorSetLayout`: where each binding's descriptors lie in a set.
//!
//! ```text
//!   binding   0      1 (array of 3)   4 (dynamic)
//!   slot      0      1   2   3        4              one abi::Descriptor each, in ascending order of bindings
//!   dynamic                           0              its place in pDynamicOffsets
//! ```
//!
//! # Invariants
//! 1. Slots ascend with binding numbers without gaps, so that an update that runs over the end of a binding continues
//!    in the next one ("consecutive binding updates").
//! 2. Dynamic indices ascend with slots.

use std::collections::BTreeMap;

use ash::vk;

use crate::caps::limits::MAX_SET_DESCRIPTORS;
use crate::error::Error;
use crate::guard;

/// The bindings of a descriptor set.
#[derive(Debug, PartialEq, Eq)]
pub struct DescriptorSetLayout {
    bindings: BTreeMap<u32, Binding>,
    slots: u32,
    dynamic_slots: Vec<u32>,
}

crate::object!(DescriptorSetLayout, vk::DescriptorSetLayout);

/// One binding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Binding {
    /// What its descriptors are.
    pub kind: vk::DescriptorType,
    /// Its first descriptor in the set.
    pub slot: u32,
    /// How many descriptors it has.
    pub count: u32,
}

/// Whether descriptors of this type get an offset when the set is bound.
fn is_dynamic(kind: vk::DescriptorType) -> bool {
    matches!(kind, vk::DescriptorType::UNIFORM_BUFFER_DYNAMIC | vk::DescriptorType::STORAGE_BUFFER_DYNAMIC)
}

/// Whether descriptors of this type are written from `VkDescriptorBufferInfo`.
pub fn is_buffer(kind: vk::DescriptorType) -> bool {
    matches!(kind, vk::DescriptorType::UNIFORM_BUFFER | vk::DescriptorType::STORAGE_BUFFER)
        || is_dynamic(kind)
}

/// Whether shaders can use descriptors of this type.
pub fn is_usable(kind: vk::DescriptorType) -> bool {
    is_buffer(kind)
        || matches!(kind, vk::DescriptorType::STORAGE_IMAGE | vk::DescriptorType::STORAGE_TEXEL_BUFFER)
}

impl DescriptorSetLayout {
    /// `vkCreateDescriptorSetLayout`.
    ///
    /// # Errors
    /// [`Error::OutOfHostMemory`] for more descriptors than
    /// `VkPhysicalDeviceMaintenance3Properties::maxPerSetDescriptors`.
    ///
    /// # Safety
    /// `info` is a valid structure.
    pub unsafe fn new(info: &vk::DescriptorSetLayoutCreateInfo<'_>) -> Result<Self, Error> {
        // SAFETY: members of a valid structure.
        let infos = unsafe { guard::slice(info.p_bindings, info.binding_count) };
        Self::from_bindings(infos).ok_or(Error::OutOfHostMemory)
    }

    /// `None` when there are too many descriptors.
    pub fn from_bindings(infos: &[vk::DescriptorSetLayoutBinding<'_>]) -> Option<Self> {
        let sorted: BTreeMap<u32, _> = infos.iter().map(|info| (info.binding, info)).collect();
        let mut layout = Self { bindings: BTreeMap::new(), slots: 0, dynamic_slots: Vec::new() };
        for (number, info) in sorted {
            let (kind, slot, count) = (info.descriptor_type, layout.slots, info.descriptor_count);
            layout.slots = slot.checked_add(count).filter(|&slots| slots <= MAX_SET_DESCRIPTORS)?;
            if is_dynamic(kind) {
                layout.dynamic_slots.extend(slot..layout.slots);
            }
            layout.bindings.insert(number, Binding { kind, slot, count });
        }
        Some(layout)
    }

    /// A binding by its number.
    pub fn binding(&self, number: u32) -> Option<Binding> {
        self.bindings.get(&number).copied()
    }

    /// Every binding with its number.
    pub fn bindings(&self) -> impl Iterator<Item = (u32, Binding)> {
        self.bindings.iter().map(|(&number, &binding)| (number, binding))
    }

    /// Descriptors of a set.
    pub fn slots(&self) -> u32 {
        self.slots
    }

    /// The slots that take dynamic offsets, in the order of `pDynamicOffsets`.
    pub fn dynamic_slots(&self) -> &[u32] {
        &self.dynamic_slots
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(crate) fn binding(
        number: u32,
        kind: vk::DescriptorType,
        count: u32,
    ) -> vk::DescriptorSetLayoutBinding<'static> {
        vk::DescriptorSetLayoutBinding::default()
            .binding(number)
            .descriptor_type(kind)
            .descriptor_count(count)
    }

    #[test]
    fn slots_ascend_with_binding_numbers_whatever_the_order_of_creation() {
        let layout = DescriptorSetLayout::from_bindings(&[
            binding(4, vk::DescriptorType::STORAGE_BUFFER_DYNAMIC, 2),
            binding(0, vk::DescriptorType::UNIFORM_BUFFER_DYNAMIC, 1),
            binding(1, vk::DescriptorType::STORAGE_BUFFER, 3),
        ])
        .unwrap();
        let slots: Vec<_> = layout.bindings().map(|(number, binding)| (number, binding.slot)).collect();
        assert_eq!(slots, [(0, 0), (1, 1), (4, 4)]);
        assert_eq!((layout.slots(), layout.dynamic_slots()), (6, [0, 4, 5].as_slice()));
    }

    #[test]
    fn too_many_descriptors_are_refused_without_overflow() {
        let huge = binding(0, vk::DescriptorType::STORAGE_BUFFER, u32::MAX);
        assert!(DescriptorSetLayout::from_bindings(&[huge]).is_none());
        let half = |number| binding(number, vk::DescriptorType::STORAGE_BUFFER, MAX_SET_DESCRIPTORS / 2 + 1);
        assert!(DescriptorSetLayout::from_bindings(&[half(0), half(1)]).is_none());
    }
}
