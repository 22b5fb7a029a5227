//! Vertex buffers: attributes of many formats, for each vertex or each instance, also where an attribute lies across pages.

use super::{Plan, Sheet};
use crate::native::prelude::*;
use crate::vk::{VertexFetch, VertexFetchOptions, VertexInputRate};

/// An attribute and the distance from one to the next, in bytes.
#[derive(Clone, Copy)]
struct Attribute {
    name: &'static str,
    format: vk::Format,
    /// Bits of each channel, all of which are unsigned integers.
    channels: [u32; 4],
    stride: u32,
}

const ATTRIBUTES: [Attribute; 7] = [
    attribute("rgba8", vk::Format::R8G8B8A8_UINT, [8, 8, 8, 8], 16),
    attribute("r16", vk::Format::R16_UINT, [16, 0, 0, 0], 10),
    attribute("rg16", vk::Format::R16G16_UINT, [16, 16, 0, 0], 20),
    attribute("r32", vk::Format::R32_UINT, [32, 0, 0, 0], 4),
    attribute("rgb32", vk::Format::R32G32B32_UINT, [32, 32, 32, 0], 12),
    attribute("rgba32", vk::Format::R32G32B32A32_UINT, [32, 32, 32, 32], 16),
    // One lies across every border of two pages: 4, 8 and 12 bytes of it are before the first three of 64 KiB.
    attribute("rgba32_apart", vk::Format::R32G32B32A32_UINT, [32, 32, 32, 32], 172),
];

const fn attribute(name: &'static str, format: vk::Format, channels: [u32; 4], stride: u32) -> Attribute {
    Attribute { name, format, channels, stride }
}

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for attribute in ATTRIBUTES {
        for plan in Plan::ALL {
            for (rate, word) in [(VertexInputRate::VERTEX, "vertex"), (VertexInputRate::INSTANCE, "instance")]
            {
                let name = format!("sparse_buffer.vertex.{word}.{}.{}", attribute.name, plan.name());
                let needs = plan.needs(&[
                    Need::Graphics,
                    Need::VertexStores,
                    Need::TexelBuffer(attribute.format, vk::FormatFeatureFlags::VERTEX_BUFFER),
                ]);
                cases.push(Case::with(name, needs, move |cx| run(cx, plan, attribute, rate)));
            }
        }
    }
    cases
}

fn run(cx: &Context, plan: Plan, attribute: Attribute, rate: VertexInputRate) -> Outcome {
    let sheet = Sheet::new(cx, plan)?;
    let bytes = attribute.channels.iter().sum::<u32>() / 8;
    let count = (sheet.len() * 4 - bytes) / attribute.stride + 1;
    let seen = cx.dirty(u64::from(count) * 16)?;
    let options = VertexFetchOptions {
        vertex: vk::FETCH_VERT,
        attribute: Some((attribute.format, attribute.stride, rate)),
    };
    let fetch = VertexFetch::new(&cx.device, &options, Bound::whole(&seen))?;
    let (vertices, instances) = if rate == VertexInputRate::VERTEX { (count, 1) } else { (1, count) };
    cx.draw(|r| {
        r.fetch_vertices(&fetch, |r| {
            // SAFETY: recording, in a pass; the buffer is alive.
            unsafe {
                r.device.raw.cmd_bind_vertex_buffers(r.handle, 0, &[sheet.buffer.handle], &[0]);
                r.device.raw.cmd_draw(r.handle, vertices, instances, 0, 0);
            }
        });
        r.barrier();
    })?;
    let memory: Vec<u8> = sheet.words().into_iter().flat_map(u32::to_le_bytes).collect();
    let expected: Vec<u32> = (0..count).flat_map(|n| attribute.decode(&memory, n)).collect();
    same("attributes", &seen.words(), &expected)
}

impl Attribute {
    /// The channels of attribute `index` of a buffer of bytes; those that the format lacks are 0, 0, 1.
    fn decode(&self, memory: &[u8], index: u32) -> [u32; 4] {
        let mut at = (index * self.stride) as usize;
        let mut channels = [0, 0, 0, 1];
        for (channel, &width) in channels.iter_mut().zip(&self.channels).filter(|(_, width)| **width > 0) {
            let bytes = &memory[at..at + width as usize / 8];
            *channel = bytes.iter().rev().fold(0, |value, &byte| value << 8 | u32::from(byte));
            at += bytes.len();
        }
        channels
    }
}
