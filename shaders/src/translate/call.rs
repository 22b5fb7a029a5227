//! Functions: the entry point, and calls, which are inlined.

use std::rc::Rc;

use smallvec::SmallVec;
use spirv::Op;

use super::Translator;
use crate::CompileError;
use crate::hash::FastMap;
use crate::ir::{Label, Type, Variable};
use crate::spirv::cfg::{self, Cfg, Node};
use crate::spirv::parse::Instruction;
use crate::spirv::types::Kind;

use super::control_flow::Phi;

/// One function that is being translated.
pub(super) struct Activation {
    pub(super) function: u32,
    pub(super) cfg: Rc<Cfg>,
    /// Per node: the label that leads there.
    pub(super) labels: Vec<Option<Label>>,
    /// By id: what each phi goes through.
    pub(super) phis: FastMap<u32, Phi>,
    /// Where a return goes to; the entry point ends the invocation instead.
    pub(super) exit: Option<Label>,
    /// What a returned value goes through.
    pub(super) result: SmallVec<[Variable; 4]>,
}

impl<'a> Translator<'a> {
    /// Translates the entry point's function. Without an exit, its end is that of the invocation.
    pub(super) fn run_entry(&mut self, function: u32, exit: Option<Label>) -> Result<(), CompileError> {
        self.activate(function, exit, SmallVec::new())?;
        self.node(0, exit)?;
        self.activations.pop();
        Ok(())
    }

    /// `OpFunctionCall`.
    pub(super) fn call(&mut self, instruction: &Instruction<'a>) -> Result<(), CompileError> {
        self.spend(100)?;
        let callee = instruction.operand(0)?;
        if self.activations.iter().any(|activation| activation.function == callee) {
            return Err(instruction.error("the function calls itself"));
        }
        let module = self.module;
        let parts =
            module.functions.get(&callee).ok_or_else(|| instruction.error("there is no such function"))?;
        let parameters =
            module.instructions[parts.parameters.clone()].iter().filter(|i| i.op == Op::FunctionParameter);
        let mut arguments = instruction.rest(1).iter();
        for parameter in parameters {
            let &argument = arguments.next().ok_or_else(|| instruction.error("an argument is missing"))?;
            self.bind(parameter, argument)?;
        }
        let mut result = SmallVec::new();
        if self.types.scalars(instruction.result_type) > 0 {
            self.check_size(instruction, instruction.result_type)?;
            let builder = &mut self.builder;
            self.types
                .for_each_scalar(instruction.result_type, &mut |ty: Type| result.push(builder.variable(ty)));
        }
        let exit = self.builder.begin_block();
        self.activate(callee, Some(exit), result)?;
        self.node(0, Some(exit))?;
        let activation = self.activations.pop();
        self.builder.end_block();
        let result = activation.map(|activation| activation.result).unwrap_or_default();
        if self.types.kind(instruction.result_type) != Kind::Void {
            let scalars: super::value::Scalars =
                result.iter().map(|&variable| self.builder.get(variable)).collect();
            self.define(instruction, &scalars)?;
        }
        Ok(())
    }

    /// `OpReturn` and `OpReturnValue`.
    pub(super) fn return_(&mut self, instruction: &Instruction<'a>) -> Result<(), CompileError> {
        if instruction.op == Op::ReturnValue {
            let span = self.operand(instruction, 0)?;
            let Some(activation) = self.activations.last() else { return Ok(()) };
            let result = activation.result.clone();
            if result.len() != span.len as usize {
                return Err(instruction.error("the value is not of the function's type"));
            }
            for (i, variable) in result.into_iter().enumerate() {
                let value = self.values.scalar(span, i as u32);
                if self.builder.variable_type(variable) != self.builder.type_of(value) {
                    return Err(instruction.error("the value is not of the function's type"));
                }
                self.builder.set(variable, value);
            }
        }
        match self.activations.last().and_then(|activation| activation.exit) {
            Some(exit) => self.builder.break_(exit),
            None => self.builder.ret(),
        }
        Ok(())
    }

    fn activate(
        &mut self,
        function: u32,
        exit: Option<Label>,
        result: SmallVec<[Variable; 4]>,
    ) -> Result<(), CompileError> {
        let cfg = self.cfg(function)?;
        let labels = vec![None; cfg.blocks.len()];
        self.activations.push(Activation { function, cfg, labels, phis: FastMap::default(), exit, result });
        Ok(())
    }

    fn cfg(&mut self, function: u32) -> Result<Rc<Cfg>, CompileError> {
        if let Some(cfg) = self.cfgs.get(&function) {
            return Ok(cfg.clone());
        }
        let parts = self.module.functions.get(&function).ok_or_else(|| CompileError::Malformed {
            op: "EntryPoint".into(),
            word: 0,
            what: "there is no such function",
        })?;
        let cfg = Rc::new(cfg::build(self.module, parts, |selector| self.literal_words(selector))?);
        self.cfgs.insert(function, cfg.clone());
        Ok(cfg)
    }

    /// Words of each literal of a switch.
    pub(super) fn literal_words(&self, selector: u32) -> usize {
        let ty = self.module.type_of(selector).and_then(|ty| self.types.scalar(ty));
        if ty.is_some_and(|ty| ty.bytes() == 8) { 2 } else { 1 }
    }

    pub(super) fn node_of(&self, instruction: &Instruction<'a>, label: u32) -> Result<Node, CompileError> {
        self.activations
            .last()
            .and_then(|activation| activation.cfg.node(label))
            .ok_or_else(|| instruction.error("a target is no block of the function"))
    }
}
