//! `OpVariable`: decides what each variable becomes.

use spirv::{Decoration, Op, StorageClass};

use super::pointer::{Layout, Pointer, Root, is_explicit};
use super::value::Scalars;
use super::{MAX_MEMORY, Translator};
use crate::CompileError;
use crate::ir::Variable;
use crate::spirv::parse::Instruction;
use crate::spirv::types::Kind;

impl<'a> Translator<'a> {
    /// A variable of the module.
    pub(super) fn global_variable(&mut self, instruction: &Instruction<'a>) -> Result<(), CompileError> {
        let Kind::Pointer { class, pointee } = self.types.kind(instruction.result_type) else {
            return Err(instruction.error("the type is no pointer"));
        };
        if let Some(heap) = self.heap_variable(instruction.result) {
            self.define_pointer(instruction.result, heap);
            return Ok(());
        }
        // What an untyped variable is of stands beside its type.
        let pointee = match instruction.op {
            Op::UntypedVariableKHR => instruction.operand(1)?,
            _ => pointee,
        };
        let pointer = match class {
            StorageClass::Private => {
                let pointer = self.private(instruction, pointee)?;
                self.initialize_global(instruction, &pointer)?;
                pointer
            }
            StorageClass::Workgroup => self.shared(instruction, pointee)?,
            StorageClass::Input | StorageClass::Output if self.source.stage.is_some() => {
                self.interface_variable(instruction, class, pointee)?
            }
            StorageClass::Input => self.input(instruction, pointee)?,
            StorageClass::PushConstant => Pointer::new(Root::PushConstant, Layout::Explicit, pointee),
            _ if is_explicit(class) || self.is_image(pointee) => {
                self.resource(instruction.result, class, pointee)
            }
            _ => Pointer::new(Root::Opaque, Layout::Natural, pointee),
        };
        self.define_pointer(instruction.result, pointer);
        Ok(())
    }

    /// Gives a variable of the module what it starts with.
    pub(super) fn initialize_global(
        &mut self,
        instruction: &Instruction<'a>,
        pointer: &Pointer,
    ) -> Result<(), CompileError> {
        let index = if instruction.op == Op::UntypedVariableKHR { 2 } else { 1 };
        let Some(&id) = instruction.operands.get(index) else { return Ok(()) };
        let span = self.span(instruction, id)?;
        let initial = Scalars::from_slice(self.values.slice(span));
        if let Root::Variables(first) = pointer.root {
            let variables = (0..).map(|i| Variable(first + i));
            self.initializers.extend(variables.zip(initial));
            return Ok(());
        }
        self.store(instruction, pointer, &initial)
    }

    /// A variable of a function. Each time the function is inlined it is a new one.
    pub(super) fn local_variable(&mut self, instruction: &Instruction<'a>) -> Result<(), CompileError> {
        let Kind::Pointer { class: StorageClass::Function, pointee } =
            self.types.kind(instruction.result_type)
        else {
            return Err(instruction.error("the type is no pointer into function storage"));
        };
        let id = instruction.result;
        let pointer = match self.usage.is_dynamic(id) && self.is_pointer(id) {
            // Memory of an earlier call: used again, since what it holds is undefined now.
            true => self.pointer(instruction, id)?,
            false => self.private(instruction, pointee)?,
        };
        if let Some(&initial) = instruction.operands.get(1) {
            let span = self.span(instruction, initial)?;
            let scalars = Scalars::from_slice(self.values.slice(span));
            self.store(instruction, &pointer, &scalars)?;
            if let Root::Variables(first) = pointer.root {
                self.freeze_if_last(id, first, scalars.len() as u32);
            }
        }
        self.define_pointer(id, pointer);
        Ok(())
    }

    pub(super) fn private(
        &mut self,
        instruction: &Instruction<'a>,
        ty: u32,
    ) -> Result<Pointer, CompileError> {
        if self.usage.is_dynamic(instruction.result) {
            let size = self.types.get(ty).map_or(0, |info| info.size).next_multiple_of(16);
            self.local_bytes = self.local_bytes.saturating_add(size);
            let bytes = u32::try_from(size).ok().filter(|_| self.local_bytes <= MAX_MEMORY);
            let bytes =
                bytes.ok_or_else(|| CompileError::unsupported("private memory of more than 16 MiB"))?;
            return Ok(Pointer::new(Root::Local(self.builder.local_memory(bytes)), Layout::Natural, ty));
        }
        self.check_size(instruction, ty)?;
        self.spend(self.types.scalars(ty) * 20)?;
        let first = self.builder.variable_count() as u32;
        let builder = &mut self.builder;
        self.types.for_each_scalar(ty, &mut |ty| {
            builder.variable(ty);
        });
        Ok(Pointer::new(Root::Variables(first), Layout::Scalars, ty))
    }

    /// Memory of the workgroup. Explicitly laid out blocks may alias each other: those all start at zero.
    fn shared(&mut self, instruction: &Instruction<'a>, ty: u32) -> Result<Pointer, CompileError> {
        let info = self.types.get(ty).ok_or_else(|| instruction.error("the type is not declared"))?;
        let block = self.module.decorations.has(ty, Decoration::Block);
        let aliased = block && self.module.decorations.has(instruction.result, Decoration::Aliased);
        let start = if aliased { 0 } else { self.shared_bytes };
        let size = if block { self.explicit_size(ty) } else { info.size };
        self.shared_bytes = self.shared_bytes.max(start.saturating_add(size).next_multiple_of(16));
        if self.shared_bytes > MAX_MEMORY {
            return Err(CompileError::unsupported("shared memory of more than 16 MiB"));
        }
        self.explicit_shared |= block;
        let layout = if block { Layout::Explicit } else { Layout::Natural };
        let mut pointer = Pointer::new(Root::Shared, layout, ty);
        pointer.constant = start as i64;
        let index = if instruction.op == Op::UntypedVariableKHR { 2 } else { 1 };
        if let Some(&initial) = instruction.operands.get(index) {
            // The only initializer that Vulkan allows here is null.
            if self.module.definition(initial).is_none_or(|constant| constant.op != Op::ConstantNull) {
                return Err(instruction.error("shared memory can only be initialized with null"));
            }
            self.builder.function_mut().zero_shared = true;
        }
        Ok(pointer)
    }

    /// Bytes up to the end of the last leaf.
    fn explicit_size(&self, ty: u32) -> u64 {
        let pointer = Pointer::new(Root::Shared, Layout::Explicit, ty);
        self.leaves(&pointer)
            .into_iter()
            .map(|(ty, offset)| offset as u64 + u64::from(ty.bytes()))
            .max()
            .unwrap_or(0)
    }

    /// Whether it is an image, a sampler or an array of them.
    fn is_image(&self, ty: u32) -> bool {
        match self.types.kind(ty) {
            Kind::Array { element, .. } | Kind::RuntimeArray { element } => {
                self.types.kind(element).is_image()
            }
            kind => kind.is_image(),
        }
    }

    /// A buffer, image or sampler, or an array of them.
    fn resource(&mut self, id: u32, class: StorageClass, ty: u32) -> Pointer {
        let decorations = &self.module.decorations;
        let set = decorations.get(id, Decoration::DescriptorSet).unwrap_or(0);
        let binding = decorations.get(id, Decoration::Binding).unwrap_or(0);
        let array = match self.types.kind(ty) {
            Kind::Array { element, .. } | Kind::RuntimeArray { element } => Some(element),
            _ => None,
        };
        let block = array.unwrap_or(ty);
        if let Some(mappings) = &self.source.layout.mappings {
            return self.mapped_resource(id, (set, binding), class, (ty, block), mappings);
        }
        let constant = class == StorageClass::Uniform && !decorations.has(block, Decoration::BufferBlock);
        let root = match self.source.layout.bindings.get(&(set, binding)) {
            Some(place) if place.count > 0 && (set as usize) < crate::abi::MAX_SETS => match array {
                Some(_) => Root::Descriptors { set, slot: place.slot, count: place.count, constant },
                None => Root::Buffer { set, slot: self.builder.int(place.slot), constant },
            },
            _ => Root::Unbound { set, binding },
        };
        Pointer::new(root, Layout::Explicit, ty)
    }
}
