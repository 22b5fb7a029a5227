//! Moves what does not change in a loop in front of it.
//!
//! One walk, inner loops first. Only the *spine* of a loop is searched: its list, and the blocks and branches in it through which
//! every turn that starts another one goes. What a rare branch computes stays in the branch. All that is moved is
//! pure and cannot fail, so that it may be computed for lanes, or in loops, that never get there. Which descriptor or which
//! vertex is meant is trusted, not checked, so what depends on one moves only if it is a constant.
//!
//! Loops with barriers are left alone: a value that lives across a barrier is kept in memory, which costs more than most
//! operations do.

use super::{Function, Label, Op, Place, Stmt, Value, Variable};
use crate::hash::FastSet;

/// Hoists in the whole body. `constant_loads` are those of memory that nothing writes meanwhile.
pub(super) fn hoist(function: &mut Function, constant_loads: &FastSet<Value>) {
    let mut body = std::mem::take(&mut function.body);
    let mut constants = vec![false; function.values.len()];
    for statement in &body {
        if let Stmt::Let(value, Op::Constant(..)) = statement {
            constants[value.index()] = true;
        }
    }
    let hoister = Hoister { function, constant_loads, constants };
    hoister.list(&mut body);
    function.body = body;
}

struct Hoister<'a> {
    function: &'a Function,
    constant_loads: &'a FastSet<Value>,
    /// By value; all constants stand before all else.
    constants: Vec<bool>,
}

/// What a loop defines and sets.
struct Inside {
    values: Vec<bool>,
    variables: Vec<bool>,
    barriers: bool,
}

impl Hoister<'_> {
    fn list(&self, list: &mut Vec<Stmt>) {
        let mut at = 0;
        while at < list.len() {
            match &mut list[at] {
                Stmt::If { then, otherwise, .. } => {
                    self.list(then);
                    self.list(otherwise);
                }
                Stmt::Block { body, .. } => self.list(body),
                Stmt::Loop { label, body } => {
                    self.list(body);
                    let moved = self.take_invariant(*label, body);
                    let count = moved.len();
                    list.splice(at..at, moved);
                    at += count;
                }
                _ => {}
            }
            at += 1;
        }
    }

    fn take_invariant(&self, label: Label, body: &mut Vec<Stmt>) -> Vec<Stmt> {
        let mut inside = Inside {
            values: vec![false; self.function.values.len()],
            variables: vec![false; self.function.variables.len()],
            barriers: false,
        };
        inside.collect(body);
        let mut moved = Vec::new();
        if !inside.barriers {
            self.take_from_spine(label, body, &mut inside, &mut moved);
        }
        moved
    }

    fn take_from_spine(
        &self,
        label: Label,
        list: &mut Vec<Stmt>,
        inside: &mut Inside,
        moved: &mut Vec<Stmt>,
    ) {
        list.retain_mut(|statement| match statement {
            Stmt::Let(value, op) => {
                let movable = self.is_movable(*value, op, inside);
                if movable {
                    inside.values[value.index()] = false;
                    moved.push(statement.clone());
                }
                !movable
            }
            Stmt::Block { body, .. } => {
                self.take_from_spine(label, body, inside, moved);
                true
            }
            Stmt::If { then, otherwise, .. } => {
                for arm in [then, otherwise] {
                    if arm.last() == Some(&Stmt::Continue(label)) {
                        self.take_from_spine(label, arm, inside, moved);
                    }
                }
                true
            }
            _ => true,
        });
    }

    fn is_movable(&self, value: Value, op: &Op, inside: &Inside) -> bool {
        let pure = match op {
            Op::Unary(..)
            | Op::Binary(..)
            | Op::Compare(..)
            | Op::Select(..)
            | Op::Convert(..)
            | Op::Math(..)
            | Op::Load(_, Place::PushConstant { .. }) => true,
            Op::BufferSize { slot, .. } | Op::DescriptorWord { slot, .. } => self.is_constant(*slot),
            Op::Load(_, Place::Buffer { slot, .. }) => {
                self.constant_loads.contains(&value) && self.is_constant(*slot)
            }
            Op::Load(_, Place::Interface { vertex, slot, .. }) => {
                self.constant_loads.contains(&value) && self.is_constant(*vertex) && self.is_constant(*slot)
            }
            Op::Get(variable) => !inside.has(*variable),
            _ => false,
        };
        let mut outside = true;
        op.for_each_operand(|operand| outside &= !inside.values[operand.index()]);
        pure && outside
    }

    fn is_constant(&self, value: Value) -> bool {
        self.constants[value.index()]
    }
}

impl Inside {
    fn has(&self, variable: Variable) -> bool {
        self.variables[variable.index()]
    }

    fn collect(&mut self, list: &[Stmt]) {
        for statement in list {
            match statement {
                Stmt::Let(value, _) => self.values[value.index()] = true,
                Stmt::Set(variable, _) => self.variables[variable.index()] = true,
                Stmt::If { then, otherwise, .. } => {
                    self.collect(then);
                    self.collect(otherwise);
                }
                Stmt::Block { body, .. } | Stmt::Loop { body, .. } => self.collect(body),
                Stmt::Barrier => self.barriers = true,
                _ => {}
            }
        }
    }
}
