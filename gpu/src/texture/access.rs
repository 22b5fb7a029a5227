//! Single texels by integer coordinates: fetches, and storage images whose format the shader does not name.
//!
//! Outside of the image reads give zero (as `robustImageAccess2` wants it: alpha is one where the format has none) and
//! writes vanish.
#![expect(unsafe_code, reason = "writes texels")]

use lacuna_shaders::abi::texture::{LodMode, TextureOp};

use super::memory::{MAX_ELEMENT, Memory};
use super::sample::Lane;
use super::view::{Mip, Texel, View};

impl Lane<'_> {
    fn mip<'v>(&self, view: &'v View) -> Option<&'v Mip> {
        let explicit = self.instruction.lod == LodMode::Explicit;
        let level = if explicit { self.frame.lod[self.lane] } else { 0 };
        // Levels below the least of the view are outside of it.
        let hidden = self.instruction.op == TextureOp::Fetch && level < view.min_lod as u32;
        if hidden { None } else { view.mips.get(level as usize) }
    }

    fn texel_at(&self, view: &View) -> ([i32; 3], u32, u32) {
        let offset = self.offset();
        let mut at = [0; 3];
        let dimensions = view.axes();
        for (axis, at) in at.iter_mut().enumerate().take(dimensions) {
            *at = (self.frame.coordinates[axis][self.lane] as i32).wrapping_add(offset[axis]);
        }
        let layer = if view.has_layers() { self.frame.layer[self.lane] } else { 0 };
        let sample = if view.samples > 1 { self.frame.sample[self.lane] } else { 0 };
        (at, layer, sample)
    }

    /// `OpImageFetch`, `OpImageRead`.
    pub(super) fn fetch(&self, memory: Memory<'_>, view: &View) -> Texel {
        let (at, layer, sample) = self.texel_at(view);
        let texel = match self.mip(view) {
            Some(mip) if view.contains(mip, at, layer, sample) => view.texel(memory, mip, at, layer, sample),
            _ => Texel { channels: view.replaced([0; 4]), resident: true },
        };
        Texel { channels: view.swizzled(texel.channels), resident: texel.resident }
    }

    /// `OpImageWrite`.
    pub(super) fn write(&self, memory: Memory<'_>, view: &View) {
        let (at, layer, sample) = self.texel_at(view);
        if let Some(mip) = self.mip(view)
            && view.contains(mip, at, layer, sample)
        {
            let mut bytes = [0; MAX_ELEMENT];
            let channels = self.frame.texel.map(|lanes| lanes[self.lane]);
            // SAFETY: no element is larger.
            unsafe { (view.format.codec().store)(bytes.as_mut_ptr(), channels) };
            let address = view.address(mip, at, layer, sample);
            memory.write(address, &bytes[..view.format.element_bytes() as usize]);
        }
    }
}
