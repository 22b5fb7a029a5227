//! Thread coarsening: a body that does the work of several packets in one pass.
//!
//! Called by [`compile`](crate::compile) for compute functions, before [`lower`](crate::lower). What all of the packets share is
//! done once; what differs from packet to packet by a constant becomes an addition; all else is done for one packet after the
//! other, statement by statement:
//!
//! ```text
//!   loop l0 {                               loop l0 {
//!     k = Get x0              uniform         k = Get x0
//!     at = IAdd first k       affine 4        at = IAdd first k         at' = IAdd at 32
//!     v = Load at             varying         v = Load at               v' = Load at'
//! ```
//!
//! A loop then turns once where it turned several times, work that waits for itself overlaps with that of another packet,
//! and accesses of neighbours come together, where [`lower`](crate::lower) checks and translates them as one.
//! Where lanes part ways, the whole construct is repeated for each packet.
//!
//! # Invariants
//! 1. Copy 0 of a value, variable or label has the original's name.
//! 2. A variable is shared if it is uniform or affine, and set only where all packets are together; else each packet has its own.
//! 3. A subgroup is one packet, so a function that looks at its subgroup stays as it is.

use std::collections::HashMap;

use crate::abi::LANES;
use crate::ir::{BinaryOp, Builtin, Function, Label, Op, Stmt, Type, Value, Variable};
use crate::uniformity::{LaneLayout, Shape, Uniformity};

mod benefit;
#[cfg(test)]
mod tests;

/// The function in the form that is worth most, if that is another one.
pub fn coarsen(function: &Function) -> Option<Function> {
    let packets = benefit::packets(function);
    (packets > 1).then(|| with_packets(function, packets)).flatten()
}

/// The function with so many packets in a pass; `None` if it cannot be had.
pub fn with_packets(function: &Function, packets: u32) -> Option<Function> {
    let invocations: u32 = function.workgroup_size.iter().product();
    let fits = function.extra_packets == 0 && invocations.is_multiple_of(LANES * packets);
    if function.stage.is_some() || !function.local_memories.is_empty() || !fits {
        return None;
    }
    let layout = LaneLayout::Packets(packets);
    if !all(&function.body, &mut |stmt| is_possible(stmt, layout, function.workgroup_size)) {
        return None;
    }
    let uniformity = Uniformity::new(function, layout);
    let mut coarsening = Coarsening::new(function, &uniformity, packets);
    coarsening.find_own_variables();
    let mut body = coarsening.together(&function.body)?;
    body.splice(0..0, std::mem::take(&mut coarsening.constants));
    Some(Function { body, extra_packets: packets - 1, ..coarsening.result })
}

fn is_possible(stmt: &Stmt, layout: LaneLayout, size: [u32; 3]) -> bool {
    match stmt {
        Stmt::Let(_, op) => match op {
            Op::Builtin(Builtin::SubgroupId | Builtin::SubgroupLocalInvocationId) => false,
            Op::Builtin(builtin) => layout.shape_of(*builtin, size) != Shape::Varying,
            Op::Texture(_) | Op::TextureResult { .. } | Op::Print(_) | Op::Group(..) => false,
            Op::Helper | Op::Interpolate { .. } => false,
            _ => true,
        },
        Stmt::Demote | Stmt::Emit { .. } => false,
        _ => true,
    }
}

/// Whether all statements of a list, and of the lists in it, are so.
fn all(stmts: &[Stmt], f: &mut impl FnMut(&Stmt) -> bool) -> bool {
    stmts.iter().all(|stmt| {
        f(stmt)
            && match stmt {
                Stmt::If { then, otherwise, .. } => all(then, f) && all(otherwise, f),
                Stmt::Block { body, .. } | Stmt::Loop { body, .. } => all(body, f),
                _ => true,
            }
    })
}

/// The lists of a construct.
fn bodies(stmt: &Stmt) -> [&[Stmt]; 2] {
    match stmt {
        Stmt::If { then, otherwise, .. } => [then, otherwise],
        Stmt::Block { body, .. } | Stmt::Loop { body, .. } => [body, &[]],
        _ => [&[], &[]],
    }
}

/// Whether packets go through a construct one after the other.
fn parts(stmt: &Stmt, uniformity: &Uniformity<'_>) -> bool {
    match stmt {
        Stmt::If { condition, .. } => uniformity.values[condition.index()] == Shape::Varying,
        Stmt::Block { label, .. } | Stmt::Loop { label, .. } => uniformity.divergent[label.index()],
        _ => false,
    }
}

struct Coarsening<'a> {
    function: &'a Function,
    uniformity: &'a Uniformity<'a>,
    packets: u32,
    /// Grows by what the copies need; without a body.
    result: Function,
    /// By variable: whether each packet has its own.
    own: Vec<bool>,
    /// What a packet but the first calls a value, a variable, a label.
    values: HashMap<(u32, Value), Value>,
    variables: HashMap<(u32, Variable), Variable>,
    labels: HashMap<Label, Label>,
    /// Definitions of constants that the copies need, for the start of the body.
    constants: Vec<Stmt>,
    known_constants: HashMap<(Type, u64), Value>,
}

impl<'a> Coarsening<'a> {
    fn new(function: &'a Function, uniformity: &'a Uniformity<'a>, packets: u32) -> Self {
        let own = uniformity.variables.iter().map(|&shape| shape == Shape::Varying).collect();
        Self {
            function,
            uniformity,
            packets,
            result: Function { body: Vec::new(), ..function.clone() },
            own,
            values: HashMap::new(),
            variables: HashMap::new(),
            labels: HashMap::new(),
            constants: Vec::new(),
            known_constants: HashMap::new(),
        }
    }

    /// Variables that are set where packets go one after the other are no longer shared.
    fn find_own_variables(&mut self) {
        fn walk(this: &mut Coarsening<'_>, stmts: &[Stmt], apart: bool) {
            for stmt in stmts {
                if let Stmt::Set(variable, _) = stmt {
                    this.own[variable.index()] |= apart;
                }
                let apart = apart || parts(stmt, this.uniformity);
                bodies(stmt).into_iter().for_each(|body| walk(this, body, apart));
            }
        }
        walk(self, &self.function.body, false);
    }

    // --- packets together ---------------------------------------------------------------------------------------

    /// Statements that all packets come to together; `None` where some would leave and others stay.
    fn together(&mut self, stmts: &[Stmt]) -> Option<Vec<Stmt>> {
        let mut list = Vec::new();
        for stmt in stmts {
            if parts(stmt, self.uniformity) {
                let waits = bodies(stmt).iter().any(|body| !all(body, &mut |s| *s != Stmt::Barrier));
                if self.uniformity.escapes(stmt) || waits {
                    return None;
                }
                (0..self.packets).for_each(|packet| self.alone(stmt, packet, &mut list));
                continue;
            }
            match stmt {
                Stmt::Let(value, op) => self.define(*value, op, &mut list),
                Stmt::Set(variable, _) if self.own[variable.index()] => self.each(stmt, &mut list),
                Stmt::Store { .. } => self.each(stmt, &mut list),
                Stmt::If { condition, then, otherwise } => {
                    let (then, otherwise) = (self.together(then)?, self.together(otherwise)?);
                    list.push(Stmt::If { condition: *condition, then, otherwise });
                }
                Stmt::Block { label, body } => {
                    list.push(Stmt::Block { label: *label, body: self.together(body)? });
                }
                Stmt::Loop { label, body } => {
                    list.push(Stmt::Loop { label: *label, body: self.together(body)? });
                }
                _ => list.push(stmt.clone()),
            }
        }
        Some(list)
    }

    fn each(&mut self, stmt: &Stmt, list: &mut Vec<Stmt>) {
        (0..self.packets).for_each(|packet| self.alone(stmt, packet, list));
    }

    fn define(&mut self, value: Value, op: &Op, list: &mut Vec<Stmt>) {
        match self.uniformity.values[value.index()] {
            Shape::Varying => {
                (0..self.packets).for_each(|packet| self.define_alone(value, op, packet, list));
            }
            Shape::Affine(stride) => {
                list.push(Stmt::Let(value, op.clone()));
                for packet in (1..self.packets).filter(|_| stride != 0) {
                    let copy = self.shifted(value, stride, packet, list);
                    self.values.insert((packet, value), copy);
                }
            }
        }
    }

    /// What is in the lanes of another packet, if each lane holds `stride` more than the one before.
    fn shifted(&mut self, value: Value, stride: i64, packet: u32, list: &mut Vec<Stmt>) -> Value {
        let ty = self.result.values[value.index()];
        let distance = stride.wrapping_mul(i64::from(LANES * packet)) as u64;
        let bits = if ty == Type::I64 { distance } else { u64::from(distance as u32) };
        let distance = match self.known_constants.get(&(ty, bits)) {
            Some(&constant) => constant,
            None => {
                let constant = self.fresh(ty);
                self.constants.push(Stmt::Let(constant, Op::Constant(ty, bits)));
                *self.known_constants.entry((ty, bits)).or_insert(constant)
            }
        };
        let copy = self.fresh(ty);
        list.push(Stmt::Let(copy, Op::Binary(BinaryOp::IAdd, value, distance)));
        copy
    }

    // --- one packet ---------------------------------------------------------------------------------------------

    /// A statement for one packet, with all that is in it.
    fn alone(&mut self, stmt: &Stmt, packet: u32, list: &mut Vec<Stmt>) {
        let stmt = match stmt {
            Stmt::Let(value, op) => return self.define_alone(*value, op, packet, list),
            Stmt::Set(variable, value) => {
                Stmt::Set(self.variable(*variable, packet), self.value(*value, packet))
            }
            Stmt::Store { place, value } => Stmt::Store {
                place: place.with_operands(|v| self.value(v, packet)),
                value: self.value(*value, packet),
            },
            Stmt::If { condition, then, otherwise } => Stmt::If {
                condition: self.value(*condition, packet),
                then: self.list_alone(then, packet),
                otherwise: self.list_alone(otherwise, packet),
            },
            Stmt::Block { label, body } => {
                let label = self.new_label(*label, packet);
                Stmt::Block { label, body: self.list_alone(body, packet) }
            }
            Stmt::Loop { label, body } => {
                let label = self.new_label(*label, packet);
                Stmt::Loop { label, body: self.list_alone(body, packet) }
            }
            Stmt::Break(label) => Stmt::Break(self.labels.get(label).copied().unwrap_or(*label)),
            Stmt::Continue(label) => Stmt::Continue(self.labels.get(label).copied().unwrap_or(*label)),
            _ => stmt.clone(),
        };
        list.push(stmt);
    }

    fn list_alone(&mut self, stmts: &[Stmt], packet: u32) -> Vec<Stmt> {
        let mut list = Vec::with_capacity(stmts.len());
        stmts.iter().for_each(|stmt| self.alone(stmt, packet, &mut list));
        list
    }

    fn define_alone(&mut self, value: Value, op: &Op, packet: u32, list: &mut Vec<Stmt>) {
        let shared = match op {
            Op::Get(variable) => !self.own[variable.index()],
            Op::Builtin(_) => true,
            _ => false,
        };
        let copy = match self.uniformity.values[value.index()] {
            _ if packet == 0 => {
                list.push(Stmt::Let(value, op.clone()));
                return;
            }
            Shape::Affine(stride) if shared && stride != 0 => {
                let first = self.fresh(self.function.values[value.index()]);
                list.push(Stmt::Let(first, op.clone()));
                self.shifted(first, stride, packet, list)
            }
            _ => {
                let op = match op {
                    Op::Get(variable) => Op::Get(self.variable(*variable, packet)),
                    _ => op.with_operands(|v| self.value(v, packet)),
                };
                let copy = self.fresh(self.function.values[value.index()]);
                list.push(Stmt::Let(copy, op));
                copy
            }
        };
        self.values.insert((packet, value), copy);
    }

    // --- names --------------------------------------------------------------------------------------------------

    fn value(&self, value: Value, packet: u32) -> Value {
        self.values.get(&(packet, value)).copied().unwrap_or(value)
    }

    fn variable(&mut self, variable: Variable, packet: u32) -> Variable {
        if packet == 0 || !self.own[variable.index()] {
            return variable;
        }
        let variables = &mut self.result.variables;
        *self.variables.entry((packet, variable)).or_insert_with(|| {
            variables.push(variables[variable.index()]);
            Variable(variables.len() as u32 - 1)
        })
    }

    fn new_label(&mut self, label: Label, packet: u32) -> Label {
        let new = if packet == 0 { label } else { Label(self.result.labels) };
        self.result.labels = self.result.labels.max(new.0 + 1);
        self.labels.insert(label, new);
        new
    }

    fn fresh(&mut self, ty: Type) -> Value {
        self.result.values.push(ty);
        Value(self.result.values.len() as u32 - 1)
    }
}
