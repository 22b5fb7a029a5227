//! The builder's open statement lists: control flow.
//!
//! Part of the [builder](super::builder). A list is opened by `begin_…` and closed by `end_…`, in which the block, loop or branch
//! is put into the list around it. What was known of variables and which values are in scope change accordingly.

use super::builder::Builder;
use super::{Label, Stmt, Value};

/// An index into [`Builder::scopes`].
pub(super) type Scope = u32;

/// A scope whose list is open.
pub(super) const OPEN: u32 = u32::MAX;
/// A scope whose list is closed.
pub(super) const CLOSED: u32 = u32::MAX - 1;
/// The scope of all that is defined behind a jump.
pub(super) const NOWHERE: Scope = 1;

/// An open statement list.
pub(super) struct Frame {
    pub(super) statements: Vec<Stmt>,
    pub(super) scope: Scope,
    /// Whether the list ended with a jump.
    pub(super) dead: bool,
    /// Length of [`Builder::reuse_log`] and of the log of `known` when it was opened.
    pub(super) reuse_mark: usize,
    pub(super) known_mark: usize,
    /// For the branches of an `If`.
    pub(super) branch: Option<Branch>,
    pub(super) label: Label,
}

/// An `If` under construction, while its second branch is open.
pub(super) struct Branch {
    condition: Value,
    then: Vec<Stmt>,
    then_dead: bool,
    then_scope: Scope,
    /// Where the first branch ended in the log of `known`.
    then_mark: usize,
}

impl Builder {
    /// Whether the current list ended with a jump: whatever is emitted now is dropped.
    pub fn is_dead(&self) -> bool {
        self.frames.last().is_none_or(|frame| frame.dead)
    }

    /// How many lists are open.
    pub fn depth(&self) -> usize {
        self.frames.len()
    }

    /// Opens the first branch of an `If`.
    pub fn begin_if(&mut self, condition: Value) {
        let condition = self.visible(condition);
        self.open(Label(u32::MAX));
        if let Some(frame) = self.frames.last_mut() {
            let then_scope = frame.scope;
            let then = Vec::new();
            frame.branch = Some(Branch { condition, then, then_dead: false, then_scope, then_mark: 0 });
        }
    }

    /// Closes the first branch, opens the second.
    pub fn begin_else(&mut self) {
        let Some(frame) = self.close() else { return };
        let then_mark = self.known.mark();
        self.known.restore(frame.known_mark);
        self.open(Label(u32::MAX));
        if let (Some(top), Some(branch)) = (self.frames.last_mut(), frame.branch) {
            let then = frame.statements;
            top.branch = Some(Branch { then, then_dead: frame.dead, then_mark, ..branch });
            top.known_mark = frame.known_mark;
        }
    }

    /// Closes the `If` after its second branch, which [`begin_else`](Self::begin_else) has opened.
    pub fn end_if(&mut self) {
        let Some(frame) = self.close() else { return };
        let Some(branch) = frame.branch else { return };
        let end = self.known.mark();
        self.known.restore(frame.known_mark);
        if !branch.then_dead && !frame.dead && !self.is_dead() {
            let scopes = [branch.then_scope, frame.scope];
            if self.flatten(branch.condition, [&branch.then, &frame.statements], scopes) {
                return;
            }
        }
        // What a branch that jumps away has set is of no concern here.
        if !branch.then_dead {
            self.known.forget(frame.known_mark..branch.then_mark);
        }
        if !frame.dead {
            self.known.forget(branch.then_mark..end);
        }
        let (then, otherwise) = (branch.then, frame.statements);
        if !then.is_empty() || !otherwise.is_empty() {
            self.push(Stmt::If { condition: branch.condition, then, otherwise });
        }
        self.kill_if(frame.dead && branch.then_dead);
    }

    /// Whether the current list ends with a break to the label where [`end_block`](Self::end_block) removes it, if the list
    /// ends the block.
    pub fn falls_to(&self, label: Label) -> bool {
        self.frames.last().is_some_and(|frame| count_breaks(&frame.statements, label) > 0)
    }

    /// Opens a block; [`break_`](Self::break_) leaves it.
    pub fn begin_block(&mut self) -> Label {
        let label = self.label();
        self.open(label);
        label
    }

    /// Closes the block.
    pub fn end_block(&mut self) {
        let Some(mut frame) = self.frames.pop() else { return };
        let label = frame.label;
        let breaks = self.breaks[label.index()];
        let only_at_end = breaks == 1 && frame.statements.last() == Some(&Stmt::Break(label));
        let left = breaks - strip_jumps(&mut frame.statements, &Stmt::Break(label));
        if left == 0 {
            self.scopes[frame.scope as usize] = self.frames.last().map_or(OPEN, |outer| outer.scope);
            if let Some(outer) = self.frames.last_mut()
                && !outer.dead
            {
                outer.statements.append(&mut frame.statements);
                outer.dead = frame.dead && breaks == 0;
            }
        } else {
            self.drop_scope(&frame);
            self.push(Stmt::Block { label, body: frame.statements });
        }
        if breaks > 0 && !only_at_end {
            let end = self.known.mark();
            if left > 0 {
                self.known.restore(frame.known_mark);
            }
            self.known.forget(frame.known_mark..end);
        }
    }

    /// Opens a loop.
    pub fn begin_loop(&mut self) -> Label {
        let label = self.label();
        self.open(label);
        self.known.forget_unfrozen();
        label
    }

    /// Closes the loop.
    pub fn end_loop(&mut self) {
        let Some(frame) = self.close() else { return };
        let end = self.known.mark();
        self.known.restore(frame.known_mark);
        self.known.forget(frame.known_mark..end);
        self.push(Stmt::Loop { label: frame.label, body: frame.statements });
        self.kill_if(frame.dead);
    }

    /// Leaves a block or loop.
    pub fn break_(&mut self, label: Label) {
        if !self.is_dead() {
            self.breaks[label.index()] += 1;
        }
        self.jump(Stmt::Break(label));
    }

    /// Starts a loop again.
    pub fn continue_(&mut self, label: Label) {
        self.jump(Stmt::Continue(label));
    }

    /// Ends the invocation.
    pub fn ret(&mut self) {
        self.jump(Stmt::Return);
    }

    /// Waits for the workgroup.
    pub fn barrier(&mut self) {
        self.push(Stmt::Barrier);
    }

    /// Orders memory accesses.
    pub fn fence(&mut self) {
        self.push(Stmt::Fence);
    }

    fn jump(&mut self, statement: Stmt) {
        self.push(statement);
        self.kill_if(true);
    }

    fn kill_if(&mut self, dead: bool) {
        if let Some(frame) = self.frames.last_mut() {
            frame.dead |= dead;
        }
    }

    fn label(&mut self) -> Label {
        self.breaks.push(0);
        self.function.labels += 1;
        Label(self.function.labels - 1)
    }

    pub(super) fn open(&mut self, label: Label) {
        let dead = self.frames.last().is_some_and(|frame| frame.dead);
        self.scopes.push(OPEN);
        self.frames.push(Frame {
            statements: Vec::new(),
            scope: self.scopes.len() as u32 - 1,
            dead,
            reuse_mark: self.reuse_log.len(),
            known_mark: self.known.mark(),
            branch: None,
            label,
        });
    }

    fn close(&mut self) -> Option<Frame> {
        let frame = self.frames.pop()?;
        self.drop_scope(&frame);
        Some(frame)
    }

    fn drop_scope(&mut self, frame: &Frame) {
        self.scopes[frame.scope as usize] = CLOSED;
        for key in self.reuse_log.drain(frame.reuse_mark..) {
            self.reuse.remove(&key);
        }
    }
}

/// Removes a jump from where falling off the end does the same; gives the number of places.
pub(super) fn strip_jumps(list: &mut Vec<Stmt>, jump: &Stmt) -> u32 {
    match list.last_mut() {
        Some(last) if last == jump => {
            list.pop();
            1
        }
        Some(Stmt::If { then, otherwise, .. }) => strip_jumps(then, jump) + strip_jumps(otherwise, jump),
        Some(Stmt::Loop { body, .. } | Stmt::Block { body, .. }) => strip_jumps(body, jump),
        _ => 0,
    }
}

/// Number of breaks that [`strip_jumps`] would remove.
fn count_breaks(list: &[Stmt], label: Label) -> u32 {
    match list.last() {
        Some(Stmt::Break(target)) => u32::from(*target == label),
        Some(Stmt::If { then, otherwise, .. }) => count_breaks(then, label) + count_breaks(otherwise, label),
        Some(Stmt::Loop { body, .. } | Stmt::Block { body, .. }) => count_breaks(body, label),
        _ => 0,
    }
}
