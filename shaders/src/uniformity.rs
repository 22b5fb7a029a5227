//! What the lanes of a packet have in common: divergence and address shapes.
//!
//! Called by [`compile`](crate::compile) before [`lower`](crate::lower). An optimistic fixpoint over values and variables:
//! everything starts at the bottom of the lattice and is walked until nothing rises any more.
//!
//! ```text
//!   bottom (None)  <  Affine(stride): lane i holds base + i * stride; stride 0 is uniform  <  Varying
//! ```
//!
//! # Invariants
//! 1. In *active* lanes, a uniform value is the same, and an affine value differs by its stride from lane to lane.
//!    What inactive lanes hold is not said.
//! 2. A label is divergent if some of the active lanes may leave or continue it while others do not. Breaks to all other labels,
//!    and continues that no lane waits for, are plain jumps of all active lanes.
//! 3. An assignment is masked if a lane that does not take part may read the variable later (see
//!    [`liveness`](crate::liveness)); such a variable is varying. All other assignments overwrite every lane.
//!
//! Shapes depend on how invocations are laid out in lanes: see [`LaneLayout`].

use std::collections::HashSet;

use crate::abi::LANES;
use crate::abi::stage::StageBuiltin;
use crate::ir::{
    BinaryOp, Builtin, ConvertOp, Function, GroupOp, Label, Op, Place, Stmt, Type, Value, Variable,
};
use crate::liveness::{LiveSet, Liveness};
use crate::stage::Stage;

/// How a value differs between lanes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Lane `i` holds `base + i * stride`, wrapping. Strides other than 0 occur only for `I32` and `I64`.
    Affine(i64),
    /// Anything.
    Varying,
}

impl Shape {
    /// The same in all lanes.
    pub const UNIFORM: Self = Self::Affine(0);

    /// Whether all lanes hold the same.
    pub fn is_uniform(self) -> bool {
        self == Self::UNIFORM
    }
}

/// Which invocations share a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LaneLayout {
    /// Consecutive invocations of one workgroup.
    Invocations,
    /// Workgroups of one invocation, next to each other in x.
    Groups,
    /// As `Invocations`, of so many packets at once, whose lanes count on from one to the next.
    Packets(u32),
}

impl LaneLayout {
    /// Small workgroups are packed if no operation looks at the rest of its workgroup.
    pub fn of(function: &Function) -> Self {
        let single = function.stage.is_none() && function.workgroup_size == [1, 1, 1];
        if single && function.shared_bytes == 0 && !uses_subgroup(&function.body) {
            Self::Groups
        } else {
            Self::Invocations
        }
    }

    /// The shape of a built-in value.
    pub fn shape_of(self, builtin: Builtin, size: [u32; 3]) -> Shape {
        let packets = if let Self::Packets(packets) = self { packets } else { 1 };
        let rows_fill_packets = size[0].is_multiple_of(LANES * packets);
        let one_row = size[1] == 1 && size[2] == 1;
        match (self, builtin) {
            (
                _,
                Builtin::NumWorkgroups(_)
                | Builtin::SubgroupId
                | Builtin::NumSubgroups
                | Builtin::DeviceIndex,
            ) => Shape::UNIFORM,
            (Self::Groups, Builtin::WorkgroupId(0) | Builtin::GlobalInvocationId(0)) => Shape::Affine(1),
            (Self::Groups, _) | (_, Builtin::WorkgroupId(_)) => Shape::UNIFORM,
            (_, Builtin::LocalInvocationIndex | Builtin::SubgroupLocalInvocationId) => Shape::Affine(1),
            (_, Builtin::LocalInvocationId(0) | Builtin::GlobalInvocationId(0))
                if rows_fill_packets || one_row =>
            {
                Shape::Affine(1)
            }
            (_, Builtin::LocalInvocationId(n) | Builtin::GlobalInvocationId(n))
                if rows_fill_packets || size.get(usize::from(n)).is_some_and(|&s| s == 1) =>
            {
                Shape::UNIFORM
            }
            (_, Builtin::LocalInvocationId(_) | Builtin::GlobalInvocationId(_)) => Shape::Varying,
            (_, Builtin::Stage(_)) => Shape::Varying,
        }
    }
}

fn uses_subgroup(stmts: &[Stmt]) -> bool {
    stmts.iter().any(|stmt| match stmt {
        Stmt::Let(_, Op::Group(..)) => true,
        Stmt::If { then, otherwise, .. } => uses_subgroup(then) || uses_subgroup(otherwise),
        Stmt::Block { body, .. } | Stmt::Loop { body, .. } => uses_subgroup(body),
        _ => false,
    })
}

/// The result.
#[derive(Debug)]
pub struct Uniformity<'f> {
    /// By value.
    pub values: Vec<Shape>,
    /// By variable.
    pub variables: Vec<Shape>,
    /// By label: whether lanes may part there.
    pub divergent: Vec<bool>,
    /// By label: whether some lanes may continue while others do not. All are divergent labels too.
    pub divergent_again: Vec<bool>,
    /// By value: the bits, if it is a constant.
    pub constants: Vec<Option<u64>>,
    /// The layout that the shapes hold for.
    pub layout: LaneLayout,
    /// What the masks of assignments were decided with.
    pub liveness: Liveness<'f>,
    /// By label of a loop: variables set in it that nobody reads, where a turn starts, before they are set.
    pub forgotten: Vec<Vec<Variable>>,
    masked: HashSet<*const Stmt>,
    escapes: HashSet<*const Stmt>,
}

impl<'f> Uniformity<'f> {
    /// Analyses a function whose invocations are laid out like this.
    pub fn new(function: &'f Function, layout: LaneLayout) -> Self {
        let mut solver = Solver {
            function,
            layout,
            values: vec![None; function.values.len()],
            variables: vec![None; function.variables.len()],
            divergent: vec![false; function.labels as usize],
            divergent_again: vec![false; function.labels as usize],
            constants: vec![None; function.values.len()],
            liveness: Liveness::new(function),
            forgotten: vec![Vec::new(); function.labels as usize],
            masked: HashSet::new(),
            escapes: HashSet::new(),
            stack: Vec::new(),
            changed: false,
        };
        let read_before_set: Vec<_> = solver.liveness.entry.variables(function).collect();
        for variable in read_before_set {
            solver.variables[variable.index()] = Some(Shape::UNIFORM);
        }
        loop {
            solver.changed = false;
            solver.masked.clear();
            solver.escapes.clear();
            solver.list(&function.body);
            if !solver.changed {
                break;
            }
        }
        let settle =
            |shapes: Vec<Option<Shape>>| shapes.into_iter().map(|s| s.unwrap_or(Shape::UNIFORM)).collect();
        Self {
            values: settle(solver.values),
            variables: settle(solver.variables),
            divergent: solver.divergent,
            divergent_again: solver.divergent_again,
            constants: solver.constants,
            layout,
            liveness: solver.liveness,
            forgotten: solver.forgotten,
            masked: solver.masked,
            escapes: solver.escapes,
        }
    }

    /// Whether an assignment must leave inactive lanes as they are.
    pub fn is_masked(&self, set: &Stmt) -> bool {
        self.masked.contains(&std::ptr::from_ref(set))
    }

    /// Whether some lanes may leave this `If`, `Block` or `Loop` for a place outside it while others do not;
    /// for a jump: whether it is one that only some lanes may take.
    pub fn escapes(&self, construct: &Stmt) -> bool {
        self.escapes.contains(&std::ptr::from_ref(construct))
    }
}

/// An enclosing construct.
enum Enclosing {
    /// An arm of an `If`; `Some`: the condition is varying, and what the lanes outside the arm have live where they go on.
    Arm(Option<LiveSet>),
    /// A block or loop.
    Label(Label),
}

struct Solver<'f> {
    function: &'f Function,
    layout: LaneLayout,
    values: Vec<Option<Shape>>,
    variables: Vec<Option<Shape>>,
    divergent: Vec<bool>,
    divergent_again: Vec<bool>,
    constants: Vec<Option<u64>>,
    liveness: Liveness<'f>,
    forgotten: Vec<Vec<Variable>>,
    masked: HashSet<*const Stmt>,
    escapes: HashSet<*const Stmt>,
    stack: Vec<(*const Stmt, Enclosing)>,
    changed: bool,
}

impl Solver<'_> {
    fn list(&mut self, stmts: &[Stmt]) {
        stmts.iter().for_each(|stmt| self.stmt(stmt));
    }

    fn stmt(&mut self, stmt: &Stmt) {
        let key = std::ptr::from_ref(stmt);
        match stmt {
            Stmt::Let(value, op) => {
                if let Op::Constant(_, bits) = op {
                    self.constants[value.index()] = Some(*bits);
                }
                let shape = self.shape_of(op, self.function.values[value.index()]);
                Self::raise(&mut self.values[value.index()], shape, &mut self.changed);
            }
            Stmt::Set(variable, value) => {
                let masked = self.is_seen_by_waiting_lanes(*variable);
                let shape = if masked { Some(Shape::Varying) } else { self.values[value.index()] };
                if masked {
                    self.masked.insert(key);
                }
                Self::raise(&mut self.variables[variable.index()], shape, &mut self.changed);
            }
            Stmt::If { condition, then, otherwise } => {
                let varying = self.shape(*condition) == Some(Shape::Varying);
                let waiting = |set: Option<&LiveSet>| varying.then(|| set.cloned()).flatten();
                let outside_then = waiting(self.liveness.otherwise(stmt));
                let outside_else = waiting(self.liveness.after(stmt));
                self.within(key, Enclosing::Arm(outside_then), then);
                self.within(key, Enclosing::Arm(outside_else), otherwise);
            }
            Stmt::Block { label, body } => self.within(key, Enclosing::Label(*label), body),
            Stmt::Loop { label, body } => {
                self.within(key, Enclosing::Label(*label), body);
                self.stack.push((key, Enclosing::Label(*label)));
                self.forgotten[label.index()] = self.forgotten_by(*label, body);
                self.stack.pop();
            }
            Stmt::Break(label) => self.jump(key, Some(*label), false),
            Stmt::Continue(label) => self.jump(key, Some(*label), true),
            Stmt::Return => self.jump(key, None, false),
            Stmt::Store { .. } | Stmt::Barrier | Stmt::Fence | Stmt::Demote | Stmt::Emit { .. } => {}
        }
    }

    fn within(&mut self, key: *const Stmt, enclosing: Enclosing, body: &[Stmt]) {
        self.stack.push((key, enclosing));
        self.list(body);
        self.stack.pop();
    }

    /// A jump to a label, or out of the function.
    fn jump(&mut self, key: *const Stmt, target: Option<Label>, again: bool) {
        let inside = self
            .stack
            .iter()
            .rposition(|(_, e)| matches!(e, Enclosing::Label(label) if Some(*label) == target))
            .map_or(0, |i| i + 1);
        let parts = self.stack[inside..].iter().any(|(_, enclosing)| match enclosing {
            Enclosing::Arm(waiting) => waiting.is_some(),
            Enclosing::Label(label) => self.divergent[label.index()],
        });
        if let (true, Some(label)) = (parts, target) {
            self.changed |= !self.divergent[label.index()];
            self.divergent[label.index()] = true;
            if again {
                self.changed |= !self.divergent_again[label.index()];
                self.divergent_again[label.index()] = true;
            }
        }
        let flags = if again { &self.divergent_again } else { &self.divergent };
        if parts || target.is_some_and(|label| flags[label.index()]) {
            self.escapes.insert(key);
            self.escapes.extend(self.stack[inside..].iter().map(|(key, _)| *key));
        }
    }

    /// Variables set in the innermost loop that neither the lanes which start a turn read before they set them, nor those that
    /// wait.
    fn forgotten_by(&self, label: Label, body: &[Stmt]) -> Vec<Variable> {
        let head = self.liveness.label_head(label);
        let mut variables = Vec::new();
        collect_set(body, &mut variables);
        variables.sort_unstable();
        variables.dedup();
        variables.retain(|&variable| !head.has(variable) && !self.is_seen_by_waiting_lanes(variable));
        variables
    }

    fn is_seen_by_waiting_lanes(&self, variable: Variable) -> bool {
        self.stack.iter().any(|(_, enclosing)| match enclosing {
            Enclosing::Arm(waiting) => waiting.as_ref().is_some_and(|waiting| waiting.has(variable)),
            Enclosing::Label(label) => {
                let (left, again) = (self.divergent[label.index()], self.divergent_again[label.index()]);
                left && self.liveness.label_after(*label).has(variable)
                    || again && self.liveness.label_head(*label).has(variable)
            }
        })
    }

    fn raise(slot: &mut Option<Shape>, shape: Option<Shape>, changed: &mut bool) {
        let joined = join(*slot, shape);
        *changed |= joined != *slot;
        *slot = joined;
    }

    fn shape(&self, value: Value) -> Option<Shape> {
        self.values[value.index()]
    }

    fn shape_of(&self, op: &Op, ty: Type) -> Option<Shape> {
        match op {
            Op::Constant(..) => Some(Shape::UNIFORM),
            Op::Get(variable) => self.variables[variable.index()],
            Op::Builtin(Builtin::Stage(builtin)) => Some(self.stage_builtin(*builtin)),
            Op::Builtin(builtin) => Some(self.layout.shape_of(*builtin, self.function.workgroup_size)),
            Op::Binary(op, a, b) => self.binary(*op, ty, *a, *b),
            Op::Select(c, a, b) if self.shape(*c) == Some(Shape::UNIFORM) => {
                join(self.shape(*a), self.shape(*b))
            }
            Op::Convert(ConvertOp::Truncate, a, Type::I32) => self.shape(*a).map(|shape| match shape {
                Shape::Affine(stride) => Shape::Affine(wrap(Type::I32, stride)),
                Shape::Varying => Shape::Varying,
            }),
            Op::Convert(ConvertOp::ExtendIndex, a, Type::I64)
                if self.function.values[a.index()] == Type::I32 =>
            {
                self.shape(*a)
            }
            Op::Atomic { .. } => Some(Shape::Varying),
            Op::Load(_, Place::Local { .. }) | Op::Helper | Op::Interpolate { .. } => Some(Shape::Varying),
            Op::Load(_, Place::Interface { side, .. }) if !side.is_shared(self.function.stage) => {
                Some(Shape::Varying)
            }
            Op::Group(op, operands) => self.group(*op, operands),
            _ => self.uniform_if_operands_are(op),
        }
    }

    /// All lanes of tessellation stages belong to one patch.
    fn stage_builtin(&self, builtin: StageBuiltin) -> Shape {
        let one_patch =
            matches!(self.function.stage, Some(Stage::TessellationControl | Stage::TessellationEvaluation));
        let uniform = builtin.is_uniform() || one_patch && builtin == StageBuiltin::PrimitiveId;
        if uniform { Shape::UNIFORM } else { Shape::Varying }
    }

    fn uniform_if_operands_are(&self, op: &Op) -> Option<Shape> {
        let mut result = Some(Shape::UNIFORM);
        op.for_each_operand(|operand| {
            result = match (result, self.shape(operand)) {
                (None, _) | (_, None) => None,
                (Some(Shape::UNIFORM), Some(Shape::UNIFORM)) => Some(Shape::UNIFORM),
                _ => Some(Shape::Varying),
            };
        });
        result
    }

    fn binary(&self, op: BinaryOp, ty: Type, a: Value, b: Value) -> Option<Shape> {
        let (x, y) = (self.shape(a)?, self.shape(b)?);
        let (Shape::Affine(x), Shape::Affine(y)) = (x, y) else { return Some(Shape::Varying) };
        if x == 0 && y == 0 {
            return Some(Shape::UNIFORM);
        }
        let constant = |value: Value| self.constants[value.index()].map(|bits| signed(ty, bits));
        let stride = match op {
            BinaryOp::IAdd => Some(x.wrapping_add(y)),
            BinaryOp::ISub => Some(x.wrapping_sub(y)),
            BinaryOp::IMul if y == 0 => constant(b).map(|c| x.wrapping_mul(c)),
            BinaryOp::IMul if x == 0 => constant(a).map(|c| y.wrapping_mul(c)),
            BinaryOp::Shl if y == 0 => constant(b).map(|c| x.wrapping_shl(c as u32 & (ty.bytes() * 8 - 1))),
            _ => None,
        };
        Some(stride.map_or(Shape::Varying, |stride| Shape::Affine(wrap(ty, stride))))
    }

    fn group(&self, op: GroupOp, operands: &[Value]) -> Option<Shape> {
        match op {
            GroupOp::Elect | GroupOp::InclusiveScan(_) | GroupOp::ExclusiveScan(_) => Some(Shape::Varying),
            GroupOp::Shuffle => {
                let shapes = operands.iter().map(|v| self.shape(*v)).collect::<Option<Vec<_>>>()?;
                let uniform = shapes.iter().any(|s| s.is_uniform());
                Some(if uniform { Shape::UNIFORM } else { Shape::Varying })
            }
            GroupOp::All
            | GroupOp::Any
            | GroupOp::AllEqual
            | GroupOp::Ballot
            | GroupOp::BroadcastFirst
            | GroupOp::Clock
            | GroupOp::Reduce(_) => Some(Shape::UNIFORM),
            GroupOp::Quad(_) => {
                let shape = self.shape(*operands.first()?)?;
                Some(if shape.is_uniform() { Shape::UNIFORM } else { Shape::Varying })
            }
        }
    }
}

fn collect_set(stmts: &[Stmt], variables: &mut Vec<Variable>) {
    for stmt in stmts {
        match stmt {
            Stmt::Set(variable, _) => variables.push(*variable),
            Stmt::If { then, otherwise, .. } => {
                collect_set(then, variables);
                collect_set(otherwise, variables);
            }
            Stmt::Block { body, .. } | Stmt::Loop { body, .. } => collect_set(body, variables),
            _ => {}
        }
    }
}

fn join(a: Option<Shape>, b: Option<Shape>) -> Option<Shape> {
    match (a, b) {
        (None, other) | (other, None) => other,
        (Some(a), Some(b)) if a == b => Some(a),
        _ => Some(Shape::Varying),
    }
}

fn signed(ty: Type, bits: u64) -> i64 {
    if ty == Type::I64 { bits as i64 } else { i64::from(bits as u32 as i32) }
}

fn wrap(ty: Type, stride: i64) -> i64 {
    if ty == Type::I64 { stride } else { i64::from(stride as i32) }
}
