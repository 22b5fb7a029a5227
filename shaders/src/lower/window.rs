//! Windows: what an access in a loop learned of its buffer when it was last translated.
//!
//! A loop goes through a buffer page by page, so the offsets of one turn lie mostly where those of the turn before did. Each
//! affine access keeps the offsets that its last translation holds for, and the distance from an offset to its host address:
//!
//! ```text
//!        offset - first < count ?  -- yes -->  host address = offset + distance
//!                 | no
//!        checked and translated as any other access; first, count, distance are what was found
//! ```
//!
//! A hit costs the same whether the buffer is sparse or not.
//!
//! # Invariants
//! 1. An offset in a window may be accessed with the access's whole span: the window ends where the range or the page does.
//! 2. A window is of one descriptor, which does not change while the kernel runs. What page table entries say holds as long:
//!    memory that is unbound or evicted meanwhile stays where it is until the work in flight has ended.
//! 3. Windows are empty when a kernel begins.

use core::mem::offset_of;

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{self as clif, InstBuilder, types};
use lacuna_vm::page_table::pte;

use super::Lowering;
use super::affine::{Affine, Page};

/// In the stack frame of the kernel.
#[repr(C)]
struct Window {
    /// The lowest offset.
    first: u64,
    count: u64,
    /// From an offset to its host address.
    distance: u64,
}

impl Lowering<'_, '_> {
    /// Whether an access is worth a window.
    pub(super) fn wants_window(&self, access: &Affine) -> bool {
        let region = &access.region;
        region.bounded && region.fixed && region.sparse && self.loops > 0
    }

    /// The host address of lane 0; goes to `slow` if the access cannot be made in one go.
    pub(super) fn through_window(&mut self, access: &Affine, write: bool, slow: clif::Block) -> clif::Value {
        let window = self.empty_window(access);
        let (hit, miss) = (self.b.create_block(), self.b.create_block());
        self.b.set_cold_block(miss);
        let [first, count] = [offset_of!(Window, first), offset_of!(Window, count)]
            .map(|at| self.b.ins().stack_load(types::I64, types::I64, window, at as i32));
        let passed = self.b.ins().isub(access.offset, first);
        let inside = self.b.ins().icmp(IntCC::UnsignedLessThan, passed, count);
        self.b.ins().brif(inside, hit, &[], miss, &[]);

        self.enter(miss);
        self.move_window(access, window, write, slow);
        self.b.ins().jump(hit, &[]);

        self.enter(hit);
        let at = offset_of!(Window, distance) as i32;
        let distance = self.b.ins().stack_load(types::I64, types::I64, window, at);
        self.b.ins().iadd(access.offset, distance)
    }

    /// Translates the access, and lets its window be around it.
    fn move_window(&mut self, access: &Affine, window: clif::StackSlot, write: bool, slow: clif::Block) {
        let starts = self.inside(access, slow);
        let base = access.region.base;
        let (paged, plain, done) = (self.b.create_block(), self.b.create_block(), self.b.create_block());
        let tagged = self.b.ins().band_imm_s(base, pte::SPARSE_TAG as i64);
        self.b.ins().brif(tagged, paged, &[], plain, &[]);

        self.enter(plain);
        let zero = self.b.ins().iconst(types::I64, 0);
        self.set_window(window, [zero, starts, base]);
        self.b.ins().jump(done, &[]);

        self.enter(paged);
        let address = self.b.ins().iadd(base, access.offset);
        let Page { host, low, distance: further } = self.resident(access, address, write, slow);
        // A page may begin before the buffer, and end behind it.
        let before = self.b.ins().umin(low, access.offset);
        let first = self.b.ins().isub(access.offset, before);
        let in_page = self.b.ins().iadd_imm_s(further, 1);
        let in_range = self.b.ins().isub(starts, access.offset);
        let count = self.b.ins().umin(in_page, in_range);
        let count = self.b.ins().iadd(count, before);
        let distance = self.b.ins().isub(host, access.offset);
        self.set_window(window, [first, count, distance]);
        self.b.ins().jump(done, &[]);

        self.enter(done);
    }

    fn set_window(&mut self, window: clif::StackSlot, [first, count, distance]: [clif::Value; 3]) {
        let fields = [
            (first, offset_of!(Window, first)),
            (count, offset_of!(Window, count)),
            (distance, offset_of!(Window, distance)),
        ];
        for (value, at) in fields {
            self.b.ins().stack_store(types::I64, value, window, at as i32);
        }
    }

    /// A new window, made empty where the descriptor is loaded: before all loops.
    fn empty_window(&mut self, access: &Affine) -> clif::StackSlot {
        let window = self.stack_slot::<Window>();
        let mut cursor = self.after(access.region.base);
        let zero = cursor.ins().iconst(types::I64, 0);
        cursor.ins().stack_store(types::I64, zero, window, offset_of!(Window, count) as i32);
        window
    }
}
