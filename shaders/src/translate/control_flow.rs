//! Blocks to statements, along the dominator tree.
//!
//! Each node's code is followed, in the same list, by what its terminator does; the joins that the node dominates stand behind
//! [`Block`](crate::ir::Stmt::Block)s opened before the terminator, so that a break reaches them:
//! ```text
//!   node X, which dominates joins A < B:      X's code; block B { block A { X's terminator } A } B
//!   loop header X with merge M:               block M { loop X { X's code; … } } M
//! ```
//! A node that is no join is written where the one edge to it is. Blocks that turn out not to be needed dissolve in the builder.

use smallvec::SmallVec;
use spirv::Op;

use super::pointer::Pointer;
use super::{MAX_DEPTH, Translator};
use crate::CompileError;
use crate::ir::{Label, Variable};
use crate::spirv::cfg::{Block, Node};
use crate::spirv::parse::Instruction;

/// What a phi goes through: set on each edge, read at the start of the block.
pub(super) struct Phi {
    pub(super) variables: SmallVec<[Variable; 4]>,
    /// For a phi of pointers: a pointer, whose changing parts are in the variables.
    pub(super) pointer: Option<Pointer>,
}

impl<'a> Translator<'a> {
    /// A node and all that it dominates. `follow` is the label whose place the end of this list is.
    pub(super) fn node(&mut self, first: Node, follow: Option<Label>) -> Result<(), CompileError> {
        if self.builder.depth() > MAX_DEPTH {
            return Err(CompileError::unsupported("control flow nested this deep"));
        }
        let Some(cfg) = self.activations.last().map(|activation| activation.cfg.clone()) else {
            return Ok(());
        };
        let mut node = Some(first);
        while let Some(at) = node {
            if self.builder.is_dead() {
                // Constants decided that nothing leads here: what it reads may not have been translated.
                break;
            }
            self.spend(10)?;
            let block = &cfg.blocks[at];
            if block.is_loop {
                // Joins from the merge block on stand behind the loop.
                let merge = block.loop_merge.unwrap_or(usize::MAX);
                let (inside, outside) =
                    block.joins.split_at(block.joins.partition_point(|&join| join < merge));
                let outside_follow = self.open_joins(outside, follow);
                self.spend(self.builder.variable_count() as u64 / 8)?;
                let label = self.builder.begin_loop();
                self.set_label(at, Some(label));
                self.body(block)?;
                let next = self.open_joins(inside, outside_follow);
                self.terminator(at, block, next)?;
                self.close_joins(inside, outside_follow, false)?;
                self.builder.end_loop();
                self.set_label(at, None);
                node = self.close_joins(outside, follow, true)?;
            } else {
                self.body(block)?;
                let next = self.open_joins(block.joins.as_slice(), follow);
                let inline = self.terminator(at, block, next)?;
                node = self.close_joins(&block.joins, follow, true)?.or(inline);
            }
        }
        Ok(())
    }

    /// Opens a block for each join, the first innermost; gives what follows inside.
    fn open_joins(&mut self, joins: &[Node], follow: Option<Label>) -> Option<Label> {
        let mut innermost = follow;
        for &join in joins.iter().rev() {
            let label = self.builder.begin_block();
            self.set_label(join, Some(label));
            innermost = Some(label);
        }
        innermost
    }

    /// Closes them again, each followed by its node. The last node is given back for the caller to go on with.
    fn close_joins(
        &mut self,
        joins: &[Node],
        follow: Option<Label>,
        give_last: bool,
    ) -> Result<Option<Node>, CompileError> {
        for (i, &join) in joins.iter().enumerate() {
            self.builder.end_block();
            self.set_label(join, None);
            let next = joins.get(i + 1).and_then(|&next| self.label(next));
            if next.is_none() && give_last {
                return Ok(Some(join));
            }
            self.node(join, next.or(follow))?;
        }
        Ok(None)
    }

    fn set_label(&mut self, node: Node, label: Option<Label>) {
        if let Some(activation) = self.activations.last_mut() {
            activation.labels[node] = label;
        }
    }

    fn label(&self, node: Node) -> Option<Label> {
        self.activations.last().and_then(|activation| activation.labels[node])
    }

    fn body(&mut self, block: &Block) -> Result<(), CompileError> {
        let module = self.module;
        for instruction in &module.instructions[block.body.clone()] {
            match instruction.op {
                Op::Phi => self.read_phi(instruction)?,
                _ => self.instruction(instruction)?,
            }
        }
        Ok(())
    }

    /// Goes along an edge. Where the target is to be written right here, it is given back.
    pub(super) fn edge(
        &mut self,
        instruction: &Instruction<'a>,
        from: Node,
        to: Node,
    ) -> Result<Option<Node>, CompileError> {
        let Some(cfg) = self.activations.last().map(|activation| activation.cfg.clone()) else {
            return Ok(None);
        };
        self.set_phis(instruction, &cfg.blocks[from], &cfg.blocks[to])?;
        if to > from && !cfg.blocks[to].is_join {
            return Ok(Some(to));
        }
        let label = self.label(to).ok_or_else(|| CompileError::unsupported("unstructured control flow"))?;
        if to <= from {
            self.builder.continue_(label);
        } else {
            self.builder.break_(label);
        }
        Ok(None)
    }

    /// Sets what the phis of a block read.
    fn set_phis(
        &mut self,
        instruction: &Instruction<'a>,
        from: &Block,
        to: &Block,
    ) -> Result<(), CompileError> {
        let module = self.module;
        let phis = module.instructions[to.body.clone()]
            .iter()
            .take_while(|i| matches!(i.op, Op::Phi | Op::Line | Op::NoLine))
            .filter(|i| i.op == Op::Phi);
        for phi in phis {
            let pair = phi.operands.chunks_exact(2).find(|pair| pair[1] == from.label);
            let source = pair.ok_or_else(|| phi.error("a predecessor is missing"))?[0];
            self.set_phi(instruction, phi, source)?;
        }
        Ok(())
    }

    fn set_phi(
        &mut self,
        edge: &Instruction<'a>,
        phi: &Instruction<'a>,
        source: u32,
    ) -> Result<(), CompileError> {
        let known = self.activations.last().and_then(|activation| activation.phis.get(&phi.result));
        // The first edge decides whether the parts of pointers go through the phi, or numbers that stand for pointers.
        if known.map_or(self.is_pointer(source), |known| known.pointer.is_some()) {
            return self.set_pointer_phi(phi, source);
        }
        if !self.is_defined(source) {
            // An undefined pointer, or a value that does not dominate the edge.
            return Err(edge.error("a phi's source has no value here"));
        }
        let span = self.span(phi, source)?;
        let types: SmallVec<[_; 4]> =
            self.values.slice(span).iter().map(|&value| self.builder.type_of(value)).collect();
        let variables = self.phi_variables(phi, &types, None)?;
        for (i, variable) in variables.into_iter().enumerate() {
            let value = self.values.scalar(span, i as u32);
            self.builder.set(variable, value);
        }
        Ok(())
    }

    /// The variables of a phi, made at the first edge.
    pub(super) fn phi_variables(
        &mut self,
        phi: &Instruction<'a>,
        types: &[crate::ir::Type],
        pointer: Option<Pointer>,
    ) -> Result<SmallVec<[Variable; 4]>, CompileError> {
        let Some(activation) = self.activations.last_mut() else { return Ok(SmallVec::new()) };
        if let Some(known) = activation.phis.get(&phi.result) {
            let same = known.variables.len() == types.len()
                && known.variables.iter().zip(types).all(|(&v, &ty)| self.builder.variable_type(v) == ty);
            if !same {
                return Err(phi.error("the sources are of different types"));
            }
            return Ok(known.variables.clone());
        }
        let variables: SmallVec<[Variable; 4]> = types.iter().map(|&ty| self.builder.variable(ty)).collect();
        activation.phis.insert(phi.result, Phi { variables: variables.clone(), pointer });
        Ok(variables)
    }

    /// The phi's value at the start of its block.
    fn read_phi(&mut self, phi: &Instruction<'a>) -> Result<(), CompileError> {
        let found = self.activations.last().and_then(|activation| activation.phis.get(&phi.result));
        let Some(found) = found else { return Err(phi.error("stands in a block without predecessors")) };
        let (variables, pointer) = (found.variables.clone(), found.pointer);
        let scalars: super::value::Scalars =
            variables.iter().map(|&variable| self.builder.get(variable)).collect();
        match pointer {
            Some(pointer) => self.define_chosen_pointer(phi, pointer, &scalars),
            None => self.define(phi, &scalars),
        }
    }
}
