//! Accesses in loops, which remember from turn to turn where their buffer is: wherever the next turn goes, it finds what an access
//! without a memory would.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use crate::kernels::{buffer, fill, run_on};
use crate::support::machine::{Machine, PAGE, Pages};
use lacuna_shaders::abi::Descriptor;
use lacuna_shaders::compile::compile_function;
use lacuna_shaders::ir::Function;
use lacuna_shaders::tier::Tier;
use lacuna_vm::page_table::pte;

const LANES: u64 = 8;
/// Of a sparse buffer with this many pages, the second has no memory and the fourth may not be written.
const PAGES: usize = 5;
/// Byte of the first page where the buffer begins, and its bytes.
const START: u64 = PAGE as u64 - 400;
const RANGE: u64 = 4 * PAGE as u64 - 100;

/// For each turn: reads an offset from buffer 2 and does `body` with it in `v10`; the turn's output is at `v11`.
fn looped(offset: &str, bytes: u32, body: &str) -> Function {
    let text = format!(
        "workgroup 8 1 1\nvariable x0 I32\n\
         v0: I32 = Constant 0\nv1: I32 = Constant 1\nv2: I32 = Constant 2\nv3: I32 = Constant 4\nv4: I32 = Constant {bytes}\n\
         v5: I32 = Builtin LocalInvocationIndex\nv6: I32 = IMul v5 v3\nv12: I32 = Constant 32\nset x0 v0\n\
         loop l0 {{\n v7: I32 = Get x0\n v8: I32 = BufferSize 0 v2\n v9: I32 = IMul v7 v4\n v13: Bool = ULt v9 v8\n if v13 {{\n\
         v10: {offset} = Load buffer 0 v2 v9\n v14: I32 = IMul v7 v12\n v11: I32 = IAdd v14 v6\n {body}\n\
         v15: I32 = IAdd v7 v1\n set x0 v15\n continue l0\n }}\n}}\n"
    );
    text.parse().unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// Runs a function of [`looped`] on a sheet as buffer 0, with buffer 1 for what it puts out.
fn run<const N: usize>(
    function: &Function,
    sheet: &Sheet,
    sparse: bool,
    output: &Pages,
    offsets: impl Iterator<Item = [u8; N]>,
) {
    let list: Vec<u8> = offsets.flatten().collect();
    let mut turns = Pages::new(1);
    turns.bytes()[..list.len()].copy_from_slice(&list);
    let set = [
        sheet.descriptor(sparse),
        buffer(output.address(), PAGE as u64),
        buffer(turns.address(), list.len() as u64),
    ];
    let kernel = compile_function(function, Tier::Optimized).unwrap();
    run_on(&kernel, &mut Machine::new([1, 1, 1]), 1, &set, &sheet.table);
}

/// Pages in reverse order, so that neighbours are no neighbours in memory.
struct Sheet {
    pages: Pages,
    table: Vec<u64>,
}

impl Sheet {
    fn new() -> Self {
        let mut pages = Pages::new(PAGES);
        fill(&mut pages, |i| i + 1);
        let entry = |page: usize| match page {
            1 => 0,
            3 => Self::host(&pages, page) | pte::VALID | pte::READ_ONLY,
            _ => Self::host(&pages, page) | pte::VALID,
        };
        let table = (0..PAGES).map(entry).collect();
        Self { pages, table }
    }

    fn host(pages: &Pages, page: usize) -> u64 {
        pages.address() + ((PAGES - 1 - page) * PAGE) as u64
    }

    fn descriptor(&self, sparse: bool) -> Descriptor {
        let address = if sparse { pte::SPARSE_TAG } else { self.pages.address() } + START;
        buffer(address, RANGE)
    }

    /// The byte of the memory that an offset of the buffer names, if it names one.
    fn place(sparse: bool, offset: u64) -> Option<usize> {
        let at = (offset < RANGE).then_some((offset + START) as usize)?;
        let page = at / PAGE;
        match (sparse, page) {
            (false, _) => Some(at),
            (true, 1) => None,
            (true, _) => Some((PAGES - 1 - page) * PAGE + at % PAGE),
        }
    }

    fn word(bytes: &[u8], sparse: bool, offset: u64) -> u32 {
        if offset.checked_add(4).is_none_or(|end| end > RANGE) {
            return 0;
        }
        u32::from_le_bytes([0, 1, 2, 3].map(|i| Self::place(sparse, offset + i).map_or(0, |at| bytes[at])))
    }
}

/// Turns that stay in a page, leave it in both directions, cross its end, and go to the edges of the buffer.
fn offsets() -> Vec<u64> {
    let page = PAGE as u64;
    // The first offset of each page.
    let first = |n: u64| n * page - START;
    let mut offsets =
        vec![0, 4, 360, 64, 0, first(1) - 32, first(1) - 28, first(1) - 4, first(1), first(1) + 8];
    offsets.extend([
        first(2) - 16,
        first(2),
        first(2) + 100,
        first(3),
        first(2) + 104,
        first(3) - 2,
        first(3) + 4,
    ]);
    offsets.extend([RANGE - 32, RANGE - 28, RANGE - 4, RANGE - 3, RANGE, RANGE + page, first(2) + 2, 12]);
    offsets.extend((0..40).map(|i| first(3) - 20 * i));
    offsets
}

#[test]
fn a_loop_reads_what_is_at_each_of_its_offsets() {
    let offsets = offsets();
    let function = looped(
        "I32",
        4,
        "v20: I32 = IAdd v10 v6\n v21: I32 = Load buffer 0 v0 v20\n store buffer 0 v1 v11 v21",
    );
    for sparse in [false, true] {
        let (mut sheet, mut output) = (Sheet::new(), Pages::new(1));
        run(&function, &sheet, sparse, &output, offsets.iter().map(|&offset| (offset as u32).to_le_bytes()));
        let found = output.bytes().as_chunks::<4>().0;
        for (turn, &offset) in offsets.iter().enumerate() {
            for lane in 0..LANES {
                let expected = Sheet::word(sheet.pages.bytes(), sparse, offset + lane * 4);
                let word = u32::from_le_bytes(found[turn * 8 + lane as usize]);
                assert_eq!(word, expected, "turn {turn}, lane {lane}, sparse: {sparse}");
            }
        }
    }
}

#[test]
fn a_loop_writes_only_where_each_of_its_offsets_may_be_written() {
    let offsets = offsets();
    let function =
        looped("I32", 4, "v20: I32 = IAdd v10 v6\n v21: I32 = IAdd v11 v12\n store buffer 0 v0 v20 v21");
    for sparse in [false, true] {
        let (mut sheet, output) = (Sheet::new(), Pages::new(1));
        let mut expected = sheet.pages.bytes().to_vec();
        run(&function, &sheet, sparse, &output, offsets.iter().map(|&offset| (offset as u32).to_le_bytes()));
        for (turn, &offset) in offsets.iter().enumerate() {
            for lane in 0..LANES {
                let at = offset + lane * 4;
                let value = turn as u32 * 32 + lane as u32 * 4 + 32;
                for (i, byte) in (at..).zip(value.to_le_bytes()).filter(|_| at + 4 <= RANGE) {
                    let is_read_only = sparse && (i + START) / PAGE as u64 == 3;
                    if let Some(place) = Sheet::place(sparse, i).filter(|_| !is_read_only) {
                        expected[place] = byte;
                    }
                }
            }
        }
        assert!(sheet.pages.bytes() == expected, "sparse: {sparse}");
    }
}

#[test]
fn offsets_before_the_buffer_are_outside_though_in_its_page() {
    let function = looped("I64", 8, "v21: I32 = Load buffer 0 v0 v10\n store buffer 0 v1 v11 v21");
    let before = [4, 8, 396, 400, START].map(u64::wrapping_neg);
    let offsets: Vec<u64> =
        before.iter().flat_map(|&outside| [100, outside]).chain([u64::MAX, 104]).collect();
    for sparse in [false, true] {
        let (mut sheet, mut output) = (Sheet::new(), Pages::new(1));
        run(&function, &sheet, sparse, &output, offsets.iter().map(|offset| offset.to_le_bytes()));
        let found = output.bytes().as_chunks::<4>().0;
        for (turn, &offset) in offsets.iter().enumerate() {
            let expected = Sheet::word(sheet.pages.bytes(), sparse, offset);
            assert_eq!(u32::from_le_bytes(found[turn * 8]), expected, "turn {turn}, sparse: {sparse}");
        }
    }
}
