//! What the [builder](super::builder) makes for graphics stages only.

use smallvec::SmallVec;

use super::builder::{Builder, Def};
use super::{GroupOp, Op, Stmt, Type, Value, Variable};
use crate::abi::stage::InterpolateAt;

/// Helper invocations, which must not write memory.
#[derive(Default)]
pub(super) struct Helpers {
    /// Whether there are any.
    exist: bool,
    /// Whether an invocation may become one and go on.
    demotes: bool,
    /// Whether they are kept away from the current list.
    away: bool,
}

impl Builder {
    /// Says that there are helper invocations, and whether others may become such and go on.
    pub fn set_helpers(&mut self, demotes: bool) {
        (self.helpers.exist, self.helpers.demotes) = (true, demotes);
    }

    /// Whether the invocation is a helper by now.
    pub fn helper(&mut self) -> Value {
        if self.helpers.demotes {
            self.define(Type::Bool, Def::Other, Op::Helper)
        } else {
            self.pure([13 << 24, 0, 0, 0], Type::Bool, Def::Other, Op::Helper)
        }
    }

    /// Where memory is written: opens a list that helper invocations do not come to. True if
    /// [`let_helpers_back`](Self::let_helpers_back) has to close it.
    pub fn keep_helpers_away(&mut self, writes: bool) -> bool {
        if !writes || !self.helpers.exist || self.helpers.away {
            return false;
        }
        let helper = self.helper();
        let covered = self.unary(super::UnaryOp::Not, helper);
        self.begin_if(covered);
        self.helpers.away = true;
        true
    }

    /// Closes that list.
    pub fn let_helpers_back(&mut self, guarded: bool) {
        if guarded {
            self.begin_else();
            self.end_if();
            self.helpers.away = false;
        }
    }

    /// The invocation becomes a helper.
    pub fn demote(&mut self) {
        self.push(Stmt::Demote);
    }

    /// Emits a vertex, or ends the primitive.
    pub fn emit(&mut self, stream: u32, end: bool) {
        self.push(Stmt::Emit { stream, end });
    }

    /// An input, interpolated anew.
    pub fn interpolate(&mut self, slot: u32, at: InterpolateAt, x: Value, y: Value) -> Value {
        let (x, y) = (self.visible(x), self.visible(y));
        self.define(Type::F32, Def::Other, Op::Interpolate { slot, at, x, y })
    }

    /// For each invocation of a quad the value of one of them.
    pub fn quad(&mut self, lanes: [u8; 4], value: Value) -> Value {
        self.group(GroupOp::Quad(lanes), &SmallVec::<[Value; 1]>::from_slice(&[value]))
    }

    /// Whether the variable was set anywhere.
    pub fn was_set(&self, variable: Variable) -> bool {
        self.was_set[variable.index()]
    }
}
