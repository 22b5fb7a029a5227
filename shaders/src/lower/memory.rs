//! Loads, stores and atomics: bounds, page translation, lanes. Together with [`runtime::memory`](crate::runtime::memory)
//! and [`runtime::atomic`](crate::runtime::atomic) the only code that touches application memory.
//!
//! Accesses whose lanes lie at a constant distance are made by [`affine`](super::affine), several in one go where
//! [`batch`](super::batch) finds them next to each other. All others go to a runtime function, lane by lane.

use core::mem::offset_of;

use cranelift_codegen::ir::{self as clif, InstBuilder, types};

use super::access::{load_function, store_function};
use super::call::Field;
use super::value::{Operand, Parts, is_wide};
use super::{LowerError, Lowering};
use crate::abi::{DispatchContext, MAX_PUSH_CONSTANTS};
use crate::ir::{AtomicOp, Place, Type, Value};
use crate::runtime::{atomic, memory as runtime};

/// Where offsets start, and how far they may go.
#[derive(Clone, Copy)]
pub(super) struct Region {
    pub(super) base: clif::Value,
    pub(super) range: clif::Value,
    /// The range, where it is known.
    pub(super) known_range: Option<u64>,
    /// Whether the base may be a sparse address.
    pub(super) sparse: bool,
    /// Whether there is a range to check; all of the address space has none.
    pub(super) bounded: bool,
    /// Whether base and range are the same all the time that the kernel runs.
    pub(super) fixed: bool,
}

impl Lowering<'_, '_> {
    // --- the three operations -----------------------------------------------------------------------------------

    /// An access that is not affine.
    pub(super) fn load(&mut self, ty: Type, place: &Place) -> Operand {
        if let Place::Local { memory, offset } = *place {
            return self.local_load(ty, memory, offset);
        }
        if let Place::Interface { side, vertex, slot } = *place {
            return self.load_slot(ty, side, vertex, slot);
        }
        if let Some(parts) = self.load_by_routine(ty, place) {
            return Operand::Vector(parts);
        }
        let (region, offsets) = self.lanes_of(place, ty);
        Operand::Vector(self.load_lanes(ty, region, offsets))
    }

    /// An access that is not affine.
    pub(super) fn store(&mut self, place: &Place, value: Value) {
        if let Place::Local { memory, offset } = *place {
            return self.local_store(memory, offset, value);
        }
        if let Place::Interface { side, vertex, slot } = *place {
            return self.store_slot(side, vertex, slot, value);
        }
        if self.store_by_routine(place, value) {
            return;
        }
        let ty = self.type_of(value);
        let (region, offsets) = self.lanes_of(place, ty);
        let parts = self.get_vector(value);
        self.store_lanes(ty, region, offsets, parts);
    }

    pub(super) fn atomic(
        &mut self,
        op: AtomicOp,
        ty: Type,
        place: &Place,
        value: Value,
        comparator: Option<Value>,
    ) -> Result<Operand, LowerError> {
        let function = atomic::function_for(op, ty).ok_or(LowerError::Unsupported("atomics of this type"))?;
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
        self.call(function as *const (), &[ctx, region.base, region.range, frame, bits]);
        Ok(Operand::Vector(self.take(frame, ty)))
    }

    // --- places -------------------------------------------------------------------------------------------------

    /// The region of a place, if all lanes share it.
    pub(super) fn region(&mut self, place: &Place) -> Option<Region> {
        match *place {
            Place::Buffer { set, slot, .. } => {
                let (base, range) = self.descriptor(set, slot)?;
                let fixed = self.constant_of(slot).is_some();
                Some(Region { base, range, known_range: None, sparse: true, bounded: true, fixed })
            }
            Place::Global { .. } => {
                let base = self.b.ins().iconst(types::I64, 0);
                let range = self.b.ins().iconst(types::I64, -1);
                Some(Region { base, range, known_range: None, sparse: true, bounded: false, fixed: true })
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
            Place::Local { .. } | Place::Interface { .. } => None,
        }
    }

    fn known_region(&mut self, base: clif::Value, bytes: u64) -> Region {
        let range = self.b.ins().iconst(types::I64, bytes as i64);
        Region { base, range, known_range: Some(bytes), sparse: false, bounded: true, fixed: true }
    }

    pub(super) fn offset_of(place: &Place) -> Value {
        match *place {
            Place::Global { address } => address,
            Place::Buffer { offset, .. }
            | Place::Shared { offset }
            | Place::Local { offset, .. }
            | Place::PushConstant { offset } => offset,
            Place::Interface { slot, .. } => slot,
        }
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
}
