//! SPIR-V to IR: one entry point, all calls inlined, all composites taken apart.
//!
//! [`translate`] is the way in. The `Translator` walks the module once: types, constants and variables in order, then the
//! entry point's function along its control flow. One file per family of instructions.
//!
//! # Invariants
//! 1. An id's value has the scalars of its declared type, in number and type (checked where it is recorded).
//! 2. Whatever the module says, the result passes [`verify`](crate::ir::verify): no later stage meets a malformed function.
//! 3. The work is bounded: `MAX_VALUES`, `MAX_WORK`, `MAX_SCALARS`, `MAX_DEPTH`.

mod access;
mod arithmetic;
mod builtin;
mod call;
mod capture;
mod composite;
mod constant;
mod control_flow;
mod convert;
mod derivative;
mod determinant;
mod dot_product;
mod glsl;
mod group;
mod image;
mod interface;
mod interface_layout;
mod mapping;
mod matrix;
mod memory;
mod modes;
mod pack;
mod partition;
mod pointer;
mod report;
mod stage_builtin;
mod stage_call;
mod synchronization;
mod terminator;
mod texel;
mod texture;
mod untyped;
mod usage;
mod value;
mod variable;
mod variable_pointer;
mod wide_texel;

use std::rc::Rc;

use spirv::{ExecutionModel, Op};

use crate::hash::FastMap;
use crate::ir::builder::Builder;
use crate::ir::{self, Variable};
use crate::source::Source;
use crate::spirv::cfg::Cfg;
use crate::spirv::module::Module;
use crate::spirv::parse::Instruction;
use crate::spirv::types::Types;
use crate::stage::Interface;
use crate::{CompileError, ComputeSource, StageSource, TypedImage};

use call::Activation;
use interface::Io;
use pointer::Pointer;
use usage::Usage;
use value::Values;

/// The most values that a function may have: a limit on what inlining may grow to.
const MAX_VALUES: usize = 500_000;
/// The most work: instructions, blocks and scalars that are gone through, each as often as it is inlined.
const MAX_WORK: u64 = 20_000_000;
/// The most scalars of one composite value.
const MAX_SCALARS: u64 = 1 << 16;
/// The most statement lists inside one another.
const MAX_DEPTH: usize = 200;
/// The most bytes of one invocation's private memory, and of a workgroup's shared memory.
const MAX_MEMORY: u64 = 1 << 24;

/// Translates the entry point.
pub fn translate(source: &ComputeSource<'_>) -> Result<ir::Function, CompileError> {
    translate_typed(source, true).map(|(function, _)| function)
}

/// As [`translate`], with the storage images whose formats are built in: none unless it `has_formats`.
pub(crate) fn translate_typed(
    source: &ComputeSource<'_>,
    has_formats: bool,
) -> Result<(ir::Function, Vec<TypedImage>), CompileError> {
    let module = Module::new(source.words, ExecutionModel::GLCompute, source.entry_point)?;
    let mut translator = Translator::new(Source { has_formats, ..source.into() }, &module)?;
    translator.globals()?;
    translator.entry_point()?;
    Ok((verified(translator.builder.finish())?, translator.typed_images))
}

/// Translates the entry point of a graphics stage; says what its interface is.
pub fn translate_stage(source: &StageSource<'_>) -> Result<(ir::Function, Interface), CompileError> {
    let module = Module::new(source.words, modes::execution_model(source.stage), source.entry_point)?;
    let mut translator = Translator::new(source.into(), &module)?;
    translator.set_modes(source.stage)?;
    translator.globals()?;
    translator.stage_entry_point()?;
    let (builder, io) = (translator.builder, translator.io);
    let function = verified(builder.finish())?;
    let interface = report::report(&function, io);
    Ok((function, interface))
}

fn verified(function: ir::Function) -> Result<ir::Function, CompileError> {
    ir::verify::verify(&function).map_err(|error| CompileError::Malformed {
        op: "Function".into(),
        word: 0,
        what: error.rule(),
    })?;
    Ok(function)
}

/// The state of one translation.
struct Translator<'a> {
    source: Source<'a>,
    module: &'a Module<'a>,
    types: Types,
    builder: Builder,
    values: Values,
    usage: Usage,
    /// The functions' control flow, analysed once.
    cfgs: FastMap<u32, Rc<Cfg>>,
    /// The function being translated, and who called it.
    activations: Vec<Activation>,
    /// What to set when the entry point starts.
    initializers: Vec<(Variable, ir::Value)>,
    /// What has been gone through, see [`MAX_WORK`].
    work: u64,
    /// Bytes of shared memory that have been given out.
    shared_bytes: u64,
    /// Bytes of private memory that have been given out.
    local_bytes: u64,
    /// Whether shared memory is laid out by decorations.
    explicit_shared: bool,
    /// The descriptor set of all storage buffers; `None` if they are of several.
    storage_set: Option<u32>,
    /// What is known of the interface of a graphics stage.
    io: Io,
    /// By the id of an `OpSampledImage`: the sampler.
    samplers: FastMap<u32, Pointer>,
    /// Those at known places, each once.
    typed_images: Vec<TypedImage>,
}

impl<'a> Translator<'a> {
    fn new(source: Source<'a>, module: &'a Module<'a>) -> Result<Self, CompileError> {
        Ok(Self {
            source,
            module,
            types: Types::new(module.bound),
            builder: Builder::new(),
            values: Values::new(module.bound),
            usage: Usage::analyse(module)?,
            cfgs: FastMap::default(),
            activations: Vec::new(),
            initializers: Vec::new(),
            work: 0,
            shared_bytes: 0,
            local_bytes: 0,
            explicit_shared: false,
            storage_set: match source.layout.mappings {
                Some(_) => Some(crate::abi::heap::RESOURCE_HEAP),
                None => module.storage_set(),
            },
            io: Io::default(),
            samplers: FastMap::default(),
            typed_images: Vec::new(),
        })
    }

    /// Types, constants and variables of the module, in order.
    fn globals(&mut self) -> Result<(), CompileError> {
        let module = self.module;
        for instruction in &module.instructions[module.globals.clone()] {
            match instruction.op {
                Op::Variable | Op::UntypedVariableKHR => self.global_variable(instruction)?,
                Op::Undef => self.undef(instruction)?,
                _ if instruction.result == 0 => {}
                op if is_type(op) => {
                    let (values, builder) = (&self.values, &self.builder);
                    self.types.declare(module, instruction, |id| {
                        let span = values.span(id).filter(|span| span.len == 1)?;
                        builder.constant_bits(values.scalar(span, 0))
                    })?;
                }
                _ if instruction.result_type != 0 => self.constant(instruction)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn entry_point(&mut self) -> Result<(), CompileError> {
        let size = self.workgroup_size()?;
        let function = self.builder.function_mut();
        function.workgroup_size = size;
        function.shared_bytes = u32::try_from(self.shared_bytes).unwrap_or(0);
        self.initialize();
        self.run_entry(self.module.entry_point, None)
    }

    fn initialize(&mut self) {
        for (variable, value) in std::mem::take(&mut self.initializers) {
            self.builder.set(variable, value);
        }
    }

    /// Accounts for work; refuses when it is too much.
    fn spend(&mut self, work: u64) -> Result<(), CompileError> {
        self.work += work;
        if self.work > MAX_WORK || self.builder.value_count() > MAX_VALUES {
            return Err(CompileError::unsupported("a shader that is this large once its calls are inlined"));
        }
        Ok(())
    }

    /// An instruction inside a block, except for phis, merges and terminators.
    fn instruction(&mut self, instruction: &Instruction<'a>) -> Result<(), CompileError> {
        self.spend(10)?;
        match instruction.op {
            Op::Line | Op::NoLine | Op::Nop | Op::ModuleProcessed | Op::AssumeTrueKHR => Ok(()),
            Op::Variable => self.local_variable(instruction),
            Op::Undef => self.undef(instruction),
            Op::FunctionCall => self.call(instruction),
            Op::Load => self.load_instruction(instruction),
            Op::Store => self.store_instruction(instruction),
            Op::CopyMemory => self.copy_memory(instruction),
            Op::CopyMemorySized => self.copy_memory_sized(instruction),
            Op::UntypedArrayLengthKHR => self.untyped_array_length(instruction),
            Op::UntypedPrefetchKHR => Ok(()),
            Op::BufferPointerEXT => self.buffer_pointer(instruction),
            Op::ArrayLength => self.array_length(instruction),
            Op::EmitVertex
            | Op::EndPrimitive
            | Op::EmitStreamVertex
            | Op::EndStreamPrimitive
            | Op::DemoteToHelperInvocation
            | Op::BeginInvocationInterlockEXT
            | Op::EndInvocationInterlockEXT => self.stage_instruction(instruction),
            Op::AccessChain | Op::InBoundsAccessChain | Op::PtrAccessChain | Op::InBoundsPtrAccessChain => {
                self.access_chain(instruction)
            }
            Op::UntypedAccessChainKHR
            | Op::UntypedInBoundsAccessChainKHR
            | Op::UntypedPtrAccessChainKHR
            | Op::UntypedInBoundsPtrAccessChainKHR => self.untyped_access_chain(instruction),
            op if image::is_image_instruction(op) => self.image_instruction(instruction),
            _ => self.operation(instruction.op, instruction),
        }
    }

    /// An operation on values; also what `OpSpecConstantOp` is made of.
    fn operation(&mut self, op: Op, instruction: &Instruction<'a>) -> Result<(), CompileError> {
        match op {
            Op::CompositeConstruct
            | Op::CompositeConstructReplicateEXT
            | Op::CompositeExtract
            | Op::CompositeInsert
            | Op::VectorShuffle
            | Op::VectorExtractDynamic
            | Op::VectorInsertDynamic
            | Op::CopyObject
            | Op::CopyLogical
            | Op::ExpectKHR
            | Op::Select => self.composite(op, instruction),
            Op::ExtInst | Op::ExtInstWithForwardRefsKHR => self.extended_instruction(instruction),
            Op::DPdx
            | Op::DPdy
            | Op::Fwidth
            | Op::DPdxFine
            | Op::DPdyFine
            | Op::FwidthFine
            | Op::DPdxCoarse
            | Op::DPdyCoarse
            | Op::FwidthCoarse
            | Op::IsHelperInvocationEXT => self.derivative(op, instruction),
            Op::PtrEqual | Op::PtrNotEqual | Op::PtrDiff => self.compare_pointers(op, instruction),
            _ => self.arithmetic(op, instruction),
        }
    }
}

fn is_type(op: Op) -> bool {
    op.is_type() && op != Op::TypeForwardPointer
}
