//! Statements, and which lanes are active in them.
//!
//! Where all lanes go the same way, control flow is that of the machine. Elsewhere both ways are walked one after the other,
//! each with its own mask, and a way that no lane takes is jumped over.
//!
//! ```text
//!   if c { A } else { B }      exec' = exec & c;  A;  then = exec;  exec = exec' complement;  B;  exec |= then
//!   break l                    left[l] |= exec;  exec = 0          (l divergent; else a jump)
//!   continue l                 again[l] |= exec; exec = 0          (if some lanes do not; else a jump)
//!   block l { A }              A;  exec |= left[l]
//!   loop l { A }               do { again[l] = 0; A; left[l] |= exec; exec = again[l] } while any(exec);  exec = left[l]
//!   return                     exec = 0                            (divergent; else a jump)
//! ```
//!
//! # Invariants
//! 1. A lane is in exactly one place: in `exec`, in the `left` or `again` of one label, in a saved mask, or gone.
//! 2. After a statement that may have ended the last lane, the rest of the list is jumped over if none is active.
//! 3. Masks are machine variables, so that they flow around loops; `full` means that the mask is not needed.

use cranelift_codegen::ir::{self as clif, InstBuilder, types};
use cranelift_frontend::Variable;

use super::splat::is_lanewise;
use super::value::{self, Operand, Parts, vector_constant};
use super::{LowerError, Lowering};
use crate::ir::{self, Label, Op, Stmt, Value};
use crate::uniformity::Shape;

/// An enclosing block or loop.
pub(super) struct LabelState {
    /// Behind it, and for loops at its head: where plain jumps go.
    end: clif::Block,
    head: Option<clif::Block>,
    /// For divergent labels: lanes that left it, and lanes that wait for the next turn.
    left: Option<Mask>,
    again: Option<Mask>,
    /// Whether a plain jump goes to `end`.
    reached: bool,
}

/// A mask that survives jumps.
pub(super) type Mask = [Variable; 2];

/// Whether control reaches the end of a list.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    Falls,
    Ends,
}

/// The active lanes before a construct.
struct Saved {
    full: bool,
    mask: Option<Mask>,
}

impl Lowering<'_, '_> {
    // --- statements ---------------------------------------------------------------------------------------------

    pub(super) fn list(&mut self, stmts: &[Stmt]) -> Result<Flow, LowerError> {
        self.nesting += 1;
        let mut skip = None;
        let mut flow = Flow::Falls;
        for (i, stmt) in stmts.iter().enumerate() {
            flow = self.stmt(stmt, &stmts[i..])?;
            if flow == Flow::Ends || matches!(stmt, Stmt::Break(_) | Stmt::Continue(_) | Stmt::Return) {
                break;
            }
            if i + 1 < stmts.len() && self.uniformity.escapes(stmt) {
                let next = self.b.create_block();
                let skip = *skip.get_or_insert_with(|| self.b.create_block());
                self.end_run();
                let any = self.any_active();
                self.b.ins().brif(any, next, &[], skip, &[]);
                self.enter(next);
            }
        }
        self.end_run();
        if let Some(skip) = skip {
            if flow == Flow::Falls {
                self.b.ins().jump(skip, &[]);
            }
            self.enter(skip);
            self.full = false;
            flow = Flow::Falls;
        }
        self.nesting -= 1;
        Ok(flow)
    }

    /// Lowers the first statement of a list.
    fn stmt(&mut self, stmt: &Stmt, list: &[Stmt]) -> Result<Flow, LowerError> {
        match stmt {
            Stmt::Let(_, Op::Constant(..)) => return Ok(Flow::Falls),
            Stmt::Let(value, op) if is_lanewise(op) => self.go_on_with_run(*value, op),
            Stmt::Let(_, Op::Get(_)) | Stmt::Set(..) => self.go_on_with_run_of_variables(),
            _ => self.end_run(),
        }
        match stmt {
            Stmt::Let(_, Op::Load(_, place)) => self.load_joined(place, list),
            Stmt::Let(value, op) => {
                let operand = self.op(*value, op)?;
                self.define(*value, operand);
            }
            Stmt::Set(variable, value) => self.set(stmt, *variable, *value),
            Stmt::Store { place, .. } => self.store_joined(place, list),
            Stmt::If { condition, then, otherwise } => {
                return if self.shape_of(*condition) == Shape::Varying {
                    self.divergent_if(stmt, *condition, then, otherwise)
                } else {
                    self.uniform_if(stmt, *condition, then, otherwise)
                };
            }
            Stmt::Block { label, body } => return self.block(stmt, *label, body),
            Stmt::Loop { label, body } => return self.repeat(stmt, *label, body),
            Stmt::Break(label) => return Ok(self.jump_to(stmt, *label, false)),
            Stmt::Continue(label) => return Ok(self.jump_to(stmt, *label, true)),
            Stmt::Return => return Ok(self.end_invocations(stmt)),
            Stmt::Barrier => self.barrier(stmt),
            Stmt::Fence => self.fence(),
            Stmt::Demote => self.demote(),
            Stmt::Emit { stream, end } => self.emit(*stream, *end),
        }
        Ok(Flow::Falls)
    }

    fn set(&mut self, stmt: &Stmt, variable: ir::Variable, value: Value) {
        let storage = self.variables[variable.index()].clone();
        let operand = self.get(value);
        if self.full || !self.uniformity.is_masked(stmt) {
            return self.write(&storage, operand);
        }
        let new = self.get_vector(value);
        let old = self.read(&storage);
        let old = value::vector(&mut self.b, storage.ty, old);
        let exec = self.exec_mask();
        let mixed = self.blend(storage.ty, exec, new, old);
        self.write(&storage, Operand::Vector(mixed));
    }

    fn uniform_if(
        &mut self,
        stmt: &Stmt,
        condition: Value,
        then: &[Stmt],
        otherwise: &[Stmt],
    ) -> Result<Flow, LowerError> {
        let condition = self.get_base(condition);
        let saved = self.begin(stmt, false);
        let (yes, no, end) = (self.b.create_block(), self.b.create_block(), self.b.create_block());
        self.b.ins().brif(condition, yes, &[], no, &[]);
        let full = self.full;
        let mut flow = Flow::Ends;
        for (block, body) in [(yes, then), (no, otherwise)] {
            self.enter(block);
            self.full = full;
            if self.list(body)? == Flow::Falls {
                self.b.ins().jump(end, &[]);
                flow = Flow::Falls;
            }
        }
        if flow == Flow::Falls {
            self.enter(end);
        }
        self.end(stmt, saved, None);
        Ok(flow)
    }

    fn divergent_if(
        &mut self,
        stmt: &Stmt,
        condition: Value,
        then: &[Stmt],
        otherwise: &[Stmt],
    ) -> Result<Flow, LowerError> {
        let condition = self.get_vector(condition);
        let exec = self.exec_mask();
        let saved = self.begin(stmt, true);
        let others = exec.zip(condition, |exec, c| self.b.ins().band_not(exec, c));
        let others = self.new_mask(others);
        let active = exec.zip(condition, |exec, c| self.b.ins().band(exec, c));
        let after_then = self.arm(active, then)?;
        let joined = if self.uniformity.escapes(stmt) {
            let after_then = self.new_mask(after_then);
            let others = self.read_mask(others);
            let after_else = self.arm(others, otherwise)?;
            let after_then = self.read_mask(after_then);
            self.waiting_masks.pop();
            Some(after_then.zip(after_else, |a, b| self.b.ins().bor(a, b)))
        } else {
            if !otherwise.is_empty() {
                let others = self.read_mask(others);
                self.arm(others, otherwise)?;
            }
            None
        };
        self.waiting_masks.pop();
        self.end(stmt, saved, joined);
        Ok(Flow::Falls)
    }

    /// Walks statements for some lanes, if there are any; gives the lanes at their end.
    fn arm(&mut self, active: Parts, body: &[Stmt]) -> Result<Parts, LowerError> {
        self.set_exec(active);
        if body.is_empty() {
            return Ok(active);
        }
        let (work, end) = (self.b.create_block(), self.b.create_block());
        let any = self.any_active();
        self.b.ins().brif(any, work, &[], end, &[]);
        self.enter(work);
        if self.list(body)? == Flow::Falls {
            self.b.ins().jump(end, &[]);
        }
        self.enter(end);
        self.full = false;
        Ok(self.exec_mask())
    }

    fn block(&mut self, stmt: &Stmt, label: Label, body: &[Stmt]) -> Result<Flow, LowerError> {
        let divergent = self.uniformity.divergent[label.index()];
        let saved = self.begin(stmt, divergent);
        let end = self.b.create_block();
        let left = divergent.then(|| self.new_empty_mask());
        self.labels[label.index()] = Some(LabelState { end, head: None, left, again: None, reached: false });
        let mut flow = self.list(body)?;
        if flow == Flow::Falls {
            self.b.ins().jump(end, &[]);
        }
        flow = self.close(label, flow);
        let joined = left.map(|left| {
            let left = self.read_mask(left);
            let exec = self.exec_mask();
            self.waiting_masks.pop();
            left.zip(exec, |a, b| self.b.ins().bor(a, b))
        });
        self.end(stmt, saved, joined);
        Ok(flow)
    }

    fn repeat(&mut self, stmt: &Stmt, label: Label, body: &[Stmt]) -> Result<Flow, LowerError> {
        let divergent = self.uniformity.divergent[label.index()];
        let saved = self.begin(stmt, divergent);
        let waiting = self.waiting_masks.len();
        let (head, end) = (self.b.create_block(), self.b.create_block());
        let left = divergent.then(|| self.new_empty_mask());
        let again = self.uniformity.divergent_again[label.index()].then(|| self.new_empty_mask());
        let (parked, crowded) = self.park(label, body);
        self.b.ins().jump(head, &[]);
        self.b.switch_to_block(head);
        let forgotten = &self.uniformity.forgotten[label.index()];
        self.forget(forgotten.iter().copied());
        if let Some(again) = again {
            self.clear(again);
        }
        let head_state = Some(head);
        self.labels[label.index()] = Some(LabelState { end, head: head_state, left, again, reached: false });
        let crowded = std::mem::replace(&mut self.crowded, crowded);
        self.loops += 1;
        let mut flow = self.list(body)?;
        self.loops -= 1;
        self.crowded = crowded;
        if flow == Flow::Falls {
            if let Some(left) = left {
                self.move_active_to(left);
            }
            if let Some(again) = again {
                let next = self.read_mask(again);
                self.set_exec(next);
                let any = self.any_active();
                self.b.ins().brif(any, head, &[], end, &[]);
            } else {
                self.b.ins().jump(end, &[]);
            }
        }
        self.b.seal_block(head);
        flow = self.close(label, flow);
        self.unpark(parked, flow);
        let joined = left.map(|left| {
            self.waiting_masks.truncate(waiting);
            self.read_mask(left)
        });
        self.end(stmt, saved, joined);
        Ok(flow)
    }

    /// Goes on behind a block or loop, if control gets there.
    fn close(&mut self, label: Label, flow: Flow) -> Flow {
        match self.labels[label.index()].take() {
            Some(state) if flow == Flow::Falls || state.reached => {
                self.enter(state.end);
                Flow::Falls
            }
            _ => Flow::Ends,
        }
    }

    /// A break, or a continue.
    fn jump_to(&mut self, stmt: &Stmt, label: Label, again: bool) -> Flow {
        let Some(state) = &mut self.labels[label.index()] else { return self.end_invocations(stmt) };
        let (target, mask) = match state.head {
            Some(head) if again => (head, state.again),
            _ => {
                state.reached = true;
                (state.end, state.left)
            }
        };
        if let Some(mask) = mask {
            self.move_active_to(mask);
            return Flow::Falls;
        }
        self.b.ins().jump(target, &[]);
        Flow::Ends
    }

    /// The active invocations are done.
    fn end_invocations(&mut self, stmt: &Stmt) -> Flow {
        if let (Some(exit), false) = (self.exit, self.uniformity.escapes(stmt)) {
            self.b.ins().jump(exit, &[]);
            return Flow::Ends;
        }
        let nobody = self.no_lanes();
        self.set_exec(nobody);
        Flow::Falls
    }

    // --- masks --------------------------------------------------------------------------------------------------

    /// Starts a construct. Where lanes will part, the mask has to be there.
    fn begin(&mut self, stmt: &Stmt, parts: bool) -> Saved {
        let full = self.full;
        let escapes = self.uniformity.escapes(stmt);
        let exec = (parts || escapes).then(|| self.exec_mask());
        let mask = match exec {
            Some(exec) if !full && !escapes => Some(self.new_mask(exec)),
            _ => None,
        };
        if let Some(exec) = exec {
            self.set_exec(exec);
        }
        Saved { full, mask }
    }

    /// Ends a construct: all lanes that came are back, unless some escaped; then `joined` is left.
    fn end(&mut self, stmt: &Stmt, saved: Saved, joined: Option<Parts>) {
        if self.uniformity.escapes(stmt) {
            self.full = false;
            if let Some(joined) = joined {
                self.set_exec(joined);
            }
            return;
        }
        if let Some(mask) = saved.mask {
            let mask = self.read_mask(mask);
            self.waiting_masks.pop();
            self.set_exec(mask);
        }
        self.full = saved.full;
    }

    pub(super) fn exec_mask(&mut self) -> Parts {
        if self.full {
            let ones = vector_constant(&mut self.b, types::I32X4, [0xff; 16]);
            return Parts::new(&[ones; 2]);
        }
        self.read_mask(self.exec)
    }

    pub(super) fn set_exec(&mut self, mask: Parts) {
        self.full = false;
        self.write_mask(self.exec, mask);
    }

    /// Bits of the active lanes.
    pub(super) fn active_bits(&mut self) -> clif::Value {
        if self.full {
            return self.b.ins().iconst(types::I32, 0xff);
        }
        let mask = self.exec_mask();
        self.mask_bits(mask)
    }

    fn any_active(&mut self) -> clif::Value {
        let exec = self.exec_mask();
        let either = self.b.ins().bor(exec[0], exec[1]);
        self.b.ins().vany_true(either)
    }

    /// The active lanes wait somewhere, and none is left.
    fn move_active_to(&mut self, mask: Mask) {
        let (waiting, exec) = (self.read_mask(mask), self.exec_mask());
        let all = waiting.zip(exec, |a, b| self.b.ins().bor(a, b));
        self.write_mask(mask, all);
        let nobody = self.no_lanes();
        self.set_exec(nobody);
    }

    /// A mask that an enclosing construct needs until it pops it.
    fn new_mask(&mut self, value: Parts) -> Mask {
        let mask = [self.b.declare_var(types::I32X4), self.b.declare_var(types::I32X4)];
        self.write_mask(mask, value);
        self.waiting_masks.push(mask);
        mask
    }

    fn new_empty_mask(&mut self) -> Mask {
        let nobody = self.no_lanes();
        self.new_mask(nobody)
    }

    fn clear(&mut self, mask: Mask) {
        let nobody = self.no_lanes();
        self.write_mask(mask, nobody);
    }

    fn no_lanes(&mut self) -> Parts {
        Parts::new(&[vector_constant(&mut self.b, types::I32X4, [0; 16]); 2])
    }

    fn read_mask(&mut self, mask: Mask) -> Parts {
        Parts::new(&mask.map(|half| self.b.use_var(half)))
    }

    fn write_mask(&mut self, mask: Mask, value: Parts) {
        for (half, &part) in mask.into_iter().zip(value.iter()) {
            self.b.def_var(half, part);
        }
    }

    /// Goes on in a block that nothing else will jump to.
    pub(super) fn enter(&mut self, block: clif::Block) {
        self.b.switch_to_block(block);
        self.b.seal_block(block);
    }
}
