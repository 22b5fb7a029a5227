//! Color attachments: from what the fragment shader gives to bytes.
//!
//! Formats with eight bits per channel have a path of their own, eight pixels at a time; all others go texel by texel
//! through their codec, with the equations in between for eight pixels as well.
#![expect(unsafe_code, reason = "reads and writes the application's memory")]

use ash::vk::{self, BlendFactor, BlendOp, ColorComponentFlags};

use super::blend::{Colors, Equation, Line, Sources, blend, blends_over, logic, over};
use super::encoding::{Encoding, pack, unpack};
use super::lanes::{ALL, N, from_bits, lanes, lanes_of, limit, select};
use super::paint::Paint;
use super::processor::Processor;
use super::state::Blend;
use super::tile_view::TileView;
use super::vertices::Row;
use crate::format::{Format, Numeric, NumericClass};

/// How one attachment is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Color {
    /// Of the fragment shader's output that it takes.
    pub(super) location: u32,
    format: Format,
    state: vk::PipelineColorBlendAttachmentState,
    constants: [f32; 4],
    logic: Option<vk::LogicOp>,
    /// Channels that are written, as bits; those that the format lacks count as written.
    mask: u32,
    /// The one channel has 64 bits, of which the shader gives the lower ones.
    is_wide: bool,
    /// Colors are limited to these.
    limits: Option<[f32; 2]>,
    path: Path,
    processor: Processor,
}

/// A color as the shader leaves it: its four components.
pub(super) type Output = [Row; 4];

#[derive(Clone, Copy, Debug)]
enum Path {
    /// Texels of four bytes.
    Bytes {
        encoding: Encoding,
        is_blended: bool,
    },
    General,
}

impl Color {
    /// `None` if nothing is ever written.
    pub(super) fn new(
        format: Format,
        blend: &Blend,
        index: usize,
        location: u32,
        processor: Processor,
    ) -> Option<Self> {
        let state = blend.attachments.get(index).copied().unwrap_or(vk::PipelineColorBlendAttachmentState {
            color_write_mask: ColorComponentFlags::RGBA,
            ..Default::default()
        });
        let missing = (0..4).filter(|&n| format.channel_bits[n] == 0).fold(0, |set, n| set | 1 << n);
        let mask = state.color_write_mask.as_raw() & 0xf;
        if mask & !missing == 0 {
            return None;
        }
        let is_fixed = matches!(format.numeric, Numeric::Unorm | Numeric::Srgb | Numeric::Snorm);
        let limits = match format.numeric {
            Numeric::Unorm | Numeric::Srgb => Some([0.0, 1.0]),
            Numeric::Snorm => Some([-1.0, 1.0]),
            _ => None,
        };
        let is_float = format.class() == NumericClass::Float;
        let has_logic = blend.logic_op.is_some();
        let logic = blend.logic_op.filter(|_| !is_float || is_fixed && format.numeric != Numeric::Srgb);
        let is_blended = state.blend_enable != 0 && is_float && !has_logic && !copies(&state);
        let constants = match limits {
            Some([low, high]) => blend.constants.map(|value| limit(value, low, high)),
            None => blend.constants,
        };
        let state = vk::PipelineColorBlendAttachmentState { blend_enable: is_blended.into(), ..state };
        let mask = mask | missing;
        let path = match format.name {
            _ if logic.is_some() || mask != 0xf => Path::General,
            name => match Encoding::of(name) {
                Some(encoding) => Path::Bytes { encoding, is_blended },
                None => Path::General,
            },
        };
        let is_wide = format.channel_bits[0] == 64;
        Some(Self { location, format, state, constants, logic, mask, is_wide, limits, path, processor })
    }

    /// Whether colors are no integers.
    pub(super) fn is_float(&self) -> bool {
        self.format.class() == NumericClass::Float
    }

    /// Writes the lanes of `set`. Nearly no shader has a second source.
    ///
    /// # Safety
    /// The lanes of the set are inside of the surface of the view, whose format this was made for.
    #[inline(always)]
    pub(super) unsafe fn write(
        &self,
        view: &TileView,
        [x, y]: [i32; 2],
        sample: usize,
        set: u32,
        first: &Output,
        second: Option<&Output>,
    ) {
        match self.path {
            // SAFETY: the caller's promise; a packet that is whole is memory.
            Path::Bytes { encoding, is_blended } if view.is_whole(x, y) => unsafe {
                self.write_bytes(view.rows(x, y, sample), set, first, second, encoding, is_blended);
            },
            // SAFETY: the caller's promise.
            _ => unsafe { self.write_texels(view, [x, y], sample, set, first, second.unwrap_or(first)) },
        }
        view.written(x, y, sample, set);
    }

    /// Writes packets, each to all lanes of its set that are left: one sample for each pixel.
    ///
    /// # Safety
    /// As [`write`](Self::write).
    #[inline(always)]
    pub(super) unsafe fn write_batch<'a>(
        &self,
        view: &TileView,
        at: &[[i32; 2]],
        sets: &[u32],
        outputs: impl Iterator<Item = (&'a Output, Option<&'a Output>)>,
    ) {
        let packets = at.iter().zip(sets).zip(outputs).filter(|((_, set), _)| **set != 0);
        #[cfg(target_arch = "x86_64")]
        if let Path::Bytes { encoding, is_blended } = self.path
            && self.processor.is_wide()
            && view.is_bound()
            && at.iter().all(|&[x, y]| view.is_whole(x, y))
        {
            let packets = packets.map(|((&[x, y], &set), (first, second))| super::wide::Packet {
                rows: view.rows(x, y, 0),
                set,
                first,
                second,
            });
            // SAFETY: the caller's promise; a packet that is whole is memory. The processor has the instructions.
            return unsafe { super::wide::write(self.way(encoding, is_blended), packets) };
        }
        for ((&at, &set), (first, second)) in packets {
            // SAFETY: the caller's promise.
            unsafe { self.write(view, at, 0, set, first, second) };
        }
    }

    #[cfg(target_arch = "x86_64")]
    #[inline(always)]
    fn way(&self, encoding: Encoding, is_blended: bool) -> super::wide::Way<'_> {
        let is_over = blends_over(&self.state);
        let equation = Equation { state: &self.state, constants: &self.constants, is_over };
        super::wide::Way { encoding, equation: is_blended.then_some(equation) }
    }

    /// What colors do that are the same in all lanes, where that can be said.
    pub(super) fn paint(&self, first: &Output, second: &Output) -> Option<Paint> {
        let (first, second) = (&floats(first), &floats(second));
        match self.path {
            Path::General => self.texel(first).map(Paint::Texel),
            Path::Bytes { encoding, is_blended: false } => Some(Paint::Texel(pack(first, encoding)[0])),
            Path::Bytes { encoding: Encoding { srgb: Some(_), .. }, is_blended: true } => None,
            Path::Bytes { encoding, is_blended: true } => {
                let (first, second) = (self.limited(first), self.limited(second));
                let sources = Sources { first: &first, second: &second, constants: &self.constants };
                let [r, g, b, a] = Line::all(&self.state, &sources)?;
                Some(Paint::Bytes(if encoding.is_swapped { [b, g, r, a] } else { [r, g, b, a] }))
            }
        }
    }

    /// The first lane's color as four bytes that replace what is there, if that is all there is to do.
    fn texel(&self, color: &Colors) -> Option<u32> {
        let replaces = self.state.blend_enable == 0 && self.logic.is_none() && self.mask == 0xf;
        if !replaces || self.format.element_bytes() != 4 {
            return None;
        }
        let mut texel = [0; 4];
        // SAFETY: a texel has four bytes.
        unsafe { (self.format.codec().store)(texel.as_mut_ptr(), color.map(|channel| channel[0].to_bits())) };
        Some(u32::from_ne_bytes(texel))
    }

    /// # Safety
    /// Both rows of the packet have four texels of four bytes.
    #[inline(always)]
    unsafe fn write_bytes(
        &self,
        rows: [*mut u8; 2],
        set: u32,
        first: &Output,
        second: Option<&Output>,
        encoding: Encoding,
        is_blended: bool,
    ) {
        #[cfg(target_arch = "x86_64")]
        if self.processor.is_wide() {
            let packet = super::wide::Packet { rows, set, first, second };
            let way = self.way(encoding, is_blended);
            // SAFETY: the caller's promise; the processor has the instructions.
            return unsafe { super::wide::write(way, core::iter::once(packet)) };
        }
        let rows = rows.map(<*mut u8>::cast::<[u32; 4]>);
        let mut stored = [0; N];
        if is_blended || set != ALL {
            // SAFETY: the caller's promise.
            let (a, b) = unsafe { (rows[0].read_unaligned(), rows[1].read_unaligned()) };
            stored = [a[0], a[1], b[0], b[1], a[2], a[3], b[2], b[3]];
        }
        let first = &floats(first);
        let mut new = if is_blended {
            let (first, under) = (self.limited(first), unpack(&stored, encoding));
            let blended = match second {
                _ if blends_over(&self.state) => over(&first, &under),
                // No choice of operands for the sake of a few shaders: it would be made lane by lane.
                Some(second) => self.blend_two(&first, &floats(second), &under),
                None => {
                    let sources = Sources { first: &first, second: &first, constants: &self.constants };
                    blend(&self.state, &sources, &under)
                }
            };
            pack(&blended, encoding)
        } else {
            pack(first, encoding)
        };
        if set != ALL {
            new = select(set, &new, &stored);
        }
        let [a, b, c, d, e, f, g, h] = new;
        // SAFETY: the caller's promise.
        unsafe {
            rows[0].write_unaligned([a, b, e, f]);
            rows[1].write_unaligned([c, d, g, h]);
        }
    }

    /// # Safety
    /// As [`write`](Self::write).
    unsafe fn write_texels(
        &self,
        view: &TileView,
        [x, y]: [i32; 2],
        sample: usize,
        set: u32,
        first: &Output,
        second: &Output,
    ) {
        let pixels = view.lanes(x, y, sample);
        let codec = self.format.codec();
        let is_blended = self.state.blend_enable != 0;
        let mut stored = [[0; 4]; N];
        if is_blended || self.mask != 0xf {
            for lane in lanes_of(set) {
                // SAFETY: the caller's promise.
                stored[lane] = unsafe { (codec.load)(pixels[lane]) };
            }
        }
        let mut new = [[0; 4]; N];
        if is_blended {
            let under: Colors = core::array::from_fn(|n| stored.map(|texel| f32::from_bits(texel[n])));
            let (first, second) = (self.limited(&floats(first)), self.limited(&floats(second)));
            let sources = Sources { first: &first, second: &second, constants: &self.constants };
            let blended = blend(&self.state, &sources, &under);
            for (lane, texel) in new.iter_mut().enumerate() {
                *texel = core::array::from_fn(|n| blended[n][lane].to_bits());
            }
        } else {
            for (lane, texel) in new.iter_mut().enumerate() {
                *texel = core::array::from_fn(|n| first[n].0[lane]);
            }
        }
        for lane in lanes_of(set) {
            let mut texel = new[lane];
            if self.is_wide {
                texel[1] = self.high_word(texel[0]);
            }
            if let Some(op) = self.logic {
                // SAFETY: the caller's promise.
                texel = unsafe { self.combine(op, pixels[lane], texel) };
            }
            for (n, channel) in texel.iter_mut().enumerate().filter(|(n, _)| self.mask >> n & 1 == 0) {
                *channel = stored[lane][n];
            }
            // SAFETY: the caller's promise.
            unsafe { (codec.store)(pixels[lane], texel) };
        }
    }

    /// The upper half of a 64-bit integer that a shader gave as 32 bits.
    fn high_word(&self, low: u32) -> u32 {
        match self.format.class() {
            NumericClass::Sint => (low.cast_signed() >> 31).cast_unsigned(),
            _ => 0,
        }
    }

    #[inline(never)]
    fn blend_two(&self, first: &Colors, second: &Colors, under: &Colors) -> Colors {
        let second = self.limited(second);
        blend(&self.state, &Sources { first, second: &second, constants: &self.constants }, under)
    }

    #[inline(always)]
    fn limited(&self, colors: &Colors) -> Colors {
        let Some([low, high]) = self.limits else { return *colors };
        let channel = |n: usize| lanes(|lane| limit(colors[n][lane], low, high));
        [channel(0), channel(1), channel(2), channel(3)]
    }

    /// The channels that a logic operation on the texel's bits gives.
    ///
    /// # Safety
    /// The pointer is to a texel of the format.
    unsafe fn combine(&self, op: vk::LogicOp, stored: *const u8, channels: [u32; 4]) -> [u32; 4] {
        let codec = self.format.codec();
        let bytes = (self.format.element_bytes() as usize).min(16);
        let mut texel = [0u8; 16];
        // SAFETY: the array holds any texel; the caller's promise for `stored`.
        unsafe {
            (codec.store)(texel.as_mut_ptr(), channels);
            for (n, byte) in texel[..bytes].iter_mut().enumerate() {
                *byte = logic(op, (*byte).into(), stored.add(n).read().into()) as u8;
            }
            (codec.load)(texel.as_ptr())
        }
    }
}

#[inline(always)]
fn floats([r, g, b, a]: &Output) -> Colors {
    [from_bits(r.0), from_bits(g.0), from_bits(b.0), from_bits(a.0)]
}

/// Whether blending gives what it is given.
fn copies(state: &vk::PipelineColorBlendAttachmentState) -> bool {
    let copy =
        |op, source, target| op == BlendOp::ADD && source == BlendFactor::ONE && target == BlendFactor::ZERO;
    copy(state.color_blend_op, state.src_color_blend_factor, state.dst_color_blend_factor)
        && copy(state.alpha_blend_op, state.src_alpha_blend_factor, state.dst_alpha_blend_factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A packet of texels, painted with what `paint` says.
    fn drawn(stored: [u32; N], paint: impl FnOnce(&TileView)) -> [u32; N] {
        use crate::layout::{ImageLayout, Shape};
        let shape =
            Shape { extent: [4, 2, 1], block: [1, 1], levels: 1, layers: 1, element_bytes: 4, samples: 1 };
        let layout = ImageLayout::linear(shape).unwrap();
        let mut memory = vec![0u8; layout.size() as usize];
        let surface = crate::surface::Surface {
            address: memory.as_mut_ptr() as u64,
            level: *layout.level(0).unwrap(),
            format: Format::find(vk::Format::R8G8B8A8_UNORM).unwrap(),
            samples: 1,
            first_layer: 0,
            layers: 1,
            is_3d: false,
        };
        // SAFETY: the memory lives longer.
        let view = unsafe { TileView::new(&surface, 0, 0, 0, &mut Default::default()) }.unwrap();
        let pixels = view.lanes(0, 0, 0);
        for (pixel, texel) in pixels.iter().zip(stored) {
            // SAFETY: all eight pixels are in the surface.
            unsafe { pixel.cast::<u32>().write_unaligned(texel) };
        }
        paint(&view);
        // SAFETY: as above.
        pixels.map(|pixel| unsafe { pixel.cast::<u32>().read_unaligned() })
    }

    #[test]
    fn paint_is_what_the_equations_give_to_the_last_bit() {
        let splat = |values: [f32; 4]| values.map(|value| Row([value.to_bits(); N]));
        let (first, second) = (splat([0.3, -0.5, 1.7, 0.62]), splat([0.9, 0.1, 0.33, 0.2]));
        let stored = lanes(|lane| (lane as u32).wrapping_mul(0x9e37_79b9) ^ 0x00ff_a51c);
        let all = (0..5).flat_map(|op| (0..19).flat_map(move |s| (0..19).map(move |t| (op, s, t))));
        let mut painted = 0;
        let formats = [
            vk::Format::R8G8B8A8_UNORM,
            vk::Format::B8G8R8A8_UNORM,
            vk::Format::A8B8G8R8_SRGB_PACK32,
            vk::Format::B8G8R8A8_SRGB,
        ];
        for ((op, source, target), name) in all.flat_map(|state| formats.map(|name| (state, name))) {
            let state = vk::PipelineColorBlendAttachmentState {
                blend_enable: 1,
                color_blend_op: BlendOp::from_raw(op),
                alpha_blend_op: BlendOp::from_raw((op + source) % 3),
                src_color_blend_factor: BlendFactor::from_raw(source),
                dst_color_blend_factor: BlendFactor::from_raw(target),
                src_alpha_blend_factor: BlendFactor::from_raw(target),
                dst_alpha_blend_factor: BlendFactor::from_raw(source),
                color_write_mask: ColorComponentFlags::RGBA,
            };
            let blend = Blend {
                attachments: [state].into_iter().collect(),
                constants: [0.05, 0.95, 0.45, 2.0],
                logic_op: None,
            };
            let set = 0b1011_0111;
            let [wide, color] = [Processor::find(), Processor::plain()]
                .map(|processor| Color::new(Format::find(name).unwrap(), &blend, 0, 0, processor).unwrap());
            let [vectors, wanted] = [wide, color].map(|color| {
                // SAFETY: the packet is in the surface.
                drawn(stored, |view| unsafe { color.write(view, [0, 0], 0, set, &first, Some(&second)) })
            });
            assert_eq!(vectors, wanted, "{state:?}");
            let Some(paint) = color.paint(&first, &second) else { continue };
            painted += 1;
            // SAFETY: as above.
            let packet = drawn(stored, |view| unsafe { paint.packet(view, [0, 0], 0, set) });
            assert_eq!(packet, wanted, "{state:?}");
            let area = super::super::primitive::Bounds { x0: 0, y0: 0, x1: 4, y1: 2 };
            let strip = drawn(stored, |view| {
                for mut strip in super::super::strip::Strip::all(area) {
                    // Lanes 3 and 6, which are not in the set, are the middle of row 1.
                    strip.sets[1] = 0b1001;
                    // SAFETY: as above.
                    unsafe { paint.strip(view, &strip) };
                }
            });
            assert_eq!(strip, wanted, "{state:?}");
        }
        assert!(painted > 1000);
    }
}
