//! A module's parts: its entry point, its functions, where each id is defined.

use std::ops::Range;

use spirv::{AddressingModel, Capability, Decoration, ExecutionMode, ExecutionModel, Op, StorageClass};

use super::decorations::Decorations;
use super::parse::{self, Instruction};
use crate::CompileError;
use crate::hash::FastMap;

/// An imported set of extended instructions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExtendedSet {
    /// `GLSL.std.450`.
    Glsl,
    /// `NonSemantic.DebugPrintf`: shows messages.
    DebugPrintf,
    /// Other `NonSemantic.*` and debug information: instructions without effect.
    NonSemantic,
    /// Any other.
    Unknown,
}

/// One function: which instructions it is made of.
#[derive(Clone, Debug)]
pub(crate) struct FunctionParts {
    /// Index of its `OpFunction`.
    pub(crate) definition: usize,
    /// Indices of its parameters.
    pub(crate) parameters: Range<usize>,
    /// Indices of its blocks' instructions.
    pub(crate) body: Range<usize>,
}

/// A module, taken apart.
#[derive(Debug)]
pub(crate) struct Module<'a> {
    /// All instructions.
    pub(crate) instructions: Vec<Instruction<'a>>,
    /// Ids are below.
    pub(crate) bound: u32,
    /// All decorations.
    pub(crate) decorations: Decorations,
    /// Types, constants and variables of the module.
    pub(crate) globals: Range<usize>,
    /// By id.
    pub(crate) functions: FastMap<u32, FunctionParts>,
    /// By id.
    pub(crate) extended_sets: FastMap<u32, ExtendedSet>,
    /// Id of the entry point's function.
    pub(crate) entry_point: u32,
    /// The variables that the entry point names.
    pub(crate) interface: &'a [u32],
    /// The entry point's `OpExecutionMode`s: mode and its operands.
    pub(crate) modes: Vec<(ExecutionMode, &'a [u32])>,
    /// Workgroup size of its `LocalSize` or `LocalSizeId`, and whether those are ids.
    pub(crate) local_size: Option<([u32; 3], bool)>,
    /// Per id: one more than the index of the instruction that defines it.
    definitions: Vec<u32>,
}

impl<'a> Module<'a> {
    /// Takes the module apart and finds its entry point of that model and name.
    pub(crate) fn new(
        words: &'a [u32],
        model: ExecutionModel,
        entry_name: &str,
    ) -> Result<Self, CompileError> {
        let (instructions, bound) = parse::parse(words)?;
        let first_function =
            instructions.iter().position(|i| i.op == Op::Function).unwrap_or(instructions.len());
        let preamble = &instructions[..first_function];
        let (entry_point, interface) = entry_point(preamble, model, entry_name)?;
        let mut module = Self {
            bound,
            decorations: Decorations::collect(preamble)?,
            globals: 0..first_function,
            functions: FastMap::default(),
            extended_sets: extended_sets(preamble),
            entry_point,
            interface,
            modes: modes(preamble, entry_point),
            local_size: local_size(preamble, entry_point)?,
            definitions: definitions(&instructions, bound)?,
            instructions,
        };
        check_addressing(&module.instructions[..first_function])?;
        module.find_functions(first_function)?;
        Ok(module)
    }

    /// The instruction that defines an id.
    pub(crate) fn definition(&self, id: u32) -> Option<&Instruction<'a>> {
        let index = self.definitions.get(id as usize)?.checked_sub(1)?;
        self.instructions.get(index as usize)
    }

    /// Whether the module declares a capability.
    pub(crate) fn has(&self, capability: Capability) -> bool {
        let mut capabilities = self.instructions.iter().take_while(|i| i.op == Op::Capability);
        capabilities.any(|i| i.operands.first() == Some(&(capability as u32)))
    }

    /// The id of an id's type.
    pub(crate) fn type_of(&self, id: u32) -> Option<u32> {
        self.definition(id).map(|definition| definition.result_type)
    }

    /// The constant that is decorated as the workgroup's size, if there is one.
    pub(crate) fn workgroup_size_constant(&self) -> Option<u32> {
        self.instructions[self.globals.clone()]
            .iter()
            .filter(|i| {
                matches!(
                    i.op,
                    Op::ConstantComposite
                        | Op::SpecConstantComposite
                        | Op::ConstantCompositeReplicateEXT
                        | Op::SpecConstantCompositeReplicateEXT
                )
            })
            .map(|i| i.result)
            .find(|&id| {
                self.decorations.get(id, Decoration::BuiltIn) == Some(spirv::BuiltIn::WorkgroupSize as u32)
            })
    }

    /// The descriptor set of the module's storage buffers, if it is one for all.
    pub(crate) fn storage_set(&self) -> Option<u32> {
        let variables = self.instructions[self.globals.clone()].iter().filter(|i| {
            matches!(i.op, Op::Variable | Op::UntypedVariableKHR)
                && i.operands.first() == Some(&(StorageClass::StorageBuffer as u32))
        });
        let mut sets =
            variables.map(|i| self.decorations.get(i.result, Decoration::DescriptorSet).unwrap_or(0));
        let first = sets.next()?;
        sets.all(|set| set == first).then_some(first)
    }

    fn find_functions(&mut self, first: usize) -> Result<(), CompileError> {
        let mut at = first;
        while at < self.instructions.len() {
            let definition = &self.instructions[at];
            if definition.op != Op::Function {
                if definition.is_note() {
                    at += 1;
                    continue;
                }
                return Err(definition.error("stands between functions"));
            }
            let id = definition.result;
            let length = self.instructions[at..].iter().position(|i| i.op == Op::FunctionEnd);
            let end = at + length.ok_or_else(|| definition.error("the function does not end"))?;
            let mut body = at + 1;
            while matches!(self.instructions[body].op, Op::FunctionParameter | Op::Line | Op::NoLine) {
                body += 1;
            }
            let parts = FunctionParts { definition: at, parameters: at + 1..body, body: body..end };
            self.functions.insert(id, parts);
            at = end + 1;
        }
        Ok(())
    }
}

/// Its function, and the variables that it names.
fn entry_point<'a>(
    preamble: &[Instruction<'a>],
    model: ExecutionModel,
    name: &str,
) -> Result<(u32, &'a [u32]), CompileError> {
    let found = preamble
        .iter()
        .filter(|i| i.op == Op::EntryPoint && i.operands.first() == Some(&(model as u32)))
        .find(|i| i.string(2).0 == name)
        .ok_or_else(|| CompileError::NoEntryPoint { name: name.to_owned() })?;
    Ok((found.operand(1)?, found.rest(found.string(2).1)))
}

fn modes<'a>(preamble: &[Instruction<'a>], entry: u32) -> Vec<(ExecutionMode, &'a [u32])> {
    preamble
        .iter()
        .filter(|i| i.op == Op::ExecutionMode && i.operands.first() == Some(&entry))
        .filter_map(|i| Some((ExecutionMode::from_u32(*i.operands.get(1)?)?, i.rest(2))))
        .collect()
}

fn extended_sets(preamble: &[Instruction<'_>]) -> FastMap<u32, ExtendedSet> {
    let mut sets = FastMap::default();
    for import in preamble.iter().filter(|i| i.op == Op::ExtInstImport) {
        let name = import.string(0).0;
        let set = if name == "GLSL.std.450" {
            ExtendedSet::Glsl
        } else if name == "NonSemantic.DebugPrintf" {
            ExtendedSet::DebugPrintf
        } else if name.starts_with("NonSemantic.") || name.contains("DebugInfo") {
            ExtendedSet::NonSemantic
        } else {
            ExtendedSet::Unknown
        };
        sets.insert(import.result, set);
    }
    sets
}

fn local_size(preamble: &[Instruction<'_>], entry: u32) -> Result<Option<([u32; 3], bool)>, CompileError> {
    for mode in preamble.iter().filter(|i| matches!(i.op, Op::ExecutionMode | Op::ExecutionModeId)) {
        let kind = mode.operand(1)?;
        let by_id = kind == ExecutionMode::LocalSizeId as u32;
        if mode.operand(0)? == entry && (by_id || kind == ExecutionMode::LocalSize as u32) {
            return Ok(Some(([mode.operand(2)?, mode.operand(3)?, mode.operand(4)?], by_id)));
        }
    }
    Ok(None)
}

fn check_addressing(preamble: &[Instruction<'_>]) -> Result<(), CompileError> {
    for model in preamble.iter().filter(|i| i.op == Op::MemoryModel) {
        let addressing = model.operand(0)?;
        if addressing != AddressingModel::Logical as u32
            && addressing != AddressingModel::PhysicalStorageBuffer64 as u32
        {
            return Err(CompileError::unsupported(
                "an addressing model other than logical and physical storage buffer",
            ));
        }
    }
    Ok(())
}

fn definitions(instructions: &[Instruction<'_>], bound: u32) -> Result<Vec<u32>, CompileError> {
    let mut definitions = vec![0; bound as usize];
    for (index, instruction) in instructions.iter().enumerate() {
        if instruction.result != 0 {
            let slot = &mut definitions[instruction.result as usize];
            if *slot != 0 {
                return Err(instruction.error("the result id is defined twice"));
            }
            *slot = index as u32 + 1;
        }
    }
    Ok(definitions)
}
