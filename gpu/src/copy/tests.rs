use lacuna_vm::page_table::PageTable;
use lacuna_vm::units::{PAGE_SHIFT, PAGE_SIZE, VaRange};

use super::*;
use crate::memory::address_space::{AddressSpace, address_space, device_address};
use crate::memory::bo::Bo;

/// A sparse range whose pages are those of one BO, scattered: page `n` of the range is page `order[n]` of the BO, or unbound.
struct Scattered {
    space: &'static AddressSpace,
    range: VaRange,
    bo: Bo,
    order: Vec<Option<u64>>,
}

impl Scattered {
    fn new(order: &[Option<u64>]) -> Self {
        let space = address_space().unwrap();
        let range = space.allocate(order.len() as u64 * PAGE_SIZE, 1).unwrap();
        let bo = Bo::allocate(order.len() as u64 * PAGE_SIZE).unwrap();
        let mut table = space.table();
        for (page, target) in (range.start().0 >> PAGE_SHIFT..).zip(order) {
            if let Some(target) = target {
                table.map_pages(page, 1, bo.host().as_ptr() as u64 + target * PAGE_SIZE, Default::default());
            }
        }
        Self { space, range, bo, order: order.to_vec() }
    }

    fn address(&self) -> u64 {
        device_address(self.range.start())
    }

    /// What a reader of the sparse range must see, straight from the BO.
    fn contents(&self) -> Vec<u8> {
        // SAFETY: the BO lives and nobody writes it meanwhile.
        let bytes = unsafe { std::slice::from_raw_parts(self.bo.host().as_ptr(), self.bo.size() as usize) };
        let page = |target: &Option<u64>| match target {
            Some(target) => bytes[(target * PAGE_SIZE) as usize..][..PAGE_SIZE as usize].to_vec(),
            None => vec![0; PAGE_SIZE as usize],
        };
        self.order.iter().flat_map(page).collect()
    }
}

impl Drop for Scattered {
    fn drop(&mut self) {
        self.space.table().unmap_pages(self.range.start().0 >> PAGE_SHIFT, self.order.len() as u64);
        self.space.free(self.range);
    }
}

const SHUFFLED: [Option<u64>; 6] = [Some(4), Some(5), None, Some(0), None, Some(2)];

fn pattern(size: u64) -> Vec<u8> {
    (0..size).map(|index| (index * 7 + index / 251) as u8 | 1).collect()
}

fn read_all(address: u64, size: usize) -> Vec<u8> {
    let mut bytes = vec![0xee; size];
    // SAFETY: tests name live memory only.
    unsafe { read(address, &mut bytes) };
    bytes
}

#[test]
fn updates_and_reads_cross_scattered_pages_and_holes() {
    let sparse = Scattered::new(&SHUFFLED);
    let data = pattern(5 * PAGE_SIZE);
    // SAFETY: live memory.
    unsafe { update(sparse.address() + 100, &data) };
    let seen = read_all(sparse.address(), 6 * PAGE_SIZE as usize);
    assert_eq!(seen, sparse.contents());
    assert!(seen[..100].iter().all(|&byte| byte == 0));
    assert_eq!(seen[100..2 * PAGE_SIZE as usize], data[..2 * PAGE_SIZE as usize - 100]);
    assert!(seen[2 * PAGE_SIZE as usize..3 * PAGE_SIZE as usize].iter().all(|&byte| byte == 0), "the hole");
}

#[test]
fn a_copy_between_two_scattered_ranges_moves_every_byte_to_its_place() {
    let (from, to) =
        (Scattered::new(&SHUFFLED), Scattered::new(&[Some(1), None, Some(0), Some(3), Some(2), Some(5)]));
    // SAFETY: live memory.
    unsafe {
        update(from.address(), &pattern(6 * PAGE_SIZE));
        fill(to.address(), 6 * PAGE_SIZE, u32::MAX).unwrap();
    }
    let (source, before) = (from.contents(), to.contents());
    let (at, begin, size) = (70_001, 3, 4 * PAGE_SIZE as usize + 17);
    // SAFETY: live memory.
    unsafe { copy(to.address() + at as u64, from.address() + begin as u64, size as u64).unwrap() };

    let mut expected = before;
    expected[at..at + size].copy_from_slice(&source[begin..begin + size]);
    for (page, target) in to.order.iter().enumerate() {
        if target.is_none() {
            expected[page * PAGE_SIZE as usize..][..PAGE_SIZE as usize].fill(0);
        }
    }
    assert!(to.contents() == expected);
}

#[test]
fn an_unbound_source_copies_zeros() {
    let (hole, to) = (Scattered::new(&[None]), Bo::allocate(PAGE_SIZE).unwrap());
    let address = to.host().as_ptr() as u64;
    // SAFETY: live memory.
    unsafe {
        fill(address, 64, u32::MAX).unwrap();
        copy(address + 2, hole.address() + 8, 4).unwrap();
    }
    assert_eq!(read_all(address, 8), [255, 255, 0, 0, 0, 0, 255, 255]);
}

#[test]
fn fills_write_whole_words_of_any_pattern() {
    let sparse = Scattered::new(&SHUFFLED);
    for word in [0_u32, 0x0101_0101, 0x1234_5678] {
        // SAFETY: live memory.
        unsafe { fill(sparse.address() + 4, 3 * PAGE_SIZE + 8, word).unwrap() };
        let seen = read_all(sparse.address(), 6 * PAGE_SIZE as usize);
        assert_eq!(seen[4..8], word.to_ne_bytes());
        assert_eq!(seen[3 * PAGE_SIZE as usize + 8..][..4], word.to_ne_bytes());
        assert_eq!(seen[3 * PAGE_SIZE as usize + 12..][..4], [0; 4]);
    }
}

#[test]
fn two_views_of_one_page_can_be_copied_onto_each_other() {
    let sparse = Scattered::new(&[Some(0), Some(0)]);
    // SAFETY: live memory.
    unsafe {
        update(sparse.address(), &pattern(64));
        copy(sparse.address() + PAGE_SIZE + 8, sparse.address(), 32).unwrap();
    }
    assert_eq!(read_all(sparse.address() + 8, 32), pattern(64)[..32]);
}

#[test]
fn large_copies_are_split_and_complete() {
    let size = 3 * ALONE + 12_345;
    let (from, to) = (Bo::allocate(size).unwrap(), Bo::allocate(size).unwrap());
    let (source, target) = (from.host().as_ptr() as u64, to.host().as_ptr() as u64);
    let data = pattern(size);
    // SAFETY: live memory.
    unsafe {
        update(source, &data);
        copy(target, source, size).unwrap();
    }
    assert!(read_all(target, size as usize) == data);
}
