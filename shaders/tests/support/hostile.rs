//! Modules that nobody vouches for: how they are made, and what must hold for each.
//!
//! Used by the tests in `all/hostile.rs` and by the fuzz target in `shaders/fuzz`.

#![allow(dead_code, reason = "each program uses a part of it")]

use std::collections::HashMap;

use lacuna_shaders::abi::stage::slot;
use lacuna_shaders::compile::{compile_function, compile_stage_function};
use lacuna_shaders::ir::{Function, Op, Place, Stmt, Value, interp, verify};
use lacuna_shaders::stage::Stage;
use lacuna_shaders::tier::Tier;
use lacuna_shaders::{Binding, ComputeSource, Layout, StageSource, translate};

/// Words of a module's header.
const HEADER: usize = 5;
/// `OpEntryPoint`, whose first operand is an execution model.
const ENTRY_POINT: u32 = 15;

pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % below.max(1)
    }
}

/// Changes a few words: to another word of the module, to a small number, by a bit.
pub(crate) fn mutate(words: &[u32], random: &mut Random) -> Vec<u32> {
    let mut words = words.to_vec();
    for _ in 0..=random.next(3) {
        let at = random.next(words.len());
        words[at] = match random.next(5) {
            0 => words[random.next(words.len())],
            1 => random.next(80) as u32,
            2 => words[at] ^ 1 << random.next(32),
            3 => words[at].wrapping_add(random.next(5) as u32).wrapping_sub(2),
            _ => words[at] & 0xffff_0000 | random.next(400) as u32,
        };
        if random.next(20) == 0 {
            words.truncate(random.next(words.len()) + 1);
        }
    }
    words
}

/// Leaves an instruction out, or puts it elsewhere or twice.
pub(crate) fn move_instruction(words: &mut Vec<u32>, random: &mut Random) {
    let mut starts = Vec::new();
    let mut at = HEADER;
    while at < words.len() {
        starts.push(at);
        at += (words[at] >> 16).max(1) as usize;
    }
    let Some(&from) = starts.get(random.next(starts.len())) else { return };
    let end = (from + (words[from] >> 16).max(1) as usize).min(words.len());
    let instruction = words[from..end].to_vec();
    let to = starts[random.next(starts.len())];
    match random.next(3) {
        0 => drop(words.drain(from..end)),
        1 => drop(words.splice(to..to, instruction)),
        _ => {
            words.drain(from..end);
            let to = to.min(words.len());
            words.splice(to..to, instruction);
        }
    }
}

/// The execution model of the first entry point, as a stage; compute is none.
fn stage_of(words: &[u32]) -> Option<Stage> {
    let mut at = HEADER;
    while at + 1 < words.len() {
        if words[at] & 0xffff == ENTRY_POINT {
            return match words[at + 1] {
                0 => Some(Stage::Vertex),
                1 => Some(Stage::TessellationControl),
                2 => Some(Stage::TessellationEvaluation),
                3 => Some(Stage::Geometry),
                4 => Some(Stage::Fragment),
                _ => None,
            };
        }
        at += (words[at] >> 16).max(1) as usize;
    }
    None
}

/// A layout that has the bindings of most shaders.
fn layout() -> Layout {
    let binding = |set: u32, slot: u32| ((set, slot), Binding { slot, count: 1 + slot % 3 });
    Layout {
        bindings: (0..2).flat_map(|set| (0..6).map(move |slot| binding(set, slot))).collect(),
        ..Layout::default()
    }
}

/// Compiles a module of whatever stage, or has it refused. Panics if what comes out is not sound.
pub(crate) fn compile(words: &[u32]) {
    let layout = layout();
    let (entry_point, specialization) = ("main", &[(0, 3), (3, 7)][..]);
    if let Some(stage) = stage_of(words) {
        let source = StageSource { stage, words, entry_point, specialization, layout: &layout };
        if let Ok((function, interface)) = translate::translate_stage(&source) {
            check_stage(&function);
            let _ = compile_stage_function(&function, stage, interface);
        }
    } else {
        let source = ComputeSource { words, entry_point, specialization, layout: &layout };
        if let Ok(function) = translate::translate(&source) {
            check(&function);
            let _ = [Tier::Quick, Tier::Optimized].map(|tier| compile_function(&function, tier));
        }
    }
}

/// The function is well-formed, and can be interpreted.
pub(crate) fn check(function: &Function) {
    assert_eq!(verify::verify(function), Ok(()));
    let mut memory = interp::Memory { group_count: [1; 3], ..Default::default() };
    memory.buffers.insert((0, 0), vec![1; 64]);
    let invocations = function.workgroup_size.iter().try_fold(1u32, |product, &n| product.checked_mul(n));
    let local: u64 = function.local_memories.iter().map(|&bytes| u64::from(bytes)).sum();
    if invocations.is_some_and(|n| n <= 64) && local + u64::from(function.shared_bytes) < 1 << 16 {
        let _ = interp::run(function, &mut memory, 3_000);
    }
}

/// The same of a stage, whose constant slots are those that there are.
pub(crate) fn check_stage(function: &Function) {
    check(function);
    check_slots(&function.body, &mut HashMap::new());
}

fn check_slots(stmts: &[Stmt], constants: &mut HashMap<Value, u64>) {
    for stmt in stmts {
        match stmt {
            Stmt::Let(value, Op::Constant(_, bits)) => {
                constants.insert(*value, *bits);
            }
            Stmt::Let(_, Op::Load(_, Place::Interface { slot, .. }))
            | Stmt::Store { place: Place::Interface { slot, .. }, .. } => {
                let number = constants.get(slot).copied().unwrap_or(0);
                assert!(number < u64::from(slot::COUNT), "slot {number}");
            }
            Stmt::If { then, otherwise, .. } => {
                check_slots(then, constants);
                check_slots(otherwise, constants);
            }
            Stmt::Block { body, .. } | Stmt::Loop { body, .. } => check_slots(body, constants),
            _ => {}
        }
    }
}
