//! Copies, fills and updates of sparse buffers, on a queue of each kind.

use super::{Plan, Sheet};
use crate::native::prelude::*;
use crate::native::support::Role;
use crate::rng::Rng;

type Way = (&'static str, fn(&Context, &vk::Queue, &Sheet) -> Outcome);

const WAYS: [Way; 9] = [
    ("copy_out", copy_out),
    ("copy_out_in_pieces", copy_out_in_pieces),
    ("copy_in", copy_in),
    ("copy_in_in_pieces", copy_in_in_pieces),
    ("copy_to_image", copy_to_image),
    ("copy_from_image", copy_from_image),
    ("copy_within", copy_within),
    ("fill", fill),
    ("update", update),
];

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (way, test) in WAYS {
        // Through aliases a copy within would overlap itself.
        for plan in Plan::ALL.into_iter().filter(|plan| way != "copy_within" || *plan != Plan::Shared) {
            for role in Role::ALL {
                let name = format!("sparse_buffer.transfer.{way}.{}.{}", plan.name(), role.name());
                cases.push(Case::with(name, plan.needs(&[Need::Queue(role)]), move |cx| {
                    test(cx, role.queue(&cx.device)?, &Sheet::new(cx, plan)?)
                }));
            }
        }
    }
    cases
}

/// Pieces of odd sizes that cover all bytes, in random order.
fn pieces(cx: &Context, size: u64) -> Vec<(u64, u64, u64)> {
    let mut rng = Rng::new(cx.seed);
    let (mut pieces, mut at) = (Vec::new(), 0);
    while at < size {
        let length = (1 + rng.below(30_000)).min(size - at);
        pieces.push((at, at, length));
        at += length;
    }
    rng.shuffle(&mut pieces);
    pieces
}

fn copy_out(cx: &Context, queue: &vk::Queue, sheet: &Sheet) -> Outcome {
    let to = cx.dirty(sheet.buffer.size)?;
    queue.run(&cx.device, |r| {
        r.copy(&sheet.buffer, 0, &to, 0, sheet.buffer.size);
        r.barrier();
    })?;
    same("copied", &to.words(), &sheet.words())
}

fn copy_out_in_pieces(cx: &Context, queue: &vk::Queue, sheet: &Sheet) -> Outcome {
    let to = cx.dirty(sheet.buffer.size)?;
    queue.run(&cx.device, |r| {
        r.copy_regions(&sheet.buffer, &to, &pieces(cx, sheet.buffer.size));
        r.barrier();
    })?;
    same("copied", &to.words(), &sheet.words())
}

fn copy_in(cx: &Context, queue: &vk::Queue, sheet: &Sheet) -> Outcome {
    let from = HostBuffer::of(&cx.device, &sheet.values())?;
    queue.run(&cx.device, |r| {
        r.copy(&from, 0, &sheet.buffer, 0, sheet.buffer.size);
        r.barrier();
    })?;
    sheet.expect_written(|word| Some(sheet.value(word)))
}

fn copy_in_in_pieces(cx: &Context, queue: &vk::Queue, sheet: &Sheet) -> Outcome {
    let from = HostBuffer::of(&cx.device, &sheet.values())?;
    queue.run(&cx.device, |r| {
        r.copy_regions(&from, &sheet.buffer, &pieces(cx, sheet.buffer.size));
        r.barrier();
    })?;
    sheet.expect_written(|word| Some(sheet.value(word)))
}

/// Rows of an image that are whole rows of a buffer: 128 words each.
fn image(cx: &Context, sheet: &Sheet) -> vk::Result<(StorageImage, vk::BufferImageCopy)> {
    let shape = ImageShape::flat(vk::Format::R32_UINT, 128, sheet.len() / 128);
    Ok((StorageImage::new(&cx.device, shape)?, shape.whole_level(0, 0)))
}

fn copy_to_image(cx: &Context, queue: &vk::Queue, sheet: &Sheet) -> Outcome {
    let (image, all) = image(cx, sheet)?;
    let to = cx.dirty(sheet.buffer.size)?;
    queue.run(&cx.device, |r| {
        r.general(&[&image]);
        r.copy_to_image(&sheet.buffer, &image, &[all]);
        r.barrier();
        r.copy_from_image(&image, &to, &[all]);
        r.barrier();
    })?;
    let whole = (sheet.len() / 128 * 128) as usize;
    same("copied to an image", &to.words()[..whole], &sheet.words()[..whole])
}

fn copy_from_image(cx: &Context, queue: &vk::Queue, sheet: &Sheet) -> Outcome {
    let (image, all) = image(cx, sheet)?;
    let from = HostBuffer::of(&cx.device, &sheet.values())?;
    queue.run(&cx.device, |r| {
        r.general(&[&image]);
        r.copy_to_image(&from, &image, &[all]);
        r.barrier();
        r.copy_from_image(&image, &sheet.buffer, &[all]);
        r.barrier();
    })?;
    let whole = sheet.len() / 128 * 128;
    sheet.expect_written(|word| (word < whole).then(|| sheet.value(word)))
}

/// The first page and a half over what lies two pages further, both sparse.
fn copy_within(cx: &Context, queue: &vk::Queue, sheet: &Sheet) -> Outcome {
    let (page, count) = (sheet.page_words(), sheet.page_words() * 3 / 2);
    queue.run(&cx.device, |r| {
        r.copy(&sheet.buffer, 0, &sheet.buffer, u64::from(2 * page) * 4, u64::from(count) * 4);
        r.barrier();
    })?;
    sheet.expect_written(|word| {
        (2 * page..2 * page + count).contains(&word).then(|| sheet.word(word - 2 * page))
    })
}

/// From the middle of the first page to the end of the buffer, which `VK_WHOLE_SIZE` finds.
fn fill(cx: &Context, queue: &vk::Queue, sheet: &Sheet) -> Outcome {
    let first = sheet.page_words() / 2;
    queue.run(&cx.device, |r| {
        r.fill(&sheet.buffer, u64::from(first) * 4, vk::WHOLE_SIZE, 0x1234_5678);
        r.barrier();
    })?;
    let filled = |word: u32| word >= first;
    sheet.expect_written(|word| filled(word).then_some(0x1234_5678))
}

/// 64 KiB that travel in the command buffer, around the border of two pages.
fn update(cx: &Context, queue: &vk::Queue, sheet: &Sheet) -> Outcome {
    let first = sheet.page_words() / 2;
    let values: Vec<u8> = (first..first + 16_384).flat_map(|word| sheet.value(word).to_ne_bytes()).collect();
    queue.run(&cx.device, |r| {
        r.update(&sheet.buffer, u64::from(first) * 4, &values);
        r.barrier();
    })?;
    sheet.expect_written(|word| (first..first + 16_384).contains(&word).then(|| sheet.value(word)))
}
