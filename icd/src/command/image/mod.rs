//! Commands on images: copies, clears, blits, resolves.
//!
//! Regions are checked and become boxes of elements when they are recorded; addresses in them count from the first byte of their
//! resource, because what memory a resource has is asked when the command executes. Layouts of images mean nothing here: there is
//! one, and a transition changes nothing.

mod blit;
mod clear;
mod copy;
mod host;
mod region;

use std::sync::Arc;

use lacuna_gpu::copy::Place;
use lacuna_gpu::copy::image::{copy_box, fill_box};
use lacuna_gpu::memory::address_space::Gpu;

use super::execute::State;
use super::transfer;
use crate::object::buffer::Buffer;
use crate::object::image::Image;
use crate::queue::submission::Failed;

pub use blit::{Blit, Resolve};
pub use clear::Fill;
pub use copy::CopiedBox;
pub(super) use copy::{buffer_place, image_place};
pub use host::{Direction, HostRegion, copy_image, copy_memory, memcpy_size};

/// A command on images.
pub enum ImageCommand {
    /// `vkCmdCopyImage`, `vkCmdCopyBufferToImage`, `vkCmdCopyImageToBuffer`
    Copy {
        /// Read.
        source: Resource,
        /// Written.
        destination: Resource,
        /// Checked against both.
        boxes: Box<[CopiedBox]>,
    },
    /// `vkCmdClearColorImage`, `vkCmdClearDepthStencilImage`
    Clear {
        /// Written.
        image: Arc<Image>,
        /// Checked against the image.
        fills: Box<[Fill]>,
    },
    /// `vkCmdBlitImage`
    Blit(Blit),
    /// `vkCmdResolveImage`
    Resolve(Resolve),
}

/// What has an address.
pub enum Resource {
    /// A buffer.
    Buffer(Arc<Buffer>),
    /// An image.
    Image(Arc<Image>),
}

impl Resource {
    /// A place in it, where it is now for a GPU.
    fn locate(&self, gpu: Gpu, place: Place) -> Option<Place> {
        match self {
            Self::Buffer(buffer) => {
                let base = transfer::address(gpu, buffer)?;
                Some(Place { address: base + place.address, ..place })
            }
            Self::Image(image) => at(gpu, image, place),
        }
    }
}

/// Where a byte of an image is for a GPU; one that never got memory is skipped.
fn locate(gpu: Gpu, image: &Image, offset: u64) -> Option<u64> {
    let address = image.locate(offset).map(|address| gpu.resolve(address));
    if address.is_none() {
        log::warn!("a command uses an image without memory: skipped");
    }
    address
}

/// A place in an image, where it is now for a GPU.
pub(super) fn at(gpu: Gpu, image: &Image, place: Place) -> Option<Place> {
    Some(Place { address: locate(gpu, image, place.address)?, ..place })
}

impl State<'_> {
    pub(super) fn image(&mut self, command: &ImageCommand) -> Result<(), Failed> {
        match command {
            ImageCommand::Copy { source, destination, boxes } => {
                for copied in boxes {
                    let to = destination.locate(self.gpu, copied.destination);
                    let places = (to, source.locate(self.gpu, copied.source));
                    let (Some(to), Some(from)) = places else { continue };
                    // SAFETY: the box is inside both resources, which the recording holds with their memory.
                    unsafe { copy_box(to, from, copied.size, copied.samples)? }
                }
                Ok(())
            }
            ImageCommand::Clear { image, fills } => {
                for fill in fills {
                    let Some(place) = at(self.gpu, image, fill.place) else { continue };
                    // SAFETY: the box is inside the image, which the recording holds with its memory.
                    unsafe { fill_box(place, fill.size, image.samples, fill.texel.bytes())? }
                }
                Ok(())
            }
            ImageCommand::Blit(blit) => blit.execute(self.gpu),
            ImageCommand::Resolve(resolve) => resolve.execute(self.gpu),
        }
    }
}
