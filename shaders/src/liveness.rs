//! Which variables are read later, at the places where waiting lanes start again.
//!
//! Called by [`uniformity`](crate::uniformity), which asks whether a lane that does not take part in an assignment could see it,
//! and by [`lower`](crate::lower), which asks what has to survive a barrier. Backward data flow over the statement tree;
//! a loop is walked until its head is stable. Statements are identified by their address in the function,
//! which is borrowed as long as the result lives.
//!
//! Values are tracked beside variables (their bits come after the variables' bits), but only barriers need them.

use std::collections::HashMap;
use std::marker::PhantomData;

use crate::ir::{Function, Label, Op, Stmt, Value, Variable};

/// A set of variables and values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LiveSet(Vec<u64>);

impl LiveSet {
    fn new(bits: usize) -> Self {
        Self(vec![0; bits.div_ceil(64)])
    }

    fn get(&self, bit: usize) -> bool {
        self.0[bit / 64] >> (bit % 64) & 1 != 0
    }

    fn insert(&mut self, bit: usize) {
        self.0[bit / 64] |= 1 << (bit % 64);
    }

    fn remove(&mut self, bit: usize) {
        self.0[bit / 64] &= !(1 << (bit % 64));
    }

    /// Adds the other's members.
    pub fn unite(&mut self, other: &Self) {
        for (a, b) in self.0.iter_mut().zip(&other.0) {
            *a |= b;
        }
    }

    /// Whether the variable is in it.
    pub fn has(&self, variable: Variable) -> bool {
        self.get(variable.index())
    }

    /// The variables in it.
    pub fn variables<'s>(&'s self, function: &Function) -> impl Iterator<Item = Variable> + use<'s> {
        (0..function.variables.len()).filter(|&bit| self.get(bit)).map(|bit| Variable(bit as u32))
    }

    /// The values in it.
    pub fn values<'s>(&'s self, function: &Function) -> impl Iterator<Item = Value> + use<'s> {
        let first = function.variables.len();
        (0..function.values.len()).filter(move |&bit| self.get(first + bit)).map(|bit| Value(bit as u32))
    }
}

/// What is live where lanes can wait.
#[derive(Debug)]
pub struct Liveness<'f> {
    /// Live when the function starts: read before it is set.
    pub entry: LiveSet,
    after: HashMap<*const Stmt, LiveSet>,
    otherwise: HashMap<*const Stmt, LiveSet>,
    /// By label: live after the block or loop.
    label_after: Vec<LiveSet>,
    /// By label: live where the loop starts.
    label_head: Vec<LiveSet>,
    function: PhantomData<&'f Function>,
}

impl<'f> Liveness<'f> {
    /// Analyses a function.
    pub fn new(function: &'f Function) -> Self {
        let bits = function.variables.len() + function.values.len();
        let labels = vec![LiveSet::new(bits); function.labels as usize];
        let mut this = Self {
            entry: LiveSet::default(),
            after: HashMap::new(),
            otherwise: HashMap::new(),
            label_after: labels.clone(),
            label_head: labels,
            function: PhantomData,
        };
        let mut walk = Walk { values: function.variables.len(), result: &mut this, bits };
        let mut live = LiveSet::new(bits);
        walk.list(&function.body, &mut live);
        this.entry = live;
        this
    }

    /// Live after an `If` or a `Barrier`.
    pub fn after(&self, stmt: &Stmt) -> Option<&LiveSet> {
        self.after.get(&std::ptr::from_ref(stmt))
    }

    /// Live where the second arm of an `If` starts.
    pub fn otherwise(&self, stmt: &Stmt) -> Option<&LiveSet> {
        self.otherwise.get(&std::ptr::from_ref(stmt))
    }

    /// Live behind a block or loop: where lanes wait that have left it.
    pub fn label_after(&self, label: Label) -> &LiveSet {
        &self.label_after[label.index()]
    }

    /// Live at the start of a loop: where lanes wait that have continued it.
    pub fn label_head(&self, label: Label) -> &LiveSet {
        &self.label_head[label.index()]
    }
}

struct Walk<'a, 'f> {
    values: usize,
    bits: usize,
    result: &'a mut Liveness<'f>,
}

impl Walk<'_, '_> {
    fn list(&mut self, stmts: &[Stmt], live: &mut LiveSet) {
        for stmt in stmts.iter().rev() {
            self.stmt(stmt, live);
        }
    }

    fn stmt(&mut self, stmt: &Stmt, live: &mut LiveSet) {
        let key = std::ptr::from_ref(stmt);
        match stmt {
            Stmt::Let(value, op) => {
                live.remove(self.values + value.index());
                if let Op::Get(variable) = op {
                    live.insert(variable.index());
                }
                op.for_each_operand(|operand| live.insert(self.values + operand.index()));
            }
            Stmt::Set(variable, value) => {
                live.remove(variable.index());
                live.insert(self.values + value.index());
            }
            Stmt::Store { place, value } => {
                live.insert(self.values + value.index());
                place.for_each_operand(|operand| live.insert(self.values + operand.index()));
            }
            Stmt::If { condition, then, otherwise } => {
                self.result.after.insert(key, live.clone());
                let mut other = live.clone();
                self.list(otherwise, &mut other);
                self.list(then, live);
                live.unite(&other);
                self.result.otherwise.insert(key, other);
                live.insert(self.values + condition.index());
            }
            Stmt::Block { label, body } => {
                self.result.label_after[label.index()] = live.clone();
                self.list(body, live);
            }
            Stmt::Loop { label, body } => {
                self.result.label_after[label.index()].unite(live);
                let after = live.clone();
                loop {
                    *live = after.clone();
                    self.list(body, live);
                    if self.result.label_head[label.index()] == *live {
                        break;
                    }
                    self.result.label_head[label.index()].unite(live);
                }
            }
            Stmt::Break(label) => *live = self.result.label_after[label.index()].clone(),
            Stmt::Continue(label) => *live = self.result.label_head[label.index()].clone(),
            Stmt::Return => *live = LiveSet::new(self.bits),
            Stmt::Barrier => {
                self.result.after.insert(key, live.clone());
            }
            Stmt::Fence | Stmt::Demote | Stmt::Emit { .. } => {}
        }
    }
}
