//! Vertex attributes from buffers into the vertex shader's input slots.
//!
//! An attribute that is not wholly inside of its buffer is 0, 0, 0, 1: robust accesses, always.
#![expect(unsafe_code, reason = "reads the application's memory")]

use ash::vk;
use lacuna_shaders::abi::stage::slot;
use lacuna_shaders::stage::Interface;

use super::buffer::Source;
use super::state::{VertexAttribute, VertexInput};
use super::targets::DrawInputs;
use super::vertices::Row;
use crate::format::{Codec, GATHER, NumericClass};

/// A vertex to fetch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct VertexKey {
    /// `VertexIndex`.
    pub(super) vertex: u32,
    /// `InstanceIndex`.
    pub(super) instance: u32,
}

/// All attributes that a vertex shader reads.
#[derive(Debug)]
pub(super) struct Fetch {
    attributes: Vec<Attribute>,
}

#[derive(Debug)]
struct Attribute {
    slot: usize,
    source: Source,
    stride: u64,
    offset: u64,
    bytes: u32,
    codec: &'static Codec,
    /// What there is where the buffer is not.
    missing: [u32; 4],
    /// Instances for each element, `None` where elements are vertices.
    divisor: Option<u32>,
    /// 64-bit channels go as they are, word by word.
    is_wide: bool,
}

impl Fetch {
    /// # Safety
    /// The vertex buffers are mapped as long as the value is used.
    pub(super) unsafe fn new(input: &VertexInput, inputs: &DrawInputs, shader: &Interface) -> Self {
        let is_read = |attribute: &&VertexAttribute| {
            let first = slot::location(attribute.location, 0);
            let slots = first..first + attribute.format.element_bytes().div_ceil(4).max(4);
            attribute.location < slot::LOCATIONS
                && shader.inputs.iter().any(|input| slots.contains(&input.slot))
        };
        // SAFETY: the caller's promise.
        let make = |attribute| unsafe { Attribute::new(attribute, input, inputs) };
        Self { attributes: input.attributes.iter().filter(is_read).map(make).collect() }
    }

    /// Fills the input slots of one packet.
    pub(super) fn fill(&self, rows: &mut [Row], keys: &[VertexKey], first_instance: u32) {
        for attribute in &self.attributes {
            attribute.fill(rows, keys, first_instance);
        }
    }
}

impl Attribute {
    /// # Safety
    /// As [`Fetch::new`].
    unsafe fn new(attribute: &VertexAttribute, input: &VertexInput, inputs: &DrawInputs) -> Self {
        let binding = input.bindings.iter().find(|binding| binding.binding == attribute.binding);
        let buffer = inputs.vertex_buffers.get(attribute.binding as usize).copied().flatten();
        let source = match buffer {
            // SAFETY: the caller's promise.
            Some(buffer) => unsafe { Source::new(buffer.address, buffer.size) },
            None => Source::EMPTY,
        };
        let stride = buffer.and_then(|buffer| buffer.stride).or(binding.map(|binding| binding.stride));
        let one = if attribute.format.class() == NumericClass::Float { 1f32.to_bits() } else { 1 };
        Self {
            slot: slot::location(attribute.location, 0) as usize,
            source,
            stride: stride.unwrap_or(0).into(),
            offset: attribute.offset.into(),
            bytes: attribute.format.element_bytes(),
            codec: attribute.format.codec(),
            missing: [0, 0, 0, one],
            divisor: binding
                .filter(|binding| binding.rate == vk::VertexInputRate::INSTANCE)
                .map(|binding| binding.divisor),
            is_wide: attribute.format.channel_bits[0] == 64,
        }
    }

    /// Where the element of a vertex begins in the buffer.
    #[inline(always)]
    fn offset(&self, key: &VertexKey, first_instance: u32) -> u64 {
        let element = match self.divisor {
            None => key.vertex,
            Some(0) => first_instance,
            Some(divisor) => first_instance.wrapping_add(key.instance.wrapping_sub(first_instance) / divisor),
        };
        u64::from(element) * self.stride + self.offset
    }

    fn fill(&self, rows: &mut [Row], keys: &[VertexKey], first_instance: u32) {
        if self.is_wide {
            for (lane, key) in keys.iter().enumerate() {
                self.fill_words(rows, lane, self.offset(key, first_instance));
            }
            return;
        }
        if !self.gather(rows, keys, first_instance) {
            self.load(rows, keys, first_instance);
        }
    }

    /// All lanes at once, if each is in ordinary memory. Gives whether that was so.
    fn gather(&self, rows: &mut [Row], keys: &[VertexKey], first_instance: u32) -> bool {
        let Some(last) = keys.last() else { return true };
        let mut elements = [core::ptr::null(); GATHER];
        for (lane, element) in elements.iter_mut().enumerate() {
            // Lanes without a vertex read what the last one does.
            let at = self.offset(keys.get(lane).unwrap_or(last), first_instance);
            let Some(host) = self.source.host(at, self.bytes) else { return false };
            *element = host;
        }
        let mut channels = [[0; GATHER]; 4];
        // SAFETY: `host` gives pointers to whole texels of the format.
        unsafe { (self.codec.gather)(&elements, &mut channels) };
        for (row, channel) in rows[self.slot..self.slot + 4].iter_mut().zip(channels) {
            row.0 = channel;
        }
        true
    }

    fn load(&self, rows: &mut [Row], keys: &[VertexKey], first_instance: u32) {
        for (lane, key) in keys.iter().enumerate() {
            let at = self.offset(key, first_instance);
            // SAFETY: `with` gives a pointer to a whole texel of the format.
            let load = |from| unsafe { (self.codec.load)(from) };
            let channels = self.source.with(at, self.bytes, load).unwrap_or(self.missing);
            for (row, channel) in rows[self.slot..self.slot + 4].iter_mut().zip(channels) {
                row.0[lane] = channel;
            }
        }
    }

    fn fill_words(&self, rows: &mut [Row], lane: usize, at: u64) {
        let words = (self.bytes / 4) as usize;
        for (word, row) in rows[self.slot..].iter_mut().take(words).enumerate() {
            // SAFETY: `with` gives a pointer to the whole attribute.
            let read = |from: *const u8| unsafe { from.cast::<u32>().add(word).read_unaligned() };
            row.0[lane] = self.source.with(at, self.bytes, read).unwrap_or(0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::state::VertexBinding;
    use crate::draw::targets::{DrawCommand, VertexBuffer};
    use crate::format::Format;
    use lacuna_shaders::stage::{InputSlot, Interpolation, Sampling};

    fn fetch(data: &[f32], rate: vk::VertexInputRate, divisor: u32, keys: &[(u32, u32)]) -> Vec<[f32; 4]> {
        let format = Format::find(vk::Format::R32G32_SFLOAT).unwrap();
        let input = VertexInput {
            bindings: [VertexBinding { binding: 1, stride: 99, rate, divisor }].into_iter().collect(),
            attributes: [VertexAttribute { location: 2, binding: 1, format, offset: 4 }]
                .into_iter()
                .collect(),
        };
        let buffer =
            VertexBuffer { address: data.as_ptr() as u64, size: data.len() as u64 * 4, stride: Some(8) };
        let inputs = DrawInputs {
            vertex_buffers: [None, Some(buffer)].into_iter().collect(),
            index_buffer: None,
            draw: DrawCommand::Direct { vertices: 0, instances: 0, first_vertex: 0, first_instance: 0 },
            draw_index: 0,
            transform_feedback: None,
        };
        let mut shader = Interface::default();
        shader.inputs.push(InputSlot {
            slot: slot::location(2, 0),
            interpolation: Interpolation::Smooth,
            sampling: Sampling::Center,
            patch: false,
        });
        let mut rows = vec![Row::default(); slot::COUNT as usize];
        let keys: Vec<_> = keys.iter().map(|&(vertex, instance)| VertexKey { vertex, instance }).collect();
        // SAFETY: the caller keeps the data.
        unsafe { Fetch::new(&input, &inputs, &shader) }.fill(&mut rows, &keys, 10);
        let first = slot::location(2, 0) as usize;
        (0..keys.len())
            .map(|lane| [0, 1, 2, 3].map(|channel| f32::from_bits(rows[first + channel].0[lane])))
            .collect()
    }

    const DATA: [f32; 6] = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0];

    #[test]
    fn attributes_outside_of_the_buffer_are_black_and_opaque() {
        let got = fetch(&DATA, vk::VertexInputRate::VERTEX, 1, &[(0, 0), (1, 0), (2, 0), (u32::MAX, 0)]);
        assert_eq!(got[0], [1.0, 2.0, 0.0, 1.0]);
        assert_eq!(got[1], [3.0, 4.0, 0.0, 1.0]);
        assert_eq!(got[2], [0.0, 0.0, 0.0, 1.0], "the second channel is outside");
        assert_eq!(got[3], [0.0, 0.0, 0.0, 1.0]);
    }

    #[test]
    fn instances_share_elements_by_the_divisor() {
        let x =
            |divisor, instance| fetch(&DATA, vk::VertexInputRate::INSTANCE, divisor, &[(0, instance)])[0][0];
        // The first instance is number 10: elements count from there, and none of them is in the buffer.
        assert_eq!((x(2, 10), x(0, 12)), (0.0, 0.0));
        let many: Vec<f32> = (0..40).map(|n| n as f32).collect();
        let x =
            |divisor, instance| fetch(&many, vk::VertexInputRate::INSTANCE, divisor, &[(0, instance)])[0][0];
        assert_eq!((x(1, 10), x(1, 11), x(2, 11), x(2, 12), x(0, 15)), (21.0, 23.0, 21.0, 23.0, 21.0));
    }
}
