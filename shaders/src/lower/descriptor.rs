//! What descriptors say. They do not change while a kernel runs.

use core::mem::offset_of;

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{self as clif, InstBuilder, MemFlagsData, types};

use lacuna_vm::units::PAGE_SIZE;

use super::Lowering;
use super::call::Field;
use super::value::Operand;
use crate::abi::{Descriptor, DispatchContext, heap};
use crate::ir::{Type, Value};
use crate::runtime::memory as runtime;

impl Lowering<'_, '_> {
    pub(super) fn buffer_size(&mut self, set: u32, slot: Value) -> Operand {
        if let Some((_, range)) = self.descriptor(set, slot) {
            let most = self.b.ins().iconst(types::I64, i64::from(u32::MAX));
            let range = self.b.ins().umin(range, most);
            return Operand::uniform(self.b.ins().ireduce(types::I32, range));
        }
        let slots = self.get_vector(slot);
        let frame = self.frame();
        self.put(frame, Field::Data, slots);
        let (ctx, bits) = (self.context(), self.active_bits());
        let set = self.b.ins().iconst(types::I32, i64::from(set));
        self.call(runtime::buffer_sizes as *const (), &[ctx, set, frame, bits]);
        Operand::Vector(self.take(frame, Type::I32))
    }

    pub(super) fn descriptor_word(&mut self, set: u32, slot: Value, word: u32) -> Operand {
        if let Some(index) = self.get(slot).as_uniform() {
            let index = self.b.ins().uextend(types::I64, index);
            let descriptor = self.descriptor_pointer(set, index);
            let constant = MemFlagsData::trusted().with_readonly().with_can_move();
            return Operand::uniform(self.b.ins().load(types::I32, constant, descriptor, word as i32 * 4));
        }
        let slots = self.get_vector(slot);
        let frame = self.frame();
        self.put(frame, Field::Data, slots);
        let (ctx, bits) = (self.context(), self.active_bits());
        let set = self.b.ins().iconst(types::I32, i64::from(set));
        let word = self.b.ins().iconst(types::I32, i64::from(word));
        self.call(runtime::descriptor_words as *const (), &[ctx, set, word, frame, bits]);
        Operand::Vector(self.take(frame, Type::I32))
    }

    /// Address and range of a descriptor, if all lanes use the same.
    pub(super) fn descriptor(&mut self, set: u32, slot: Value) -> Option<(clif::Value, clif::Value)> {
        if let Some(index) = self.constant_of(slot)
            && let Some(&found) = self.descriptors.get(&(set, index as u32))
        {
            return Some(found);
        }
        let index = self.get(slot).as_uniform()?;
        let index = self.b.ins().uextend(types::I64, index);
        Some(self.load_descriptor(set, index))
    }

    /// Address and range of a descriptor.
    fn load_descriptor(&mut self, set: u32, index: clif::Value) -> (clif::Value, clif::Value) {
        let descriptor = self.descriptor_pointer(set, index);
        self.load_fields(descriptor, 0)
    }

    /// The same where the index is known, and the first descriptor of the set.
    pub(super) fn load_known_descriptor(
        &mut self,
        set: u32,
        first: clif::Value,
        slot: u32,
    ) -> (clif::Value, clif::Value) {
        // In an empty set, it is in the page of zeros; a heap may end anywhere.
        let at = u64::from(slot) * size_of::<Descriptor>() as u64;
        if set != heap::RESOURCE_HEAP && at + size_of::<Descriptor>() as u64 <= PAGE_SIZE {
            return self.load_fields(first, at as i32);
        }
        let index = self.b.ins().iconst(types::I64, i64::from(slot));
        self.load_descriptor(set, index)
    }

    /// Descriptors do not change while a kernel runs, so these loads may be moved and merged.
    fn load_fields(&mut self, descriptor: clif::Value, at: i32) -> (clif::Value, clif::Value) {
        let constant = MemFlagsData::trusted().with_readonly().with_can_move();
        let mut field = |field: usize| self.b.ins().load(types::I64, constant, descriptor, at + field as i32);
        (field(offset_of!(Descriptor, address)), field(offset_of!(Descriptor, range)))
    }

    /// Where the descriptors of a set are; a set that is not bound has those in the page of zeros.
    pub(super) fn first_descriptor(&mut self, set: u32) -> clif::Value {
        let index = self.b.ins().iconst(types::I64, 0);
        self.descriptor_pointer(set, index)
    }

    /// Where a descriptor is. A set that is not bound has null descriptors, as has what is behind the resource heap: they are
    /// read from the page of zeros.
    fn descriptor_pointer(&mut self, set: u32, index: clif::Value) -> clif::Value {
        let constant = MemFlagsData::trusted().with_readonly().with_can_move();
        let ctx = self.context();
        let zeros =
            self.b.ins().load(types::I64, constant, ctx, offset_of!(DispatchContext, zero_page) as i32);
        if set as usize >= heap::BASES {
            return zeros;
        }
        let at = offset_of!(DispatchContext, sets) + set as usize * size_of::<*const Descriptor>();
        let first = self.b.ins().load(types::I64, constant, ctx, at as i32);
        let descriptor = match self.known_integer(index) {
            Some(0) => first,
            _ => {
                let offset = self.b.ins().imul_imm_s(index, size_of::<Descriptor>() as i64);
                self.b.ins().iadd(first, offset)
            }
        };
        let bound = if set == heap::RESOURCE_HEAP {
            let at = offset_of!(DispatchContext, resource_heap_slots) as i32;
            let slots = self.b.ins().load(types::I64, constant, ctx, at);
            self.b.ins().icmp(IntCC::UnsignedLessThan, index, slots)
        } else {
            self.b.ins().icmp_imm_s(IntCC::NotEqual, first, 0)
        };
        self.b.ins().select(bound, descriptor, zeros)
    }
}
