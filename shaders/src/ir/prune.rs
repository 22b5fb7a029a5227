//! Removes what nobody uses: pure definitions without uses, and sets of variables that are not read.
//!
//! One walk from the end to the start: when a definition is reached, its uses have been counted. A variable that is only read
//! by what is removed later on the walk (a counter that feeds nothing but itself) stays.

use super::{Function, Op, Place, Stmt, Value};

struct Pruner {
    used: Vec<bool>,
    reads: Vec<u32>,
}

/// Prunes the whole body.
pub(super) fn prune(function: &mut Function) {
    let mut pruner =
        Pruner { used: vec![false; function.values.len()], reads: vec![0; function.variables.len()] };
    pruner.count_reads(&function.body);
    pruner.list(&mut function.body);
}

impl Pruner {
    fn count_reads(&mut self, list: &[Stmt]) {
        for statement in list {
            match statement {
                Stmt::Let(_, Op::Get(variable)) => self.reads[variable.index()] += 1,
                Stmt::If { then, otherwise, .. } => {
                    self.count_reads(then);
                    self.count_reads(otherwise);
                }
                Stmt::Block { body, .. } | Stmt::Loop { body, .. } => self.count_reads(body),
                _ => {}
            }
        }
    }

    fn list(&mut self, list: &mut Vec<Stmt>) {
        for i in (0..list.len()).rev() {
            let keep = self.statement(&mut list[i]);
            if !keep {
                // Marked, and swept below: removing one by one would be quadratic.
                list[i] = Stmt::Block { label: super::Label(u32::MAX), body: Vec::new() };
            }
        }
        list.retain(|statement| !matches!(statement, Stmt::Block { body, .. } if body.is_empty()));
    }

    fn statement(&mut self, statement: &mut Stmt) -> bool {
        match statement {
            Stmt::Let(value, op) => return self.definition(*value, op),
            Stmt::Set(variable, value) => {
                if self.reads[variable.index()] == 0 {
                    return false;
                }
                self.mark(*value);
            }
            Stmt::Store { place, value } => {
                self.mark_place(*place);
                self.mark(*value);
            }
            Stmt::If { condition, then, otherwise } => {
                self.list(otherwise);
                self.list(then);
                if then.is_empty() && otherwise.is_empty() {
                    return false;
                }
                self.mark(*condition);
            }
            Stmt::Block { body, .. } | Stmt::Loop { body, .. } => {
                self.list(body);
                return !body.is_empty();
            }
            Stmt::Break(_)
            | Stmt::Continue(_)
            | Stmt::Barrier
            | Stmt::Fence
            | Stmt::Demote
            | Stmt::Emit { .. }
            | Stmt::Return => {}
        }
        true
    }

    fn definition(&mut self, value: Value, op: &Op) -> bool {
        if !self.used[value.index()] && !has_effect(op) {
            if let Op::Get(variable) = op {
                self.reads[variable.index()] -= 1;
            }
            return false;
        }
        self.mark_operands(op);
        true
    }

    fn mark(&mut self, value: Value) {
        self.used[value.index()] = true;
    }

    fn mark_place(&mut self, place: Place) {
        match place {
            Place::Buffer { slot, offset, .. } => {
                self.mark(slot);
                self.mark(offset);
            }
            Place::Interface { vertex, slot, .. } => {
                self.mark(vertex);
                self.mark(slot);
            }
            Place::Global { address: offset }
            | Place::Shared { offset }
            | Place::Local { offset, .. }
            | Place::PushConstant { offset } => self.mark(offset),
        }
    }

    fn mark_operands(&mut self, op: &Op) {
        match op {
            Op::Constant(..) | Op::Get(_) | Op::Builtin(_) | Op::Helper => {}
            Op::Interpolate { x, y, .. } => {
                self.mark(*x);
                self.mark(*y);
            }
            Op::Unary(_, a) | Op::Convert(_, a, _) | Op::BufferSize { slot: a, .. } => self.mark(*a),
            Op::DescriptorWord { slot, .. } => self.mark(*slot),
            Op::Binary(_, a, b) | Op::Compare(_, a, b) => {
                self.mark(*a);
                self.mark(*b);
            }
            Op::Select(condition, a, b) => [condition, a, b].into_iter().for_each(|&v| self.mark(v)),
            Op::Texture(texture) => texture.for_each_operand(|v| self.mark(v)),
            Op::TextureResult { of, .. } => self.mark(*of),
            Op::Print(print) => print.values.iter().for_each(|&v| self.mark(v)),
            Op::Math(_, operands) => operands.iter().for_each(|&v| self.mark(v)),
            Op::Group(_, operands) => operands.iter().for_each(|&v| self.mark(v)),
            Op::Load(_, place) => self.mark_place(*place),
            Op::Atomic { place, value, comparator, .. } => {
                self.mark_place(*place);
                self.mark(*value);
                comparator.iter().for_each(|&v| self.mark(v));
            }
        }
    }
}

fn has_effect(op: &Op) -> bool {
    match op {
        Op::Atomic { .. } | Op::Print(_) => true,
        Op::Texture(texture) => texture.writes(),
        _ => false,
    }
}
