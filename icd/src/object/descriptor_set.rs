//! `VkDescriptorSet`: an array of descriptors as machine code reads them.
//!
//! A dispatch never reads the set itself: [`DescriptorSet::snapshot`] copies it when the dispatch executes, so that an
//! update at any time is seen whole by later dispatches and not at all by running ones.

use std::sync::Arc;
use std::sync::atomic::AtomicU8;
use std::sync::atomic::Ordering::Relaxed;

use ash::vk;
use lacuna_shaders::abi::Descriptor;
use parking_lot::Mutex;

use super::buffer::Buffer;
use super::buffer_view::BufferView;
use super::descriptor_set_layout::{DescriptorSetLayout, is_buffer, is_image, is_texel_buffer};
use super::image_view::ImageView;
use super::sampler::Sampler;
use crate::caps::memory;
use crate::error::Error;
use crate::guard;
use crate::handle::Object;
use crate::pnext;

/// A descriptor set.
pub struct DescriptorSet {
    layout: Arc<DescriptorSetLayout>,
    contents: Mutex<Contents>,
    /// The bytes of inline uniform blocks, which their descriptors point at: shaders read them where they are.
    inline_data: Box<[AtomicU8]>,
}

crate::object!(DescriptorSet, vk::DescriptorSet);

/// What a set holds.
struct Contents {
    /// One per slot of the layout. Of a dynamic buffer, `link` is what the buffer has from `address` on.
    descriptors: Box<[Descriptor]>,
    /// What descriptors of the texture unit point at, slot by slot; empty until the first is written.
    owners: Vec<Owner>,
}

/// Keeps what a descriptor points at: an application may destroy it before the set.
#[derive(Clone, Default)]
struct Owner {
    view: Option<AnyView>,
    #[expect(dead_code, reason = "held, not read")]
    sampler: Option<Arc<Sampler>>,
}

#[derive(Clone)]
enum AnyView {
    Image(Arc<ImageView>),
    #[expect(dead_code, reason = "held, not read")]
    Buffer(Arc<BufferView>),
}

/// Of large sets only the first descriptors tell what is used: who asks for a million would wait for the answer.
const TOUCHED: usize = 256;

impl Contents {
    /// Images whose addresses are not in descriptors; those of texel buffers are.
    fn images(&self) -> Vec<Arc<ImageView>> {
        let image = |owner: &Owner| match &owner.view {
            Some(AnyView::Image(view)) => Some(Arc::clone(view)),
            _ => None,
        };
        self.owners.iter().take(TOUCHED).filter_map(image).collect()
    }

    /// Writes a descriptor and what it points at.
    fn own(&mut self, slot: usize, descriptor: Descriptor, owner: Owner) {
        let Some(target) = self.descriptors.get_mut(slot) else { return };
        *target = descriptor;
        if self.owners.len() <= slot {
            self.owners.resize(slot + 1, Owner::default());
        }
        self.owners[slot] = owner;
    }
}

impl DescriptorSet {
    /// A set of null descriptors.
    pub fn new(layout: Arc<DescriptorSetLayout>) -> Self {
        let slots = layout.slots();
        Self::with_slots(layout, slots)
    }

    /// A set with only so many descriptors.
    pub fn with_slots(layout: Arc<DescriptorSetLayout>, slots: u32) -> Self {
        let mut descriptors = vec![Descriptor::default(); slots as usize].into_boxed_slice();
        let inline_data: Box<[_]> = (0..layout.inline_bytes()).map(|_| AtomicU8::new(0)).collect();
        for (_, binding) in layout.bindings() {
            if let (Some(inline), Some(slot)) = (binding.inline, descriptors.get_mut(binding.slot as usize)) {
                let address = inline_data.as_ptr() as u64 + u64::from(inline.start);
                *slot = Descriptor::buffer(address, inline.bytes.into());
            }
        }
        let mut contents = Contents { descriptors, owners: Vec::new() };
        for (slot, sampler) in layout.samplers() {
            let owner = Owner { view: None, sampler: Some(sampler.clone()) };
            contents.own(slot as usize, Descriptor::sampled(0, sampler.address()), owner);
        }
        Self { layout, contents: Mutex::new(contents), inline_data }
    }

    /// A set of the same layout with what this one holds now.
    pub fn copied(&self) -> Self {
        let copy = Self::new(Arc::clone(&self.layout));
        copy.inline_data
            .iter()
            .zip(&self.inline_data)
            .for_each(|(to, from)| to.store(from.load(Relaxed), Relaxed));
        let is_inline: Vec<u32> =
            self.layout.bindings().filter_map(|(_, b)| b.inline.map(|_| b.slot)).collect();
        {
            let (mut to, from) = (copy.contents.lock(), self.contents.lock());
            to.owners.clone_from(&from.owners);
            for (slot, (to, from)) in (0..).zip(to.descriptors.iter_mut().zip(&from.descriptors)) {
                if !is_inline.contains(&slot) {
                    *to = *from;
                }
            }
        }
        copy
    }

    /// Writes bytes of an inline uniform block from an offset on; what does not fit is dropped.
    pub fn write_inline(&self, (binding, offset): (u32, u32), data: &[u8]) -> Result<(), Error> {
        for (to, &byte) in self.inline(binding, offset)?.iter().zip(data) {
            to.store(byte, Relaxed);
        }
        Ok(())
    }

    /// The bytes of an inline uniform block from an offset on.
    fn inline(&self, binding: u32, offset: u32) -> Result<&[AtomicU8], Error> {
        let found = self.layout.binding(binding).and_then(|binding| binding.inline);
        let inline = found.ok_or(Error::InvalidUsage("the binding is no inline uniform block"))?;
        let end = inline.start + inline.bytes;
        let start = inline.start.saturating_add(offset).min(end);
        Ok(&self.inline_data[start as usize..end as usize])
    }

    /// What it was allocated with.
    pub fn layout(&self) -> &Arc<DescriptorSetLayout> {
        &self.layout
    }

    /// How many of `pDynamicOffsets` the set takes.
    pub fn dynamic_count(&self) -> u32 {
        self.layout.dynamic_slots().len() as u32
    }

    /// Appends the descriptors as they are now to `out`, dynamic offsets added. Missing offsets count as zero.
    pub fn snapshot(&self, dynamic_offsets: &[u32], out: &mut Vec<Descriptor>) {
        let first = out.len();
        let contents = self.contents.lock();
        out.extend_from_slice(&contents.descriptors);
        let images = if memory::pager().is_busy() { Some(contents.images()) } else { None };
        drop(contents);
        if let Some(images) = images {
            memory::pager().touch_all(out.iter().skip(first).take(TOUCHED).map(|used| used.address));
            images.iter().for_each(|view| view.touch());
        }
        // What a set of variable size lacks.
        out.resize(first + self.layout.slots() as usize, Descriptor::default());
        for (&slot, &offset) in self.layout.dynamic_slots().iter().zip(dynamic_offsets) {
            shift(&mut out[first + slot as usize], offset.into());
        }
    }

    /// Writes descriptors from a slot on; what does not fit is dropped.
    fn write(&self, slot: u32, new: impl Iterator<Item = Descriptor>) {
        let descriptors = &mut self.contents.lock().descriptors;
        descriptors.iter_mut().skip(slot as usize).zip(new).for_each(|(target, new)| *target = new);
    }

    /// The slot of an array element, which may lie in a later binding.
    fn slot(&self, binding: u32, element: u32) -> Result<u32, Error> {
        let binding =
            self.layout.binding(binding).ok_or(Error::InvalidUsage("no such binding in the set's layout"))?;
        Ok(binding.slot.saturating_add(element))
    }

    /// Writes the buffers of a write or a template entry. Null descriptors for null and destroyed buffers.
    pub fn write_buffers<'a>(
        &self,
        (binding, element): (u32, u32),
        infos: impl Iterator<Item = &'a vk::DescriptorBufferInfo>,
    ) -> Result<(), Error> {
        let slot = self.slot(binding, element)?;
        self.write(slot, infos.map(describe));
        Ok(())
    }
}

impl DescriptorSet {
    /// Writes the images and samplers of a write or a template entry. Null descriptors for null and destroyed objects.
    /// Immutable samplers stay.
    pub fn write_images<'a>(
        &self,
        kind: vk::DescriptorType,
        (binding, element): (u32, u32),
        infos: impl Iterator<Item = &'a vk::DescriptorImageInfo>,
    ) -> Result<(), Error> {
        let first = self.slot(binding, element)?;
        for (slot, info) in (first..self.layout.slots()).zip(infos) {
            let samples =
                matches!(kind, vk::DescriptorType::SAMPLER | vk::DescriptorType::COMBINED_IMAGE_SAMPLER);
            let view = match kind {
                vk::DescriptorType::SAMPLER => None,
                _ => ImageView::find(info.image_view),
            };
            let sampler = match self.layout.sampler(slot) {
                Some(immutable) => Some(immutable.clone()),
                None if samples => Sampler::find(info.sampler),
                None => None,
            };
            let descriptor = match (&view, kind) {
                (Some(view), vk::DescriptorType::STORAGE_IMAGE) => view.descriptor(),
                _ => Descriptor::sampled(
                    view.as_ref().map_or(0, |view| view.texture()),
                    sampler.as_ref().map_or(0, |sampler| sampler.address()),
                ),
            };
            let owner = Owner { view: view.map(AnyView::Image), sampler };
            self.contents.lock().own(slot as usize, descriptor, owner);
        }
        Ok(())
    }

    /// Writes the texel buffers of a write or a template entry. Null descriptors for null and destroyed views.
    pub fn write_texel_buffers<'a>(
        &self,
        (binding, element): (u32, u32),
        views: impl Iterator<Item = &'a vk::BufferView>,
    ) -> Result<(), Error> {
        let first = self.slot(binding, element)?;
        for (slot, &view) in (first..self.layout.slots()).zip(views) {
            let view = BufferView::find(view);
            let descriptor = view.as_ref().map_or(Descriptor::default(), |view| view.descriptor());
            let owner = Owner { view: view.map(AnyView::Buffer), sampler: None };
            self.contents.lock().own(slot as usize, descriptor, owner);
        }
        Ok(())
    }
}

/// Moves a dynamic buffer's descriptor by its offset, never beyond the buffer.
fn shift(descriptor: &mut Descriptor, offset: u64) {
    let left = descriptor.link.saturating_sub(offset);
    descriptor.range = descriptor.range.min(left);
    descriptor.address = if left == 0 { 0 } else { descriptor.address + offset };
}

/// The descriptor of a part of a buffer. A null descriptor for a null, destroyed or unbound buffer and for an offset
/// beyond its end.
fn describe(info: &vk::DescriptorBufferInfo) -> Descriptor {
    let found = Buffer::find(info.buffer).and_then(|buffer| Some((buffer.address()?, buffer.size())));
    let Some((address, size)) = found else { return Descriptor::default() };
    let left = size.saturating_sub(info.offset);
    if left == 0 {
        return Descriptor::default();
    }
    // VK_WHOLE_SIZE is the largest u64: the rest of the buffer.
    Descriptor { link: left, ..Descriptor::buffer(address + info.offset, info.range.min(left)) }
}

/// `vkUpdateDescriptorSets`: the writes, then the copies.
///
/// # Errors
/// [`Error::InvalidHandle`], [`Error::InvalidUsage`] for sets and bindings that do not exist; earlier updates are done.
///
/// # Safety
/// All structures are valid.
pub unsafe fn update(
    writes: &[vk::WriteDescriptorSet<'_>],
    copies: &[vk::CopyDescriptorSet<'_>],
) -> Result<(), Error> {
    for write in writes {
        // SAFETY: this function's contract.
        unsafe { DescriptorSet::get(write.dst_set)?.apply(write)? };
    }
    copies.iter().try_for_each(copy)
}

impl DescriptorSet {
    /// One write, whatever set it names.
    ///
    /// # Errors
    /// [`Error::InvalidUsage`] for a binding that does not exist.
    ///
    /// # Safety
    /// The structure is valid.
    pub unsafe fn apply(&self, write: &vk::WriteDescriptorSet<'_>) -> Result<(), Error> {
        let (set, count) = (self, write.descriptor_count);
        let place = (write.dst_binding, write.dst_array_element);
        match write.descriptor_type {
            kind if is_buffer(kind) => {
                // SAFETY: `descriptorCount` elements for buffers (VUID-VkWriteDescriptorSet-descriptorType-00324).
                let infos = unsafe { guard::slice(write.p_buffer_info, count) };
                set.write_buffers(place, infos.iter())?;
            }
            kind if is_image(kind) => {
                // SAFETY: `descriptorCount` elements for images (VUID-vkUpdateDescriptorSets-pDescriptorWrites-06493).
                let infos = unsafe { guard::slice(write.p_image_info, count) };
                set.write_images(kind, place, infos.iter())?;
            }
            kind if is_texel_buffer(kind) => {
                // SAFETY: `descriptorCount` elements for texel buffers (VUID-VkWriteDescriptorSet-descriptorType-02994).
                let views = unsafe { guard::slice(write.p_texel_buffer_view, count) };
                set.write_texel_buffers(place, views.iter())?;
            }
            vk::DescriptorType::INLINE_UNIFORM_BLOCK => {
                // SAFETY: the chain of a valid structure.
                let block =
                    unsafe { pnext::find::<vk::WriteDescriptorSetInlineUniformBlock<'_>>(write.p_next) };
                let block =
                    block.ok_or(Error::InvalidUsage("VUID-VkWriteDescriptorSet-descriptorType-02221"))?;
                // SAFETY: `dataSize` bytes (VUID-VkWriteDescriptorSetInlineUniformBlock-pData-parameter).
                let data = unsafe { guard::slice(block.p_data.cast(), block.data_size) };
                set.write_inline(place, data)?;
            }
            // Nothing can be bound to descriptors of other types: they stay null.
            _ => set.slot(place.0, place.1).map(drop)?,
        }
        Ok(())
    }
}

/// One copy.
fn copy(copy: &vk::CopyDescriptorSet<'_>) -> Result<(), Error> {
    let (from, to) = (DescriptorSet::get(copy.src_set)?, DescriptorSet::get(copy.dst_set)?);
    if from.layout.binding(copy.src_binding).is_some_and(|binding| binding.inline.is_some()) {
        let source = from.inline(copy.src_binding, copy.src_array_element)?;
        let bytes = source.iter().take(copy.descriptor_count as usize);
        let bytes: Vec<u8> = bytes.map(|byte| byte.load(Relaxed)).collect();
        return to.write_inline((copy.dst_binding, copy.dst_array_element), &bytes);
    }
    let source = from.slot(copy.src_binding, copy.src_array_element)?;
    let target = to.slot(copy.dst_binding, copy.dst_array_element)?;
    // Taken out first: source and target may be the same set.
    let (source, count) = (source as usize, copy.descriptor_count as usize);
    let (taken, owners): (Vec<_>, Vec<_>) = {
        let contents = from.contents.lock();
        let owners = contents.owners.iter().skip(source).take(count).cloned().collect();
        (contents.descriptors.iter().skip(source).take(count).copied().collect(), owners)
    };
    to.write(target, taken.iter().copied());
    for (index, owner) in owners.into_iter().enumerate() {
        to.contents.lock().own(target as usize + index, taken[index], owner);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(kind: vk::DescriptorType, count: u32) -> DescriptorSet {
        let binding = vk::DescriptorSetLayoutBinding::default().descriptor_type(kind).descriptor_count(count);
        DescriptorSet::new(Arc::new(DescriptorSetLayout::from_bindings(&[binding]).unwrap()))
    }

    fn descriptor(address: u64, range: u64, left: u64) -> Descriptor {
        Descriptor { link: left, ..Descriptor::buffer(address, range) }
    }

    #[test]
    fn a_dynamic_offset_moves_the_address_and_never_leaves_the_buffer() {
        let set = set(vk::DescriptorType::STORAGE_BUFFER_DYNAMIC, 3);
        let whole = descriptor(0x1000, 256, 256);
        set.write(0, [descriptor(0x1000, 64, 256), whole, whole].into_iter());
        let mut out = Vec::new();
        set.snapshot(&[128, 128, u32::MAX], &mut out);
        let seen: Vec<_> = out.iter().map(|descriptor| (descriptor.address, descriptor.range)).collect();
        assert_eq!(seen, [(0x1080, 64), (0x1080, 128), (0, 0)]);
    }

    #[test]
    fn inline_blocks_are_read_where_they_are_written_and_copies_have_their_own() {
        let set = set(vk::DescriptorType::INLINE_UNIFORM_BLOCK, 12);
        set.write_inline((0, 4), &[1, 2, 3, 4]).unwrap();
        let copy = set.copied();
        set.write_inline((0, 8), &[5, 6, 7, 8, 9, 10]).unwrap();
        let bytes = |set: &DescriptorSet| -> Vec<u8> {
            set.inline(0, 0).unwrap().iter().map(|byte| byte.load(Relaxed)).collect()
        };
        assert_eq!(bytes(&set), [0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8]);
        assert_eq!(bytes(&copy), [0, 0, 0, 0, 1, 2, 3, 4, 0, 0, 0, 0]);
        let mut out = Vec::new();
        set.snapshot(&[], &mut out);
        copy.snapshot(&[], &mut out);
        assert_eq!((out[0].address, out[0].range), (set.inline_data.as_ptr() as u64, 12));
        assert_eq!(out[1].address, copy.inline_data.as_ptr() as u64);
        assert!(set.write_inline((1, 0), &[0]).is_err());
    }

    #[test]
    fn what_a_set_of_variable_size_lacks_is_null() {
        let binding = vk::DescriptorSetLayoutBinding::default()
            .descriptor_type(vk::DescriptorType::STORAGE_BUFFER)
            .descriptor_count(4);
        let layout = Arc::new(DescriptorSetLayout::from_bindings(&[binding]).unwrap());
        let set = DescriptorSet::with_slots(layout, 2);
        set.write(0, (1..5).map(|address| descriptor(address, 1, 1)));
        let mut out = Vec::new();
        set.snapshot(&[], &mut out);
        assert_eq!(out.iter().map(|descriptor| descriptor.address).collect::<Vec<_>>(), [1, 2, 0, 0]);
    }

    #[test]
    fn a_snapshot_does_not_see_later_updates() {
        let set = set(vk::DescriptorType::STORAGE_BUFFER, 1);
        set.write(0, std::iter::once(descriptor(1, 1, 1)));
        let mut out = Vec::new();
        set.snapshot(&[], &mut out);
        set.write(0, std::iter::once(descriptor(2, 2, 2)));
        assert_eq!(out[0].address, 1);
    }

    #[test]
    fn writes_beyond_the_set_are_dropped() {
        let set = set(vk::DescriptorType::STORAGE_BUFFER, 2);
        set.write(1, (0..5).map(|index| descriptor(index + 10, 1, 1)));
        set.write(u32::MAX, std::iter::once(descriptor(99, 1, 1)));
        let mut out = Vec::new();
        set.snapshot(&[], &mut out);
        assert_eq!(out.iter().map(|descriptor| descriptor.address).collect::<Vec<_>>(), [0, 10]);
    }

    #[test]
    fn null_buffers_make_null_descriptors() {
        let info = vk::DescriptorBufferInfo { buffer: vk::Buffer::null(), offset: 0, range: vk::WHOLE_SIZE };
        assert_eq!(describe(&info), Descriptor::default());
    }
}
