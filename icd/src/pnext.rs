//! The only code that follows a `pNext` chain.
//!
//! Unknown structures (of newer headers, of layers, of the loader) are stepped over: never read beyond their header in
//! an input chain, never written in an output chain.

use std::ffi::c_void;

use ash::vk;

/// The first structure of type `T` in an input chain.
///
/// # Safety
/// `chain` is null or the head of a chain of valid Vulkan structures that stay unchanged during `'a`.
pub unsafe fn find<'a, T: vk::TaggedStructure>(chain: *const c_void) -> Option<&'a T> {
    let mut next = chain.cast::<vk::BaseInStructure<'_>>();
    // SAFETY: every node of a valid chain begins with `sType` and `pNext`, and `pNext` is null or the next node.
    while let Some(node) = unsafe { next.as_ref() } {
        if node.s_type == T::STRUCTURE_TYPE {
            // SAFETY: `sType` says that the node is a `T` (valid usage of every `sType` member).
            return Some(unsafe { &*next.cast::<T>() });
        }
        next = node.p_next;
    }
    None
}

/// Visits every structure of an output chain; the visitor fills those it knows with [`Node::fill`].
///
/// # Safety
/// `chain` is null or the head of a chain of valid Vulkan structures that nobody else uses during the call.
pub unsafe fn for_each_output(chain: *mut c_void, mut visit: impl FnMut(&mut Node)) {
    let mut next = chain.cast::<vk::BaseOutStructure<'_>>();
    while !next.is_null() {
        visit(&mut Node(next));
        // SAFETY: `next` is a node of a valid chain; filling keeps `pNext` (see `Node::fill`).
        next = unsafe { (*next).p_next }.cast();
    }
}

/// One structure of an output chain.
pub struct Node(*mut vk::BaseOutStructure<'static>);

impl Node {
    /// Fills the structure if it is a `T`. `sType` and `pNext` are kept whatever `write` does.
    pub fn fill<T: vk::TaggedStructure>(&mut self, write: impl FnOnce(&mut T)) -> bool {
        // SAFETY: `self.0` is a node of a valid chain, made only by `for_each_output`.
        let (s_type, p_next) = unsafe { ((*self.0).s_type, (*self.0).p_next) };
        if s_type != T::STRUCTURE_TYPE {
            return false;
        }
        // SAFETY: `sType` says that the node is a `T`, and nobody else uses it.
        write(unsafe { &mut *self.0.cast::<T>() });
        // SAFETY: as above; a `T` begins with these two members (`TaggedStructure`).
        unsafe {
            (*self.0).s_type = s_type;
            (*self.0).p_next = p_next;
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_structures_are_found_behind_unknown_ones() {
        let known = vk::PhysicalDeviceFeatures2::default();
        let unknown = vk::BaseInStructure {
            s_type: vk::StructureType::from_raw(0x7fff_0001),
            p_next: (&raw const known).cast(),
            ..Default::default()
        };
        // SAFETY: a chain of two valid structures on this stack.
        let found = unsafe { find::<vk::PhysicalDeviceFeatures2<'_>>((&raw const unknown).cast()) };
        assert!(std::ptr::eq(found.unwrap(), &known));
        // SAFETY: as above.
        assert!(unsafe { find::<vk::SubmitInfo<'_>>((&raw const unknown).cast()) }.is_none());
    }

    #[test]
    fn unknown_output_structures_are_not_written_and_links_survive() {
        #[repr(C)]
        struct Unknown {
            base: vk::BaseOutStructure<'static>,
            payload: u64,
        }
        let mut known = vk::PhysicalDeviceTimelineSemaphoreFeatures::default();
        let mut unknown = Unknown {
            base: vk::BaseOutStructure {
                s_type: vk::StructureType::from_raw(0x7fff_0002),
                p_next: (&raw mut known).cast(),
                ..Default::default()
            },
            payload: 0xabcd,
        };
        let mut visited = 0;
        // SAFETY: a chain of two valid structures on this stack.
        unsafe {
            for_each_output((&raw mut unknown).cast(), |node| {
                visited += 1;
                node.fill(|features: &mut vk::PhysicalDeviceTimelineSemaphoreFeatures<'_>| {
                    *features =
                        vk::PhysicalDeviceTimelineSemaphoreFeatures::default().timeline_semaphore(true);
                });
            });
        }
        assert_eq!((visited, unknown.payload, known.timeline_semaphore), (2, 0xabcd, vk::TRUE));
        assert_eq!(unknown.base.p_next, (&raw mut known).cast());
    }
}
