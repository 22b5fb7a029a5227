//! How the module's variables are used, found in one pass before translation.
//!
//! - A variable of the function or private storage class that is only ever indexed by constants becomes IR variables; one that
//!   is indexed dynamically, here or in a function that gets a pointer to it, becomes memory.
//! - A variable that is stored to in one place only keeps its value from there on, also through loops.

use spirv::Op;

use crate::CompileError;
use crate::hash::FastMap;
use crate::spirv::module::Module;
use crate::spirv::parse::Instruction;

/// What is known about ids that are pointers.
pub(super) struct Usage {
    /// Per id: the variable or parameter that the pointer was made from.
    base: FastMap<u32, u32>,
    /// Bases that are indexed dynamically.
    dynamic: FastMap<u32, ()>,
    /// Number of stores to each base; many, if it is used in any other way but loads.
    stores: FastMap<u32, u32>,
}

const MANY: u32 = 2;

impl Usage {
    /// Looks at all functions.
    pub(super) fn analyse(module: &Module<'_>) -> Result<Self, CompileError> {
        let mut usage =
            Self { base: FastMap::default(), dynamic: FastMap::default(), stores: FastMap::default() };
        let mut calls = Vec::new();
        for instruction in &module.instructions {
            match instruction.op {
                Op::Variable | Op::FunctionParameter => {
                    usage.base.insert(instruction.result, instruction.result);
                    if instruction.op == Op::Variable && instruction.operands.len() > 1 {
                        usage.count(instruction.result, 1);
                    }
                }
                Op::AccessChain | Op::InBoundsAccessChain | Op::CopyObject => {
                    usage.chain(module, instruction)?
                }
                Op::Store => usage.count(instruction.operand(0)?, 1),
                Op::Load | Op::ArrayLength => {}
                Op::FunctionCall => {
                    calls.push(instruction);
                    instruction.rest(1).iter().for_each(|&id| usage.count(id, MANY));
                }
                Op::Name | Op::Decorate | Op::EntryPoint | Op::MemberDecorate | Op::MemberName | Op::Line => {
                }
                _ => instruction.operands.iter().for_each(|&id| usage.count(id, MANY)),
            }
        }
        usage.pass_to_callers(module, &calls);
        Ok(usage)
    }

    /// Whether the variable has to be memory.
    pub(super) fn is_dynamic(&self, variable: u32) -> bool {
        self.dynamic.contains_key(&variable)
    }

    /// Whether the id is a variable or parameter with one store in the whole module, and no use that might be another.
    pub(super) fn is_stored_once(&self, variable: u32) -> bool {
        self.base.get(&variable) == Some(&variable) && self.stores.get(&variable) == Some(&1)
    }

    fn count(&mut self, id: u32, uses: u32) {
        if let Some(&base) = self.base.get(&id) {
            *self.stores.entry(base).or_insert(0) += uses;
        }
    }

    fn chain(&mut self, module: &Module<'_>, chain: &Instruction<'_>) -> Result<(), CompileError> {
        let Some(&base) = self.base.get(&chain.operand(0)?) else { return Ok(()) };
        self.base.insert(chain.result, base);
        let constant = |id: &u32| {
            module.definition(*id).is_some_and(|index| {
                matches!(
                    index.op,
                    Op::Constant | Op::SpecConstant | Op::SpecConstantOp | Op::ConstantNull | Op::Undef
                )
            })
        };
        if !chain.rest(1).iter().all(constant) {
            self.dynamic.insert(base, ());
        }
        Ok(())
    }

    /// A variable that is passed to a parameter that is indexed dynamically counts as such, also through several calls.
    fn pass_to_callers(&mut self, module: &Module<'_>, calls: &[&Instruction<'_>]) {
        // Per parameter: the bases that are passed to it.
        let mut passed: FastMap<u32, Vec<u32>> = FastMap::default();
        for call in calls {
            let Some(parts) = call.operands.first().and_then(|callee| module.functions.get(callee)) else {
                continue;
            };
            let parameters = module.instructions[parts.parameters.clone()]
                .iter()
                .filter(|i| i.op == Op::FunctionParameter);
            for (parameter, argument) in parameters.zip(call.rest(1)) {
                if let Some(&base) = self.base.get(argument) {
                    passed.entry(parameter.result).or_default().push(base);
                }
            }
        }
        let mut queue: Vec<u32> = self.dynamic.keys().copied().collect();
        while let Some(id) = queue.pop() {
            for base in passed.remove(&id).unwrap_or_default() {
                if self.dynamic.insert(base, ()).is_none() {
                    queue.push(base);
                }
            }
        }
    }
}
