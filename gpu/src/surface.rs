//! What attachments and blits see of an image.

use ash::vk;

use crate::format::Format;
use crate::layout::Level;
use crate::memory::DeviceAddress;

/// One mip level of one aspect of an image, and some of its layers.
#[derive(Clone, Copy, Debug)]
pub struct Surface {
    /// Where the image, or its plane, starts.
    pub address: DeviceAddress,
    /// The level's texels from there on.
    pub level: Level,
    /// What a texel is to the view: of a depth or stencil aspect, that aspect's format.
    pub format: Format,
    /// Samples of a texel: 1, 2, 4, 8 or 16.
    pub samples: u32,
    /// The first array layer, or slice of a 3D image.
    pub first_layer: u32,
    /// Array layers, or slices.
    pub layers: u32,
    /// Layers are slices of a 3D image.
    pub is_3d: bool,
}

impl Surface {
    /// The address of a texel's sample. The layer is counted from the first one of the surface.
    pub fn texel(&self, x: u32, y: u32, layer: u32, sample: u32) -> DeviceAddress {
        let layer = self.first_layer + layer;
        let (z, layer) = if self.is_3d { (layer, 0) } else { (0, layer) };
        self.address + self.level.offset([x, y, z], layer, sample)
    }

    /// Width and height in texels.
    pub fn extent(&self) -> vk::Extent2D {
        vk::Extent2D { width: self.level.extent[0], height: self.level.extent[1] }
    }
}
