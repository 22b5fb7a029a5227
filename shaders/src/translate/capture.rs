//! Transform feedback: which outputs go where in a vertex's record.
//!
//! Source: Vulkan specification, "Transform Feedback"; GLSL 4.60, "Transform Feedback Layout Qualifiers".

use spirv::Decoration;

use super::Translator;
use super::interface_layout::scalar_slots;
use super::pointer::{Pointer, Root};
use crate::abi::stage::slot;
use crate::ir::{Side, Type};
use crate::spirv::types::Kind;
use crate::stage::{XfbForm, XfbOutput};

impl Translator<'_> {
    /// Takes in that a variable, or a member of a block, is captured: both say so themselves. Each block of an array goes to
    /// the buffer behind that of the one before.
    pub(super) fn capture(&mut self, id: u32, member: Option<(u32, u32)>, part: &Pointer, block: u32) {
        let Root::Interface { side: Side::Output, .. } = part.root else { return };
        let decorations = &self.module.decorations;
        let own = |what| match member {
            Some((ty, index)) => decorations.member(ty, index, what),
            None => decorations.get(id, what),
        };
        let any = |what| own(what).or_else(|| decorations.get(id, what));
        let (Some(buffer), Some(offset)) = (any(Decoration::XfbBuffer), own(Decoration::Offset)) else {
            return;
        };
        let first = XfbOutput {
            buffer: buffer.saturating_add(block),
            offset,
            stride: any(Decoration::XfbStride).unwrap_or(0),
            stream: any(Decoration::Stream).unwrap_or(0),
            slot: 0,
            count: 0,
            form: XfbForm::Word,
        };
        let mut offsets = Vec::new();
        let mut at = offset;
        self.packed_offsets(part.ty, &mut at, &mut offsets);
        for ((ty, place), at) in self.leaves(part).into_iter().zip(offsets) {
            let slot = (part.constant + place).clamp(0, i64::from(slot::COUNT - 1)) as u32;
            self.add_captured(XfbOutput {
                offset: at,
                slot,
                count: scalar_slots(ty),
                form: form(ty),
                ..first
            });
        }
    }

    /// Adds a scalar, to those that it stands beside in the slots and in the record.
    fn add_captured(&mut self, next: XfbOutput) {
        match self.io.interface.xfb.last_mut() {
            Some(last)
                if (last.buffer, last.form) == (next.buffer, next.form)
                    && last.slot + last.count == next.slot
                    && last.offset.saturating_add(last.count * last.form.bytes()) == next.offset =>
            {
                last.count += next.count;
            }
            _ => self.io.interface.xfb.push(next),
        }
    }

    /// Where each scalar of a type goes, in order: side by side, aligned to its size, and structures to that of their largest
    /// scalar.
    fn packed_offsets(&self, ty: u32, at: &mut u32, offsets: &mut Vec<u32>) {
        match self.types.kind(ty) {
            _ if self.types.scalars(ty) == 0 => {}
            Kind::Scalar { ty, .. } => {
                *at = at.checked_next_multiple_of(ty.bytes()).unwrap_or(u32::MAX);
                offsets.push(*at);
                *at = at.saturating_add(ty.bytes());
            }
            Kind::Vector { component: part, count }
            | Kind::Matrix { column: part, count }
            | Kind::Array { element: part, count } => {
                (0..count).for_each(|_| self.packed_offsets(part, at, offsets));
            }
            Kind::Struct => {
                let mut largest = 1;
                self.types.for_each_scalar(ty, &mut |ty| largest = largest.max(ty.bytes()));
                let align = |at: u32| at.checked_next_multiple_of(largest).unwrap_or(u32::MAX);
                *at = align(*at);
                self.types.members(ty).iter().for_each(|member| self.packed_offsets(member.ty, at, offsets));
                *at = align(*at);
            }
            _ => {}
        }
    }
}

/// How a scalar's slots become bytes.
fn form(ty: Type) -> XfbForm {
    match ty {
        Type::F16 => XfbForm::Half,
        _ if ty.bytes() == 2 => XfbForm::Short,
        _ => XfbForm::Word,
    }
}
