//! Copies and fills of boxes of elements.

use lacuna_vm::page_table::pte::SPARSE_TAG;

use super::place::{Place, strips};
use super::{Access, JobPanicked, copy_span, lockstep, pool, spans, stream};

/// Copies a box: `size` elements, slices or layers the third, of all samples. Elements have one size on both sides.
///
/// # Safety
/// All elements of the box are inside of both places, and what host addresses there are is memory that stays mapped during the call.
#[doc(alias = "vkCmdCopyImage", alias = "vkCmdCopyBufferToImage", alias = "vkCmdCopyImageToBuffer")]
pub unsafe fn copy_box(to: Place, from: Place, size: [u32; 3], samples: u32) -> Result<(), JobPanicked> {
    let bytes = u64::from(to.level.element_bytes);
    for_each_run([to, from], size, samples, &|[to, from], elements| {
        // SAFETY: the caller's contract.
        unsafe { copy_run(to, from, u64::from(elements) * bytes) }
    })
}

/// Fills a box, all samples, with copies of one element.
///
/// # Safety
/// As [`copy_box`].
#[doc(alias = "vkCmdClearColorImage")]
pub unsafe fn fill_box(to: Place, size: [u32; 3], samples: u32, element: &[u8]) -> Result<(), JobPanicked> {
    let pattern = stream::Pattern::new(element);
    let bytes = u64::from(to.level.element_bytes);
    for_each_run([to], size, samples, &|[to], elements| {
        let mut done = 0;
        for span in spans(to, u64::from(elements) * bytes, Access::Write) {
            if let Some(host) = span.host {
                // SAFETY: the caller's contract.
                unsafe { pattern.fill(host, done as usize, span.size as usize) }
            }
            done += span.size;
        }
    })
}

/// Calls `work` with the device addresses of each run and its elements.
pub(super) fn for_each_run<const N: usize>(
    places: [Place; N],
    size: [u32; 3],
    samples: u32,
    work: &(dyn Fn([u64; N], u32) + Sync),
) -> Result<(), JobPanicked> {
    let strips = strips(&places, size, samples);
    let bytes = places.iter().map(|place| u64::from(place.level.element_bytes)).max().unwrap_or(1);
    let total = size.iter().fold(bytes * u64::from(samples), |total, &n| total.saturating_mul(n.into()));
    // Small boxes are not worth waking another thread.
    let alone = total <= super::ALONE;
    let chunk = if alone { strips.len() } else { (strips.len() / 64).max(1) };
    pool::split(strips.len() as u64, chunk as u64, &|range| {
        for strip in &strips[range.start as usize..range.end as usize] {
            for run in strip.runs(&places, size[0]) {
                work(places.map(|place| place.at([run.x, run.y, strip.slice], strip.sample)), run.elements);
            }
        }
    })
}

/// # Safety
/// What host addresses there are in both ranges is memory that stays mapped during the call.
unsafe fn copy_run(to: u64, from: u64, bytes: u64) {
    if (to | from) & SPARSE_TAG == 0 {
        // SAFETY: the caller's contract. The two may be the same memory: images may alias.
        return unsafe { stream::copy(to as *mut u8, from as *const u8, bytes as usize) };
    }
    let (to, from) = (spans(to, bytes, Access::Write), spans(from, bytes, Access::Read));
    for (to, from) in lockstep(to, from) {
        // SAFETY: the caller's contract; spans of one step have one size.
        unsafe { copy_span(to, from) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::{ImageLayout, Shape};

    /// An image in host memory.
    struct Image {
        memory: Vec<u8>,
        layout: ImageLayout,
        is_3d: bool,
    }

    impl Image {
        fn new(extent: [u32; 3], layers: u32, samples: u32, is_3d: bool, tiled: bool) -> Self {
            let shape = Shape { extent, block: [1, 1], levels: 1, layers, element_bytes: 4, samples };
            let layout = if tiled { ImageLayout::tiled(shape, is_3d) } else { ImageLayout::linear(shape) };
            let layout = layout.unwrap();
            Self { memory: vec![0; layout.size() as usize], layout, is_3d }
        }

        fn place(&mut self, origin: [u32; 3], layer: u32) -> Place {
            let (level, address) = (*self.layout.level(0).unwrap(), self.memory.as_mut_ptr() as u64);
            Place { address, level, origin, layer, is_3d: self.is_3d }
        }

        fn element(&self, at: [u32; 3], layer: u32, sample: u32) -> usize {
            self.layout.level(0).unwrap().offset(at, layer, sample) as usize
        }

        fn get(&self, at: [u32; 3], layer: u32, sample: u32) -> u32 {
            let start = self.element(at, layer, sample);
            u32::from_le_bytes(self.memory[start..start + 4].try_into().unwrap())
        }

        fn number(&mut self) {
            let Shape { extent: [w, h, d], layers, samples, .. } = *self.layout.shape();
            let mut next = 1u32;
            for layer in 0..layers {
                for (z, y) in (0..d).flat_map(|z| (0..h).map(move |y| (z, y))) {
                    for (x, sample) in (0..w).flat_map(|x| (0..samples).map(move |s| (x, s))) {
                        let start = self.element([x, y, z], layer, sample);
                        self.memory[start..start + 4].copy_from_slice(&next.to_le_bytes());
                        next += 1;
                    }
                }
            }
        }
    }

    #[test]
    fn a_box_moves_between_layouts_and_nothing_beside_it_changes() {
        for (from_tiled, to_tiled) in [(true, false), (false, true), (true, true), (false, false)] {
            let mut from = Image::new([200, 150, 1], 2, 1, false, from_tiled);
            let mut to = Image::new([170, 190, 1], 3, 1, false, to_tiled);
            from.number();
            let (target, source) = (to.place([20, 50, 0], 1), from.place([70, 10, 0], 0));
            // SAFETY: both boxes are inside of their images.
            unsafe { copy_box(target, source, [130, 140, 2], 1) }.unwrap();
            for (layer, y) in (0..3).flat_map(|l| (0..190).map(move |y| (l, y))) {
                for x in 0..170 {
                    let inside = (20..150).contains(&x) && (50..190).contains(&y) && layer >= 1;
                    let wanted = if inside { from.get([x + 50, y - 40, 0], layer - 1, 0) } else { 0 };
                    assert_eq!(to.get([x, y, 0], layer, 0), wanted, "{x} {y} {layer}");
                }
            }
        }
    }

    #[test]
    fn slices_become_layers() {
        let (mut solid, mut array) =
            (Image::new([70, 40, 40], 1, 1, true, true), Image::new([70, 40, 1], 5, 1, false, true));
        solid.number();
        let (target, source) = (array.place([0; 3], 1), solid.place([0, 0, 30], 0));
        // SAFETY: both boxes are inside of their images.
        unsafe { copy_box(target, source, [70, 40, 4], 1) }.unwrap();
        for (slice, y) in (0..4).flat_map(|z| (0..40).map(move |y| (z, y))) {
            assert!(
                (0..70).all(|x| array.get([x, y, 0], slice + 1, 0) == solid.get([x, y, 30 + slice], 0, 0))
            );
        }
    }

    #[test]
    fn all_samples_are_copied_and_filled() {
        let (mut from, mut to) =
            (Image::new([100, 70, 1], 1, 4, false, true), Image::new([100, 70, 1], 1, 4, false, true));
        from.number();
        let (target, source) = (to.place([0; 3], 0), from.place([0; 3], 0));
        // SAFETY: the box is inside of both images.
        unsafe { copy_box(target, source, [100, 70, 1], 4) }.unwrap();
        assert_eq!(from.memory, to.memory);
        let element = 0xdead_beefu32.to_le_bytes();
        // SAFETY: as above.
        unsafe { fill_box(to.place([1, 1, 0], 0), [98, 68, 1], 4, &element) }.unwrap();
        for (y, x) in (0..70).flat_map(|y| (0..100).map(move |x| (y, x))) {
            let inside = (1..99).contains(&x) && (1..69).contains(&y);
            let filled = (0..4).all(|sample| to.get([x, y, 0], 0, sample) == 0xdead_beef);
            assert_eq!(filled, inside, "{x} {y}");
        }
    }
}
