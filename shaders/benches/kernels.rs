//! Throughput of memory accesses, cost of launches, and time to compile; prints one line for each.
//!
//! `cargo bench -p lacuna-shaders`. IR is written as text, so that the front end plays no part.

#![allow(clippy::panic, reason = "a bench that cannot run has nothing to say")]

#[path = "../tests/support/machine.rs"]
#[expect(dead_code, reason = "the tests use the rest")]
mod machine;

use std::time::{Duration, Instant};

use lacuna_shaders::abi::{Descriptor, DispatchContext};
use lacuna_shaders::compile::compile_function;
use lacuna_shaders::ir::Function;
use lacuna_shaders::tier::Tier;
use lacuna_shaders::{ComputeKernel, Scratch};
use lacuna_vm::page_table::pte;
use machine::{Machine, PAGE, Pages};

const BYTES: usize = 128 << 20;

/// Threads that share a dispatch.
fn threads() -> u64 {
    std::env::var("LACUNA_THREADS").ok().and_then(|threads| threads.parse().ok()).unwrap_or(2)
}

fn main() {
    let mut buffer = Pages::new(BYTES / PAGE);
    buffer.bytes().fill(1);
    let words = (BYTES / 4) as u32;
    println!("read 128 MiB, by this program: {:6.2} GB/s", native(&mut buffer));
    for (name, total, text) in [
        ("256 words each, a workgroup's width apart", words / 256, tiled(256)),
        ("65,536 invocations, strided by their number", 65536, strided(65536, BYTES as u32)),
        ("1,048,576 invocations, strided by their number", 1 << 20, strided(1 << 20, BYTES as u32)),
        ("65,536 invocations, 512 consecutive words each", 65536, consecutive(words / 65536)),
        ("one word each", words, consecutive(1)),
    ] {
        let groups = u64::from(total / if text.starts_with("workgroup 256") { 256 } else { 64 });
        let plain = read(&text, groups, &buffer, false);
        let sparse = read(&text, groups, &buffer, true);
        println!(
            "read 128 MiB, {name:48}: {plain:6.2} GB/s plain, {sparse:6.2} GB/s sparse ({:.2})",
            sparse / plain
        );
    }
    launches();
    compiles();
}

/// Invocation i sums elements i, i + total, i + 2 total...
fn strided(total: u32, bytes: u32) -> String {
    format!(
        "workgroup 64 1 1\nvariable x0 I32\nvariable x1 I32\n\
         v0: I32 = Constant 0\nv1: I32 = Builtin GlobalInvocationId.0\nv2: I32 = Constant 4\nv3: I32 = IMul v1 v2\n\
         v4: I32 = Constant {}\nv5: I32 = Constant {bytes}\nv6: I32 = Constant 1\n\
         set x0 v3\nset x1 v0\n\
         loop l0 {{\n v7: I32 = Get x0\n v8: I32 = Load buffer 0 v0 v7\n v9: I32 = Get x1\n v10: I32 = IAdd v9 v8\n\
         set x1 v10\n v11: I32 = IAdd v7 v4\n set x0 v11\n v13: I32 = Get x2\n v14: I32 = IAdd v13 v4\n set x2 v14\n\
         v12: Bool = ULt v14 v5\n if v12 {{\n continue l0\n }}\n}}\n\
         v15: I32 = Get x1\nstore buffer 0 v6 v3 v15\n",
        total * 4
    )
    .replacen("variable x1 I32\n", "variable x1 I32\nvariable x2 I32\n", 1)
}

/// Each workgroup sums a tile of 256 times `each` words; its invocations read side by side, `each` rows.
fn tiled(each: u32) -> String {
    format!(
        "workgroup 256 1 1\nvariable x0 I32\nvariable x1 I32\n\
         v0: I32 = Constant 0\nv1: I32 = Builtin LocalInvocationId.0\nv2: I32 = Constant 4\n\
         v3: I32 = Builtin GlobalInvocationId.0\nv4: I32 = Builtin WorkgroupId.0\nv5: I32 = Constant {}\n\
         v6: I32 = IMul v4 v5\nv7: I32 = IAdd v6 v1\nv8: I32 = Constant {each}\nv9: I32 = Constant 1\n\
         v10: I32 = Constant 256\nset x0 v0\nset x1 v0\n\
         loop l0 {{\n v11: I32 = Get x0\n v12: Bool = ULt v11 v8\n if v12 {{\n  v13: I32 = IMul v11 v10\n\
         v14: I32 = IAdd v7 v13\n v15: I32 = IMul v14 v2\n v16: I32 = Load buffer 0 v0 v15\n v17: I32 = Get x1\n\
         v18: I32 = IAdd v17 v16\n set x1 v18\n v19: I32 = IAdd v11 v9\n set x0 v19\n continue l0\n }}\n}}\n\
         v20: I32 = Get x1\nv21: I32 = IMul v3 v2\nstore buffer 0 v9 v21 v20\n",
        each * 256
    )
}

/// Invocation i sums `count` elements from i * count on.
fn consecutive(count: u32) -> String {
    format!(
        "workgroup 64 1 1\nvariable x0 I32\nvariable x1 I32\nvariable x2 I32\n\
         v0: I32 = Constant 0\nv1: I32 = Builtin GlobalInvocationId.0\nv2: I32 = Constant 4\nv3: I32 = IMul v1 v2\n\
         v4: I32 = Constant {}\nv5: I32 = Constant {count}\nv6: I32 = Constant 1\nv7: I32 = IMul v1 v4\n\
         set x0 v7\nset x1 v0\nset x2 v0\n\
         loop l0 {{\n v8: I32 = Get x0\n v9: I32 = Load buffer 0 v0 v8\n v10: I32 = Get x1\n v11: I32 = IAdd v10 v9\n\
         set x1 v11\n v12: I32 = IAdd v8 v2\n set x0 v12\n v13: I32 = Get x2\n v14: I32 = IAdd v13 v6\n set x2 v14\n\
         v15: Bool = ULt v14 v5\n if v15 {{\n continue l0\n }}\n}}\n\
         v16: I32 = Get x1\nstore buffer 0 v6 v3 v16\n",
        count * 4
    )
}

/// GB/s of a plain loop, for comparison.
fn native(buffer: &mut Pages) -> f64 {
    let time = best_of(15, || {
        let sum = buffer
            .bytes()
            .as_chunks::<4>()
            .0
            .iter()
            .fold(0, |sum: u32, &word| sum.wrapping_add(u32::from_le_bytes(word)));
        std::hint::black_box(sum);
    });
    BYTES as f64 / time.as_secs_f64() / 1e9
}

fn kernel(text: &str) -> (Function, ComputeKernel) {
    let function: Function = text.parse().unwrap_or_else(|error| panic!("{error}\n{text}"));
    let kernel = compile_function(&function, Tier::Optimized).unwrap_or_else(|error| panic!("{error}"));
    (function, kernel)
}

/// GB/s of a shader that reads the whole buffer.
fn read(text: &str, groups: u64, buffer: &Pages, sparse: bool) -> f64 {
    let (_, kernel) = kernel(text);
    let mut machine = Machine::new([groups as u32, 1, 1]);
    let output = Pages::new(2048);
    let table: Vec<u64> =
        (0..BYTES / PAGE).map(|page| (buffer.address() + (page * PAGE) as u64) | pte::VALID).collect();
    let address = if sparse { pte::SPARSE_TAG } else { buffer.address() };
    let set = [
        Descriptor { address, range: BYTES as u64, ..Descriptor::default() },
        Descriptor { address: output.address(), range: BYTES as u64, ..Descriptor::default() },
    ];
    machine.context.sets[0] = set.as_ptr();
    (machine.context.page_table, machine.context.page_count) = (table.as_ptr(), table.len() as u64);
    let time = best_of(15, || run_on_threads(&kernel, &machine.context, groups));
    BYTES as f64 / time.as_secs_f64() / 1e9
}

struct Shared<'a>(&'a DispatchContext);
// SAFETY: kernels only read the context, and it points to memory that outlives the threads.
unsafe impl Sync for Shared<'_> {}

fn run_on_threads(kernel: &ComputeKernel, context: &DispatchContext, groups: u64) {
    let (context, threads) = (&Shared(context), threads());
    std::thread::scope(|scope| {
        for thread in 0..threads {
            scope.spawn(move || {
                let context = context;
                let (first, end) = (groups * thread / threads, groups * (thread + 1) / threads);
                // SAFETY: the context describes live buffers.
                unsafe { kernel.run(context.0, first, end - first, &mut Scratch::new()) };
            });
        }
    });
}

fn best_of(times: usize, mut run: impl FnMut()) -> Duration {
    let once = |_| {
        let start = Instant::now();
        run();
        start.elapsed()
    };
    (0..times).map(once).min().unwrap_or_default()
}

fn launches() {
    let store = "v0: I32 = Constant 0\nv1: I32 = Builtin GlobalInvocationId.0\nv2: I32 = Constant 4\n\
                 v3: I32 = IMul v1 v2\nstore buffer 0 v0 v3 v1\n";
    let reduction = reduction();
    for (name, text, groups) in [
        ("empty workgroups of 1", "workgroup 1 1 1\n".to_string(), 1_000_000u32),
        ("empty workgroups of 64", "workgroup 64 1 1\n".to_string(), 100_000),
        ("workgroups of 1 that store", format!("workgroup 1 1 1\n{store}"), 1_000_000),
        ("workgroups of 64 that store", format!("workgroup 64 1 1\n{store}"), 100_000),
        ("workgroups of 256 that reduce", reduction, 10_000),
    ] {
        let (_, kernel) = kernel(&text);
        let mut machine = Machine::new([groups, 1, 1]);
        let output = Pages::new(512);
        let set =
            [Descriptor { address: output.address(), range: 512 * PAGE as u64, ..Descriptor::default() }];
        machine.context.sets[0] = set.as_ptr();
        let mut scratch = Scratch::new();
        // SAFETY: the context describes live buffers.
        let many = best_of(5, || unsafe { kernel.run(&machine.context, 0, u64::from(groups), &mut scratch) });
        // SAFETY: as above.
        let one = best_of(50, || unsafe { kernel.run(&machine.context, 0, 1, &mut scratch) });
        println!(
            "launch {name:32}: {:7.1} ns a workgroup, one alone {} ns",
            many.as_secs_f64() * 1e9 / f64::from(groups),
            one.as_nanos()
        );
    }
}

/// A tree in shared memory over 256 invocations.
fn reduction() -> String {
    "workgroup 256 1 1\nshared 1024\nvariable x0 I32\n\
     v0: I32 = Constant 0\nv1: I32 = Builtin LocalInvocationIndex\nv2: I32 = Constant 4\nv3: I32 = IMul v1 v2\n\
     v4: I32 = Constant 128\nv5: I32 = Constant 1\nv20: I32 = Builtin GlobalInvocationId.0\nv21: I32 = IMul v20 v2\n\
     v22: I32 = Load buffer 0 v0 v21\nstore shared v3 v22\nset x0 v4\nbarrier\n\
     loop l0 {\n v6: I32 = Get x0\n v7: Bool = ULt v1 v6\n if v7 {\n  v8: I32 = IMul v6 v2\n  v9: I32 = IAdd v3 v8\n\
     v10: I32 = Load shared v9\n  v11: I32 = Load shared v3\n  v12: I32 = IAdd v10 v11\n  store shared v3 v12\n }\n\
     barrier\n v13: I32 = UShr v6 v5\n set x0 v13\n v14: Bool = INe v13 v0\n if v14 {\n  continue l0\n }\n}\n"
        .to_string()
}

fn compiles() {
    let function: Function = strided(65536, 1 << 27).parse().unwrap_or_default();
    let time = best_of(50, || drop(compile_function(&function, Tier::Optimized)));
    println!("compile strided sum                 : {:7.1} us", time.as_secs_f64() * 1e6);
    let mut text = "workgroup 64 1 1\nv0: I32 = Builtin GlobalInvocationId.0\nv1: I32 = Constant 4\nv2: I32 = Constant 0\n\
                    v3: I32 = IMul v0 v1\nv4: F32 = Load buffer 0 v2 v3\n"
        .to_string();
    for i in 0..500 {
        let (a, b) = (4 + i * 2, 5 + i * 2);
        text += &format!("v{b}: F32 = FMul v{a} v4\nv{}: F32 = FAdd v{b} v{a}\n", b + 1);
    }
    text += "store buffer 0 v2 v3 v1004\n";
    let (function, _) = kernel(&text);
    let time = best_of(10, || drop(compile_function(&function, Tier::Optimized)));
    println!("compile 1,000 float operations      : {:7.1} us", time.as_secs_f64() * 1e6);
}
