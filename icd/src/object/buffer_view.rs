//! `VkBufferView`: a part of a buffer as a row of texels, for shaders an image of one dimension.

use std::sync::Arc;

use ash::vk;
use lacuna_gpu::format::Format;
use lacuna_gpu::texture::View;
use lacuna_shaders::abi::Descriptor;

use super::buffer::Buffer;
use crate::caps::formats;
use crate::caps::image_format::image_format;
use crate::error::Error;
use crate::handle::Object;

/// A view of a buffer.
pub struct BufferView {
    buffer: Arc<Buffer>,
    offset: u64,
    /// The descriptor, but for its address.
    shape: Descriptor,
    /// The texture unit's view, which descriptors point at.
    _texture: Box<View>,
}

crate::object!(BufferView, vk::BufferView);

impl BufferView {
    /// `vkCreateBufferView`.
    ///
    /// # Errors
    /// [`Error::InvalidHandle`], [`Error::FormatNotSupported`], [`Error::InvalidUsage`] for parts that the buffer does not
    /// have.
    pub fn new(info: &vk::BufferViewCreateInfo<'_>) -> Result<Self, Error> {
        let buffer = Buffer::get(info.buffer)?;
        let format = Format::find(info.format).filter(|&format| !formats::buffers(format).is_empty());
        let format = format.ok_or(Error::FormatNotSupported)?;
        let left = buffer.size().checked_sub(info.offset).filter(|&left| left > 0);
        let left = left.ok_or(Error::InvalidUsage("VUID-VkBufferViewCreateInfo-offset-00925"))?;
        if info.range != vk::WHOLE_SIZE && info.range > left {
            return Err(Error::InvalidUsage("VUID-VkBufferViewCreateInfo-offset-00931"));
        }
        let texel_bytes = u64::from(format.element_bytes());
        // VK_WHOLE_SIZE is the largest u64: all whole texels of the rest of the buffer.
        let texels = (info.range.min(left) / texel_bytes).min(u32::MAX.into());
        let shape = Descriptor {
            extent: [texels as u32, 1, 1],
            // One block without end.
            block_log2: [31, 31, 0],
            ..Descriptor::buffer(0, texels * texel_bytes)
        };
        let address = buffer.address();
        let seen = if address.is_some() { texels as u32 } else { 0 };
        let texture = Box::new(View::buffer(address.unwrap_or(0) + info.offset, format, seen));
        let shape = Descriptor { link: &raw const *texture as u64, ..shape };
        let shape = shape.with_texel_format(image_format(info.format));
        Ok(Self { buffer, offset: info.offset, shape, _texture: texture })
    }

    /// The descriptor of a texel buffer; null while the buffer has no memory.
    pub fn descriptor(&self) -> Descriptor {
        match self.buffer.address() {
            Some(address) => Descriptor { address: address + self.offset, ..self.shape },
            None => Descriptor::default(),
        }
    }
}
