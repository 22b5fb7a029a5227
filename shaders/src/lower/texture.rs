//! Image instructions: operands go into a frame, the texture unit is called, results are read from the frame.

use core::mem::offset_of;

use cranelift_codegen::ir::{self as clif, InstBuilder, MemFlagsData, types};

use super::Lowering;
use super::value::{Operand, Parts, part_type, scalar_type};
use crate::abi::stage::Lanes;
use crate::abi::texture::{LodMode, TextureFrame, TextureInstruction};
use crate::abi::{Descriptor, DispatchContext, heap};
use crate::ir::{Texture, Type, Value};
use crate::uniformity::Shape;

impl Lowering<'_, '_> {
    /// Calls the unit; gives residency. A uniform instruction is done for one lane.
    pub(super) fn texture(&mut self, texture: &Texture, shape: Shape) -> Operand {
        let frame = self.texture_frame();
        let image = texture.image;
        let uniform_image = self.put_descriptor(
            frame,
            image,
            offset_of!(TextureFrame, image_set),
            offset_of!(TextureFrame, image_slot),
        );
        let uniform_sampler = texture.sampler.is_none_or(|sampler| {
            let (set, slot) = (offset_of!(TextureFrame, sampler_set), offset_of!(TextureFrame, sampler_slot));
            self.put_descriptor(frame, sampler, set, slot)
        });
        // Lanes that do not run count for differences in a quad.
        let single = shape.is_uniform() && texture.instruction.lod != LodMode::Quad;
        for &(operand, value) in &texture.operands {
            self.put_operand(frame, operand.offset(), value, single);
        }
        let active = if shape.is_uniform() { self.b.ins().iconst(types::I32, 1) } else { self.active_bits() };
        self.b.ins().store(MemFlagsData::trusted(), active, frame, offset_of!(TextureFrame, active) as i32);
        let sampler_heap = texture.sampler.is_some_and(|(set, _)| set == heap::SAMPLER_HEAP);
        let instruction =
            TextureInstruction { uniform_image, uniform_sampler, sampler_heap, ..texture.instruction };
        let instruction = Box::new(instruction);
        let address = self.b.ins().iconst(types::I64, &raw const *instruction as i64);
        self.textures.push(instruction);
        let ctx = self.context();
        let constant = MemFlagsData::trusted().with_readonly().with_can_move();
        let unit =
            self.b.ins().load(types::I64, constant, ctx, offset_of!(DispatchContext, texture_unit) as i32);
        self.call_pointer(unit, &[ctx, address, frame]);
        self.take_lanes(offset_of!(TextureFrame, resident), Type::I32, shape)
    }

    /// A word of the result of the last call.
    pub(super) fn texture_result(&mut self, word: u8, ty: Type, shape: Shape) -> Operand {
        let at = offset_of!(TextureFrame, texel) + usize::from(word) * size_of::<Lanes>();
        self.take_lanes(at, ty, shape)
    }

    fn take_lanes(&mut self, at: usize, ty: Type, shape: Shape) -> Operand {
        let frame = self.texture_frame();
        let trusted = MemFlagsData::trusted();
        if shape.is_uniform() {
            return Operand::uniform(self.b.ins().load(scalar_type(ty), trusted, frame, at as i32));
        }
        let parts = [0, 16].map(|part| self.b.ins().load(part_type(ty), trusted, frame, at as i32 + part));
        Operand::Vector(Parts::new(&parts))
    }

    /// Writes the lanes of an operand; of a single lane the first.
    fn put_operand(&mut self, frame: clif::Value, at: usize, value: Value, single: bool) {
        if single {
            let scalar = self.get_base(value);
            self.b.ins().store(MemFlagsData::trusted(), scalar, frame, at as i32);
            return;
        }
        for (i, &part) in (0..).zip(self.get_vector(value).iter()) {
            self.b.ins().store(MemFlagsData::trusted(), part, frame, at as i32 + i * 16);
        }
    }

    /// Writes where a descriptor is: its set's first one, and its index. True if all lanes have the same.
    fn put_descriptor(
        &mut self,
        frame: clif::Value,
        (set, slot): (u32, Value),
        set_at: usize,
        slot_at: usize,
    ) -> bool {
        let constant = MemFlagsData::trusted().with_readonly().with_can_move();
        let ctx = self.context();
        let at = offset_of!(DispatchContext, sets) + set as usize * size_of::<*const Descriptor>();
        let first = self.b.ins().load(types::I64, constant, ctx, at as i32);
        self.b.ins().store(MemFlagsData::trusted(), first, frame, set_at as i32);
        let uniform = self.get(slot).as_uniform().is_some();
        self.put_operand(frame, slot_at, slot, uniform);
        uniform
    }

    fn texture_frame(&mut self) -> clif::Value {
        let slot = self.texture_frame.unwrap_or_else(|| self.stack_slot::<TextureFrame>());
        self.texture_frame = Some(slot);
        self.b.ins().stack_addr(types::I64, slot, 0)
    }
}
