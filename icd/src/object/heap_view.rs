//! Views of an image that descriptors in heaps point at: there is no `VkImageView` that they could belong to, so that they
//! belong to the image, as the descriptors do.

use std::collections::HashMap;

use ash::vk;
use lacuna_gpu::texture::View;
use parking_lot::Mutex;

use super::image_view::ImageView;
use crate::error::Error;
use crate::pnext;

use lacuna_shaders::abi::Descriptor;

/// What makes two views the same.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    /// Views are made for it; another one is another view.
    address: Option<u64>,
    /// Numbers of the create info.
    words: [u32; 12],
    conversion: vk::SamplerYcbcrConversion,
}

/// An image's views.
#[derive(Debug, Default)]
pub(super) struct HeapViews(Mutex<HashMap<Key, Box<View>>>);

impl HeapViews {
    /// The address of an equal view that is there, else of this one from now on.
    fn keep(&self, key: Key, view: Box<View>) -> u64 {
        let mut views = self.0.lock();
        &raw const **views.entry(key).or_insert(view) as u64
    }
}

impl ImageView {
    /// The descriptor of a view that has no object.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    ///
    /// # Safety
    /// `info` is a valid structure.
    pub unsafe fn heap_descriptor(
        info: &vk::ImageViewCreateInfo<'_>,
        is_storage: bool,
    ) -> Result<Descriptor, Error> {
        // SAFETY: this function's contract.
        let view = unsafe { Self::new(info)? };
        // SAFETY: the chain of a valid structure.
        let (least, conversion) = unsafe {
            (
                pnext::find::<vk::ImageViewMinLodCreateInfoEXT<'_>>(info.p_next),
                pnext::find::<vk::SamplerYcbcrConversionInfo<'_>>(info.p_next),
            )
        };
        let (range, swizzle) = (&info.subresource_range, &info.components);
        let key = Key {
            address: view.image().locate(0),
            words: [
                info.view_type.as_raw() as u32,
                info.format.as_raw() as u32,
                swizzle.r.as_raw() as u32,
                swizzle.g.as_raw() as u32,
                swizzle.b.as_raw() as u32,
                swizzle.a.as_raw() as u32,
                range.aspect_mask.as_raw(),
                range.base_mip_level,
                range.level_count,
                range.base_array_layer,
                range.layer_count,
                least.map_or(0, |least| least.min_lod.to_bits()),
            ],
            conversion: conversion.map_or(vk::SamplerYcbcrConversion::null(), |info| info.conversion),
        };
        let descriptor = if is_storage { view.descriptor() } else { Descriptor::default() };
        if is_storage && descriptor == Descriptor::default() {
            return Ok(descriptor);
        }
        let (image, view) = view.into_parts();
        Ok(Descriptor { link: image.heap_views().keep(key, view), ..descriptor })
    }
}
