//! Types, and how they lie in memory.
//!
//! Two layouts: *explicit*, as the `Offset`, `ArrayStride` and `MatrixStride` decorations say (buffers, push constants), and
//! *natural*, each scalar aligned to its size (private and shared memory, where the application cannot see it).
//! A composite value is its scalars in order, whatever lies between them in memory.

use std::borrow::Cow;

use spirv::{Decoration, Dim, ImageFormat, Op, StorageClass};

use super::module::Module;
use super::parse::Instruction;
use crate::CompileError;
use crate::ir::Type;

/// The most types inside one another: whoever walks through a type recurses so often.
const MAX_DEPTH: u32 = 100;

/// What a type is. Parts are named by their SPIR-V ids.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Kind {
    /// Nothing.
    Void,
    /// A number or boolean.
    Scalar {
        /// Its type in the IR.
        ty: Type,
        /// Whether an integer is declared as signed.
        signed: bool,
    },
    /// Up to four scalars, in order.
    Vector {
        /// Type of a component.
        component: u32,
        /// Number of components.
        count: u32,
    },
    /// Columns.
    Matrix {
        /// Type of a column.
        column: u32,
        /// Number of columns.
        count: u32,
    },
    /// An array of constant length.
    Array {
        /// Type of an element.
        element: u32,
        /// Number of elements.
        count: u32,
    },
    /// An array that ends with its buffer.
    RuntimeArray {
        /// Type of an element.
        element: u32,
    },
    /// Members, found in [`Types::members`].
    Struct,
    /// A pointer.
    Pointer {
        /// What it points into.
        class: StorageClass,
        /// What it points at; zero where the type does not say.
        pointee: u32,
    },
    /// A function's signature.
    Function,
    /// An image, or an input attachment.
    Image(ImageType),
    /// A sampler.
    Sampler,
    /// An image with its sampler.
    SampledImage(ImageType),
    /// Something the shader cannot look into.
    Opaque(Op),
}

/// An image or texel buffer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct ImageType {
    /// One to three dimensions, a cube, or a texel buffer.
    pub(crate) dim: Dim,
    /// Whether there are layers.
    pub(crate) arrayed: bool,
    /// Whether texels have several samples.
    pub(crate) multisampled: bool,
    /// Whether it is written and read without a sampler.
    pub(crate) storage: bool,
    /// How texels of a storage image lie in memory; may be unknown.
    pub(crate) format: ImageFormat,
    /// Type of a component, as instructions see it.
    pub(crate) component: Type,
}

impl Kind {
    /// Whether it is an image, a sampler or both: what a descriptor stands for that is no memory.
    pub(crate) fn is_image(self) -> bool {
        matches!(self, Self::Image(_) | Self::Sampler | Self::SampledImage(_))
    }
}

/// Where a member of a structure lies.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Member {
    /// Its type.
    pub(crate) ty: u32,
    /// Offset in bytes by decoration; zero without one.
    pub(crate) offset: u32,
    /// Offset in bytes in the natural layout.
    pub(crate) natural_offset: u32,
    /// Index of its first scalar.
    pub(crate) first_scalar: u32,
    /// For matrices.
    pub(crate) matrix: MatrixLayout,
}

/// How a matrix lies in memory by decoration.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct MatrixLayout {
    /// Bytes from one column (row, if `row_major`) to the next; zero without decoration.
    pub(crate) stride: u32,
    /// Rows lie together, not columns.
    pub(crate) row_major: bool,
}

/// One type.
#[derive(Clone, Debug)]
pub(crate) struct TypeInfo {
    /// What it is.
    pub(crate) kind: Kind,
    /// Number of scalars of a value; zero where there are no values.
    pub(crate) scalars: u64,
    /// Natural size in bytes.
    pub(crate) size: u64,
    /// Natural alignment in bytes.
    align: u64,
    /// How many types are inside one another.
    depth: u32,
    /// Bytes between elements by decoration; zero without.
    pub(crate) array_stride: u32,
    members: Vec<Member>,
}

impl TypeInfo {
    /// Natural distance in bytes from one element of an array of this type to the next.
    pub(crate) fn stride(&self) -> u64 {
        self.size.next_multiple_of(self.align)
    }
}

/// All types of a module so far.
#[derive(Debug, Default)]
pub(crate) struct Types {
    list: Vec<TypeInfo>,
    /// Per id: one more than the index in the list.
    index: Vec<u32>,
}

impl Types {
    /// No types, for ids below the bound.
    pub(crate) fn new(bound: u32) -> Self {
        Self { list: Vec::new(), index: vec![0; bound as usize] }
    }

    /// A type by its id.
    pub(crate) fn get(&self, id: u32) -> Option<&TypeInfo> {
        let index = self.index.get(id as usize)?.checked_sub(1)?;
        self.list.get(index as usize)
    }

    /// What a type is; void where the id names no type.
    pub(crate) fn kind(&self, id: u32) -> Kind {
        self.get(id).map_or(Kind::Void, |info| info.kind)
    }

    /// The members of a structure, else none.
    pub(crate) fn members(&self, id: u32) -> &[Member] {
        self.get(id).map_or(&[], |info| &info.members)
    }

    /// How matrices of the type, or in arrays of it, lie in memory: as in the first structure that has one.
    pub(crate) fn matrix_layout_of(&self, id: u32) -> MatrixLayout {
        let innermost = |mut id| {
            while let Kind::Array { element, .. } | Kind::RuntimeArray { element } = self.kind(id) {
                id = element;
            }
            id
        };
        let wanted = innermost(id);
        let Kind::Matrix { .. } = self.kind(wanted) else { return MatrixLayout::default() };
        let mut members = self.list.iter().flat_map(|info| &info.members);
        let found = members.find(|member| member.matrix.stride > 0 && innermost(member.ty) == wanted);
        found.map_or(MatrixLayout::default(), |member| member.matrix)
    }

    /// Number of scalars of a value of the type.
    pub(crate) fn scalars(&self, id: u32) -> u64 {
        self.get(id).map_or(0, |info| info.scalars)
    }

    /// The scalar type of a scalar, or of a vector's or matrix's components.
    pub(crate) fn scalar(&self, id: u32) -> Option<Type> {
        match self.kind(id) {
            Kind::Scalar { ty, .. } => Some(ty),
            Kind::Vector { component: part, .. } | Kind::Matrix { column: part, .. } => self.scalar(part),
            Kind::Pointer { class, .. } if is_value(class) => Some(Type::I64),
            _ => None,
        }
    }

    /// Calls with the type of each scalar of a value, in order.
    pub(crate) fn for_each_scalar(&self, id: u32, visit: &mut dyn FnMut(Type)) {
        match self.kind(id) {
            // Four thousand million of nothing are nothing.
            _ if self.scalars(id) == 0 => {}
            Kind::Array { element, count } => (0..count).for_each(|_| self.for_each_scalar(element, visit)),
            Kind::Struct => self.members(id).iter().for_each(|member| self.for_each_scalar(member.ty, visit)),
            _ => {
                if let Some(ty) = self.scalar(id) {
                    (0..self.scalars(id)).for_each(|_| visit(ty));
                }
            }
        }
    }

    /// Takes in the declaration of a type; `length` gives the value of a constant by its id. Anything else is left alone.
    pub(crate) fn declare(
        &mut self,
        module: &Module<'_>,
        instruction: &Instruction<'_>,
        length: impl Fn(u32) -> Option<u64>,
    ) -> Result<(), CompileError> {
        let mut info = match instruction.op {
            Op::TypeVoid => leaf(Kind::Void, 0, 0),
            Op::TypeBool => scalar(Type::Bool, false),
            Op::TypeInt => scalar(integer(instruction)?, instruction.operand(1)? != 0),
            Op::TypeFloat => scalar(float(instruction)?, false),
            Op::TypeVector => self.vector(instruction)?,
            Op::TypeMatrix => self.matrix(instruction)?,
            Op::TypeArray => {
                let count = length(instruction.operand(1)?)
                    .and_then(|count| u32::try_from(count).ok())
                    .filter(|&count| count > 0)
                    .ok_or_else(|| instruction.error("the length is not a positive constant"))?;
                let element = instruction.operand(0)?;
                let part = self.part_or_later_pointer(module, instruction, element)?;
                Self::repeated(&part, Kind::Array { element, count }, u64::from(count))
            }
            Op::TypeRuntimeArray => {
                let element = instruction.operand(0)?;
                self.part_or_later_pointer(module, instruction, element)?;
                leaf(Kind::RuntimeArray { element }, 0, 0)
            }
            Op::TypeStruct => self.structure(module, instruction, &length)?,
            Op::TypePointer => pointer(instruction)?,
            Op::TypeUntypedPointerKHR => untyped_pointer(instruction)?,
            Op::TypeFunction => leaf(Kind::Function, 0, 0),
            Op::TypeImage => image(instruction, self.scalar(instruction.operand(0)?))?,
            Op::TypeSampler => leaf(Kind::Sampler, 0, 0),
            Op::TypeSampledImage => match self.kind(instruction.operand(0)?) {
                Kind::Image(ty) => leaf(Kind::SampledImage(ty), 0, 0),
                _ => leaf(Kind::Opaque(instruction.op), 0, 0),
            },
            _ => leaf(Kind::Opaque(instruction.op), 0, 0),
        };
        if info.depth > MAX_DEPTH {
            return Err(CompileError::unsupported("a type nested this deep"));
        }
        let decoration = |decoration| module.decorations.get(instruction.result, decoration);
        let stride = decoration(Decoration::ArrayStride)
            .or_else(|| u32::try_from(length(decoration(Decoration::ArrayStrideIdEXT)?)?).ok());
        info.array_stride = stride.unwrap_or(0);
        self.list.push(info);
        self.index[instruction.result as usize] = self.list.len() as u32;
        Ok(())
    }

    fn part(&self, instruction: &Instruction<'_>, id: u32) -> Result<&TypeInfo, CompileError> {
        self.get(id)
            .filter(|info| !matches!(info.kind, Kind::Void | Kind::Function))
            .ok_or_else(|| instruction.error("a part is no type declared before"))
    }

    /// A part, which may be a pointer that is declared later (`OpTypeForwardPointer`): it is known all the same.
    fn part_or_later_pointer(
        &self,
        module: &Module<'_>,
        instruction: &Instruction<'_>,
        id: u32,
    ) -> Result<Cow<'_, TypeInfo>, CompileError> {
        match module.definition(id).filter(|_| self.get(id).is_none()) {
            Some(later) if later.op == Op::TypePointer => pointer(later).map(Cow::Owned),
            _ => self.part(instruction, id).map(Cow::Borrowed),
        }
    }

    fn repeated(part: &TypeInfo, kind: Kind, count: u64) -> TypeInfo {
        TypeInfo {
            kind,
            scalars: part.scalars.saturating_mul(count),
            size: part.stride().saturating_mul(count).min(u64::from(u32::MAX)),
            align: part.align,
            depth: part.depth + 1,
            array_stride: 0,
            members: Vec::new(),
        }
    }

    fn vector(&self, instruction: &Instruction<'_>) -> Result<TypeInfo, CompileError> {
        let (component, count) = (instruction.operand(0)?, instruction.operand(1)?);
        let part = self.part(instruction, component)?;
        if !matches!(part.kind, Kind::Scalar { .. }) || !(2..=16).contains(&count) {
            return Err(instruction.error("a vector has 2 to 4 scalars"));
        }
        Ok(Self::repeated(part, Kind::Vector { component, count }, u64::from(count)))
    }

    fn matrix(&self, instruction: &Instruction<'_>) -> Result<TypeInfo, CompileError> {
        let (column, count) = (instruction.operand(0)?, instruction.operand(1)?);
        let part = self.part(instruction, column)?;
        let float = self.scalar(column).is_some_and(Type::is_float);
        if !float || !matches!(part.kind, Kind::Vector { count: 2..=4, .. }) || !(2..=4).contains(&count) {
            return Err(instruction.error("a matrix has 2 to 4 columns of floats"));
        }
        Ok(Self::repeated(part, Kind::Matrix { column, count }, u64::from(count)))
    }

    fn structure(
        &self,
        module: &Module<'_>,
        instruction: &Instruction<'_>,
        length: &impl Fn(u32) -> Option<u64>,
    ) -> Result<TypeInfo, CompileError> {
        let mut info = leaf(Kind::Struct, 0, 1);
        info.scalars = 0;
        for (i, &ty) in instruction.operands.iter().enumerate() {
            let part = self.part_or_later_pointer(module, instruction, ty)?;
            let member = |decoration| module.decorations.member(instruction.result, i as u32, decoration);
            let offset = member(Decoration::Offset)
                .or_else(|| u32::try_from(length(member(Decoration::OffsetIdEXT)?)?).ok());
            let natural_offset = info.size.next_multiple_of(part.align.max(1));
            info.members.push(Member {
                ty,
                offset: offset.unwrap_or(0),
                natural_offset: u32::try_from(natural_offset).unwrap_or(u32::MAX),
                first_scalar: u32::try_from(info.scalars).unwrap_or(u32::MAX),
                matrix: MatrixLayout {
                    stride: member(Decoration::MatrixStride).unwrap_or(0),
                    row_major: member(Decoration::RowMajor).is_some(),
                },
            });
            info.scalars = info.scalars.saturating_add(part.scalars);
            info.size = natural_offset.saturating_add(part.size).min(u64::from(u32::MAX));
            info.align = info.align.max(part.align);
            info.depth = info.depth.max(part.depth + 1);
        }
        Ok(info)
    }
}

fn leaf(kind: Kind, size: u64, align: u64) -> TypeInfo {
    let scalars = u64::from(size > 0);
    TypeInfo { kind, scalars, size, align: align.max(1), depth: 0, array_stride: 0, members: Vec::new() }
}

fn scalar(ty: Type, signed: bool) -> TypeInfo {
    let size = u64::from(ty.bytes());
    leaf(Kind::Scalar { ty, signed }, size, size)
}

/// Whether pointers into that class can be values, which are stored, passed around and compared: device addresses, and what
/// `VariablePointers` allows.
pub(crate) fn is_value(class: StorageClass) -> bool {
    matches!(
        class,
        StorageClass::PhysicalStorageBuffer | StorageClass::StorageBuffer | StorageClass::Workgroup
    )
}

fn pointer(instruction: &Instruction<'_>) -> Result<TypeInfo, CompileError> {
    let class = StorageClass::from_u32(instruction.operand(0)?)
        .ok_or_else(|| instruction.error("the storage class is unknown"))?;
    let size = if is_value(class) { 8 } else { 0 };
    Ok(leaf(Kind::Pointer { class, pointee: instruction.operand(1)? }, size, size))
}

/// A pointer whose type says nothing of what it points at.
fn untyped_pointer(instruction: &Instruction<'_>) -> Result<TypeInfo, CompileError> {
    let class = StorageClass::from_u32(instruction.operand(0)?)
        .ok_or_else(|| instruction.error("the storage class is unknown"))?;
    let size = if is_value(class) { 8 } else { 0 };
    Ok(leaf(Kind::Pointer { class, pointee: 0 }, size, size))
}

/// Operands: sampled type, dimensions, depth, arrayed, multisampled, sampled (2: storage), format.
fn image(instruction: &Instruction<'_>, component: Option<Type>) -> Result<TypeInfo, CompileError> {
    let known = |dim: &Dim| {
        matches!(
            dim,
            Dim::Dim1D | Dim::Dim2D | Dim::Dim3D | Dim::DimCube | Dim::DimBuffer | Dim::DimSubpassData
        )
    };
    let dim = Dim::from_u32(instruction.operand(1)?).filter(known);
    let (Some(dim), Some(component)) = (dim, component) else {
        return Ok(leaf(Kind::Opaque(Op::TypeImage), 0, 0));
    };
    let ty = ImageType {
        dim,
        arrayed: instruction.operand(3)? != 0,
        multisampled: instruction.operand(4)? != 0,
        storage: instruction.operand(5)? == 2 && dim != Dim::DimSubpassData,
        format: ImageFormat::from_u32(instruction.operand(6)?).unwrap_or(ImageFormat::Unknown),
        component,
    };
    Ok(leaf(Kind::Image(ty), 0, 0))
}

fn integer(instruction: &Instruction<'_>) -> Result<Type, CompileError> {
    match instruction.operand(0)? {
        8 => Ok(Type::I8),
        16 => Ok(Type::I16),
        32 => Ok(Type::I32),
        64 => Ok(Type::I64),
        _ => Err(CompileError::unsupported("an integer width other than 8, 16, 32 and 64")),
    }
}

fn float(instruction: &Instruction<'_>) -> Result<Type, CompileError> {
    match instruction.operand(0)? {
        16 if instruction.operands.len() == 1 => Ok(Type::F16),
        32 => Ok(Type::F32),
        64 => Ok(Type::F64),
        _ => Err(CompileError::unsupported("a float format other than IEEE half, single and double")),
    }
}
