//! The pixels of a swapchain image, and their way into what a display server reads.

use std::os::fd::BorrowedFd;
use std::ptr::{self, NonNull};
use std::sync::Arc;

use crate::error::Error;
use crate::object::image::Image;
use crate::object::memory::Memory;

/// The pixels of one image.
pub struct Pixels {
    start: NonNull<u8>,
    /// Bytes from one row to the next.
    pitch: usize,
    width: usize,
    height: usize,
    /// Red first: display servers want blue first.
    rgba: bool,
    /// The memory, which stays where it is.
    memory: Arc<Memory>,
}

// SAFETY: the range belongs to the image's memory, not to a thread; it is read only while the image is presented, which
// the application must not change it during.
unsafe impl Send for Pixels {}
// SAFETY: as above.
unsafe impl Sync for Pixels {}

/// Where the pixels of an image are in a file.
pub struct File<'a> {
    /// The file.
    pub file: BorrowedFd<'a>,
    /// Bytes to the first one.
    pub offset: usize,
    /// Bytes from one row to the next.
    pub pitch: usize,
}

/// Bytes of a pixel.
pub const PIXEL: usize = 4;

impl Pixels {
    /// The pixels of an image of 32 bits a texel that is bound to this memory.
    pub fn new(image: &Image, memory: Arc<Memory>, rgba: bool) -> Result<Self, Error> {
        let level = image.planes[0].layout.level(0).ok_or(Error::Internal("an image without levels"))?;
        let [width, height, _] = level.extent.map(|size| size as usize);
        let (offset, pitch) = (level.offset, level.row_pitch as usize);
        let start = image.locate(offset).and_then(|address| NonNull::new(address as *mut u8));
        let start = start.ok_or(Error::Internal("a swapchain image without memory"))?;
        Ok(Self { start, pitch, width, height, rgba, memory })
    }

    /// Address of the first one.
    pub fn address(&self) -> usize {
        self.start.addr().get()
    }

    /// The memory.
    pub fn memory(&self) -> &Arc<Memory> {
        &self.memory
    }

    /// The file that they are in, blue first, if others can map it.
    pub fn file(&self) -> Option<File<'_>> {
        let file = self.memory.file().filter(|_| !self.rgba)?;
        let offset = self.start.addr().get().checked_sub(self.memory.bo.host().addr().get())?;
        Some(File { file, offset, pitch: self.pitch })
    }

    /// Bytes that a copy has, rows without gaps.
    pub fn size(&self) -> usize {
        self.width * self.height * PIXEL
    }

    /// Copies them, blue first, rows without gaps; `false`, and nothing done, when `target` has another size.
    pub fn copy_to(&self, target: &mut [u8]) -> bool {
        if target.len() != self.size() {
            return false;
        }
        for (row, target) in target.chunks_exact_mut(self.width * PIXEL).enumerate() {
            // SAFETY: the row lies inside the image by its layout, and `target` has as many bytes as a row has. They do not
            // overlap: the target is no image.
            unsafe {
                let source = self.start.as_ptr().add(row * self.pitch);
                ptr::copy_nonoverlapping(source, target.as_mut_ptr(), target.len());
            }
            if self.rgba {
                swap_red_and_blue(target);
            }
        }
        true
    }
}

fn swap_red_and_blue(row: &mut [u8]) {
    for pixel in row.chunks_exact_mut(PIXEL) {
        pixel.swap(0, 2);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn red_and_blue_change_places() {
        let mut row = [1, 2, 3, 4, 5, 6, 7, 8];
        swap_red_and_blue(&mut row);
        assert_eq!(row, [3, 2, 1, 4, 7, 6, 5, 8]);
    }
}
