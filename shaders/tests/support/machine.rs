//! Runs a function as machine code on the memory of the interpreter, so that the two can be compared.

#![allow(clippy::unwrap_used, clippy::panic, reason = "test support: what goes wrong fails the test")]

use std::alloc::{Layout, alloc_zeroed, dealloc};

use lacuna_shaders::Scratch;
use lacuna_shaders::abi::{Descriptor, DispatchContext, heap};
use lacuna_shaders::compile::compile_function;
use lacuna_shaders::ir::{Function, interp::Memory};
use lacuna_shaders::tier::Tier;
use lacuna_vm::page_table::pte;

pub(crate) const PAGE: usize = 1 << 16;

/// Zeroed pages, aligned as backing memory is.
pub(crate) struct Pages {
    start: *mut u8,
    layout: Layout,
}

impl Pages {
    pub(crate) fn new(count: usize) -> Self {
        let layout = Layout::from_size_align(count.max(1) * PAGE, PAGE).unwrap();
        // SAFETY: the size is not zero.
        let start = unsafe { alloc_zeroed(layout) };
        assert!(!start.is_null());
        Self { start, layout }
    }

    pub(crate) fn address(&self) -> u64 {
        self.start as u64
    }

    pub(crate) fn bytes(&mut self) -> &mut [u8] {
        // SAFETY: our own memory; kernels that share it do not run meanwhile.
        unsafe { std::slice::from_raw_parts_mut(self.start, self.layout.size()) }
    }
}

impl Drop for Pages {
    fn drop(&mut self) {
        // SAFETY: allocated with this layout.
        unsafe { dealloc(self.start, self.layout) };
    }
}

extern "C" fn no_memory(_: *const DispatchContext, _: u64, _: u32) -> u64 {
    0
}

/// What machine code needs beside the buffers.
pub(crate) struct Machine {
    pub(crate) context: DispatchContext,
    _zero: Pages,
    _sink: Pages,
}

impl Machine {
    pub(crate) fn new(group_count: [u32; 3]) -> Self {
        let (zero, sink) = (Pages::new(1), Pages::new(1));
        let context = DispatchContext {
            page_table: std::ptr::null(),
            page_count: 0,
            zero_page: zero.address() as *const u8,
            sink_page: sink.address() as *mut u8,
            fault: no_memory,
            texture_unit: lacuna_shaders::abi::texture::no_texture_unit,
            user: std::ptr::null(),
            sets: [std::ptr::null(); heap::BASES],
            resource_heap_slots: 0,
            group_count,
            base_group: [0; 3],
            device_index: 0,
            push_constants: [0; 256],
        };
        Self { context, _zero: zero, _sink: sink }
    }
}

/// Where buffers are put.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Placement {
    /// In ordinary memory, at no special alignment.
    Plain,
    /// At sparse addresses; neighbouring pages are not neighbours in memory, buffers start 16 bytes before a page's end.
    Sparse,
}

/// Runs all workgroups, in two calls: one of quick code and one of optimized code, in an order that depends on the placement.
pub(crate) fn run(function: &Function, memory: &mut Memory, placement: Placement) {
    let compile =
        |tier| compile_function(function, tier).unwrap_or_else(|error| panic!("{error}\n{function}"));
    let mut kernels = [Tier::Quick, Tier::Optimized].map(compile);
    if placement == Placement::Sparse {
        kernels.reverse();
    }
    let groups: u64 = memory.group_count.iter().map(|&n| u64::from(n)).product();
    let mut scratch = Scratch::new();
    with_memory(memory, placement, |context| {
        // SAFETY: the context describes the memory, which lives until the end of this function.
        unsafe {
            kernels[0].run(context, 0, groups / 3, &mut scratch);
            kernels[1].run(context, groups / 3, groups - groups / 3, &mut scratch);
        }
    });
}

/// Puts buffers and push constants where machine code finds them, and back again after the run.
pub(crate) fn with_memory(memory: &mut Memory, placement: Placement, run: impl FnOnce(&DispatchContext)) {
    let mut machine = Machine::new(memory.group_count);
    machine.context.base_group = memory.base_group;
    if let Some(unit) = memory.texture_unit {
        machine.context.texture_unit = unit;
    }
    machine.context.push_constants[..memory.push_constants.len()].copy_from_slice(&memory.push_constants);

    let shift = if placement == Placement::Sparse { PAGE - 16 } else { 16 };
    let page_counts: Vec<usize> =
        memory.buffers.values().map(|bytes| (bytes.len() + shift).div_ceil(PAGE)).collect();
    let mut backing: Vec<Pages> = page_counts.iter().map(|&count| Pages::new(count)).collect();
    let mut table: Vec<u64> = vec![0];
    let mut sets: Vec<Vec<Descriptor>> = vec![Vec::new(); heap::BASES];
    for (((&(set, slot), bytes), pages), &count) in memory.buffers.iter().zip(&mut backing).zip(&page_counts)
    {
        let place = |offset: usize| scattered(offset, count, placement);
        for (i, &byte) in bytes.iter().enumerate() {
            pages.bytes()[place(i + shift)] = byte;
        }
        let start = match placement {
            Placement::Plain => pages.address(),
            Placement::Sparse => pte::SPARSE_TAG | (table.len() * PAGE) as u64,
        };
        table.extend((0..count).map(|page| (pages.address() + place(page * PAGE) as u64) | pte::VALID));
        let list = &mut sets[set as usize];
        list.resize(list.len().max(slot as usize + 1), Descriptor::default());
        let image = memory.descriptors.get(&(set, slot)).copied().unwrap_or_default();
        list[slot as usize] =
            Descriptor { address: start + shift as u64, range: bytes.len() as u64, ..image };
    }
    for (pointer, list) in machine.context.sets.iter_mut().zip(&sets) {
        // Slots beyond the last buffer are null descriptors, not foreign memory.
        if !list.is_empty() {
            *pointer = list.as_ptr();
        }
    }
    machine.context.resource_heap_slots = sets[heap::RESOURCE_HEAP as usize].len() as u64;
    (machine.context.page_table, machine.context.page_count) = (table.as_ptr(), table.len() as u64);

    run(&machine.context);
    for ((bytes, pages), &count) in memory.buffers.values_mut().zip(&mut backing).zip(&page_counts) {
        for (i, byte) in bytes.iter_mut().enumerate() {
            *byte = pages.bytes()[scattered(i + shift, count, placement)];
        }
    }
}

/// Where a byte of a buffer is in its backing memory: sparse pages lie in reverse order.
fn scattered(offset: usize, count: usize, placement: Placement) -> usize {
    match placement {
        Placement::Plain => offset,
        Placement::Sparse => (count - 1 - offset / PAGE) * PAGE + offset % PAGE,
    }
}

/// Compares buffers; words that are not a number in both are the same.
pub(crate) fn assert_same(function: &Function, expected: &Memory, found: &Memory, what: &str) {
    for (key, bytes) in &expected.buffers {
        let other = &found.buffers[key];
        for (i, (a, b)) in bytes.chunks(4).zip(other.chunks(4)).enumerate() {
            let nan = |word: &[u8]| word.try_into().is_ok_and(|word| f32::from_le_bytes(word).is_nan());
            assert!(
                a == b || (nan(a) && nan(b)),
                "{what}: word {i} of buffer {key:?} is {b:x?}, the interpreter has {a:x?}\n{function}"
            );
        }
    }
}
