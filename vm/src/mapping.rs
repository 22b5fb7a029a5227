//! What is bound where: [`Mapping`] as callers see it, [`Piece`] and [`Record`] as the manager keeps it.

use std::fmt;
use std::ops::{BitOr, BitOrAssign};

use crate::arena::{Arena, NONE};
use crate::bo::BoId;
use crate::units::{BoOffset, VaRange};

/// How a range is mapped. Bits from [`USER_SHIFT`](Self::USER_SHIFT) on belong to the caller and follow the mapping through every split.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct MapFlags(u32);

impl MapFlags {
    /// Nothing special.
    pub const EMPTY: Self = Self(0);
    /// Stores vanish.
    pub const READ_ONLY: Self = Self(1 << 0);
    /// A null mapping: no BO behind it. Set by the manager.
    pub const SPARSE: Self = Self(1 << 1);
    /// The BO is evicted: the page table has no address for it. Set by the manager when it reports a mapping.
    pub const EVICTED: Self = Self(1 << 2);
    /// The lowest of the caller's bits.
    pub const USER_SHIFT: u32 = 8;

    /// Flags with `user`'s low 24 bits as the caller's.
    #[must_use]
    pub const fn with_user(self, user: u32) -> Self {
        Self(self.0 & ((1 << Self::USER_SHIFT) - 1) | user << Self::USER_SHIFT)
    }

    /// The caller's 24 bits.
    #[must_use]
    pub const fn user(self) -> u32 {
        self.0 >> Self::USER_SHIFT
    }

    /// Whether all of `other`'s bits are set.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// These flags but for `other`'s.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether a request may hold these flags.
    pub(crate) const fn are_callers(self) -> bool {
        self.0 & ((1 << Self::USER_SHIFT) - 1) & !Self::READ_ONLY.0 == 0
    }
}

impl BitOr for MapFlags {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitOrAssign for MapFlags {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

/// A mapping, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mapping {
    /// The addresses.
    pub range: VaRange,
    /// The memory; none for a null mapping.
    pub bo: Option<BoId>,
    /// Where in the BO the range begins.
    pub offset: BoOffset,
    /// How it is mapped.
    pub flags: MapFlags,
}

impl fmt::Display for Mapping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.bo {
            Some(bo) => write!(f, "{} {bo}@{}", self.range, self.offset),
            None => write!(f, "{} null", self.range),
        }
    }
}

/// A mapping, or a part of one, in pages from the start of the VM.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) start: u32,
    pub(crate) end: u32,
    /// The pair of this VM and the BO; [`NONE`] for a null mapping.
    pub(crate) vm_bo: u32,
    /// Where in the BO, in pages.
    pub(crate) bo_page: u32,
    pub(crate) flags: MapFlags,
}

impl Piece {
    pub(crate) const fn is_null(&self) -> bool {
        self.vm_bo == NONE
    }

    /// The BO page at VA page `page` of this mapping.
    #[inline]
    pub(crate) const fn bo_page_at(&self, page: u32) -> u32 {
        self.bo_page.wrapping_add(page.wrapping_sub(self.start))
    }

    /// Whether, continued, the two put the same memory at the same addresses in the same way.
    #[inline]
    pub(crate) fn continues(&self, other: &Self) -> bool {
        self.vm_bo == other.vm_bo
            && self.flags == other.flags
            && (self.is_null() || self.bo_page_at(other.start) == other.bo_page)
    }

    /// Equal for pieces that continue each other, and hardly ever for others.
    #[inline]
    pub(crate) const fn tag(&self) -> u32 {
        let page = if self.is_null() { 0 } else { self.bo_page.wrapping_sub(self.start) };
        page.wrapping_add(self.vm_bo.wrapping_mul(0x9e37_79b1))
            .wrapping_add(self.flags.0.wrapping_mul(0x85eb_ca77))
    }

    /// The part between two pages inside it.
    pub(crate) const fn part(&self, start: u32, end: u32) -> Self {
        Self { start, end, bo_page: self.bo_page_at(start), ..*self }
    }
}

/// A mapping as it is stored, linked to the other ones of its pair.
#[derive(Clone, Copy, Debug)]
#[repr(align(32))]
pub(crate) struct Record {
    pub(crate) piece: Piece,
    pub(crate) prev: u32,
    pub(crate) next: u32,
}

/// All records of a VM.
pub(crate) type Records = Arena<Record>;

const _: () = assert!(size_of::<Record>() == 32, "sixteen million of them have to fit");
