//! The quantities of an address space, each its own type: addresses, ranges, offsets into a BO.
//!
//! Everything public is in bytes. The manager itself counts pages of [`PAGE_SIZE`] bytes from the start of the VM, in 32 bits
//! ([`Span`](crate::tree::Span)); the conversion happens once, where requests are checked ([`request`).

use std::fmt;

use crate::error::Error;

/// Binary logarithm of the page size.
pub const PAGE_SHIFT: u32 = 16;
/// Bytes in a page: the unit in which memory is bound.
pub const PAGE_SIZE: u64 = 1 << PAGE_SHIFT;

/// A virtual address of a GPU address space, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Va(pub u64);

impl Va {
    /// The number of the page that the address lies in.
    #[must_use]
    pub const fn page(self) -> u64 {
        self.0 >> PAGE_SHIFT
    }
}

impl fmt::Display for Va {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#x}", self.0)
    }
}

/// An offset into a BO, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BoOffset(pub u64);

impl fmt::Display for BoOffset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#x}", self.0)
    }
}

/// A non-empty half-open range of addresses, in bytes, whose end is an address too (it does not wrap).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VaRange {
    start: Va,
    size: u64,
}

impl VaRange {
    /// The range of `size` bytes from `start`.
    ///
    /// # Errors
    /// [`Error::Empty`] if `size` is zero, [`Error::Overflow`] if `start + size` wraps.
    pub const fn new(start: Va, size: u64) -> Result<Self, Error> {
        if size == 0 {
            return Err(Error::Empty);
        }
        if start.0.checked_add(size).is_none() {
            return Err(Error::Overflow { start, size });
        }
        Ok(Self { start, size })
    }

    /// The range between two addresses, `end` excluded.
    ///
    /// # Errors
    /// [`Error::Empty`] if `end` is not above `start`.
    pub const fn between(start: Va, end: Va) -> Result<Self, Error> {
        if end.0 <= start.0 {
            return Err(Error::Empty);
        }
        Ok(Self { start, size: end.0 - start.0 })
    }

    /// The range of `count` pages from page number `first`; both have to fit the address space.
    pub(crate) const fn of_pages(first: u64, count: u64) -> Self {
        Self { start: Va(first << PAGE_SHIFT), size: count << PAGE_SHIFT }
    }

    /// The first address.
    #[must_use]
    pub const fn start(self) -> Va {
        self.start
    }

    /// The address after the last.
    #[must_use]
    pub const fn end(self) -> Va {
        Va(self.start.0 + self.size)
    }

    /// The length in bytes.
    #[must_use]
    pub const fn size(self) -> u64 {
        self.size
    }

    /// Whether `other` lies wholly inside.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.start.0 <= other.start.0 && other.end().0 <= self.end().0
    }

    /// Whether the two ranges share an address.
    #[must_use]
    pub const fn intersects(self, other: Self) -> bool {
        self.start.0 < other.end().0 && other.start.0 < self.end().0
    }

    /// Whether both ends lie on page borders.
    #[must_use]
    pub const fn is_page_aligned(self) -> bool {
        (self.start.0 | self.size).is_multiple_of(PAGE_SIZE)
    }
}

impl fmt::Display for VaRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.start, self.end())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_neither_wrap_nor_are_empty() {
        assert_eq!(VaRange::new(Va(4), 0), Err(Error::Empty));
        assert_eq!(VaRange::new(Va(u64::MAX), 1), Err(Error::Overflow { start: Va(u64::MAX), size: 1 }));
        assert!(VaRange::new(Va(u64::MAX - 1), 1).is_ok());
        assert!(VaRange::new(Va(0), u64::MAX).is_ok());
        assert_eq!(VaRange::between(Va(5), Va(5)), Err(Error::Empty));
    }

    #[test]
    fn containment_is_not_overlap() {
        let outer = VaRange::new(Va(10), 10).unwrap();
        let crossing = VaRange::new(Va(15), 10).unwrap();
        assert!(outer.intersects(crossing) && !outer.contains(crossing));
        assert!(outer.contains(outer));
        assert!(!outer.intersects(VaRange::new(Va(20), 1).unwrap()));
    }
}
