//! Makes random functions.

use lacuna_shaders::ir::{
    BinaryOp, Builtin, CompareOp, ConvertOp, Function, GroupOp, Label, Op, Place, Stmt, Type, Value, Variable,
};

/// A small generator of pseudo-random numbers (xorshift64*).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16
    }

    pub(crate) fn below(&mut self, n: usize) -> usize {
        self.next() as usize % n
    }

    pub(crate) fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())]
    }

    pub(crate) fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }
}

pub(crate) const TYPES: [Type; 8] =
    [Type::Bool, Type::I32, Type::F32, Type::I64, Type::F64, Type::I16, Type::I8, Type::F16];
pub(crate) const INT: [Type; 4] = [Type::I32, Type::I64, Type::I16, Type::I8];
/// Bytes of the output that belong to one invocation.
pub(crate) const OWN: u64 = 64;

pub(crate) struct Generator {
    pub(crate) random: Random,
    pub(crate) function: Function,
    pub(crate) scope: Vec<Value>,
    lists: Vec<Vec<Stmt>>,
    labels: Vec<(Label, bool)>,
    /// Byte offset of the invocation's own part of buffer 1, and of shared memory.
    pub(crate) own: Value,
    pub(crate) own_shared: Value,
    pub(crate) zero: Value,
    budget: usize,
    /// Whether invocations may look at their subgroup.
    subgroups: bool,
    /// Whether all invocations of the workgroup are surely here.
    pub(crate) together: bool,
}

impl Generator {
    pub(crate) fn new(seed: u64) -> Self {
        let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        let sizes =
            [[8, 1, 1], [1, 1, 1], [16, 1, 1], [5, 1, 1], [4, 4, 1], [8, 2, 2], [3, 5, 2], [19, 1, 1]];
        let workgroup_size = random.pick(&sizes);
        let invocations = workgroup_size.iter().product::<u32>();
        let function = Function {
            workgroup_size,
            variables: (0..6).map(|i| TYPES[i % 6]).collect(),
            local_memories: if random.one_in(3) { vec![24, 32] } else { Vec::new() },
            shared_bytes: if random.one_in(2) { invocations * 16 } else { 0 },
            zero_shared: true,
            ..Function::default()
        };
        let zero = Value(0);
        Self {
            random,
            function,
            scope: Vec::new(),
            lists: vec![Vec::new()],
            labels: Vec::new(),
            own: zero,
            own_shared: zero,
            zero,
            budget: 60,
            subgroups: true,
            together: true,
        }
    }

    /// For functions that may be coarsened.
    pub(crate) fn of_packets(seed: u64) -> Self {
        let mut generator = Self::new(seed);
        let workgroup_size = generator.random.pick(&[[16, 1, 1], [32, 1, 1], [64, 1, 1], [32, 2, 1]]);
        let invocations = workgroup_size.iter().product::<u32>();
        let function = &mut generator.function;
        function.workgroup_size = workgroup_size;
        function.shared_bytes = function.shared_bytes.min(1) * invocations * 16;
        function.local_memories.clear();
        generator.subgroups = false;
        generator
    }

    pub(crate) fn emit(&mut self, stmt: Stmt) {
        self.lists.last_mut().unwrap().push(stmt);
    }

    pub(crate) fn define(&mut self, ty: Type, op: Op) -> Value {
        let value = Value(self.function.values.len() as u32);
        self.function.values.push(ty);
        self.emit(Stmt::Let(value, op));
        self.scope.push(value);
        value
    }

    pub(crate) fn int(&mut self, number: u64) -> Value {
        self.define(Type::I32, Op::Constant(Type::I32, number))
    }

    pub(crate) fn binary(&mut self, op: BinaryOp, a: Value, b: Value) -> Value {
        self.define(self.ty(a), Op::Binary(op, a, b))
    }

    /// How many lists are open around this one.
    pub(crate) fn depth(&self) -> usize {
        self.lists.len() - 1
    }

    pub(crate) fn ty(&self, value: Value) -> Type {
        self.function.values[value.index()]
    }

    pub(crate) fn value(&mut self, ty: Type) -> Value {
        let fitting: Vec<Value> = self.scope.iter().copied().filter(|&v| self.ty(v) == ty).collect();
        if fitting.is_empty() || self.random.one_in(8) {
            let bits = self.constant(ty);
            return self.define(ty, Op::Constant(ty, bits));
        }
        // Young values more often, so that there are long chains.
        let back = self.random.below(fitting.len()).min(self.random.below(fitting.len()));
        fitting[fitting.len() - 1 - back]
    }

    fn constant(&mut self, ty: Type) -> u64 {
        let mask = u64::MAX >> (64 - if ty == Type::Bool { 1 } else { ty.bytes() * 8 });
        let small = self.random.next() % 9;
        match ty {
            Type::F32 => u64::from((small as f32 * 0.75 - 2.0).to_bits()),
            Type::F64 => (small as f64 * 0.75 - 2.0).to_bits(),
            Type::F16 => {
                [0x0000, 0x3c00, 0xc000, 0x4248, 0x7c00, 0x0001, 0xb555, 0x7bff, 0x3555][small as usize]
            }
            _ => {
                self.random.pick(&[small, small, u64::MAX, u64::MAX << 1, 1 << 31, 1 << 63, 0x1234_5678])
                    & mask
            }
        }
    }

    pub(crate) fn function(mut self) -> Function {
        let size = self.function.workgroup_size;
        self.zero = self.int(0);
        for n in 0..3 {
            self.define(Type::I32, Op::Builtin(Builtin::GlobalInvocationId(n)));
            self.define(Type::I32, Op::Builtin(Builtin::LocalInvocationId(n)));
            self.define(Type::I32, Op::Builtin(Builtin::WorkgroupId(n)));
            self.define(Type::I32, Op::Builtin(Builtin::NumWorkgroups(n)));
        }
        let (x, y) = (self.scope[3], self.scope[7]);
        let width = self.scope[4];
        let index = self.define(Type::I32, Op::Builtin(Builtin::LocalInvocationIndex));
        let row = self.binary(BinaryOp::IMul, y, width);
        let group = self.binary(BinaryOp::IAdd, x, row);
        let invocations = self.int(u64::from(size.iter().product::<u32>()));
        let first = self.binary(BinaryOp::IMul, group, invocations);
        let global = self.binary(BinaryOp::IAdd, first, index);
        let bytes = self.int(OWN);
        self.own = self.binary(BinaryOp::IMul, global, bytes);
        let bytes = self.int(16);
        self.own_shared = self.binary(BinaryOp::IMul, index, bytes);
        self.list(0);
        for slot in 0..6 {
            self.store_result(slot);
        }
        self.function.body = self.lists.pop().unwrap();
        self.function.labels = 64;
        self.function
    }

    /// Stores a variable, so that what happened to it is seen.
    fn store_result(&mut self, slot: u64) {
        let variable = Variable(slot as u32);
        let ty = self.function.variables[variable.index()];
        let value = self.define(ty, Op::Get(variable));
        let offset = self.int(slot * 4);
        let offset = self.binary(BinaryOp::IAdd, self.own, offset);
        self.store(offset, value);
    }

    fn store(&mut self, offset: Value, value: Value) {
        let value = self.storable(value);
        self.emit(Stmt::Store { place: Place::Buffer { set: 0, slot: self.zero, offset }, value });
    }

    /// What is stored has 32 bits; floats stay floats, so that all that is not a number compares equal.
    pub(crate) fn storable(&mut self, value: Value) -> Value {
        match self.ty(value) {
            Type::Bool => {
                let (one, two) = (self.int(1), self.int(2));
                self.define(Type::I32, Op::Select(value, one, two))
            }
            Type::F64 | Type::F16 => {
                self.define(Type::F32, Op::Convert(ConvertOp::FloatToFloat, value, Type::F32))
            }
            Type::I64 => {
                let shift = self.define(Type::I64, Op::Constant(Type::I64, 32));
                let high = self.binary(BinaryOp::UShr, value, shift);
                let mixed = self.binary(BinaryOp::Xor, value, high);
                self.define(Type::I32, Op::Convert(ConvertOp::Truncate, mixed, Type::I32))
            }
            Type::I8 | Type::I16 => {
                self.define(Type::I32, Op::Convert(ConvertOp::SignExtend, value, Type::I32))
            }
            _ => value,
        }
    }

    fn list(&mut self, depth: usize) {
        let length = 2 + self.random.below(6);
        for _ in 0..length {
            if self.budget == 0 {
                break;
            }
            self.budget -= 1;
            self.statement(depth);
        }
    }

    fn nested(&mut self, depth: usize, body: impl FnOnce(&mut Self)) -> Vec<Stmt> {
        let (scope, together) = (self.scope.len(), self.together);
        self.lists.push(Vec::new());
        body(self);
        self.scope.truncate(scope);
        self.together = together && depth == 0;
        self.lists.pop().unwrap()
    }

    fn statement(&mut self, depth: usize) {
        match self.random.below(16) {
            0..=2 if depth < 4 => self.branch(depth),
            3 if depth < 4 => self.block(depth),
            4 | 5 if depth < 3 => self.repeat(depth),
            6 if depth > 0 => self.jump(),
            7 => self.load(),
            8 => self.store_somewhere(),
            9 => self.atomic(),
            10 if !self.function.local_memories.is_empty() => self.local(),
            11 if self.function.shared_bytes != 0 => self.shared(),
            11 if self.function.stage.is_some() => self.stage_statement(),
            12 if self.subgroups => self.group(),
            13 | 14 => self.set(),
            _ => {
                self.operation();
                self.operation();
            }
        }
    }

    fn set(&mut self) {
        let variable = Variable(self.random.below(6) as u32);
        let ty = self.function.variables[variable.index()];
        if self.random.one_in(3) {
            self.define(ty, Op::Get(variable));
        } else {
            let value = self.value(ty);
            self.emit(Stmt::Set(variable, value));
        }
    }

    fn branch(&mut self, depth: usize) {
        let condition = self.value(Type::Bool);
        let together = self.together;
        let then = self.nested(depth, |s| {
            s.together = false;
            s.list(depth + 1);
        });
        let with_else = self.random.one_in(2);
        let otherwise = self.nested(depth, |s| {
            s.together = false;
            if with_else {
                s.list(depth + 1);
            }
        });
        self.together = together && !ends(&then) && !ends(&otherwise);
        self.emit(Stmt::If { condition, then, otherwise });
    }

    fn new_label(&mut self, is_loop: bool) -> Label {
        let label = Label(self.function.labels);
        self.function.labels += 1;
        self.labels.push((label, is_loop));
        label
    }

    fn block(&mut self, depth: usize) {
        let label = self.new_label(false);
        let together = self.together;
        let body = self.nested(depth, |s| {
            s.together = false;
            s.list(depth + 1);
        });
        self.labels.pop();
        self.together = together && !ends(&body);
        self.emit(Stmt::Block { label, body });
    }

    /// A loop with a counter of its own, so that it ends; the limit is the same in all lanes or not.
    fn repeat(&mut self, depth: usize) {
        let counter = Variable(self.function.variables.len() as u32);
        self.function.variables.push(Type::I32);
        let (one, seven) = (self.int(1), self.int(7));
        let limit = self.value(Type::I32);
        let limit = self.binary(BinaryOp::And, limit, seven);
        let start = self.zero;
        self.emit(Stmt::Set(counter, start));
        let label = self.new_label(true);
        let together = self.together;
        let body = self.nested(depth, |s| {
            s.together = false;
            let count = s.define(Type::I32, Op::Get(counter));
            let next = s.binary(BinaryOp::IAdd, count, one);
            s.emit(Stmt::Set(counter, next));
            let done = s.define(Type::Bool, Op::Compare(CompareOp::UGe, count, limit));
            s.emit(Stmt::If { condition: done, then: vec![Stmt::Break(label)], otherwise: Vec::new() });
            s.list(depth + 1);
            if s.random.one_in(4) {
                let again = s.value(Type::Bool);
                s.emit(Stmt::If {
                    condition: again,
                    then: vec![Stmt::Continue(label)],
                    otherwise: Vec::new(),
                });
            } else {
                s.emit(Stmt::Continue(label));
            }
        });
        self.labels.pop();
        self.together = together && !ends(&body);
        self.emit(Stmt::Loop { label, body });
    }

    fn jump(&mut self) {
        let condition = self.value(Type::Bool);
        let jump = match self.labels.len() {
            0 => Stmt::Return,
            _ if self.random.one_in(8) => Stmt::Return,
            n => {
                let (label, is_loop) = self.labels[self.random.below(n)];
                if is_loop && self.random.one_in(2) { Stmt::Continue(label) } else { Stmt::Break(label) }
            }
        };
        let mut then = Vec::new();
        if self.random.one_in(2) {
            let variable = Variable(self.random.below(6) as u32);
            let value = self.value(self.function.variables[variable.index()]);
            then.push(Stmt::Set(variable, value));
        }
        then.push(jump);
        self.emit(Stmt::If { condition, then, otherwise: Vec::new() });
    }

    fn group(&mut self) {
        let ty = self.random.pick(&INT);
        let bool = self.value(Type::Bool);
        let a = self.value(ty);
        let with = self.random.pick(&[
            BinaryOp::IAdd,
            BinaryOp::IMul,
            BinaryOp::UMin,
            BinaryOp::UMax,
            BinaryOp::SMin,
            BinaryOp::SMax,
            BinaryOp::And,
            BinaryOp::Or,
            BinaryOp::Xor,
        ]);
        let (result, op, operand) = match self.random.below(9) {
            0 => (Type::Bool, GroupOp::All, bool),
            1 => (Type::Bool, GroupOp::Any, bool),
            2 => (Type::I32, GroupOp::Ballot, bool),
            3 => (ty, GroupOp::BroadcastFirst, a),
            4 => (Type::Bool, GroupOp::AllEqual, a),
            5 => (ty, GroupOp::Reduce(with), a),
            6 => (ty, GroupOp::InclusiveScan(with), a),
            7 => (ty, GroupOp::ExclusiveScan(with), a),
            _ => {
                self.define(Type::Bool, Op::Group(GroupOp::Elect, [].into_iter().collect()));
                return;
            }
        };
        self.define(result, Op::Group(op, [operand].into_iter().collect()));
    }
}

/// Whether some invocation may not come back.
fn ends(stmts: &[Stmt]) -> bool {
    stmts.iter().any(|stmt| match stmt {
        Stmt::Return | Stmt::Break(_) | Stmt::Continue(_) => true,
        Stmt::If { then, otherwise, .. } => ends(then) || ends(otherwise),
        Stmt::Block { body, .. } | Stmt::Loop { body, .. } => {
            body.iter().any(|stmt| matches!(stmt, Stmt::Return)) || ends(body)
        }
        _ => false,
    })
}
