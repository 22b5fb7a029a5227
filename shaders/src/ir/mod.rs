//! The intermediate representation: structured, typed, scalar.
//!
//! Made by [`translate`](crate::translate) from SPIR-V, read by [`uniformity`](crate::uniformity) and [`lower`](crate::lower).
//! A [`Function`] is one entry point with every call inlined. It describes *one* invocation: that eight of them run side by
//! side is the business of the lowering, and no width appears here, but where [`coarsen`](crate::coarsen) has been.
//!
//! - SPIR-V vectors, matrices and structures are taken apart: every [`Value`] is a scalar.
//! - Control flow is a tree of [`Stmt`]s with labelled [`Stmt::Block`]s and [`Stmt::Loop`]s, as in WebAssembly; there is no goto.
//! - A value is defined once, by [`Stmt::Let`], and used only after it in the same statement list or in lists nested below.
//!   What has to flow around a branch goes through a [`Variable`]. Variables are not memory: they have no address.
//! - Memory is reached through a [`Place`]: what is accessed, and where; never through a bare host pointer.
//!
//! # Invariants
//! 1. Every value is defined exactly once, before its uses, in scope.
//! 2. Operand types fit the operation.
//! 3. `Break` and `Continue` name an enclosing block or loop; `Continue` names a loop.

mod ahead;
pub mod builder;
pub mod eval;
mod flatten;
mod group_text;
pub mod half;
mod hoist;
pub mod interp;
mod known;
mod lists;
mod moves;
mod operands;
mod operation;
mod print;
mod prune;
mod rescue;
mod simplify;
mod stage_memory;
mod stage_text;
mod stages;
pub mod text;
pub mod texture;
pub mod verify;

pub use ahead::sample_ahead;
pub use moves::moves;
pub use operation::{AtomicOp, BinaryOp, Builtin, CompareOp, ConvertOp, GroupOp, MathOp, UnaryOp};
pub use print::Print;
use smallvec::SmallVec;
pub use texture::{Texture, TextureOperand};

use crate::abi::LANES;
use crate::abi::stage::InterpolateAt;
use crate::stage::Stage;

/// Type of a scalar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Type {
    /// True or false; has no memory representation.
    Bool,
    /// 8 bits, signed or unsigned: operations know which.
    I8,
    /// 16 bits.
    I16,
    /// 32 bits.
    I32,
    /// 64 bits; also device addresses.
    I64,
    /// IEEE half.
    F16,
    /// IEEE single.
    F32,
    /// IEEE double.
    F64,
}

impl Type {
    /// Size in memory, in bytes. `Bool` has none and counts as 4, as in variables of the private storage classes.
    pub const fn bytes(self) -> u32 {
        match self {
            Self::I8 => 1,
            Self::I16 | Self::F16 => 2,
            Self::Bool | Self::I32 | Self::F32 => 4,
            Self::I64 | Self::F64 => 8,
        }
    }

    /// Whether this is a floating-point type.
    pub const fn is_float(self) -> bool {
        matches!(self, Self::F16 | Self::F32 | Self::F64)
    }
}

macro_rules! define_index {
    ($($(#[$doc:meta])* $name:ident, $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub u32);

        impl $name {
            /// Position in the function's list.
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                write!(f, concat!($prefix, "{}"), self.0)
            }
        }

        impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                core::fmt::Display::fmt(self, f)
            }
        }
    )*};
}

define_index! {
    /// A scalar that is defined once.
    Value, "v";
    /// A scalar that can be set again; carries what flows around branches.
    Variable, "x";
    /// The target of a break or continue.
    Label, "l";
    /// Private memory of one invocation that is indexed dynamically.
    LocalMemory, "m";
}

/// One entry point.
#[derive(Clone, Debug, Default)]
pub struct Function {
    /// The graphics stage; `None` for compute.
    pub stage: Option<Stage>,
    /// Type of each value.
    pub values: Vec<Type>,
    /// Type of each variable. A variable that was never set holds zero.
    pub variables: Vec<Type>,
    /// Size in bytes of each local memory; zero-filled when an invocation starts.
    pub local_memories: Vec<u32>,
    /// Number of labels.
    pub labels: u32,
    /// Bytes of memory that the workgroup shares; 16-byte aligned.
    pub shared_bytes: u32,
    /// Whether shared memory is zeroed when a workgroup starts.
    pub zero_shared: bool,
    /// Invocations of a workgroup in each dimension. Of tessellation control the patch's, of other stages a packet's.
    pub workgroup_size: [u32; 3],
    /// Packets beyond the first whose work one pass of the body does; see [`coarsen`](crate::coarsen).
    pub extra_packets: u32,
    /// The statements.
    pub body: Vec<Stmt>,
}

impl Function {
    /// Invocations whose work one pass of the body does.
    pub fn lanes_in_pass(&self) -> u32 {
        LANES * (1 + self.extra_packets)
    }
}

/// One statement.
#[derive(Clone, Debug, PartialEq)]
pub enum Stmt {
    /// Defines a value.
    Let(Value, Op),
    /// Sets a variable.
    Set(Variable, Value),
    /// Stores a scalar. Lanes outside the place drop it.
    Store {
        /// Where to.
        place: Place,
        /// What.
        value: Value,
    },
    /// Branches on a boolean.
    If {
        /// The condition.
        condition: Value,
        /// Where it is true.
        then: Vec<Stmt>,
        /// Where it is false.
        otherwise: Vec<Stmt>,
    },
    /// Statements that `Break(label)` leaves.
    Block {
        /// Its name.
        label: Label,
        /// Its statements.
        body: Vec<Stmt>,
    },
    /// Statements that `Continue(label)` starts again. Falling off the end leaves the loop.
    Loop {
        /// Its name.
        label: Label,
        /// Its statements.
        body: Vec<Stmt>,
    },
    /// Leaves the enclosing block or loop of that name.
    Break(Label),
    /// Starts the enclosing loop of that name again.
    Continue(Label),
    /// Waits until all invocations of the workgroup are here. Orders shared memory (and all other memory).
    Barrier,
    /// Orders memory accesses of this invocation as others see them.
    Fence,
    /// The invocation becomes a helper, and its fragment is discarded.
    Demote,
    /// Emits the outputs as a vertex, or ends the primitive (geometry).
    Emit {
        /// Vertex stream.
        stream: u32,
        /// Whether the primitive ends.
        end: bool,
    },
    /// Ends the invocation.
    Return,
}

/// What is accessed, and where in it. Offsets are in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A buffer behind a descriptor; bounds are checked against the descriptor's range.
    Buffer {
        /// Descriptor set.
        set: u32,
        /// Index of the descriptor in the set (`I32`).
        slot: Value,
        /// Offset from the descriptor's address (`I32` or `I64`, unsigned).
        offset: Value,
    },
    /// Memory at a device address, host or sparse (`PhysicalStorageBuffer`).
    Global {
        /// The address (`I64`).
        address: Value,
    },
    /// The workgroup's shared memory.
    Shared {
        /// Offset (`I32`).
        offset: Value,
    },
    /// Private memory of the invocation.
    Local {
        /// Which.
        memory: LocalMemory,
        /// Offset (`I32`).
        offset: Value,
    },
    /// Push constants.
    PushConstant {
        /// Offset (`I32`).
        offset: Value,
    },
    /// What goes from stage to stage: 32 bits in a [slot](crate::abi::stage).
    Interface {
        /// Whose.
        side: Side,
        /// Index of the vertex (`I32`), where there are several; else zero. Always one that there is.
        vertex: Value,
        /// Number of the slot (`I32`). Always one of the interface.
        slot: Value,
    },
}

/// One side of a stage's interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// What the stage before wrote. Does not change.
    Input,
    /// What the stage after reads.
    Output,
    /// Of the patch, between the tessellation stages.
    Patch,
}

impl Side {
    /// Whether the stage does not write there.
    pub const fn is_read_only(self, stage: Option<Stage>) -> bool {
        matches!((self, stage), (Self::Input, _) | (Self::Patch, Some(Stage::TessellationEvaluation)))
    }

    /// Whether all invocations of a packet see one and the same slot.
    pub const fn is_shared(self, stage: Option<Stage>) -> bool {
        matches!(
            (self, stage),
            (Self::Patch, _)
                | (_, Some(Stage::TessellationControl))
                | (Self::Input, Some(Stage::TessellationEvaluation))
        )
    }
}

/// What defines a value.
#[derive(Clone, Debug, PartialEq)]
pub enum Op {
    /// A constant; the low bits are the value, the rest is zero.
    Constant(Type, u64),
    /// Reads a variable.
    Get(Variable),
    /// One operand, same type out (except the tests, which give `Bool`).
    Unary(UnaryOp, Value),
    /// Two operands of one type, the same type out. Shift counts have the type of the shifted value.
    Binary(BinaryOp, Value, Value),
    /// Two operands of one type, `Bool` out.
    Compare(CompareOp, Value, Value),
    /// `if condition { a } else { b }`, without a branch.
    Select(Value, Value, Value),
    /// Converts to another type.
    Convert(ConvertOp, Value, Type),
    /// A function with several operands or of the extended set.
    Math(MathOp, SmallVec<[Value; 3]>),
    /// A number the invocation was started with.
    Builtin(Builtin),
    /// Loads a scalar. Lanes outside the place read zero.
    Load(Type, Place),
    /// Bytes that the descriptor covers (`I32`; `OpArrayLength` divides it).
    BufferSize {
        /// Descriptor set.
        set: u32,
        /// Index of the descriptor (`I32`).
        slot: Value,
    },
    /// A 32-bit word of a descriptor ([`Descriptor`](crate::abi::Descriptor)), which stays the same while the function runs
    /// (`I32`).
    DescriptorWord {
        /// Descriptor set.
        set: u32,
        /// Index of the descriptor (`I32`).
        slot: Value,
        /// Which word.
        word: u32,
    },
    /// Reads, changes and writes back at once; gives the old value. Outside the place: zero, and nothing is written.
    Atomic {
        /// What to do.
        op: AtomicOp,
        /// Type of the memory.
        ty: Type,
        /// Where.
        place: Place,
        /// The operand; for an exchange the new value. A load repeats any value.
        value: Value,
        /// For compare-exchange.
        comparator: Option<Value>,
    },
    /// Whether the invocation is a helper by now (`Bool`).
    Helper,
    /// An input, interpolated elsewhere (`F32`).
    Interpolate {
        /// Which.
        slot: u32,
        /// Where.
        at: InterpolateAt,
        /// See [`InterpolateAt`]: `F32` or `I32`.
        x: Value,
        /// As `x`.
        y: Value,
    },
    /// An image instruction for the texture unit; gives one where all texels are resident, else zero (`I32`).
    Texture(Box<Texture>),
    /// A word of the result of a texture instruction, as `I32` or `F32`. Nothing but other results and sets of variables is
    /// between them.
    TextureResult {
        /// The value of the instruction.
        of: Value,
        /// Which word: 0 to 3.
        word: u8,
        /// What it is.
        ty: Type,
    },
    /// Prints a message; gives zero (`I32`).
    Print(Box<Print>),
    /// An operation over the active invocations of the subgroup.
    Group(GroupOp, SmallVec<[Value; 2]>),
}
