//! What ends a block: branches, switches, returns.

use smallvec::SmallVec;
use spirv::Op;

use super::Translator;
use crate::CompileError;
use crate::ir::{CompareOp, Label, Type, Value};
use crate::spirv::cfg::{Block, Node, switch_cases};
use crate::spirv::parse::Instruction;

/// How deep branches may nest before they are written one after the other, at the price of breaks.
const NESTED: usize = 100;

impl<'a> Translator<'a> {
    /// The terminator of a node. `follow` is the label whose place the end of the list is. Gives the node that is to be written
    /// next into this list, if there is one.
    pub(super) fn terminator(
        &mut self,
        node: Node,
        block: &Block,
        follow: Option<Label>,
    ) -> Result<Option<Node>, CompileError> {
        let module = self.module;
        let instruction = &module.instructions[block.terminator];
        let inline = match instruction.op {
            Op::Branch => {
                let target = self.node_of(instruction, instruction.operand(0)?)?;
                self.edge(instruction, node, target)?
            }
            Op::BranchConditional => self.branch(instruction, node, follow)?,
            Op::Switch => self.switch(instruction, node, follow)?,
            Op::Return | Op::ReturnValue => {
                self.return_(instruction)?;
                None
            }
            Op::Kill | Op::TerminateInvocation if self.source.stage.is_some() => {
                self.demote(instruction)?;
                self.builder.ret();
                None
            }
            Op::Kill | Op::TerminateInvocation | Op::Unreachable => {
                self.builder.ret();
                None
            }
            _ => return Err(instruction.unsupported()),
        };
        match inline {
            // Joins or a loop stand around this list: what comes next has to be written before they close.
            Some(next) if block.is_loop || !block.joins.is_empty() => {
                self.node(next, follow)?;
                Ok(None)
            }
            inline => Ok(inline),
        }
    }

    fn branch(
        &mut self,
        instruction: &Instruction<'a>,
        node: Node,
        follow: Option<Label>,
    ) -> Result<Option<Node>, CompileError> {
        let condition = self.scalar_operand(instruction, 0)?;
        if self.builder.type_of(condition) != Type::Bool {
            return Err(instruction.error("the condition is no boolean"));
        }
        let then = self.node_of(instruction, instruction.operand(1)?)?;
        let otherwise = self.node_of(instruction, instruction.operand(2)?)?;
        self.choose_target(instruction, node, condition, then, otherwise, follow)
    }

    /// Branches to one of two nodes.
    fn choose_target(
        &mut self,
        instruction: &Instruction<'a>,
        node: Node,
        condition: Value,
        then: Node,
        otherwise: Node,
        follow: Option<Label>,
    ) -> Result<Option<Node>, CompileError> {
        if then == otherwise {
            return self.edge(instruction, node, then);
        }
        if let Some(bits) = self.builder.constant_bits(condition) {
            return self.edge(instruction, node, if bits != 0 { then } else { otherwise });
        }
        self.builder.begin_if(condition);
        if let Some(next) = self.edge(instruction, node, then)? {
            self.node(next, follow)?;
        }
        let nest = !self.builder.is_dead() || follow.is_some_and(|label| self.builder.falls_to(label));
        self.builder.begin_else();
        if nest && self.builder.depth() < NESTED {
            if let Some(next) = self.edge(instruction, node, otherwise)? {
                self.node(next, follow)?;
            }
            self.builder.end_if();
            Ok(None)
        } else {
            self.builder.end_if();
            self.edge(instruction, node, otherwise)
        }
    }

    /// A switch is a chain of comparisons, one for each target.
    fn switch(
        &mut self,
        instruction: &Instruction<'a>,
        node: Node,
        follow: Option<Label>,
    ) -> Result<Option<Node>, CompileError> {
        let selector = self.scalar_operand(instruction, 0)?;
        let ty = self.builder.type_of(selector);
        if ty.is_float() || ty == Type::Bool {
            return Err(instruction.error("the selector is no integer"));
        }
        let default = self.node_of(instruction, instruction.operand(1)?)?;
        let mut cases: Vec<(Node, SmallVec<[u64; 2]>)> = Vec::new();
        let mut position = crate::hash::FastMap::default();
        for (literal, label) in switch_cases(instruction, self.literal_words(instruction.operand(0)?)) {
            let target = self.node_of(instruction, label)?;
            if target == default {
                continue;
            }
            let index = *position.entry(target).or_insert(cases.len());
            if index == cases.len() {
                cases.push((target, SmallVec::new()));
            }
            cases[index].1.push(literal);
        }
        let mut opened = 0;
        for (target, literals) in &cases {
            let condition = self.is_one_of(selector, ty, literals);
            match self.builder.constant_bits(condition) {
                Some(0) => continue,
                Some(_) => {
                    let inline = self.edge(instruction, node, *target)?;
                    return self.close_switch(opened, inline, follow);
                }
                None => {}
            }
            self.builder.begin_if(condition);
            if let Some(next) = self.edge(instruction, node, *target)? {
                self.node(next, follow)?;
            }
            let nest = !self.builder.is_dead() || follow.is_some_and(|label| self.builder.falls_to(label));
            self.builder.begin_else();
            if nest && self.builder.depth() < NESTED {
                opened += 1;
            } else {
                self.builder.end_if();
            }
        }
        let inline = self.edge(instruction, node, default)?;
        self.close_switch(opened, inline, follow)
    }

    /// Closes the branches that a switch left open, with the last target inside.
    fn close_switch(
        &mut self,
        opened: usize,
        inline: Option<Node>,
        follow: Option<Label>,
    ) -> Result<Option<Node>, CompileError> {
        if opened == 0 {
            return Ok(inline);
        }
        if let Some(next) = inline {
            self.node(next, follow)?;
        }
        (0..opened).for_each(|_| self.builder.end_if());
        Ok(None)
    }

    fn is_one_of(&mut self, selector: Value, ty: Type, literals: &[u64]) -> Value {
        let mut any = self.builder.bool(false);
        for &literal in literals {
            let literal = self.builder.constant(ty, literal);
            let equal = self.builder.compare(CompareOp::IEq, selector, literal);
            any = self.builder.select(any, any, equal);
        }
        any
    }
}
