//! `VkDescriptorSetLayout`: where each binding's descriptors lie in a set.
//!
//! ```text
//!   binding   0      1 (array of 3)   4 (dynamic)
//!   slot      0      1   2   3        4              one abi::Descriptor each, in ascending order of bindings
//!   dynamic                           0              its place in pDynamicOffsets
//! ```
//!
//! An inline uniform block is one descriptor, of a buffer that the set itself holds; its binding counts bytes. The last
//! binding may be of variable size: each set says how many of its descriptors it has.
//!
//! # Invariants
//! 1. Slots ascend with binding numbers without gaps, so that an update that runs over the end of a binding continues
//!    in the next one ("consecutive binding updates").
//! 2. Dynamic indices ascend with slots.

use std::collections::BTreeMap;
use std::sync::Arc;

use ash::vk;

use super::sampler::Sampler;
use crate::caps::limits::{MAX_INLINE_BYTES, MAX_SET_DESCRIPTORS};
use crate::error::Error;
use crate::guard;
use crate::handle::Object;
use crate::pnext;

/// Inline uniform blocks begin at multiples of this.
const INLINE_ALIGNMENT: u32 = 16;

/// The bindings of a descriptor set.
#[derive(Debug, PartialEq, Eq)]
pub struct DescriptorSetLayout {
    bindings: BTreeMap<u32, Binding>,
    slots: u32,
    dynamic_slots: Vec<u32>,
    inline_bytes: u32,
    /// The last binding's number of descriptors, if that is variable.
    variable_count: Option<u32>,
    /// Immutable samplers by their slots.
    samplers: BTreeMap<u32, Arc<Sampler>>,
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
    /// Of an inline uniform block: its bytes in the set's inline data.
    pub inline: Option<Inline>,
}

/// A part of a set's inline data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inline {
    /// First byte.
    pub start: u32,
    /// How many.
    pub bytes: u32,
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

/// Whether descriptors of this type are written from `VkDescriptorImageInfo`.
pub fn is_image(kind: vk::DescriptorType) -> bool {
    has_sampler(kind)
        || matches!(
            kind,
            vk::DescriptorType::SAMPLED_IMAGE
                | vk::DescriptorType::STORAGE_IMAGE
                | vk::DescriptorType::INPUT_ATTACHMENT
        )
}

/// Whether descriptors of this type are written from `VkBufferView`.
pub fn is_texel_buffer(kind: vk::DescriptorType) -> bool {
    matches!(kind, vk::DescriptorType::UNIFORM_TEXEL_BUFFER | vk::DescriptorType::STORAGE_TEXEL_BUFFER)
}

/// Whether descriptors of this type name a sampler.
fn has_sampler(kind: vk::DescriptorType) -> bool {
    matches!(kind, vk::DescriptorType::SAMPLER | vk::DescriptorType::COMBINED_IMAGE_SAMPLER)
}

/// Whether shaders can use descriptors of this type.
pub fn is_usable(kind: vk::DescriptorType) -> bool {
    is_buffer(kind)
        || is_image(kind)
        || is_texel_buffer(kind)
        || matches!(kind, vk::DescriptorType::INLINE_UNIFORM_BLOCK | vk::DescriptorType::MUTABLE_EXT)
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
        let mut layout = Self::from_bindings(infos).ok_or(Error::OutOfHostMemory)?;
        for info in infos.iter().filter(|info| has_sampler(info.descriptor_type)) {
            let slot = layout.bindings.get(&info.binding).map_or(0, |binding| binding.slot);
            // SAFETY: members of a valid structure.
            let samplers = unsafe { guard::slice(info.p_immutable_samplers, info.descriptor_count) };
            for (slot, &sampler) in (slot..).zip(samplers) {
                layout.samplers.insert(slot, Sampler::get(sampler)?);
            }
        }
        // SAFETY: the chain of a valid structure.
        let flags = unsafe { pnext::find::<vk::DescriptorSetLayoutBindingFlagsCreateInfo<'_>>(info.p_next) };
        if let Some(flags) = flags {
            // SAFETY: members of a valid structure.
            let flags = unsafe { guard::slice(flags.p_binding_flags, flags.binding_count) };
            let is_variable = flags
                .iter()
                .any(|flags| flags.contains(vk::DescriptorBindingFlags::VARIABLE_DESCRIPTOR_COUNT));
            // VUID-VkDescriptorSetLayoutBindingFlagsCreateInfo-pBindingFlags-03004: only the last binding is.
            let last = layout.bindings.last_key_value().filter(|_| is_variable);
            layout.variable_count =
                last.map(|(_, last)| last.inline.map_or(last.count, |inline| inline.bytes));
        }
        Ok(layout)
    }

    /// `None` when there are too many descriptors.
    pub fn from_bindings(infos: &[vk::DescriptorSetLayoutBinding<'_>]) -> Option<Self> {
        let sorted: BTreeMap<u32, _> = infos.iter().map(|info| (info.binding, info)).collect();
        let mut layout = Self {
            bindings: BTreeMap::new(),
            slots: 0,
            dynamic_slots: Vec::new(),
            inline_bytes: 0,
            variable_count: None,
            samplers: BTreeMap::new(),
        };
        for (number, info) in sorted {
            let (kind, slot) = (info.descriptor_type, layout.slots);
            let is_inline = kind == vk::DescriptorType::INLINE_UNIFORM_BLOCK;
            let count = if is_inline { 1 } else { info.descriptor_count };
            let inline =
                is_inline.then_some(Inline { start: layout.inline_bytes, bytes: info.descriptor_count });
            if let Some(inline) = inline {
                if inline.bytes > MAX_INLINE_BYTES {
                    return None;
                }
                let bytes = inline.bytes.checked_next_multiple_of(INLINE_ALIGNMENT)?;
                layout.inline_bytes = inline.start.checked_add(bytes)?;
            }
            layout.slots = slot.checked_add(count).filter(|&slots| slots <= MAX_SET_DESCRIPTORS)?;
            if is_dynamic(kind) {
                layout.dynamic_slots.extend(slot..layout.slots);
            }
            layout.bindings.insert(number, Binding { kind, slot, count, inline });
        }
        Some(layout)
    }

    /// Immutable samplers with their slots.
    pub fn samplers(&self) -> impl Iterator<Item = (u32, &Arc<Sampler>)> {
        self.samplers.iter().map(|(&slot, sampler)| (slot, sampler))
    }

    /// The immutable sampler of a slot.
    pub fn sampler(&self, slot: u32) -> Option<&Arc<Sampler>> {
        self.samplers.get(&slot)
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

    /// Bytes of inline uniform blocks in a set.
    pub fn inline_bytes(&self) -> u32 {
        self.inline_bytes
    }

    /// Descriptors of a set whose last binding has only so many, if that is variable.
    pub fn slots_with(&self, variable_count: u32) -> u32 {
        match self.variable_count {
            Some(most) if self.inline_bytes == 0 => self.slots - most + variable_count.min(most),
            _ => self.slots,
        }
    }

    /// What the last binding's number of descriptors may be at most, whatever it is here; zero if it is not variable.
    pub fn most_variable(&self) -> u32 {
        let last = self.bindings.last_key_value().filter(|_| self.variable_count.is_some());
        last.map_or(0, |(_, last)| match last.inline {
            Some(_) => MAX_INLINE_BYTES,
            None => MAX_SET_DESCRIPTORS - last.slot,
        })
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
    fn inline_blocks_count_bytes_and_take_one_slot() {
        let inline = |number, bytes| binding(number, vk::DescriptorType::INLINE_UNIFORM_BLOCK, bytes);
        let buffer = binding(2, vk::DescriptorType::STORAGE_BUFFER, 1);
        let layout = DescriptorSetLayout::from_bindings(&[inline(0, 20), inline(1, 4), buffer]).unwrap();
        let second = layout.binding(1).unwrap();
        assert_eq!((second.slot, second.count, second.inline), (1, 1, Some(Inline { start: 32, bytes: 4 })));
        assert_eq!((layout.slots(), layout.binding(2).unwrap().slot), (3, 2));
        assert!(DescriptorSetLayout::from_bindings(&[inline(0, MAX_INLINE_BYTES + 4)]).is_none());
    }

    #[test]
    fn the_most_of_a_variable_binding_does_not_depend_on_its_count() {
        let most = |kind, count| {
            let bindings = [binding(0, vk::DescriptorType::STORAGE_BUFFER, 3), binding(1, kind, count)];
            let flags =
                [vk::DescriptorBindingFlags::empty(), vk::DescriptorBindingFlags::VARIABLE_DESCRIPTOR_COUNT];
            let mut chain = vk::DescriptorSetLayoutBindingFlagsCreateInfo::default().binding_flags(&flags);
            let info = vk::DescriptorSetLayoutCreateInfo::default().bindings(&bindings).push_next(&mut chain);
            // SAFETY: structures on this stack.
            unsafe { DescriptorSetLayout::new(&info) }.unwrap().most_variable()
        };
        for count in [0, 1, MAX_SET_DESCRIPTORS - 3] {
            assert_eq!(most(vk::DescriptorType::SAMPLED_IMAGE, count), MAX_SET_DESCRIPTORS - 3);
        }
        for count in [0, 4, MAX_INLINE_BYTES] {
            assert_eq!(most(vk::DescriptorType::INLINE_UNIFORM_BLOCK, count), MAX_INLINE_BYTES);
        }
    }

    #[test]
    fn too_many_descriptors_are_refused_without_overflow() {
        let huge = binding(0, vk::DescriptorType::STORAGE_BUFFER, u32::MAX);
        assert!(DescriptorSetLayout::from_bindings(&[huge]).is_none());
        let half = |number| binding(number, vk::DescriptorType::STORAGE_BUFFER, MAX_SET_DESCRIPTORS / 2 + 1);
        assert!(DescriptorSetLayout::from_bindings(&[half(0), half(1)]).is_none());
    }
}
