//! IR to machine code: eight invocations side by side.
//!
//! Called by [`compile`](crate::compile); what the result expects of its caller is in [`kernel`](crate::kernel).
//! The statement tree is walked once, in order, and every statement becomes CLIF at once:
//!
//! | file | lowers |
//! |---|---|
//! | `launch` | the loops over workgroups and packets around the body; built-ins |
//! | `stage` | the same of graphics stages; their inputs and outputs |
//! | `control_flow` | statements, and which lanes are active in them |
//! | `barrier` | suspending and resuming a packet |
//! | `value`, `splat` | how the lanes of a value are held |
//! | `forget` | values that would flow around loops though nobody reads them |
//! | `park` | variables that are in memory during a loop |
//! | `halves` | in which order the halves of values are computed |
//! | `integer`, `float`, `convert`, `math`, `elementary`, `group` | operations |
//! | `memory`, `lanes` | places; atomics; loads and stores lane by lane |
//! | `batch`, `affine`, `access` | loads and stores at a constant distance: which go together; bounds and pages; instructions |
//! | `window` | bounds and pages of accesses in loops, remembered from turn to turn |
//! | `local` | private memory |
//! | `texture` | image instructions that the texture unit does |
//! | `print` | messages |
//! | `call` | calls of [`runtime`](crate::runtime) functions, through a frame |
//! | `cold_call` | the same out of code that seldom runs: no register is lost |
//!
//! # Invariants
//! 1. A value of shape `Affine` is held as a scalar, a varying one as vectors.
//! 2. Where code runs, at least one lane is active: whatever may end the last one is followed by a test.
//! 3. Inactive lanes cause no access outside of the buffers, and no write at all.

mod access;
mod affine;
mod barrier;
mod batch;
mod call;
mod cold_call;
mod control_flow;
mod convert;
mod descriptor;
mod elementary;
mod float;
mod forget;
mod group;
mod halves;
mod integer;
mod lanes;
mod launch;
mod local;
mod math;
mod memory;
mod park;
mod print;
mod splat;
mod stage;
#[cfg(test)]
mod tests;
mod texture;
mod value;
mod window;

use std::collections::{BTreeMap, HashMap, HashSet};

use cranelift_codegen::ir::{self as clif, InstBuilder, types};
use cranelift_codegen::isa::TargetIsa;
use cranelift_codegen::{CodegenError, CompiledCode, Context};
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext, Variable};
use smallvec::SmallVec;

use crate::abi::LANES;
use crate::abi::texture::TextureInstruction;
use crate::ir::{Builtin, Function, MathOp, Op, Type, UnaryOp, Value};
use crate::runtime::batch::Batch;
use crate::runtime::math::{Evaluation, ScalarOp};
use crate::runtime::print::PrintInstruction;
use crate::uniformity::{LaneLayout, Shape, Uniformity};
use batch::{Members, Origin};
use control_flow::LabelState;
pub(crate) use launch::shared_bytes;
pub(crate) use value::part_count;
use value::{Operand, Parts, part_type, scalar_type};

/// Why there is no machine code.
#[derive(Debug, thiserror::Error)]
pub enum LowerError {
    /// The code generator refused, mostly because a function is too large.
    #[error("code generation: {0}")]
    Codegen(#[from] Box<CodegenError>),
    /// No memory for code that all kernels share.
    #[error("executable memory: {0}")]
    Memory(#[from] rustix::io::Errno),
    /// Valid IR that machine code does not exist for.
    #[error("not supported: {0}")]
    Unsupported(&'static str),
}

/// How the code is entered; see [`kernel`](crate::kernel).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// Once for a range of workgroups.
    Groups,
    /// Once for each packet of a graphics stage.
    Packet,
    /// Once for each packet and each stretch between two barriers.
    Phases {
        /// Bytes of the frame that a packet keeps across barriers.
        frame_bytes: u32,
    },
}

/// Machine code and what it needs.
#[derive(Debug)]
pub struct Lowered {
    /// Position independent code.
    pub code: Vec<u8>,
    /// How to call it.
    pub entry: Entry,
    /// Bytes of private memory of one packet.
    pub local_bytes: u32,
    /// Bytes of stack that a call takes.
    pub stack_bytes: u32,
    /// Operations that the code holds the addresses of.
    pub evaluations: Vec<Box<Evaluation>>,
    /// The same of accesses.
    pub batches: Vec<Box<Batch>>,
    /// The same of image instructions.
    pub textures: Vec<Box<TextureInstruction>>,
    /// The same of messages.
    pub prints: Vec<Box<PrintInstruction>>,
}

/// Buffers that are worth keeping from one function to the next.
pub struct Workspace {
    context: Context,
    builder: FunctionBuilderContext,
}

impl Default for Workspace {
    fn default() -> Self {
        Self { context: Context::new(), builder: FunctionBuilderContext::new() }
    }
}

/// Lowers a function. `generator` is the processor of `isa` with another way to make code of this function; routines that
/// functions share are made as `isa` says.
pub fn lower(
    function: &Function,
    uniformity: &Uniformity<'_>,
    isa: &dyn TargetIsa,
    generator: &dyn TargetIsa,
    workspace: &mut Workspace,
) -> Result<Lowered, LowerError> {
    let trampolines = cold_call::trampolines(isa)?;
    workspace.context.clear();
    let builder = FunctionBuilder::new(&mut workspace.context.func, &mut workspace.builder);
    let mut lowering = Lowering::new(function, uniformity, isa, trampolines, builder);
    let entry = lowering.function()?;
    let (evaluations, batches, textures) = (lowering.evaluations, lowering.batches, lowering.textures);
    let prints = lowering.prints;
    let local_bytes = lowering.local_bytes;
    lowering.b.seal_all_blocks();
    lowering.b.finalize(isa.frontend_config());
    log::trace!("{}", workspace.context.func.display());
    let compiled = compile(&mut workspace.context, generator)?;
    Ok(Lowered {
        code: compiled.code_buffer().to_vec(),
        entry,
        local_bytes,
        stack_bytes: compiled.buffer.frame_layout().map_or(0, |frame| frame.frame_to_fp_offset),
        evaluations,
        batches,
        textures,
        prints,
    })
}

/// Begins the code of a routine of our own; gives its arguments.
fn begin_routine(b: &mut FunctionBuilder<'_>) -> Vec<clif::Value> {
    let entry = b.create_block();
    b.append_block_params_for_function_params(entry);
    b.switch_to_block(entry);
    b.seal_block(entry);
    b.block_params(entry).to_vec()
}

/// The code of a function that is complete; it needs no linking.
fn machine_code<'c>(context: &'c mut Context, isa: &dyn TargetIsa) -> Result<&'c [u8], LowerError> {
    Ok(compile(context, isa)?.code_buffer())
}

fn compile<'c>(context: &'c mut Context, isa: &dyn TargetIsa) -> Result<&'c CompiledCode, LowerError> {
    let compiled = context.compile(isa, &mut Default::default()).map_err(|error| Box::new(error.inner))?;
    if !compiled.buffer.relocs().is_empty() {
        return Err(LowerError::Unsupported("an operation that this processor has no instruction for"));
    }
    Ok(compiled)
}

/// Machine variables that hold an IR variable, or a value that is needed after a barrier.
#[derive(Clone, Debug)]
struct Storage {
    ty: Type,
    shape: Shape,
    variables: SmallVec<[Variable; 4]>,
    /// Where it is in memory instead.
    parked: Option<clif::StackSlot>,
}

/// Where a value is.
#[derive(Clone, Debug)]
enum Held {
    Undefined,
    Here(Operand),
    Kept(Storage),
}

struct Lowering<'a, 'f> {
    function: &'f Function,
    uniformity: &'a Uniformity<'f>,
    isa: &'a dyn TargetIsa,
    b: FunctionBuilder<'a>,
    has_fma: bool,
    held: Vec<Held>,
    variables: Vec<Storage>,
    labels: Vec<Option<LabelState>>,
    /// The active lanes; only meaningful unless `full`.
    exec: [Variable; 2],
    /// All lanes are known to be active.
    full: bool,
    /// The packet's end, where a return goes.
    exit: Option<clif::Block>,
    launch: Option<launch::Launch>,
    /// Address and range of the descriptors with constant indices.
    descriptors: BTreeMap<(u32, u32), (clif::Value, clif::Value)>,
    /// How many offsets are inside of a range, by the range and the bytes that an access goes beyond its offset.
    starts: HashMap<(clif::Value, u64), clif::Value>,
    frame: Option<clif::StackSlot>,
    signatures: call::Signatures,
    trampolines: cold_call::Trampolines,
    cold_signature: Option<clif::SigRef>,
    routine_signature: Option<clif::SigRef>,
    lane_signatures: lanes::LaneSignatures,
    #[expect(clippy::vec_box, reason = "they must not move")]
    evaluations: Vec<Box<Evaluation>>,
    #[expect(clippy::vec_box, reason = "they must not move")]
    batches: Vec<Box<Batch>>,
    batch_frame: Option<clif::StackSlot>,
    #[expect(clippy::vec_box, reason = "they must not move")]
    textures: Vec<Box<TextureInstruction>>,
    #[expect(clippy::vec_box, reason = "they must not move")]
    prints: Vec<Box<PrintInstruction>>,
    texture_frame: Option<clif::StackSlot>,
    origins: Vec<Origin>,
    /// Values of loads that were made together with an earlier one.
    loaded: HashSet<Value>,
    /// Stores that are made with the last of them, and how many are still to come.
    waiting_stores: Option<(Members, usize)>,
    /// First byte of each local memory in the packet's block, and the block's size.
    local_offsets: Vec<u32>,
    local_bytes: u32,
    /// Masks that enclosing constructs need later.
    waiting_masks: Vec<[Variable; 2]>,
    phases: Option<barrier::Phases>,
    /// How many statement lists, and loops, are open.
    nesting: u32,
    loops: u32,
    /// Whether too few registers are left in the loop around.
    crowded: bool,
    splats: splat::Splats,
    run: halves::Run,
}

impl<'a, 'f> Lowering<'a, 'f> {
    fn new(
        function: &'f Function,
        uniformity: &'a Uniformity<'f>,
        isa: &'a dyn TargetIsa,
        trampolines: cold_call::Trampolines,
        mut b: FunctionBuilder<'a>,
    ) -> Self {
        b.func.signature.call_conv = isa.default_call_conv();
        let has_fma =
            isa.isa_flags().iter().any(|flag| flag.name == "has_fma" && flag.as_bool() == Some(true))
                || isa.triple().architecture.to_string().starts_with("aarch64");
        let exec = [b.declare_var(types::I32X4), b.declare_var(types::I32X4)];
        let (local_offsets, local_bytes) = local::layout(function);
        let mut this = Self {
            function,
            uniformity,
            isa,
            b,
            has_fma,
            held: vec![Held::Undefined; function.values.len()],
            variables: Vec::new(),
            labels: (0..function.labels).map(|_| None).collect(),
            exec,
            full: true,
            exit: None,
            launch: None,
            descriptors: BTreeMap::new(),
            starts: HashMap::new(),
            frame: None,
            signatures: call::Signatures::default(),
            trampolines,
            cold_signature: None,
            routine_signature: None,
            lane_signatures: [None; 2],
            evaluations: Vec::new(),
            batches: Vec::new(),
            batch_frame: None,
            textures: Vec::new(),
            prints: Vec::new(),
            texture_frame: None,
            origins: batch::origins(function, &uniformity.constants),
            loaded: HashSet::new(),
            waiting_stores: None,
            local_offsets,
            local_bytes,
            waiting_masks: Vec::new(),
            phases: None,
            nesting: 0,
            loops: 0,
            crowded: false,
            splats: splat::Splats::new(function, uniformity),
            run: halves::Run::new(function),
        };
        this.variables = function
            .variables
            .iter()
            .zip(&uniformity.variables)
            .map(|(&ty, &shape)| this.storage(ty, shape))
            .collect();
        this
    }

    fn storage(&mut self, ty: Type, shape: Shape) -> Storage {
        let variables = match shape {
            Shape::Affine(_) => [self.b.declare_var(scalar_type(ty))].into_iter().collect(),
            Shape::Varying => (0..value::part_count(ty)).map(|_| self.b.declare_var(part_type(ty))).collect(),
        };
        Storage { ty, shape, variables, parked: None }
    }

    fn read(&mut self, storage: &Storage) -> Operand {
        if let Some(place) = storage.parked {
            return Operand::Vector(self.load_parked(storage, place));
        }
        let values: SmallVec<[clif::Value; 4]> =
            storage.variables.iter().map(|&variable| self.b.use_var(variable)).collect();
        match storage.shape {
            Shape::Affine(stride) => Operand::Scalar { base: values[0], stride },
            Shape::Varying => Operand::Vector(Parts::new(&values)),
        }
    }

    fn write(&mut self, storage: &Storage, operand: Operand) {
        match self.shaped(storage.ty, storage.shape, operand) {
            Operand::Scalar { base, .. } => self.b.def_var(storage.variables[0], base),
            Operand::Vector(parts) => {
                self.note_halves(parts);
                if let Some(place) = storage.parked {
                    return self.store_parked(parts, place);
                }
                for (&variable, &part) in storage.variables.iter().zip(parts.iter()) {
                    self.b.def_var(variable, part);
                }
            }
        }
    }

    /// Brings an operand into the form that its shape asks for.
    fn shaped(&mut self, ty: Type, shape: Shape, operand: Operand) -> Operand {
        match (shape, operand) {
            (Shape::Varying, operand) => Operand::Vector(value::vector(&mut self.b, ty, operand)),
            (Shape::Affine(stride), Operand::Scalar { base, .. }) => Operand::Scalar { base, stride },
            (Shape::Affine(stride), Operand::Vector(parts)) => {
                debug_assert!(false, "a {shape:?} value was computed lane by lane");
                let first = value::lane(&mut self.b, parts, 0);
                Operand::Scalar { base: self.bool_from_lane(ty, first), stride }
            }
        }
    }

    /// A scalar taken from a vector, in the form of uniform values.
    fn bool_from_lane(&mut self, ty: Type, lane: clif::Value) -> clif::Value {
        if ty == Type::Bool {
            self.b.ins().icmp_imm_s(clif::condcodes::IntCC::NotEqual, lane, 0)
        } else {
            lane
        }
    }

    fn type_of(&self, value: Value) -> Type {
        self.function.values[value.index()]
    }

    fn shape_of(&self, value: Value) -> Shape {
        self.uniformity.values[value.index()]
    }

    fn constant_of(&self, value: Value) -> Option<u64> {
        self.uniformity.constants[value.index()]
    }

    fn get(&mut self, value: Value) -> Operand {
        // Made where it is used: most become part of an instruction, and none takes a register in between.
        if let Some(bits) = self.constant_of(value) {
            let ty = self.type_of(value);
            return Operand::uniform(self.constant(ty, bits));
        }
        match self.held[value.index()].clone() {
            Held::Here(operand) => operand,
            Held::Kept(storage) => self.read(&storage),
            Held::Undefined => {
                debug_assert!(false, "{value} is used before its definition");
                let ty = self.type_of(value);
                let zero = self.constant(ty, 0);
                Operand::uniform(zero)
            }
        }
    }

    /// The lanes of a value as vectors.
    fn get_vector(&mut self, value: Value) -> Parts {
        match self.constant_of(value) {
            Some(bits) => {
                let ty = self.type_of(value);
                value::repeated(&mut self.b, ty, bits)
            }
            None => self.vector_of(value),
        }
    }

    /// The scalar of lane 0; all there is if the value is uniform.
    fn get_base(&mut self, value: Value) -> clif::Value {
        let ty = self.type_of(value);
        match self.get(value) {
            Operand::Scalar { base, .. } => base,
            Operand::Vector(parts) => {
                let lane = value::lane(&mut self.b, parts, 0);
                self.bool_from_lane(ty, lane)
            }
        }
    }

    fn define(&mut self, value: Value, operand: Operand) {
        let operand = self.shaped(self.type_of(value), self.shape_of(value), operand);
        match self.held[value.index()].clone() {
            Held::Kept(storage) => self.write(&storage, operand),
            Held::Undefined | Held::Here(_) => {
                if let Operand::Vector(parts) = operand {
                    self.note_halves(parts);
                }
                self.held[value.index()] = Held::Here(operand);
                self.splat_if_wanted(value, operand);
            }
        }
    }

    fn constant(&mut self, ty: Type, bits: u64) -> clif::Value {
        match ty {
            Type::F32 => self.b.ins().f32const(clif::immediates::Ieee32::with_bits(bits as u32)),
            Type::F64 => self.b.ins().f64const(clif::immediates::Ieee64::with_bits(bits)),
            Type::Bool => self.b.ins().iconst(types::I8, bits as i64 & 1),
            Type::I64 => self.b.ins().iconst(types::I64, bits as i64),
            Type::I8 | Type::I16 | Type::I32 | Type::F16 => {
                self.b.ins().iconst(types::I32, i64::from(bits as u32))
            }
        }
    }

    /// Applies a scalar function to each lane of the operands.
    fn lanewise(
        &mut self,
        result: Type,
        operands: &[Parts],
        mut f: impl FnMut(&mut Self, &[clif::Value]) -> clif::Value,
    ) -> Parts {
        let lanes: [clif::Value; LANES as usize] = std::array::from_fn(|lane| {
            let scalars: SmallVec<[clif::Value; 4]> =
                operands.iter().map(|&parts| value::lane(&mut self.b, parts, lane as u8)).collect();
            f(self, &scalars)
        });
        value::from_lanes(&mut self.b, result, &lanes)
    }

    /// Applies a scalar function to uniform operands at once, to varying ones lane by lane.
    fn per_lane(
        &mut self,
        result: Type,
        shape: Shape,
        operands: &[Value],
        mut f: impl FnMut(&mut Self, &[clif::Value]) -> clif::Value,
    ) -> Operand {
        if shape.is_uniform() {
            let scalars: SmallVec<[clif::Value; 4]> = operands.iter().map(|&v| self.get_base(v)).collect();
            return Operand::uniform(f(self, &scalars));
        }
        let parts: SmallVec<[Parts; 4]> = operands.iter().map(|&v| self.get_vector(v)).collect();
        Operand::Vector(self.lanewise(result, &parts, f))
    }

    /// Applies a function that has scalar and vector forms.
    fn per_part(
        &mut self,
        shape: Shape,
        operands: &[Value],
        mut f: impl FnMut(&mut Self, &[clif::Value]) -> clif::Value,
    ) -> Operand {
        if shape.is_uniform() {
            let scalars: SmallVec<[clif::Value; 4]> = operands.iter().map(|&v| self.get_base(v)).collect();
            return Operand::uniform(f(self, &scalars));
        }
        let vectors: SmallVec<[Parts; 4]> = operands.iter().map(|&v| self.get_vector(v)).collect();
        let parts: SmallVec<[clif::Value; 4]> = (0..vectors[0].len())
            .map(|part| {
                let scalars: SmallVec<[clif::Value; 4]> = vectors.iter().map(|v| v[part]).collect();
                f(self, &scalars)
            })
            .collect();
        Operand::Vector(Parts::new(&parts))
    }

    fn op(&mut self, value: Value, op: &Op) -> Result<Operand, LowerError> {
        let (ty, shape) = (self.type_of(value), self.shape_of(value));
        Ok(match op {
            Op::Constant(ty, bits) => Operand::uniform(self.constant(*ty, *bits)),
            Op::Get(variable) => {
                let storage = self.variables[variable.index()].clone();
                self.read(&storage)
            }
            Op::Unary(op, a) => self.unary(*op, *a, ty, shape),
            Op::Binary(op, a, b) if ty.is_float() => self.float_binary(*op, *a, *b, ty, shape),
            Op::Binary(op, a, b) => self.int_binary(*op, *a, *b, ty, shape),
            Op::Compare(op, a, b) => self.compare(*op, *a, *b, shape),
            Op::Select(condition, a, b) => self.select(*condition, *a, *b, ty, shape),
            Op::Convert(op, a, to) => self.convert(*op, *a, *to, shape),
            Op::Math(op, operands) => self.math(*op, operands, ty, shape)?,
            Op::Builtin(Builtin::Stage(builtin)) => self.stage_builtin(*builtin, shape),
            Op::Builtin(builtin) => self.builtin(*builtin),
            Op::Helper => self.helper(),
            Op::Interpolate { slot, at, x, y } => self.interpolate(*slot, *at, *x, *y),
            Op::Load(ty, place) => self.load(*ty, place),
            Op::BufferSize { set, slot } => self.buffer_size(*set, *slot),
            Op::DescriptorWord { set, slot, word } => self.descriptor_word(*set, *slot, *word),
            Op::Atomic { op, ty, place, value, comparator } => {
                self.atomic(*op, *ty, place, *value, *comparator)?
            }
            Op::Texture(texture) => self.texture(texture, shape),
            Op::TextureResult { word, ty, .. } => self.texture_result(*word, *ty, shape),
            Op::Print(print) => self.print(print),
            Op::Group(op, operands) => self.group(*op, operands, ty)?,
        })
    }

    fn unary(&mut self, op: UnaryOp, a: Value, ty: Type, shape: Shape) -> Operand {
        let from = self.type_of(a);
        match op {
            UnaryOp::FNeg | UnaryOp::IsNan | UnaryOp::IsInf => self.float_unary(op, a, from, shape),
            UnaryOp::INeg | UnaryOp::Not | UnaryOp::BitCount | UnaryOp::BitReverse => {
                self.int_unary(op, a, ty, shape)
            }
        }
    }

    fn select(&mut self, condition: Value, a: Value, b: Value, ty: Type, shape: Shape) -> Operand {
        if let Some(condition) = self.get(condition).as_uniform() {
            if let (Operand::Scalar { base: a, .. }, Operand::Scalar { base: b, .. }, Shape::Affine(stride)) =
                (self.get(a), self.get(b), shape)
            {
                return Operand::Scalar { base: self.b.ins().select(condition, a, b), stride };
            }
            let (a, b) = (self.get_vector(a), self.get_vector(b));
            return Operand::Vector(a.zip(b, |a, b| self.b.ins().select(condition, a, b)));
        }
        let (mask, a, b) = (self.get_vector(condition), self.get_vector(a), self.get_vector(b));
        Operand::Vector(self.blend(ty, mask, a, b))
    }

    /// `mask ? a : b` for all lanes of values of a type.
    fn blend(&mut self, ty: Type, mask: Parts, a: Parts, b: Parts) -> Parts {
        let mask = if value::is_wide(ty) { value::widen_mask(&mut self.b, mask) } else { mask };
        let parts: SmallVec<[clif::Value; 4]> = mask
            .iter()
            .zip(a.iter().zip(b.iter()))
            .map(|(&mask, (&a, &b))| value::blend(&mut self.b, mask, a, b))
            .collect();
        Parts::new(&parts)
    }

    /// Whether the lanes of a packet are workgroups.
    fn packs_groups(&self) -> bool {
        self.uniformity.layout == LaneLayout::Groups
    }
}

/// The extended-set function with that definition.
fn evaluated(op: MathOp) -> ScalarOp {
    ScalarOp::Math(op)
}
