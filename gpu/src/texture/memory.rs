//! Host memory of elements: pages of sparse images, zeros where nothing is bound.
#![expect(unsafe_code, reason = "reads page table entries")]

use lacuna_shaders::abi::{DispatchContext, FaultKind};
use lacuna_vm::page_table::pte;
use lacuna_vm::units::{PAGE_SHIFT, PAGE_SIZE};

/// The largest element.
pub(super) const MAX_ELEMENT: usize = 32;

/// Where memory is, as of one call of the unit.
#[derive(Clone, Copy)]
pub(super) struct Memory<'a> {
    context: &'a DispatchContext,
}

/// The bytes of an element, and whether they are resident.
#[derive(Clone, Copy)]
pub(super) struct Element {
    pub(super) bytes: *const u8,
    pub(super) resident: bool,
}

impl<'a> Memory<'a> {
    pub(super) fn new(context: &'a DispatchContext) -> Self {
        Self { context }
    }

    /// Zeros.
    pub(super) fn zeros(self) -> *const u8 {
        self.context.zero_page
    }

    /// The entries of so many pages from that of a sparse address on, if the page table has them.
    #[inline]
    pub(super) fn entries(self, address: u64, count: u64) -> Option<*const u64> {
        let page = (address & !pte::SPARSE_TAG) >> PAGE_SHIFT;
        let has = page.checked_add(count).is_some_and(|end| end <= self.context.page_count);
        has.then(|| self.context.page_table.wrapping_add(page as usize))
    }

    /// Host memory of a byte, up to the end of its page.
    #[inline]
    pub(super) fn translate(self, address: u64, kind: FaultKind) -> Option<*mut u8> {
        if address & pte::SPARSE_TAG == 0 {
            return Some(address as *mut u8);
        }
        let page = (address & !pte::SPARSE_TAG) >> PAGE_SHIFT;
        let mut entry = 0;
        if page < self.context.page_count {
            // SAFETY: the page is one of the table's. Entries change while shaders run only where an application breaks
            // Vulkan's rules, and then either value will do.
            entry = unsafe { self.context.page_table.add(page as usize).read_volatile() };
        }
        if entry & pte::VALID == 0 {
            entry = (self.context.fault)(self.context, address, kind as u32);
        }
        let refused = entry & pte::VALID == 0 || (kind != FaultKind::Load && entry & pte::READ_ONLY != 0);
        (!refused).then_some(((entry & pte::ADDRESS_MASK) + (address & (PAGE_SIZE - 1))) as *mut u8)
    }

    /// The bytes of an element; `copy` holds those that lie in two pages.
    #[inline]
    pub(super) fn element(self, address: u64, bytes: u32, copy: &mut [u8; MAX_ELEMENT]) -> Element {
        let straddles = (address & (PAGE_SIZE - 1)) + u64::from(bytes) > PAGE_SIZE;
        if straddles && address & pte::SPARSE_TAG != 0 {
            return self.assemble(address, bytes, copy);
        }
        match self.translate(address, FaultKind::Load) {
            Some(host) => Element { bytes: host, resident: true },
            None => Element { bytes: self.zeros(), resident: false },
        }
    }

    #[cold]
    fn assemble(self, address: u64, bytes: u32, copy: &mut [u8; MAX_ELEMENT]) -> Element {
        let mut resident = true;
        for (byte, address) in copy.iter_mut().take(bytes as usize).zip(address..) {
            match self.translate(address, FaultKind::Load) {
                // SAFETY: a byte of a page that is bound.
                Some(host) => *byte = unsafe { host.read_volatile() },
                None => (*byte, resident) = (0, false),
            }
        }
        Element { bytes: copy.as_ptr(), resident }
    }

    /// Writes the bytes of an element; vanishes where nothing is bound.
    pub(super) fn write(self, address: u64, bytes: &[u8]) {
        let straddles = (address & (PAGE_SIZE - 1)) + bytes.len() as u64 > PAGE_SIZE;
        if straddles && address & pte::SPARSE_TAG != 0 {
            for (byte, address) in bytes.iter().zip(address..) {
                self.write(address, std::slice::from_ref(byte));
            }
        } else if let Some(host) = self.translate(address, FaultKind::Store) {
            // SAFETY: memory of the image; others may look at it at the same time only where an application breaks
            // Vulkan's rules.
            unsafe { host.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) };
        }
    }
}
