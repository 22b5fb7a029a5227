//! Whether coarsening pays, and how far.
//!
//! It pays where packets go through a loop, or from barrier to barrier, together; and as long as what all packets keep
//! fits the machine's vector registers and the code stays small. Both are estimated from the function as it is.

use std::collections::HashMap;

use super::{all, bodies, parts};
use crate::abi::LANES;
use crate::ir::{Function, MathOp, Op, Stmt, Value};
use crate::lower::part_count;
use crate::uniformity::{LaneLayout, Shape, Uniformity};

/// Vectors that may be alive at once: the machine's registers.
const REGISTERS: usize = 16;
/// The operations, each by its weight, that the result may have.
const MOST_WORK: usize = 480;
/// Statements that are worth looking at.
const MOST_STATEMENTS: usize = 128;

/// The number of packets that is worth most; 1 where it is best to leave the function alone.
pub(super) fn packets(function: &Function) -> u32 {
    if !may_pay(function) {
        return 1;
    }
    let uniformity = Uniformity::new(function, LaneLayout::Packets(2));
    let variables = function.variables.iter().zip(&uniformity.variables);
    let alive = variables.filter(|(_, shape)| **shape == Shape::Varying).map(|(&ty, _)| part_count(ty)).sum();
    let mut estimate =
        Estimate { function, uniformity: &uniformity, alive, most: alive, work: 0, repeats: false };
    estimate.list(&function.body);
    let fits = |packets: &u32| {
        let n = *packets as usize;
        estimate.repeats && estimate.most * n <= REGISTERS && estimate.work * n <= MOST_WORK
    };
    [4, 2].into_iter().find(fits).unwrap_or(1)
}

/// What can be seen without an analysis.
fn may_pay(function: &Function) -> bool {
    let (mut count, mut repeats) = (0, false);
    let small = all(&function.body, &mut |stmt| {
        count += 1;
        repeats |= matches!(stmt, Stmt::Loop { .. } | Stmt::Barrier);
        count <= MOST_STATEMENTS
    });
    let invocations: u32 = function.workgroup_size.iter().product();
    small && repeats && function.stage.is_none() && invocations.is_multiple_of(LANES * 2)
}

struct Estimate<'a> {
    function: &'a Function,
    uniformity: &'a Uniformity<'a>,
    /// Vectors that hold something now, and the most that ever did. All variables are taken to be alive always.
    alive: usize,
    most: usize,
    work: usize,
    /// Whether packets go through a loop or wait for each other together.
    repeats: bool,
}

impl Estimate<'_> {
    fn list(&mut self, stmts: &[Stmt]) {
        let last_uses = last_uses(stmts);
        let before = self.alive;
        // By statement: vectors that it uses last.
        let mut ends = vec![0; stmts.len()];
        for (i, stmt) in stmts.iter().enumerate() {
            self.stmt(stmt);
            // A result may take the register of an operand; what was read from a variable is in the variable's.
            self.alive -= ends[i];
            if let Stmt::Let(value, op) = stmt
                && !matches!(op, Op::Get(_))
                && let Some(&last) = last_uses.get(value)
            {
                self.alive += self.size(*value);
                ends[last] += self.size(*value);
            }
            self.most = self.most.max(self.alive);
        }
        self.alive = before;
    }

    /// Vectors of a value in one packet.
    fn size(&self, value: Value) -> usize {
        match self.uniformity.values[value.index()] {
            Shape::Varying => part_count(self.function.values[value.index()]),
            Shape::Affine(_) => 0,
        }
    }

    fn stmt(&mut self, stmt: &Stmt) {
        self.work += match stmt {
            Stmt::Let(value, op) if self.size(*value) != 0 => weight(op),
            Stmt::Store { .. } => ACCESS,
            _ => 0,
        };
        let apart = parts(stmt, self.uniformity);
        self.repeats |= !apart && matches!(stmt, Stmt::Loop { .. } | Stmt::Barrier);
        let most = self.most;
        bodies(stmt).into_iter().for_each(|body| self.list(body));
        if apart {
            // One packet at a time is in there.
            self.most = most;
        }
    }
}

const ACCESS: usize = 8;

/// What an operation costs, as a multiple of an addition.
fn weight(op: &Op) -> usize {
    match op {
        Op::Math(MathOp::Fma | MathOp::Sqrt | MathOp::InverseSqrt, _) => 1,
        Op::Math(..) => 24,
        Op::Load(..) | Op::Atomic { .. } => ACCESS,
        _ => 1,
    }
}

/// The statement of a list that uses a value last, itself or in what is inside of it.
fn last_uses(stmts: &[Stmt]) -> HashMap<Value, usize> {
    fn note(stmt: &Stmt, i: usize, uses: &mut HashMap<Value, usize>) {
        let mut use_of = |value: Value| {
            uses.insert(value, i);
        };
        match stmt {
            Stmt::Let(_, op) => op.for_each_operand(&mut use_of),
            Stmt::Set(_, value) => use_of(*value),
            Stmt::Store { place, value } => {
                use_of(*value);
                place.for_each_operand(&mut use_of);
            }
            Stmt::If { condition, .. } => use_of(*condition),
            _ => {}
        }
        bodies(stmt).into_iter().flatten().for_each(|inner| note(inner, i, uses));
    }
    let mut uses = HashMap::new();
    stmts.iter().enumerate().for_each(|(i, stmt)| note(stmt, i, &mut uses));
    uses
}
