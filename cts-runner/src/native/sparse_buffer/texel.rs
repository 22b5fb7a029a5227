//! Uniform and storage texel buffers of many formats: loads of all texels, and stores.

use super::{Plan, Sheet};
use crate::native::prelude::*;
use crate::vk::TexelView;

/// Integer formats, with bytes of a texel and bits of each channel.
const FORMATS: [(vk::Format, &str, u32, [u32; 4]); 10] = [
    (vk::Format::R8_UINT, "r8", 1, [8, 0, 0, 0]),
    (vk::Format::R8G8_UINT, "rg8", 2, [8, 8, 0, 0]),
    (vk::Format::R8G8B8A8_UINT, "rgba8", 4, [8, 8, 8, 8]),
    (vk::Format::R16_UINT, "r16", 2, [16, 0, 0, 0]),
    (vk::Format::R16G16_UINT, "rg16", 4, [16, 16, 0, 0]),
    (vk::Format::R16G16B16A16_UINT, "rgba16", 8, [16, 16, 16, 16]),
    (vk::Format::A2B10G10R10_UINT_PACK32, "rgb10a2", 4, [10, 10, 10, 2]),
    (vk::Format::R32_UINT, "r32", 4, [32, 0, 0, 0]),
    (vk::Format::R32G32_UINT, "rg32", 8, [32, 32, 0, 0]),
    (vk::Format::R32G32B32A32_UINT, "rgba32", 16, [32, 32, 32, 32]),
];

const PLANS: [Plan; 3] = [Plan::Reversed, Plan::Holes, Plan::Tail];

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (format, word, bytes, channels) in FORMATS {
        for plan in PLANS {
            let name = |way: &str| format!("sparse_buffer.texel.{way}.{word}.{}", plan.name());
            let needs = |feature| plan.needs(&[Need::Compute, Need::TexelBuffer(format, feature)]);
            let texel = Texel { format, bytes, channels };
            let uniform = vk::FormatFeatureFlags::UNIFORM_TEXEL_BUFFER;
            cases.push(Case::with(name("load"), needs(uniform), move |cx| load(cx, plan, texel)));
            let storage = vk::FormatFeatureFlags::STORAGE_TEXEL_BUFFER;
            cases.push(Case::with(name("store"), needs(storage), move |cx| store(cx, plan, texel)));
        }
    }
    cases
}

/// A format.
#[derive(Clone, Copy)]
struct Texel {
    format: vk::Format,
    bytes: u32,
    channels: [u32; 4],
}

impl Texel {
    /// The channels of texel `index` of a buffer of words; those that the format lacks are 0, 0, 1.
    fn decode(&self, words: &[u32], index: u32) -> [u32; 4] {
        let mut bit = index as usize * self.bytes as usize * 8;
        let mut channels = [0, 0, 0, 1];
        for (channel, &width) in channels.iter_mut().zip(&self.channels).filter(|(_, width)| **width > 0) {
            let word = u64::from(words[bit / 32]) >> (bit % 32);
            *channel = (word & ((1 << width) - 1)) as u32;
            bit += width as usize;
        }
        channels
    }
}

/// One dispatch of as many invocations as there are texels, over a view and a storage buffer.
fn dispatch(
    cx: &Context,
    sheet: &Sheet,
    texel: Texel,
    code: &[u32],
    kind: vk::DescriptorType,
    other: &Buffer,
) -> Outcome {
    // Some drivers allow no more texels than Vulkan's minimum.
    let count = (sheet.buffer.size / u64::from(texel.bytes)) as u32;
    let limit = cx.device.physical.properties.limits.max_texel_buffer_elements;
    if count > limit {
        return Err(vk::Error::NotSupported(format!("{count} texels in a view")).into());
    }
    let view = TexelView::new(&cx.device, &sheet.buffer, texel.format)?;
    let set = [(kind, 1), (vk::DescriptorType::STORAGE_BUFFER, 1)];
    let sets = [set.as_slice()];
    let options = vk::KernelOptions { sets: &sets, push_bytes: 4, ..Default::default() };
    let kernel = Kernel::new(&cx.device, code, options)?;
    let set = kernel.empty_set(0)?;
    set.write_texels(0, kind, &view);
    set.write(1, 0, &[Bound::whole(other)]);
    cx.run(|r| {
        r.run(&kernel, &set, &[count], count.div_ceil(64));
        r.barrier();
    })?;
    Ok(())
}

fn load(cx: &Context, plan: Plan, texel: Texel) -> Outcome {
    let sheet = Sheet::new(cx, plan)?;
    let count = (sheet.buffer.size / u64::from(texel.bytes)) as u32;
    let result = cx.dirty(u64::from(count) * 16)?;
    dispatch(cx, &sheet, texel, vk::SPARSE_TEXELS, vk::DescriptorType::UNIFORM_TEXEL_BUFFER, &result)?;
    let words = sheet.words();
    let expected: Vec<u32> = (0..count).flat_map(|index| texel.decode(&words, index)).collect();
    same("channels", &result.words(), &expected)
}

fn store(cx: &Context, plan: Plan, texel: Texel) -> Outcome {
    let sheet = Sheet::new(cx, plan)?;
    let values = sheet.values();
    let count = (sheet.buffer.size / u64::from(texel.bytes)) as u32;
    let channels: Vec<u32> = (0..count).flat_map(|index| texel.decode(&values, index)).collect();
    let from = HostBuffer::of(&cx.device, &channels)?;
    dispatch(cx, &sheet, texel, vk::STORE_TEXELS, vk::DescriptorType::STORAGE_TEXEL_BUFFER, &from)?;
    sheet.expect_written(|word| Some(values[word as usize]))
}
