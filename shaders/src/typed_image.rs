//! Storage images of a declared format, which machine code has built in, and views of another one.
//!
//! A view ought to have the format that the shader declares; other GPUs go by the view's where it has not. A comparison at each
//! access would cost all shaders something. So a kernel tells which images it takes for what, and whoever dispatches looks at their
//! descriptors: if one is of something else, a kernel goes that [no format is built into](crate::compile_untyped_compute).

use crate::abi::{Descriptor, ImageFormat};

/// A storage image or texel buffer that machine code accesses as one of a format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TypedImage {
    /// The descriptor set.
    pub set: u32,
    /// The descriptor in the set.
    pub slot: u32,
    /// The format that [`Descriptor::texel_format`] should be.
    pub format: ImageFormat,
}

impl TypedImage {
    /// Whether a descriptor is of this format, or of nothing.
    pub fn fits(self, descriptor: &Descriptor) -> bool {
        descriptor.range == 0 || descriptor.texel_format() == self.format as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_descriptors_fit_and_others_by_their_format() {
        let image = TypedImage { set: 0, slot: 0, format: ImageFormat::Rgba8 };
        let of = |format| Descriptor::buffer(64, 64).with_texel_format(format);
        assert!(image.fits(&Descriptor::default()));
        assert!(image.fits(&of(ImageFormat::Rgba8)));
        assert!(!image.fits(&of(ImageFormat::Rgba16f)));
        assert!(!image.fits(&of(ImageFormat::Unknown)), "a format without a name is another one");
    }
}
