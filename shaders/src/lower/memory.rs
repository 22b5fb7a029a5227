//! Loads, stores and atomics: bounds, page translation, lanes. Together with [`runtime::memory`](crate::runtime::memory)
//! and [`runtime::atomic`](crate::runtime::atomic) the only code that touches application memory.
//!
//! An access whose lanes lie at a constant distance is checked and translated once for the whole packet:
//!
//! ```text
//!        offset + span <= range ?  ----------------------------- no --+
//!                 | yes                                               |
//!        address has SPARSE_TAG ?  -- yes -->  entry VALID, not FAULT,|
//!                 | no                         span inside the page ? |-- no -->  runtime function:
//!                 |                                  | yes            |           each lane by itself
//!                 +---------------+------------------+                |
//!                                 v                                   |
//!                  vector access, or one access per lane              |
//!                                 v                                   v
//!                                done <-------------------------------+
//! ```
//!
//! All other accesses go to the runtime function directly.
//!
//! # Invariants
//! 1. An inline access touches only `base + offset .. + span`, all of it inside the range and, for a sparse address, inside
//!    one page whose entry was `VALID`, and not `READ_ONLY` for stores. Loads may touch the bytes of inactive lanes.
//! 2. An inline store is made only if all lanes are active, or the store is uniform and at least one lane is.
//! 3. No access depends on alignment.

use core::mem::offset_of;

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{self as clif, BlockArg, InstBuilder, MemFlagsData, types};
use lacuna_vm::page_table::pte;
use lacuna_vm::units::{PAGE_SHIFT, PAGE_SIZE};

use super::access::{load_function, store_function};
use super::call::Field;
use super::value::{self, Operand, Parts, is_wide, part_type, scalar_type};
use super::{LowerError, Lowering};
use crate::abi::{DispatchContext, LANES, MAX_PUSH_CONSTANTS};
use crate::ir::{AtomicOp, Place, Type, Value};
use crate::runtime::{atomic, memory as runtime};
use crate::uniformity::Shape;

/// Strides up to this many bytes are accessed inline: the displacement of every lane fits into an instruction.
const MAX_STRIDE: i64 = 1 << 24;

/// Where offsets start, and how far they may go.
#[derive(Clone, Copy)]
struct Region {
    base: clif::Value,
    range: clif::Value,
    /// The range, where it is known.
    known_range: Option<u64>,
    /// Whether the base may be a sparse address.
    sparse: bool,
    /// Whether there is a range to check; all of the address space has none.
    bounded: bool,
}

/// An address that differs from lane to lane by a constant.
#[derive(Clone, Copy)]
struct Affine {
    region: Region,
    /// The IR value that it comes from.
    source: Value,
    /// Of lane 0, 64 bits.
    offset: clif::Value,
    known_offset: Option<u64>,
    stride: i64,
    size: u64,
}

impl Affine {
    /// Bytes from the first to the last byte of the packet.
    fn span(&self) -> u64 {
        self.stride as u64 * u64::from(LANES - 1) + self.size
    }
}

impl Lowering<'_, '_> {
    // --- the three operations -----------------------------------------------------------------------------------

    pub(super) fn load(&mut self, ty: Type, place: &Place, shape: Shape) -> Operand {
        if let Place::Local { memory, offset } = *place {
            return self.local_load(ty, memory, offset);
        }
        match self.affine(place, ty) {
            Some(access) => self.load_affine(ty, access),
            None => {
                let (region, offsets) = self.lanes_of(place, ty);
                let loaded = self.load_lanes(ty, region, offsets);
                debug_assert!(shape == Shape::Varying);
                Operand::Vector(loaded)
            }
        }
    }

    pub(super) fn store(&mut self, place: &Place, value: Value) {
        if let Place::Local { memory, offset } = *place {
            return self.local_store(memory, offset, value);
        }
        let ty = self.type_of(value);
        let operand = self.get(value);
        match (self.affine(place, ty), operand.as_uniform()) {
            (Some(access), Some(scalar)) if access.stride == 0 => self.store_uniform(ty, access, scalar),
            (Some(access), _) if access.stride != 0 => self.store_affine(ty, access, value),
            _ => {
                let (region, offsets) = self.lanes_of(place, ty);
                let parts = self.get_vector(value);
                self.store_lanes(ty, region, offsets, parts);
            }
        }
    }

    pub(super) fn atomic(
        &mut self,
        op: AtomicOp,
        ty: Type,
        place: &Place,
        value: Value,
        comparator: Option<Value>,
    ) -> Result<Operand, LowerError> {
        let function = atomic::function_for(ty).ok_or(LowerError::Unsupported("atomics of this type"))?;
        if matches!(place, Place::Local { .. }) {
            return Err(LowerError::Unsupported("atomics on private memory"));
        }
        let (region, offsets) = self.lanes_of(place, ty);
        let (value, comparator) = (self.get_vector(value), comparator.map(|c| self.get_vector(c)));
        let frame = self.frame();
        self.put(frame, Field::Offset, offsets);
        self.put(frame, Field::Data, value);
        if let Some(comparator) = comparator {
            self.put(frame, Field::Other, comparator);
        }
        let (ctx, bits) = (self.context(), self.active_bits());
        let code = self.b.ins().iconst(types::I32, i64::from(atomic::code(op)));
        self.call(function as *const (), &[ctx, region.base, region.range, frame, bits, code]);
        Ok(Operand::Vector(self.take(frame, ty)))
    }

    // --- places -------------------------------------------------------------------------------------------------

    /// The region of a place, if all lanes share it.
    fn region(&mut self, place: &Place) -> Option<Region> {
        match *place {
            Place::Buffer { set, slot, .. } => {
                let (base, range) = self.descriptor(set, slot)?;
                Some(Region { base, range, known_range: None, sparse: true, bounded: true })
            }
            Place::Global { .. } => {
                let base = self.b.ins().iconst(types::I64, 0);
                let range = self.b.ins().iconst(types::I64, -1);
                Some(Region { base, range, known_range: None, sparse: true, bounded: false })
            }
            Place::Shared { .. } => {
                let base = self.shared_block();
                Some(self.known_region(base, u64::from(self.function.shared_bytes)))
            }
            Place::PushConstant { .. } => {
                let ctx = self.context();
                let base = self.b.ins().iadd_imm_s(ctx, offset_of!(DispatchContext, push_constants) as i64);
                Some(self.known_region(base, MAX_PUSH_CONSTANTS as u64))
            }
            Place::Local { .. } => None,
        }
    }

    fn known_region(&mut self, base: clif::Value, bytes: u64) -> Region {
        let range = self.b.ins().iconst(types::I64, bytes as i64);
        Region { base, range, known_range: Some(bytes), sparse: false, bounded: true }
    }

    fn offset_of(place: &Place) -> Value {
        match *place {
            Place::Global { address } => address,
            Place::Buffer { offset, .. }
            | Place::Shared { offset }
            | Place::Local { offset, .. }
            | Place::PushConstant { offset } => offset,
        }
    }

    /// The access, if its lanes lie at a constant distance that is worth it.
    fn affine(&mut self, place: &Place, ty: Type) -> Option<Affine> {
        let value = Self::offset_of(place);
        let Operand::Scalar { base, stride } = self.get(value) else { return None };
        if stride != 0 && !(i64::from(ty.bytes())..=MAX_STRIDE).contains(&stride) {
            return None;
        }
        let region = self.region(place)?;
        let offset = if is_wide(self.type_of(value)) { base } else { self.b.ins().uextend(types::I64, base) };
        let known_offset = self.constant_of(value);
        Some(Affine { region, source: value, offset, known_offset, stride, size: u64::from(ty.bytes()) })
    }

    /// The region and each lane's offset of any place.
    fn lanes_of(&mut self, place: &Place, ty: Type) -> (Region, Parts) {
        let value = Self::offset_of(place);
        let offsets = self.wide_offsets(value);
        if let Some(region) = self.region(place) {
            return (region, offsets);
        }
        let Place::Buffer { set, slot, .. } = *place else { return (self.nowhere(), offsets) };
        let slots = self.get_vector(slot);
        let frame = self.frame();
        self.put(frame, Field::Offset, offsets);
        self.put(frame, Field::Data, slots);
        let (ctx, bits) = (self.context(), self.active_bits());
        let set = self.b.ins().iconst(types::I32, i64::from(set));
        let size = self.b.ins().iconst(types::I64, i64::from(ty.bytes()));
        self.call(runtime::resolve as *const (), &[ctx, set, size, frame, bits]);
        let addresses = self.take_field(frame, Field::Offset, Type::I64);
        let global = self.region(&Place::Global { address: slot }).unwrap_or_else(|| self.nowhere());
        (global, addresses)
    }

    fn nowhere(&mut self) -> Region {
        let base = self.b.ins().iconst(types::I64, 0);
        self.known_region(base, 0)
    }

    // --- lane by lane -------------------------------------------------------------------------------------------

    /// Puts the offsets of all lanes into the frame, with little code: this is for slow paths.
    fn spread_offsets(&mut self, access: &Affine) {
        let frame = self.frame();
        if is_wide(self.type_of(access.source)) {
            let offsets = self.get_vector(access.source);
            return self.put(frame, Field::Offset, offsets);
        }
        let first = self.get_base(access.source);
        let stride = self.b.ins().iconst(types::I32, access.stride);
        self.call(runtime::spread as *const (), &[frame, first, stride]);
    }

    fn load_lanes(&mut self, ty: Type, region: Region, offsets: Parts) -> Parts {
        let frame = self.frame();
        self.put(frame, Field::Offset, offsets);
        self.load_from_frame(ty, region)
    }

    /// Loads from the offsets in the frame.
    fn load_from_frame(&mut self, ty: Type, region: Region) -> Parts {
        let frame = self.frame();
        let (ctx, bits) = (self.context(), self.active_bits());
        self.call(load_function(ty), &[ctx, region.base, region.range, frame, bits]);
        let loaded = self.take(frame, ty);
        if ty == Type::Bool { self.mask_from_ints(loaded) } else { loaded }
    }

    fn store_lanes(&mut self, ty: Type, region: Region, offsets: Parts, value: Parts) {
        let frame = self.frame();
        self.put(frame, Field::Offset, offsets);
        self.store_from_frame(ty, region, value);
    }

    /// Stores to the offsets in the frame.
    fn store_from_frame(&mut self, ty: Type, region: Region, value: Parts) {
        let frame = self.frame();
        self.put(frame, Field::Data, value);
        let (ctx, bits) = (self.context(), self.active_bits());
        self.call(store_function(ty), &[ctx, region.base, region.range, frame, bits]);
    }

    /// The offsets of all lanes. They wrap at the width of the offset: a lane may be inside where the one before is not.
    fn wide_offsets(&mut self, source: Value) -> Parts {
        let offsets = self.get_vector(source);
        if is_wide(self.type_of(source)) { offsets } else { self.widen(offsets, false) }
    }

    // --- at a constant distance ---------------------------------------------------------------------------------

    fn load_affine(&mut self, ty: Type, access: Affine) -> Operand {
        if access.stride == 0 {
            let results = self.checked(&access, false, &[scalar_type(ty)], |s, pointer| match pointer {
                Some(pointer) => vec![s.load_scalar(ty, pointer, 0)],
                None => vec![s.load_first(ty, &access)],
            });
            return Operand::uniform(results[0]);
        }
        let parts = vec![part_type(ty); value::part_count(ty)];
        let results = self.checked(&access, false, &parts, |s, pointer| match pointer {
            Some(pointer) if access.stride as u64 == access.size => s.load_vector(ty, pointer).to_vec(),
            Some(pointer) => s.load_strided(ty, pointer, access.stride).to_vec(),
            None => {
                s.spread_offsets(&access);
                s.load_from_frame(ty, access.region).to_vec()
            }
        });
        Operand::Vector(Parts::new(&results))
    }

    fn store_uniform(&mut self, ty: Type, access: Affine, scalar: clif::Value) {
        self.checked(&access, true, &[], |s, pointer| {
            match pointer {
                Some(pointer) => s.store_scalar(ty, scalar, pointer, 0),
                None => {
                    let frame = s.frame();
                    s.put_first(frame, Field::Offset, Type::I64, access.offset);
                    s.put_first(frame, Field::Data, ty, scalar);
                    let (ctx, first) = (s.context(), s.b.ins().iconst(types::I32, 1));
                    s.call(store_function(ty), &[ctx, access.region.base, access.region.range, frame, first]);
                }
            }
            Vec::new()
        });
    }

    fn store_affine(&mut self, ty: Type, access: Affine, value: Value) {
        let parts = self.get_vector(value);
        self.checked(&access, true, &[], |s, pointer| {
            match pointer {
                Some(pointer) if access.stride as u64 == access.size => s.store_vector(ty, parts, pointer),
                Some(pointer) => s.store_strided(ty, parts, pointer, access.stride),
                None => {
                    s.spread_offsets(&access);
                    s.store_from_frame(ty, access.region, parts);
                }
            }
            Vec::new()
        });
    }

    /// Emits the drawing in the module's header. `access` gets the host address of lane 0, or `None` on the slow path.
    fn checked(
        &mut self,
        affine: &Affine,
        write: bool,
        results: &[clif::Type],
        mut access: impl FnMut(&mut Self, Option<clif::Value>) -> Vec<clif::Value>,
    ) -> Vec<clif::Value> {
        let masked = write && affine.stride != 0 && !self.full;
        let in_bounds = matches!((affine.region.known_range, affine.known_offset), (Some(range), Some(offset))
            if offset.checked_add(affine.span()).is_some_and(|end| end <= range));
        if in_bounds && !masked {
            let pointer = self.b.ins().iadd(affine.region.base, affine.offset);
            return access(self, Some(pointer));
        }
        let (slow, done) = (self.b.create_block(), self.b.create_block());
        self.b.set_cold_block(slow);
        let out: Vec<clif::Value> = results.iter().map(|&ty| self.b.append_block_param(done, ty)).collect();

        let pointer = self.pointer(affine, write, masked, slow);
        let values = access(self, Some(pointer));
        self.jump_with(done, &values);

        self.b.switch_to_block(slow);
        self.b.seal_block(slow);
        let values = access(self, None);
        self.jump_with(done, &values);

        self.b.switch_to_block(done);
        self.b.seal_block(done);
        out
    }

    fn jump_with(&mut self, block: clif::Block, values: &[clif::Value]) {
        let arguments: Vec<BlockArg> = values.iter().map(|&v| v.into()).collect();
        self.b.ins().jump(block, &arguments);
    }

    /// The host address of lane 0; goes to `slow` if the access cannot be made in one go.
    fn pointer(&mut self, affine: &Affine, write: bool, masked: bool, slow: clif::Block) -> clif::Value {
        let Region { base, range, sparse, bounded, .. } = affine.region;
        let inside = if bounded {
            // An offset may be anything up to 2^64: nothing may be added to it before it is known to be small.
            let span = affine.span() as i64;
            let fits = self.b.ins().icmp_imm_u(IntCC::UnsignedGreaterThanOrEqual, range, span);
            let last = self.b.ins().iadd_imm_s(range, -span);
            let starts = self.b.ins().icmp(IntCC::UnsignedLessThanOrEqual, affine.offset, last);
            self.b.ins().band(fits, starts)
        } else {
            // No memory is in the first page: what is addressed relative to a null pointer is nowhere.
            self.b.ins().icmp_imm_s(IntCC::UnsignedGreaterThanOrEqual, affine.offset, PAGE_SIZE as i64)
        };
        self.continue_if(inside, slow);
        if masked {
            let exec = self.exec_mask();
            let both = self.b.ins().band(exec[0], exec[1]);
            let all = self.b.ins().vall_true(both);
            self.continue_if(all, slow);
        }
        let address = self.b.ins().iadd(base, affine.offset);
        if sparse { self.translate(affine, address, write, slow) } else { address }
    }

    fn continue_if(&mut self, condition: clif::Value, otherwise: clif::Block) {
        let next = self.b.create_block();
        self.b.ins().brif(condition, next, &[], otherwise, &[]);
        self.b.switch_to_block(next);
        self.b.seal_block(next);
    }

    /// Device address to host address, for as many bytes as the span.
    fn translate(
        &mut self,
        affine: &Affine,
        address: clif::Value,
        write: bool,
        slow: clif::Block,
    ) -> clif::Value {
        let (sparse, done) = (self.b.create_block(), self.b.create_block());
        let host = self.b.append_block_param(done, types::I64);
        let tag = self.b.ins().iconst(types::I64, pte::SPARSE_TAG as i64);
        let tagged = self.b.ins().band(address, tag);
        self.b.ins().brif(tagged, sparse, &[], done, &[address.into()]);

        self.b.switch_to_block(sparse);
        self.b.seal_block(sparse);
        let constant = MemFlagsData::trusted().with_readonly().with_can_move();
        let ctx = self.context();
        let offset = self.b.ins().bxor(address, tag);
        let page = self.b.ins().ushr_imm_s(offset, i64::from(PAGE_SHIFT));
        let count =
            self.b.ins().load(types::I64, constant, ctx, offset_of!(DispatchContext, page_count) as i32);
        let known = self.b.ins().icmp(IntCC::UnsignedLessThan, page, count);
        let low = self.b.ins().band_imm_s(address, PAGE_SIZE as i64 - 1);
        // A span that is longer than a page never fits.
        let last = PAGE_SIZE as i64 - affine.span() as i64;
        let last = self.b.ins().iconst(types::I64, last.max(-1));
        let whole = self.b.ins().icmp(IntCC::SignedLessThanOrEqual, low, last);
        let fits = self.b.ins().band(known, whole);
        self.continue_if(fits, slow);

        let table =
            self.b.ins().load(types::I64, constant, ctx, offset_of!(DispatchContext, page_table) as i32);
        let index = self.b.ins().ishl_imm_s(page, 3);
        let place = self.b.ins().iadd(table, index);
        let entry = self.b.ins().load(types::I64, MemFlagsData::trusted(), place, 0);
        let relevant = pte::VALID | pte::FAULT | if write { pte::READ_ONLY } else { 0 };
        let flags = self.b.ins().band_imm_s(entry, relevant as i64);
        let usable = self.b.ins().icmp_imm_s(IntCC::Equal, flags, pte::VALID as i64);
        self.continue_if(usable, slow);
        let start = self.b.ins().band_imm_s(entry, pte::ADDRESS_MASK as i64);
        let translated = self.b.ins().bor(start, low);
        self.b.ins().jump(done, &[translated.into()]);

        self.b.switch_to_block(done);
        self.b.seal_block(done);
        host
    }

    /// A uniform load that cannot be made inline.
    fn load_first(&mut self, ty: Type, access: &Affine) -> clif::Value {
        let frame = self.frame();
        self.put_first(frame, Field::Offset, Type::I64, access.offset);
        let (ctx, first) = (self.context(), self.b.ins().iconst(types::I32, 1));
        self.call(load_function(ty), &[ctx, access.region.base, access.region.range, frame, first]);
        self.take_first(frame, ty)
    }
}
