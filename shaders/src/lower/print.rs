//! Messages of shaders: the values go into a frame of rows, and a runtime function writes.

use cranelift_codegen::ir::{self as clif, InstBuilder, MemFlagsData, types};

use super::Lowering;
use super::value::Operand;
use crate::ir::{Print, Type};
use crate::runtime::print::{Row, print};

impl Lowering<'_, '_> {
    /// Prints for the active lanes.
    pub(super) fn print(&mut self, message: &Print) -> Operand {
        let bytes = message.values.len().max(1) * size_of::<Row>();
        let slot = self.b.create_sized_stack_slot(clif::StackSlotData::new(
            clif::StackSlotKind::ExplicitSlot,
            bytes as u32,
            4,
        ));
        let frame = self.b.ins().stack_addr(types::I64, slot, 0);
        for (row, &value) in (0..).zip(&message.values) {
            let parts = self.get_vector(value);
            for (part, &lanes) in (0..).zip(parts.iter()) {
                let at = row * size_of::<Row>() as i32 + part * 16;
                self.b.ins().store(MemFlagsData::trusted(), lanes, frame, at);
            }
        }
        let instruction = Box::new(message.instruction.clone());
        let address = self.b.ins().iconst(types::I64, &raw const *instruction as i64);
        self.prints.push(instruction);
        let active = self.active_bits();
        self.call(print as *const (), &[address, frame, active]);
        Operand::uniform(self.constant(Type::I32, 0))
    }
}
