//! Symbolic pointers: what is pointed into, and how far.
//!
//! No pointer but a device address exists when the shader runs. An access chain only adds to offsets here; a load or store asks
//! for a [`Place`] at the end.

use spirv::StorageClass;

use super::Translator;
use super::value::Span;
use crate::ir::{BinaryOp, LocalMemory, Place, Side, Type, Value};
use crate::spirv::types::{Kind, MatrixLayout};

/// What is pointed into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Root {
    /// Variables, one for each scalar, from this one on. Offsets count scalars.
    Variables(u32),
    /// Values that never change: built-in inputs. Offsets count scalars.
    Values(Span),
    /// Private memory.
    Local(LocalMemory),
    /// Shared memory.
    Shared,
    /// Push constants.
    PushConstant,
    /// A buffer or storage image behind one descriptor.
    Buffer { set: u32, slot: Value, constant: bool },
    /// An array of descriptors, before it is indexed.
    Descriptors { set: u32, slot: u32, count: u32, constant: bool },
    /// Slots of a stage's interface; offsets count slots.
    Interface {
        side: Side,
        vertex: Vertex,
        /// How many slots further than its constant part the offset may lead.
        reach: u32,
    },
    /// A resource that a mapping says where to find, or an array of them: see [`mapped`](Translator::mapped).
    Mapped {
        /// Which mapping.
        mapping: u32,
        /// Counted from its first binding.
        index: u32,
        constant: bool,
        array: bool,
    },
    /// A descriptor heap; offsets are in bytes.
    Heap {
        /// That of samplers.
        samplers: bool,
    },
    /// A descriptor that the pipeline layout lacks.
    Unbound { set: u32, binding: u32 },
    /// A device address (`I64`).
    Global(Value),
    /// A sampled image or something else that is not supported.
    Opaque,
}

/// How what is pointed at lies in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// By decorations.
    Explicit,
    /// As [`Types`](crate::spirv::types::Types) thinks best.
    Natural,
    /// As scalars one after the other, counted and not measured.
    Scalars,
    /// In slots, each element of an array at a location of its own.
    Slots,
    /// In slots one after the other: built-ins.
    PackedSlots,
}

/// Which vertex of a primitive or patch is pointed into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Vertex {
    /// The only one.
    Only,
    /// Any: the first index will choose.
    All,
    /// That one.
    One(Value),
}

/// A pointer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pointer {
    pub(super) root: Root,
    /// The part of the offset that is not constant: `I32`, for device addresses and texels `I64`.
    pub(super) dynamic: Option<Value>,
    /// The rest of it.
    pub(super) constant: i64,
    /// Id of the type that is pointed at.
    pub(super) ty: u32,
    pub(super) layout: Layout,
    /// Of the structure member that the pointer went through last.
    pub(super) matrix: MatrixLayout,
    /// Bytes between the components of a vector, where it is a column of a row-major matrix; else zero.
    pub(super) component_stride: u32,
    /// Of a combined image sampler in a heap: set and slot of its sampler.
    pub(super) sampler: Option<(u32, Value)>,
}

impl Pointer {
    pub(super) fn new(root: Root, layout: Layout, ty: u32) -> Self {
        Self {
            root,
            dynamic: None,
            constant: 0,
            ty,
            layout,
            matrix: MatrixLayout::default(),
            component_stride: 0,
            sampler: None,
        }
    }

    pub(super) fn global(address: Value, ty: u32) -> Self {
        Self::new(Root::Global(address), Layout::Explicit, ty)
    }

    /// The type that offsets are computed in.
    fn offset_type(&self) -> Type {
        if matches!(self.root, Root::Global(_) | Root::Buffer { .. }) { Type::I64 } else { Type::I32 }
    }

    /// Whether what is read through it stays the same while the shader runs.
    pub(super) fn is_constant(&self) -> bool {
        matches!(self.root, Root::PushConstant | Root::Buffer { constant: true, .. })
    }
}

/// Whether memory of that storage class is laid out by decorations.
pub(super) fn is_explicit(class: StorageClass) -> bool {
    matches!(
        class,
        StorageClass::Uniform
            | StorageClass::StorageBuffer
            | StorageClass::PushConstant
            | StorageClass::PhysicalStorageBuffer
    )
}

impl Translator<'_> {
    /// Moves a pointer by `index` times `stride`.
    pub(super) fn advance(&mut self, pointer: &mut Pointer, index: Value, stride: u32) {
        let index_type = self.builder.type_of(index);
        if let Some(bits) = self.builder.constant_bits(index) {
            let index = crate::ir::eval::signed(index_type, bits);
            pointer.constant = pointer.constant.wrapping_add(index.wrapping_mul(i64::from(stride)));
            return;
        }
        let ty = pointer.offset_type();
        let index = self.extend_index(index, ty);
        let stride = self.builder.constant(ty, u64::from(stride));
        let offset = self.builder.binary(BinaryOp::IMul, index, stride);
        pointer.dynamic = Some(match pointer.dynamic {
            Some(before) => self.builder.binary(BinaryOp::IAdd, before, offset),
            None => offset,
        });
    }

    /// The pointer's offset with `more` bytes added.
    pub(super) fn offset(&mut self, pointer: &Pointer, more: i64) -> Value {
        let ty = pointer.dynamic.map_or(pointer.offset_type(), |dynamic| self.builder.type_of(dynamic));
        let constant = self.builder.constant(ty, pointer.constant.wrapping_add(more) as u64);
        match pointer.dynamic {
            Some(dynamic) => self.builder.binary(BinaryOp::IAdd, dynamic, constant),
            None => constant,
        }
    }

    /// The memory that a pointer points at, `more` bytes on. `None` for what is no memory.
    pub(super) fn place(&mut self, pointer: &Pointer, more: i64) -> Option<Place> {
        let offset = self.offset(pointer, more);
        Some(match pointer.root {
            Root::Local(memory) => Place::Local { memory, offset },
            Root::Shared => Place::Shared { offset },
            Root::PushConstant => Place::PushConstant { offset },
            Root::Buffer { set, slot, .. } => Place::Buffer { set, slot, offset },
            Root::Global(base) => {
                Place::Global { address: self.builder.binary(BinaryOp::IAdd, base, offset) }
            }
            Root::Interface { side, vertex, .. } => {
                let vertex = match vertex {
                    Vertex::One(vertex) => vertex,
                    Vertex::Only | Vertex::All => self.builder.int(0),
                };
                Place::Interface { side, vertex, slot: offset }
            }
            _ => return None,
        })
    }

    /// Bytes (or scalars) from one element of the pointer's array to the next.
    pub(super) fn element_stride(&self, layout: Layout, array: u32, element: u32) -> u32 {
        if layout == Layout::Slots {
            return self.interface_slots(element);
        }
        let by_decoration = self.types.get(array).map_or(0, |info| info.array_stride);
        match layout {
            Layout::Explicit if by_decoration > 0 => by_decoration,
            _ => self.natural_stride(layout, element),
        }
    }

    /// Bytes (or scalars) of a value of the type, as an element of an array.
    pub(super) fn natural_stride(&self, layout: Layout, ty: u32) -> u32 {
        if matches!(layout, Layout::Slots | Layout::PackedSlots) {
            return self.packed_slots(ty);
        }
        let Some(info) = self.types.get(ty) else { return 0 };
        if let Some(bytes) = self.descriptor_bytes(ty) {
            return bytes;
        }
        let size = if layout == Layout::Scalars { info.scalars } else { info.stride() };
        u32::try_from(size).unwrap_or(u32::MAX)
    }

    /// How far apart a matrix's columns and its columns' components lie.
    pub(super) fn matrix_strides(&self, pointer: &Pointer, column: u32) -> (u32, u32) {
        let scalar = match self.types.kind(column) {
            Kind::Vector { component, .. } => self.natural_stride(pointer.layout, component),
            _ => 0,
        };
        match pointer.layout {
            Layout::Explicit if pointer.matrix.stride > 0 => {
                let stride = pointer.matrix.stride;
                if pointer.matrix.row_major { (scalar, stride) } else { (stride, scalar) }
            }
            Layout::Slots => (self.interface_slots(column), scalar),
            layout => (self.natural_stride(layout, column), scalar),
        }
    }
}
