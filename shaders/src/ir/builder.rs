//! Makes a [`Function`]: open statement lists, fresh values, and every simplification that needs no second look.
//!
//! Called by [`translate`](crate::translate) only. What it does on the way, so that little code reaches the back end:
//! - constants are folded ([`eval`]) and algebraic identities applied (`simplify`),
//! - a pure operation whose result is in scope is not computed twice,
//! - what a variable holds is remembered (`known`), so most `Get`s vanish,
//! - blocks that nothing breaks out of dissolve into the list around them (`lists`), and so do short branches (`flatten`),
//! - what nobody uses is removed at the end (`prune`), and what a loop does not change moves in front of it (`hoist`).
//!
//! # Invariants
//! 1. Constants and built-ins stand before all else, so they are in scope everywhere.
//! 2. A value used where its scope is closed is *rescued*: it is copied to a variable right behind its definition and read
//!    back at the use. (A SPIR-V value may be used after the loop that defines it; an IR value may not.)
//! 3. Nothing is emitted into a list that has ended with a jump.

use std::collections::HashMap;

use smallvec::SmallVec;

use super::eval;
use super::known::Known;
use super::lists::{CLOSED, Frame, NOWHERE, OPEN, Scope, strip_jumps};
use super::stages::Helpers;
use super::{
    AtomicOp, BinaryOp, Builtin, CompareOp, ConvertOp, Function, GroupOp, Label, LocalMemory, MathOp, Op,
    Place, Stmt, Type, UnaryOp, Value, Variable,
};
use crate::hash::{FastMap, FastSet};

/// What is remembered of a value's definition, for simplification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Def {
    Constant(u64),
    Unary(UnaryOp, Value),
    Binary(BinaryOp, Value, Value),
    Compare(CompareOp, Value, Value),
    Convert(ConvertOp, Value),
    Select(Value, Value, Value),
    Other,
}

/// Identifies a pure operation: what it does, and its operands.
pub(super) type Key = [u32; 4];

/// A function under construction.
pub struct Builder {
    pub(super) function: Function,
    prologue: Vec<Stmt>,
    pub(super) frames: Vec<Frame>,
    /// Per value: its definition, and the scope it belongs to.
    defs: Vec<(Def, Scope)>,
    /// Per scope: open, closed, or the scope it has dissolved into.
    pub(super) scopes: Vec<u32>,
    constants: FastMap<(Type, u64), Value>,
    pub(super) reuse: FastMap<Key, Value>,
    pub(super) reuse_log: Vec<Key>,
    pub(super) known: Known,
    /// Number of breaks to each label.
    pub(super) breaks: Vec<u32>,
    rescued: HashMap<Value, Variable>,
    /// By variable: whether it was ever set.
    pub(super) was_set: Vec<bool>,
    pub(super) helpers: Helpers,
    /// Loads of memory that nothing writes meanwhile.
    constant_loads: FastSet<Value>,
}

impl Default for Builder {
    fn default() -> Self {
        Self::new()
    }
}

impl Builder {
    /// An empty function with its outermost list open.
    pub fn new() -> Self {
        let mut builder = Self {
            function: Function::default(),
            prologue: Vec::new(),
            frames: Vec::new(),
            defs: Vec::new(),
            scopes: Vec::new(),
            constants: FastMap::default(),
            reuse: FastMap::default(),
            reuse_log: Vec::new(),
            known: Known::default(),
            breaks: Vec::new(),
            rescued: HashMap::new(),
            was_set: Vec::new(),
            helpers: Helpers::default(),
            constant_loads: FastSet::default(),
        };
        builder.open(Label(u32::MAX));
        builder.scopes.push(CLOSED);
        builder
    }

    /// Closes the outermost list. Lists still open inside are dropped.
    pub fn finish(mut self) -> Function {
        self.frames.truncate(1);
        let mut statements = self.frames.pop().map(|frame| frame.statements).unwrap_or_default();
        strip_jumps(&mut statements, &Stmt::Return);
        let mut body = self.prologue;
        body.append(&mut statements);
        if !self.rescued.is_empty() {
            super::rescue::rescue(&mut body, &self.rescued);
        }
        self.function.body = body;
        super::prune::prune(&mut self.function);
        super::hoist::hoist(&mut self.function, &self.constant_loads);
        self.function
    }

    /// Number of values so far: what the size of the result is judged by.
    pub fn value_count(&self) -> usize {
        self.function.values.len()
    }

    /// Number of variables so far.
    pub fn variable_count(&self) -> usize {
        self.function.variables.len()
    }

    /// The type of a variable.
    pub fn variable_type(&self, variable: Variable) -> Type {
        self.function.variables[variable.index()]
    }

    /// The function's attributes outside its body.
    pub fn function_mut(&mut self) -> &mut Function {
        &mut self.function
    }

    /// The type of a value.
    pub fn type_of(&self, value: Value) -> Type {
        self.function.values[value.index()]
    }

    /// The bits of a value that is a constant.
    pub fn constant_bits(&self, value: Value) -> Option<u64> {
        match self.defs[value.index()].0 {
            Def::Constant(bits) => Some(bits),
            _ => None,
        }
    }

    pub(super) fn def(&self, value: Value) -> Def {
        self.defs[value.index()].0
    }

    // Values.

    /// A constant; bits above the type's width are dropped.
    pub fn constant(&mut self, ty: Type, bits: u64) -> Value {
        let bits = bits & eval::mask(ty);
        if let Some(&value) = self.constants.get(&(ty, bits)) {
            return value;
        }
        let value = self.fresh(ty, Def::Constant(bits), 0);
        self.prologue.push(Stmt::Let(value, Op::Constant(ty, bits)));
        self.constants.insert((ty, bits), value);
        value
    }

    /// A 32-bit integer constant.
    pub fn int(&mut self, value: u32) -> Value {
        self.constant(Type::I32, u64::from(value))
    }

    /// A boolean constant.
    pub fn bool(&mut self, value: bool) -> Value {
        self.constant(Type::Bool, u64::from(value))
    }

    /// A float constant of the given type.
    pub fn float(&mut self, ty: Type, value: f64) -> Value {
        self.constant(ty, eval::float_bits(ty, value))
    }

    /// One operand.
    pub fn unary(&mut self, op: UnaryOp, a: Value) -> Value {
        if let Some(value) = self.simplify_unary(op, a) {
            return value;
        }
        let ty = match op {
            UnaryOp::IsNan | UnaryOp::IsInf => Type::Bool,
            _ => self.type_of(a),
        };
        let a = self.visible(a);
        self.pure([1 << 24 | op as u32, a.0, 0, 0], ty, Def::Unary(op, a), Op::Unary(op, a))
    }

    /// Two operands of one type.
    pub fn binary(&mut self, op: BinaryOp, a: Value, b: Value) -> Value {
        let (a, b) = self.canonical(op, a, b);
        if let Some(value) = self.simplify_binary(op, a, b) {
            return value;
        }
        let ty = self.type_of(a);
        let (a, b) = (self.visible(a), self.visible(b));
        self.pure([2 << 24 | op as u32, a.0, b.0, 0], ty, Def::Binary(op, a, b), Op::Binary(op, a, b))
    }

    /// A comparison.
    pub fn compare(&mut self, op: CompareOp, a: Value, b: Value) -> Value {
        if let Some(value) = self.simplify_compare(op, a, b) {
            return value;
        }
        let (a, b) = (self.visible(a), self.visible(b));
        self.pure(
            [3 << 24 | op as u32, a.0, b.0, 0],
            Type::Bool,
            Def::Compare(op, a, b),
            Op::Compare(op, a, b),
        )
    }

    /// One of two values.
    pub fn select(&mut self, condition: Value, a: Value, b: Value) -> Value {
        if let Some(value) = self.simplify_select(condition, a, b) {
            return value;
        }
        let ty = self.type_of(a);
        let [condition, a, b] = [condition, a, b].map(|v| self.visible(v));
        self.pure(
            [4 << 24, condition.0, a.0, b.0],
            ty,
            Def::Select(condition, a, b),
            Op::Select(condition, a, b),
        )
    }

    /// A conversion. To the same type it is nothing.
    pub fn convert(&mut self, op: ConvertOp, a: Value, to: Type) -> Value {
        if let Some(value) = self.simplify_convert(op, a, to) {
            return value;
        }
        let a = self.visible(a);
        let key = [5 << 24 | (op as u32) << 8 | to as u32, a.0, 0, 0];
        self.pure(key, to, Def::Convert(op, a), Op::Convert(op, a, to))
    }

    /// A function of the extended set.
    pub fn math(&mut self, op: MathOp, operands: &[Value]) -> Value {
        let Some(&first) = operands.first() else { return self.int(0) };
        let from = self.type_of(first);
        let ty = if op == MathOp::FrexpExponent { Type::I32 } else { from };
        let bits: SmallVec<[Option<u64>; 4]> = operands.iter().map(|&v| self.constant_bits(v)).collect();
        if let Some(bits) = bits.into_iter().collect::<Option<SmallVec<[u64; 4]>>>() {
            return self.constant(ty, eval::math(op, from, &bits));
        }
        let operands: SmallVec<[Value; 3]> = operands.iter().map(|&v| self.visible(v)).collect();
        let operand = |i: usize| operands.get(i).map_or(u32::MAX, |v| v.0);
        let key = [6 << 24 | op as u32, operand(0), operand(1), operand(2)];
        if operands.len() > 3 {
            return self.define(ty, Def::Other, Op::Math(op, operands));
        }
        self.pure(key, ty, Def::Other, Op::Math(op, operands))
    }

    /// A number the invocation was started with.
    pub fn builtin(&mut self, builtin: Builtin) -> Value {
        let (kind, component) = match builtin {
            Builtin::LocalInvocationId(i) => (0, i),
            Builtin::LocalInvocationIndex => (1, 0),
            Builtin::WorkgroupId(i) => (2, i),
            Builtin::NumWorkgroups(i) => (3, i),
            Builtin::GlobalInvocationId(i) => (4, i),
            Builtin::SubgroupLocalInvocationId => (5, 0),
            Builtin::SubgroupId => (6, 0),
            Builtin::NumSubgroups => (7, 0),
            Builtin::Stage(builtin) => (8, builtin as u8),
            Builtin::DeviceIndex => (9, 0),
        };
        let key = [7 << 24 | kind, u32::from(component), 0, 0];
        if let Some(&value) = self.reuse.get(&key) {
            return value;
        }
        let value = self.fresh(Type::I32, Def::Other, 0);
        self.prologue.push(Stmt::Let(value, Op::Builtin(builtin)));
        self.reuse.insert(key, value);
        value
    }

    /// Bytes behind a buffer descriptor.
    pub fn buffer_size(&mut self, set: u32, slot: Value) -> Value {
        let slot = self.visible(slot);
        self.pure([8 << 24, set, slot.0, 0], Type::I32, Def::Other, Op::BufferSize { set, slot })
    }

    /// A 32-bit word of a descriptor.
    pub fn descriptor_word(&mut self, set: u32, slot: Value, word: u32) -> Value {
        let slot = self.visible(slot);
        let op = Op::DescriptorWord { set, slot, word };
        self.pure([8 << 24, set, slot.0, 1 + word], Type::I32, Def::Other, op)
    }

    // Memory.

    /// Loads a scalar.
    pub fn load(&mut self, ty: Type, place: Place) -> Value {
        let place = self.visible_place(place);
        self.define(ty, Def::Other, Op::Load(ty, place))
    }

    /// Loads from memory that nothing writes while the function runs.
    pub fn load_constant(&mut self, ty: Type, place: Place) -> Value {
        let place = self.visible_place(place);
        let key = match place {
            Place::Buffer { set, slot, offset } => [9 << 24 | set << 8 | ty as u32, slot.0, offset.0, 0],
            Place::PushConstant { offset } => [10 << 24 | ty as u32, offset.0, 0, 0],
            Place::Interface { side, vertex, slot } if side.is_read_only(self.function.stage) => {
                [11 << 24 | (side as u32) << 8 | ty as u32, vertex.0, slot.0, 0]
            }
            _ => return self.define(ty, Def::Other, Op::Load(ty, place)),
        };
        let value = self.pure(key, ty, Def::Other, Op::Load(ty, place));
        self.constant_loads.insert(value);
        value
    }

    /// Stores a scalar.
    pub fn store(&mut self, place: Place, value: Value) {
        let (place, value) = (self.visible_place(place), self.visible(value));
        let guarded = self.keep_helpers_away(matches!(place, Place::Buffer { .. } | Place::Global { .. }));
        self.push(Stmt::Store { place, value });
        self.let_helpers_back(guarded);
    }

    /// An atomic operation.
    pub fn atomic(
        &mut self,
        op: AtomicOp,
        ty: Type,
        place: Place,
        value: Value,
        comparator: Option<Value>,
    ) -> Value {
        let (place, value) = (self.visible_place(place), self.visible(value));
        let comparator = comparator.map(|v| self.visible(v));
        let guarded = self.keep_helpers_away(op != AtomicOp::Load);
        let old = self.define(ty, Def::Other, Op::Atomic { op, ty, place, value, comparator });
        self.let_helpers_back(guarded);
        old
    }

    /// An operation over the subgroup. Never shared: its result depends on where it stands.
    pub fn group(&mut self, op: GroupOp, operands: &[Value]) -> Value {
        let operands: SmallVec<[Value; 2]> = operands.iter().map(|&v| self.visible(v)).collect();
        if let (GroupOp::Quad(lanes), &[operand]) = (op, operands.as_slice()) {
            let ty = self.type_of(operand);
            let lanes = u32::from_le_bytes(lanes);
            return self.pure([12 << 24, operand.0, lanes, 0], ty, Def::Other, Op::Group(op, operands));
        }
        let ty = match (op, operands.first()) {
            (GroupOp::Clock, _) => Type::I64,
            (GroupOp::Elect | GroupOp::All | GroupOp::Any | GroupOp::AllEqual, _) | (_, None) => Type::Bool,
            (GroupOp::Ballot, _) => Type::I32,
            (_, Some(&first)) => self.type_of(first),
        };
        self.define(ty, Def::Other, Op::Group(op, operands))
    }

    /// Private memory, zeroed at the start.
    pub fn local_memory(&mut self, bytes: u32) -> LocalMemory {
        self.function.local_memories.push(bytes);
        LocalMemory(self.function.local_memories.len() as u32 - 1)
    }

    // Variables.

    /// A new variable.
    pub fn variable(&mut self, ty: Type) -> Variable {
        self.function.variables.push(ty);
        self.known.add();
        self.was_set.push(false);
        Variable(self.function.variables.len() as u32 - 1)
    }

    /// The value of a variable.
    pub fn get(&mut self, variable: Variable) -> Value {
        if let Some(value) = self.known.get(variable)
            && self.in_scope(value)
        {
            return value;
        }
        let ty = self.function.variables[variable.index()];
        let value = self.define(ty, Def::Other, Op::Get(variable));
        if !self.is_dead() {
            self.known.learn(variable, value);
        }
        value
    }

    /// Sets a variable.
    pub fn set(&mut self, variable: Variable, value: Value) {
        if self.is_dead() || self.known.get(variable) == Some(value) {
            return;
        }
        let value = self.visible(value);
        self.was_set[variable.index()] = true;
        self.push(Stmt::Set(variable, value));
        self.known.set(variable, value);
    }

    /// Promises that no [`set`](Self::set) of the variable follows, so that loops need not forget it.
    pub fn freeze(&mut self, variable: Variable) {
        self.known.freeze(variable);
    }

    // Inside.

    pub(super) fn push(&mut self, statement: Stmt) {
        if let Some(frame) = self.frames.last_mut()
            && !frame.dead
        {
            frame.statements.push(statement);
        }
    }

    fn fresh(&mut self, ty: Type, def: Def, scope: Scope) -> Value {
        self.function.values.push(ty);
        self.defs.push((def, scope));
        Value(self.function.values.len() as u32 - 1)
    }

    pub(super) fn define(&mut self, ty: Type, def: Def, op: Op) -> Value {
        let scope =
            self.frames.last().map_or(NOWHERE, |frame| if frame.dead { NOWHERE } else { frame.scope });
        let value = self.fresh(ty, def, scope);
        self.push(Stmt::Let(value, op));
        value
    }

    /// Defines the value unless the same operation is in scope.
    pub(super) fn pure(&mut self, key: Key, ty: Type, def: Def, op: Op) -> Value {
        if let Some(&value) = self.reuse.get(&key) {
            return value;
        }
        let value = self.define(ty, def, op);
        if !self.is_dead() {
            self.reuse.insert(key, value);
            self.reuse_log.push(key);
        }
        value
    }

    fn in_scope(&mut self, value: Value) -> bool {
        let scope = &mut self.defs[value.index()].1;
        loop {
            match self.scopes[*scope as usize] {
                OPEN => return true,
                CLOSED => return false,
                outer => *scope = outer,
            }
        }
    }

    /// The value, or where it is out of scope, a copy of it that is not (invariant 2).
    pub(super) fn visible(&mut self, value: Value) -> Value {
        if self.in_scope(value) {
            return value;
        }
        let variable = match self.rescued.get(&value) {
            Some(&variable) => variable,
            None => {
                let variable = self.variable(self.type_of(value));
                self.rescued.insert(value, variable);
                variable
            }
        };
        self.get(variable)
    }

    fn visible_place(&mut self, place: Place) -> Place {
        match place {
            Place::Buffer { set, slot, offset } => {
                Place::Buffer { set, slot: self.visible(slot), offset: self.visible(offset) }
            }
            Place::Global { address } => Place::Global { address: self.visible(address) },
            Place::Shared { offset } => Place::Shared { offset: self.visible(offset) },
            Place::Local { memory, offset } => Place::Local { memory, offset: self.visible(offset) },
            Place::PushConstant { offset } => Place::PushConstant { offset: self.visible(offset) },
            Place::Interface { side, vertex, slot } => {
                Place::Interface { side, vertex: self.visible(vertex), slot: self.visible(slot) }
            }
        }
    }
}
