//! What machine code does at the edges of memory: pages without memory, faults, ends of buffers, many threads.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::sync::atomic::{AtomicU64, Ordering};

use crate::support::machine::{Machine, PAGE, Pages};
use lacuna_shaders::abi::{Descriptor, DispatchContext};
use lacuna_shaders::compile::compile_function;
use lacuna_shaders::ir::Function;
use lacuna_shaders::tier::Tier;
use lacuna_shaders::{ComputeKernel, Scratch};
use lacuna_vm::page_table::pte;

fn kernel(text: &str) -> ComputeKernel {
    let function: Function = text.parse().unwrap_or_else(|error| panic!("{error}\n{text}"));
    compile_function(&function, Tier::Optimized).unwrap()
}

fn words(pages: &mut Pages) -> Vec<u32> {
    pages.bytes().as_chunks::<4>().0.iter().map(|&word| u32::from_le_bytes(word)).collect()
}

pub(super) fn fill(pages: &mut Pages, mut f: impl FnMut(u32) -> u32) {
    for (i, word) in pages.bytes().as_chunks_mut::<4>().0.iter_mut().enumerate() {
        *word = f(i as u32).to_le_bytes();
    }
}

pub(super) fn buffer(address: u64, range: u64) -> Descriptor {
    Descriptor { address, range, ..Descriptor::default() }
}

/// Runs `groups` workgroups with these descriptors in set 0 and this page table.
fn run(text: &str, groups: u32, set: &[Descriptor], table: &[u64]) {
    let kernel = kernel(text);
    let mut machine = Machine::new([groups, 1, 1]);
    run_on(&kernel, &mut machine, groups, set, table);
}

pub(super) fn run_on(
    kernel: &ComputeKernel,
    machine: &mut Machine,
    groups: u32,
    set: &[Descriptor],
    table: &[u64],
) {
    machine.context.sets[0] = set.as_ptr();
    (machine.context.page_table, machine.context.page_count) = (table.as_ptr(), table.len() as u64);
    // SAFETY: the descriptors and entries that the tests pass describe live memory.
    unsafe { kernel.run(&machine.context, 0, u64::from(groups), &mut Scratch::new()) };
}

/// Copies element `stride * i` of buffer 0 to element i of buffer 1.
fn copy(stride: u32, shift: u32) -> String {
    format!(
        "workgroup 16 1 1\nv0: I32 = Constant 0\nv1: I32 = Constant 1\nv2: I32 = Builtin GlobalInvocationId.0\n\
         v3: I32 = Constant 4\nv4: I32 = IMul v2 v3\nv5: I32 = Constant {stride}\nv6: I32 = IMul v2 v5\n\
         v9: I32 = Constant {shift}\nv10: I32 = IAdd v6 v9\n\
         v7: I32 = Load buffer 0 v0 v10\nstore buffer 0 v1 v4 v7\n"
    )
}

const VALID: u64 = pte::VALID;

#[test]
fn pages_without_memory_read_zero() {
    let (mut low, mut high, mut output) = (Pages::new(1), Pages::new(1), Pages::new(4));
    fill(&mut low, |i| i + 1);
    fill(&mut high, |i| i + 1_000_001);
    let words_per_page = PAGE as u32 / 4;
    let table = [low.address() | VALID, 0, pte::NULL, high.address() | VALID];
    let set = [buffer(pte::SPARSE_TAG, 4 * PAGE as u64), buffer(output.address(), 4 * PAGE as u64)];
    run(&copy(4, 0), words_per_page * 4 / 16, &set, &table);
    for (i, &word) in words(&mut output).iter().enumerate() {
        let at = i as u32 % words_per_page;
        let expected = [at + 1, 0, 0, at + 1_000_001][i / words_per_page as usize];
        assert_eq!(word, expected, "element {i}");
    }
}

#[test]
fn stores_to_pages_without_memory_or_write_access_vanish() {
    let (mut input, mut writable, mut read_only) = (Pages::new(3), Pages::new(1), Pages::new(1));
    fill(&mut input, |i| i + 1);
    let table = [writable.address() | VALID, 0, read_only.address() | VALID | pte::READ_ONLY];
    let set = [buffer(input.address(), 3 * PAGE as u64), buffer(pte::SPARSE_TAG, 3 * PAGE as u64)];
    run(&copy(4, 0), 3 * PAGE as u32 / 64, &set, &table);
    assert!(words(&mut writable).iter().enumerate().all(|(i, &word)| word == i as u32 + 1));
    assert!(words(&mut read_only).iter().all(|&word| word == 0));
}

#[test]
fn accesses_across_the_end_of_a_page_reach_both_pages() {
    let (mut first, mut second, mut output) = (Pages::new(1), Pages::new(1), Pages::new(1));
    first.bytes()[PAGE - 2..].copy_from_slice(&[1, 2]);
    second.bytes()[..2].copy_from_slice(&[3, 4]);
    let table = [first.address() | VALID, second.address() | VALID];
    for stride in [4, 6, 12] {
        // The last of eight elements lies across the end.
        let set = [
            buffer(pte::SPARSE_TAG + (PAGE - 2 - 7 * stride as usize) as u64, PAGE as u64),
            buffer(output.address(), PAGE as u64),
        ];
        run(&copy(stride, 0), 1, &set, &table);
        assert_eq!(words(&mut output)[7], 0x0403_0201, "stride {stride}");
    }
    // With only one of the pages, the other half reads zero.
    let set =
        [buffer(pte::SPARSE_TAG + PAGE as u64 - 30, PAGE as u64), buffer(output.address(), PAGE as u64)];
    run(&copy(4, 0), 1, &set, &[first.address() | VALID, 0]);
    assert_eq!(words(&mut output)[7], 0x0201);
}

/// Copies `components` words at every 16th byte of buffer 0 to buffer 1, from byte `shift` on, component after component.
fn copy_vectors(components: u32, shift: u32) -> String {
    let mut text = format!(
        "workgroup 16 1 1\nv0: I32 = Constant 0\nv1: I32 = Constant 1\nv2: I32 = Builtin GlobalInvocationId.0\n\
         v3: I32 = Constant 16\nv4: I32 = IMul v2 v3\nv5: I32 = Constant {shift}\nv6: I32 = IAdd v4 v5\n"
    );
    for i in 0..components {
        let v = 10 + i * 10;
        text += &format!(
            "v{v}: I32 = Constant {}\nv{}: I32 = IAdd v6 v{v}\nv{}: I32 = Load buffer 0 v0 v{}\n",
            i * 4,
            v + 1,
            v + 2,
            v + 1
        );
    }
    for i in (0..components).rev() {
        let v = 10 + i * 10;
        text += &format!("store buffer 0 v1 v{} v{}\n", v + 1, v + 2);
    }
    text
}

#[test]
fn components_are_bounded_one_by_one() {
    let mut input = Pages::new(1);
    fill(&mut input, |i| i + 1);
    for components in 1..=5 {
        for (from, to) in [(256, 256), (252, 256), (248, 244), (200, 204), (4, 12), (0, 256), (256, 0)] {
            let mut output = Pages::new(1);
            let set = [buffer(input.address(), from), buffer(output.address(), to)];
            run(&copy_vectors(components, 0), 1, &set, &[]);
            for (i, &word) in (0..).zip(&words(&mut output)[..100]) {
                let copied = i < 64 && i % 4 < components || components == 5 && i <= 64 && i > 0;
                let inside = u64::from(i) * 4 < to;
                let expected = if copied && inside && u64::from(i) * 4 < from { i + 1 } else { 0 };
                assert_eq!(word, expected, "word {i} of {components} components, {from} to {to} bytes");
            }
        }
    }
}

#[test]
fn vectors_across_the_end_of_a_page_reach_both_pages() {
    let (mut first, mut second) = (Pages::new(1), Pages::new(1));
    fill(&mut first, |i| i);
    fill(&mut second, |i| i + 0x4000);
    let table = [first.address() | pte::VALID, second.address() | pte::VALID];
    let mut output = Pages::new(1);
    for at in (PAGE as u64 - 300..PAGE as u64).step_by(4) {
        let set = [buffer(pte::SPARSE_TAG | at, 1024), buffer(output.address(), 256)];
        run(&copy_vectors(4, 0), 1, &set, &table);
        let expected: Vec<u32> = (0..64).map(|i| at as u32 / 4 + i).collect();
        assert_eq!(words(&mut output)[..64], expected, "from byte {at}");
    }
}

#[test]
fn lanes_before_the_start_and_behind_the_end_read_zero() {
    let (mut input, mut output) = (Pages::new(1), Pages::new(1));
    fill(&mut input, |i| i + 1);
    for stride in [4, 8, 1000] {
        let set = [buffer(input.address(), 48), buffer(output.address(), PAGE as u64)];
        run(&copy(stride, 0u32.wrapping_sub(8)), 1, &set, &[]);
        let expected: Vec<u32> = (0..16)
            .map(|i| (i * stride).wrapping_sub(8))
            .map(|at| if at <= 44 { at / 4 + 1 } else { 0 })
            .collect();
        assert_eq!(words(&mut output)[..16], expected, "stride {stride}");
    }
}

#[test]
fn null_descriptors_and_sets_that_are_not_bound_read_zero() {
    let mut output = Pages::new(1);
    fill(&mut output, |_| 7);
    run(&copy(4, 0), 1, &[Descriptor::default(), buffer(output.address(), PAGE as u64)], &[]);
    assert_eq!(words(&mut output)[..17], [[0; 16].as_slice(), &[7]].concat());
    let text = copy(4, 0).replace("Load buffer 0 v0", "Load buffer 3 v0");
    fill(&mut output, |_| 7);
    run(&text, 1, &[Descriptor::default(), buffer(output.address(), PAGE as u64)], &[]);
    assert_eq!(words(&mut output)[..17], [[0; 16].as_slice(), &[7]].concat());
}

static FAULTS: AtomicU64 = AtomicU64::new(0);

extern "C" fn bring_back(context: *const DispatchContext, address: u64, kind: u32) -> u64 {
    assert_eq!(address & !0xffff, pte::SPARSE_TAG);
    assert_eq!(kind, 0);
    FAULTS.fetch_add(1, Ordering::Relaxed);
    // SAFETY: the test's context carries the address of its page.
    unsafe { (*context).user as u64 | VALID }
}

#[test]
fn the_fault_handler_says_where_the_page_is() {
    let (mut evicted, mut output) = (Pages::new(1), Pages::new(1));
    fill(&mut evicted, |i| i + 1);
    let mut machine = Machine::new([1, 1, 1]);
    machine.context.fault = bring_back;
    machine.context.user = evicted.address() as *const _;
    let set = [buffer(pte::SPARSE_TAG, PAGE as u64), buffer(output.address(), PAGE as u64)];
    run_on(&kernel(&copy(4, 0)), &mut machine, 1, &set, &[pte::FAULT]);
    assert_eq!(words(&mut output)[..16], (1..17).collect::<Vec<_>>());
    assert!(FAULTS.load(Ordering::Relaxed) > 0);
}

#[test]
fn device_addresses_reach_host_and_sparse_memory_and_nothing_else() {
    let (mut host, mut sparse, mut output) = (Pages::new(1), Pages::new(1), Pages::new(1));
    fill(&mut host, |i| i + 1);
    fill(&mut sparse, |i| i + 101);
    let addresses = [host.address() + 4, pte::SPARSE_TAG + 8, pte::SPARSE_TAG + PAGE as u64, 0, u64::MAX, 16];
    let mut table = Pages::new(1);
    for (i, address) in addresses.into_iter().enumerate() {
        table.bytes()[i * 8..][..8].copy_from_slice(&address.to_le_bytes());
    }
    let set = [buffer(table.address(), 48), buffer(output.address(), PAGE as u64)];
    let varying = "workgroup 8 1 1\nv0: I32 = Constant 0\nv1: I32 = Constant 1\nv2: I32 = Builtin GlobalInvocationId.0\n\
                   v3: I32 = Constant 8\nv4: I32 = IMul v2 v3\nv5: I64 = Load buffer 0 v0 v4\nv6: I32 = Load global v5\n\
                   v7: I32 = Constant 4\nv8: I32 = IMul v2 v7\nstore buffer 0 v1 v8 v6\n";
    let uniform = varying.replace("GlobalInvocationId", "WorkgroupId").replace("8 1 1", "2 1 1");
    for (text, groups) in [(varying, 1), (uniform.as_str(), 8)] {
        fill(&mut output, |_| 7);
        run(text, groups, &set, &[sparse.address() | VALID]);
        assert_eq!(words(&mut output)[..9], [2, 103, 0, 0, 0, 0, 0, 0, 7]);
    }
}

#[test]
fn atomics_of_many_threads_lose_nothing() {
    let mut counters = Pages::new(1);
    let text = "workgroup 64 1 1\nv0: I32 = Constant 0\nv1: I32 = Constant 1\nv2: I32 = Builtin LocalInvocationIndex\n\
                v3: I32 = Constant 12\nv4: I32 = And v2 v3\nv5: I32 = Atomic IAdd buffer 0 v0 v4 v1\n\
                v6: F32 = Constant 1.0\nv7: I32 = Constant 64\nv8: F32 = Atomic FAdd buffer 0 v0 v7 v6\n";
    let kernel = kernel(text);
    let set = [buffer(counters.address(), PAGE as u64)];
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let mut machine = Machine::new([100, 1, 1]);
                run_on(&kernel, &mut machine, 100, &set, &[]);
            });
        }
    });
    let words = words(&mut counters);
    assert_eq!(words[..5], [6400, 6400, 6400, 6400, 0]);
    assert_eq!(f32::from_bits(words[16]), 25600.0);
}

#[test]
fn atomics_outside_of_memory_give_zero_and_write_nothing() {
    let (mut page, mut output) = (Pages::new(1), Pages::new(1));
    fill(&mut page, |_| 5);
    let text = "workgroup 8 1 1\nv0: I32 = Constant 0\nv1: I32 = Constant 1\nv2: I32 = Builtin LocalInvocationIndex\n\
                v3: I32 = Constant 32768\nv4: I32 = IMul v2 v3\nv5: I32 = Atomic IAdd buffer 0 v0 v4 v1\n\
                v6: I32 = Constant 4\nv7: I32 = IMul v2 v6\nstore buffer 0 v1 v7 v5\n";
    let set = [buffer(pte::SPARSE_TAG, 3 * PAGE as u64), buffer(output.address(), PAGE as u64)];
    run(text, 1, &set, &[0, page.address() | VALID]);
    assert_eq!(words(&mut output)[..8], [0, 0, 5, 5, 0, 0, 0, 0]);
    assert_eq!(words(&mut page).iter().filter(|&&word| word == 6).count(), 2);
}

#[test]
fn barriers_in_a_loop_keep_a_tree_reduction_in_step() {
    let mut data = Pages::new(1);
    fill(&mut data, |i| i);
    let text = "workgroup 100 1 1\nshared 1024 zero\nvariable x0 I32\n\
        v0: I32 = Constant 0\nv1: I32 = Builtin LocalInvocationIndex\nv2: I32 = Constant 4\nv3: I32 = IMul v1 v2\n\
        v4: I32 = Constant 64\nv5: I32 = Constant 1\nv20: I32 = Builtin GlobalInvocationId.0\nv21: I32 = IMul v20 v2\n\
        v22: I32 = Load buffer 0 v0 v21\nstore shared v3 v22\nset x0 v4\nbarrier\n\
        loop l0 {\n v6: I32 = Get x0\n v7: Bool = ULt v1 v6\n if v7 {\n  v8: I32 = IMul v6 v2\n  v9: I32 = IAdd v3 v8\n\
        v10: I32 = Load shared v9\n  v11: I32 = Load shared v3\n  v12: I32 = IAdd v10 v11\n  store shared v3 v12\n }\n\
        barrier\n v13: I32 = UShr v6 v5\n set x0 v13\n v14: Bool = INe v13 v0\n if v14 {\n  continue l0\n }\n}\n\
        v30: I32 = Load shared v0\nv31: I32 = Constant 4096\nv32: I32 = IAdd v21 v31\nstore buffer 0 v0 v32 v30\n";
    run(text, 3, &[buffer(data.address(), PAGE as u64)], &[]);
    let words = words(&mut data);
    for group in 0..3u32 {
        let sum: u32 = (group * 100..group * 100 + 100).sum();
        for lane in 0..100 {
            assert_eq!(words[(1024 + group * 100 + lane) as usize], sum, "group {group}, invocation {lane}");
        }
    }
}

#[test]
fn workgroups_of_one_are_packed_in_any_shape_of_dispatch() {
    let text = "workgroup 1 1 1\nv0: I32 = Constant 0\nv1: I32 = Builtin WorkgroupId.0\nv2: I32 = Builtin WorkgroupId.1\n\
                v3: I32 = Builtin WorkgroupId.2\nv4: I32 = Builtin NumWorkgroups.0\nv5: I32 = Builtin NumWorkgroups.1\n\
                v6: I32 = IMul v3 v5\nv7: I32 = IAdd v6 v2\nv8: I32 = IMul v7 v4\nv9: I32 = IAdd v8 v1\n\
                v10: I32 = Constant 4\nv11: I32 = IMul v9 v10\nv12: I32 = Constant 1\n\
                v13: I32 = Atomic IAdd buffer 0 v0 v11 v12\n";
    let kernel = kernel(text);
    for [x, y, z] in [[1, 1, 1], [8, 1, 1], [13, 3, 2], [1, 50, 1], [7, 1, 9]] {
        let mut output = Pages::new(1);
        let mut machine = Machine::new([x, y, z]);
        let set = [buffer(output.address(), PAGE as u64)];
        machine.context.sets[0] = set.as_ptr();
        let count = u64::from(x * y * z);
        for (first, end) in [(0, count / 3), (count / 3, count / 2), (count / 2, count)] {
            // SAFETY: the descriptor describes live memory.
            unsafe { kernel.run(&machine.context, first, end - first, &mut Scratch::new()) };
        }
        let words = words(&mut output);
        assert!(
            words[..count as usize].iter().all(|&n| n == 1),
            "{x} x {y} x {z}: {:?}",
            &words[..count as usize]
        );
        assert!(words[count as usize..].iter().all(|&n| n == 0));
    }
}

#[test]
fn sizes_that_no_device_has_are_refused() {
    for text in ["workgroup 0 1 1\n", "workgroup 4096 4096 4096\n", "workgroup 8 1 1\nlocal m0 4000000000\n"]
    {
        assert!(compile_function(&text.parse().unwrap(), Tier::Optimized).is_err(), "{text}");
    }
}

#[test]
fn hundreds_of_kernels_live_at_once() {
    let mut output = Pages::new(1);
    let kernels: Vec<ComputeKernel> = (0..300u32)
        .map(|i| {
            kernel(&format!(
                "workgroup 1 1 1\nv0: I32 = Constant 0\nv1: I32 = Constant {}\nv2: I32 = Constant {i}\nstore buffer 0 v0 v1 v2\n",
                i * 4
            ))
        })
        .collect();
    for kernel in &kernels {
        let mut machine = Machine::new([1, 1, 1]);
        run_on(kernel, &mut machine, 1, &[buffer(output.address(), PAGE as u64)], &[]);
    }
    assert!(words(&mut output)[..300].iter().enumerate().all(|(i, &word)| word == i as u32));
}
