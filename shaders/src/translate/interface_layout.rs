//! How types lie in the slots of a stage's interface: locations of four slots each, and the slots of built-ins.

use spirv::{BuiltIn, Decoration};

use super::Translator;
use super::pointer::{Layout, Pointer};
use crate::abi::stage::slot;
use crate::ir::Type;
use crate::spirv::types::Kind;

/// Slots of a location.
const LOCATION: u32 = 4;

impl Translator<'_> {
    /// Slots from one element of an array to the next: whole locations.
    pub(super) fn interface_slots(&self, ty: u32) -> u32 {
        self.locations(ty).saturating_mul(LOCATION)
    }

    /// Slots of a value without gaps.
    pub(super) fn packed_slots(&self, ty: u32) -> u32 {
        let mut slots = 0u32;
        match self.types.kind(ty) {
            Kind::Array { element, count } => slots = self.packed_slots(element).saturating_mul(count),
            _ => self.types.for_each_scalar(ty, &mut |ty| slots = slots.saturating_add(scalar_slots(ty))),
        }
        slots
    }

    /// Locations that a value takes (Vulkan specification, "Location Assignment").
    fn locations(&self, ty: u32) -> u32 {
        match self.types.kind(ty) {
            Kind::Array { element, count } => self.locations(element).saturating_mul(count),
            Kind::Matrix { column, count } => self.locations(column).saturating_mul(count),
            Kind::Struct => {
                let members = self.types.members(ty).iter();
                members.fold(0, |sum, member| sum.saturating_add(self.locations(member.ty)))
            }
            Kind::Void => 0,
            _ => self.packed_slots(ty).div_ceil(LOCATION).max(1),
        }
    }

    /// Where a structure's member begins, from where the structure does, and how it lies.
    pub(super) fn member_slot(&self, structure: &Pointer, index: usize) -> (i64, Layout) {
        if !matches!(structure.layout, Layout::Slots | Layout::PackedSlots) {
            return (0, structure.layout);
        }
        let decorations = &self.module.decorations;
        let decoration = |i: usize, what| decorations.member(structure.ty, i as u32, what);
        if let Some(builtin) = decoration(index, Decoration::BuiltIn) {
            let first = BuiltIn::from_u32(builtin).and_then(builtin_slot).unwrap_or(slot::COUNT);
            return (i64::from(first) - i64::from(slot::FIRST_LOCATION), Layout::PackedSlots);
        }
        let mut next = 0;
        for (i, member) in self.types.members(structure.ty).iter().enumerate() {
            let location = decoration(i, Decoration::Location).unwrap_or(next);
            if i == index {
                let component = decoration(i, Decoration::Component).unwrap_or(0);
                return (i64::from(location) * i64::from(LOCATION) + i64::from(component), Layout::Slots);
            }
            next = location.saturating_add(self.locations(member.ty));
        }
        (i64::from(slot::COUNT), Layout::Slots)
    }
}

/// Slots of a scalar.
pub(super) fn scalar_slots(ty: Type) -> u32 {
    if ty.bytes() == 8 { 2 } else { 1 }
}

/// The first slot of a built-in that goes from stage to stage.
pub(super) fn builtin_slot(builtin: BuiltIn) -> Option<u32> {
    Some(match builtin {
        BuiltIn::Position => slot::POSITION,
        BuiltIn::PointSize => slot::POINT_SIZE,
        BuiltIn::Layer => slot::LAYER,
        BuiltIn::ViewportIndex => slot::VIEWPORT_INDEX,
        BuiltIn::PrimitiveId => slot::PRIMITIVE_ID,
        BuiltIn::ClipDistance => slot::CLIP_DISTANCE,
        BuiltIn::CullDistance => slot::CULL_DISTANCE,
        BuiltIn::TessLevelOuter => slot::TESS_LEVEL_OUTER,
        BuiltIn::TessLevelInner => slot::TESS_LEVEL_INNER,
        BuiltIn::FragDepth => slot::FRAG_DEPTH,
        BuiltIn::FragStencilRefEXT => slot::FRAG_STENCIL_REF,
        BuiltIn::SampleMask => slot::SAMPLE_MASK,
        _ => return None,
    })
}
