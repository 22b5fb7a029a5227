//! Random functions, run by the interpreter and as machine code: both must leave the same memory.
//!
//! The generator makes only functions whose result does not depend on the order of invocations: what is stored belongs to one
//! invocation, what is loaded is constant or was stored before a barrier, and atomics commute.
//! `LACUNA_FUZZ=n` runs n functions from a seed that is printed; `LACUNA_FUZZ_SEED` sets the first seed.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod access;
mod generator;
mod operation;
mod stage;

use crate::support::machine::{self, Placement};
use generator::{Generator, OWN, Random};
use lacuna_shaders::coarsen::with_packets;
use lacuna_shaders::ir::{Function, interp, verify};

fn memory(seed: u64, function: &Function) -> interp::Memory {
    let mut random = Random(seed | 1);
    let mut bytes = |count: usize| -> Vec<u8> {
        (0..count).map(|i| if i % 4 < 2 { random.next() as u8 & 0x3f } else { 0x40 }).collect()
    };
    let group_count = [[3, 2, 1], [1, 1, 1], [11, 1, 1], [9, 3, 1]][seed as usize % 4];
    let groups: u32 = group_count.iter().product();
    let own = OWN as usize * (groups * function.workgroup_size.iter().product::<u32>()) as usize;
    interp::Memory {
        buffers: [
            ((0, 0), bytes(own)),
            ((0, 1), bytes(1000)),
            ((0, 2), bytes(70_000)),
            ((0, 3), bytes(61)),
            ((0, 4), bytes(32)),
        ]
        .into(),
        push_constants: bytes(256),
        group_count,
        ..Default::default()
    }
}

/// The function of a seed, sound and the same after it was printed and parsed.
fn checked(seed: u64, function: Function) -> Function {
    verify::verify(&function).unwrap_or_else(|error| panic!("seed {seed}: {error}\n{function}"));
    let text = function.to_string();
    let parsed: Function = text.parse().unwrap_or_else(|error| panic!("seed {seed}: {error}\n{text}"));
    assert_eq!(parsed.to_string(), text, "seed {seed}: text is not what was parsed");
    function
}

fn compare(seed: u64) {
    let function = checked(seed, Generator::new(seed).function());
    compare_forms(seed, &function, std::slice::from_ref(&function));
}

/// All forms that coarsening gives the function must do what the function does.
fn compare_coarse(seed: u64) {
    let function = checked(seed, Generator::of_packets(seed).function());
    let coarse = |packets| with_packets(&function, packets).map(|coarse| checked(seed, coarse));
    let forms: Vec<Function> = [2, 4].into_iter().filter_map(coarse).collect();
    compare_forms(seed, &function, &forms);
}

fn compare_forms(seed: u64, function: &Function, forms: &[Function]) {
    let before = memory(seed, function);
    let mut expected = before.clone();
    match interp::run(function, &mut expected, 3_000_000) {
        Ok(()) => {}
        Err(interp::RunError::OutOfFuel) => return,
        Err(error) => panic!("seed {seed}: {error}\n{function}"),
    }
    for form in forms {
        for placement in [Placement::Plain, Placement::Sparse] {
            let mut found = before.clone();
            machine::run(form, &mut found, placement);
            machine::assert_same(form, &expected, &found, &format!("seed {seed}, {placement:?}"));
        }
    }
}

fn compare_stage(seed: u64) {
    let function = checked(seed, Generator::of_stage(seed).function());
    stage::compare(seed, &function, memory(seed, &function));
}

fn for_each_seed(test: fn(u64)) {
    let setting = |name: &str| std::env::var(name).ok().and_then(|value| value.parse().ok());
    let count: u64 = setting("LACUNA_FUZZ").unwrap_or(60);
    let first: u64 = setting("LACUNA_FUZZ_SEED").unwrap_or(1);
    (first..first + count).for_each(test);
}

#[test]
fn random_functions_do_the_same_as_machine_code() {
    for_each_seed(compare);
}

#[test]
fn random_functions_do_the_same_for_several_packets_at_once() {
    for_each_seed(compare_coarse);
}

#[test]
fn random_stages_do_the_same_as_machine_code() {
    for_each_seed(compare_stage);
}
