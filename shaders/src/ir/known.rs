//! What each variable holds at the point the [builder](super::builder) has reached.
//!
//! A log of changes lets a branch be taken back: [`restore`](Known::restore) returns to the state at a mark, then
//! [`forget`](Known::forget) drops what was set since. Entries stay in the log, because the lists further out have to forget
//! the same variables when they end.

use super::{Value, Variable};

#[derive(Clone, Copy)]
struct Change {
    variable: Variable,
    before: Option<Value>,
    /// The variable was set; else something was only found out about it.
    set: bool,
}

/// Values of variables.
#[derive(Default)]
pub(super) struct Known {
    values: Vec<Option<Value>>,
    frozen: Vec<bool>,
    log: Vec<Change>,
}

impl Known {
    /// One more variable, of unknown value.
    pub(super) fn add(&mut self) {
        self.values.push(None);
        self.frozen.push(false);
    }

    pub(super) fn get(&self, variable: Variable) -> Option<Value> {
        self.values[variable.index()]
    }

    /// The variable was found to hold the value.
    pub(super) fn learn(&mut self, variable: Variable, value: Value) {
        self.change(variable, Some(value), false);
    }

    /// The variable was set to the value.
    pub(super) fn set(&mut self, variable: Variable, value: Value) {
        self.change(variable, Some(value), true);
    }

    /// The variable is not set any more from here on.
    pub(super) fn freeze(&mut self, variable: Variable) {
        self.frozen[variable.index()] = true;
    }

    /// The place in the log.
    pub(super) fn mark(&self) -> usize {
        self.log.len()
    }

    /// Returns to what was known at the mark.
    pub(super) fn restore(&mut self, mark: usize) {
        for change in self.log[mark..].iter().rev() {
            self.values[change.variable.index()] = change.before;
        }
    }

    /// Forgets what was set in that part of the log.
    pub(super) fn forget(&mut self, part: std::ops::Range<usize>) {
        for i in part {
            let Change { variable, set, .. } = self.log[i];
            if set && self.values[variable.index()].is_some() {
                self.change(variable, None, true);
            }
        }
    }

    /// Forgets all that a loop might set.
    pub(super) fn forget_unfrozen(&mut self) {
        for i in 0..self.values.len() {
            if self.values[i].is_some() && !self.frozen[i] {
                self.change(Variable(i as u32), None, false);
            }
        }
    }

    fn change(&mut self, variable: Variable, now: Option<Value>, set: bool) {
        let before = std::mem::replace(&mut self.values[variable.index()], now);
        self.log.push(Change { variable, before, set });
    }
}
