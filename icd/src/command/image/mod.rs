//! Commands on images: copies, clears, blits, resolves.
//!
//! Regions are checked and become boxes of elements when they are recorded; addresses in them count from the first byte of their
//! resource, because what memory a resource has is asked when the command executes. Layouts of images mean nothing here: there is
//! one, and a transition changes nothing.

mod blit;
mod clear;
mod copy;
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
pub(super) use copy::box_from_memory;

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
    fn address(&self, gpu: Gpu) -> Option<u64> {
        match self {
            Self::Buffer(buffer) => transfer::address(gpu, buffer),
            Self::Image(image) => address(gpu, image),
        }
    }
}

/// Where an image is for a GPU; one that never got memory is skipped.
fn address(gpu: Gpu, image: &Image) -> Option<u64> {
    let address = image.address().map(|address| gpu.resolve(address));
    if address.is_none() {
        log::warn!("a command uses an image without memory: skipped");
    }
    address
}

/// A place in a resource whose first byte is at `base`.
pub(super) fn at(base: u64, place: Place) -> Place {
    Place { address: base + place.address, ..place }
}

impl State<'_> {
    pub(super) fn image(&mut self, command: &ImageCommand) -> Result<(), Failed> {
        match command {
            ImageCommand::Copy { source, destination, boxes } => {
                let (from, to) = (source.address(self.gpu), destination.address(self.gpu));
                let (Some(from), Some(to)) = (from, to) else { return Ok(()) };
                for copied in boxes {
                    let (to, from) = (at(to, copied.destination), at(from, copied.source));
                    // SAFETY: the box is inside both resources, which the recording holds with their memory.
                    unsafe { copy_box(to, from, copied.size, copied.samples)? }
                }
                Ok(())
            }
            ImageCommand::Clear { image, fills } => {
                let Some(base) = address(self.gpu, image) else { return Ok(()) };
                for fill in fills {
                    // SAFETY: the box is inside the image, which the recording holds with its memory.
                    unsafe { fill_box(at(base, fill.place), fill.size, image.samples, fill.texel.bytes())? }
                }
                Ok(())
            }
            ImageCommand::Blit(blit) => blit.execute(self.gpu),
            ImageCommand::Resolve(resolve) => resolve.execute(self.gpu),
        }
    }
}
