//! Vulkan handles and the objects behind them.
//!
//! Dispatchable handles (instance, physical device, device, queue, command buffer) are pointers, because the loader
//! writes its dispatch table into their first word. All other handles are keys of process-wide tables: a stale or null
//! handle is *detected* (its generation does not match), never followed.
//!
//! ```text
//!   VkDevice  ──► [ loader word | Arc<Device> ]          boxed, Dispatchable<Device>
//!   VkBuffer  =   [ generation:32 | slot:32 ]  ──► Table<Buffer> ──► Arc<Buffer>
//! ```
//!
//! # Invariants
//! 1. The loader word is the first word of every dispatchable object and holds `LOADER_MAGIC` until the loader
//!    replaces it.
//! 2. Who needs an object beyond one call (a recorded command, a submission) holds its `Arc`; destroying the handle
//!    early is therefore safe, and the object goes with the last holder.
//! 3. No handle is zero.

use std::cell::UnsafeCell;
use std::sync::{Arc, LazyLock};

use ash::vk;
use parking_lot::{RwLock, RwLockReadGuard};
use slotmap::{DefaultKey, Key, KeyData, SlotMap};

use crate::error::Error;

/// `ICD_LOADER_MAGIC` of `vk_icd.h`: what the loader expects to find where it writes its dispatch table.
const LOADER_MAGIC: usize = 0x01CD_C0DE;

/// An object whose handle the loader dereferences.
pub trait DispatchableObject: Send + Sync + Sized + 'static {
    /// The `ash` handle type.
    type Handle: vk::Handle + Copy;
}

/// What a dispatchable handle points to.
#[repr(C)]
pub struct Dispatchable<T> {
    /// Written by the loader, and by nobody else, while it knows the handle alone.
    loader_word: UnsafeCell<usize>,
    object: Arc<T>,
}

// SAFETY: `loader_word` is never read or written here after construction; the loader synchronises its own write by
// making it before it hands the handle to the application. `object` is `Send + Sync` because `T` is.
unsafe impl<T: Send + Sync> Send for Dispatchable<T> {}
// SAFETY: as above.
unsafe impl<T: Send + Sync> Sync for Dispatchable<T> {}

impl<T: DispatchableObject> Dispatchable<T> {
    /// Wraps an object so that it can have a handle; the handle lives as long as the box.
    pub fn new(object: Arc<T>) -> Box<Self> {
        Box::new(Self { loader_word: UnsafeCell::new(LOADER_MAGIC), object })
    }

    /// The handle of a wrapper that somebody else keeps (queues by their device), where it does not move.
    pub fn handle(&self) -> T::Handle {
        vk::Handle::from_raw(&raw const *self as u64)
    }

    /// The object.
    pub fn object(&self) -> &Arc<T> {
        &self.object
    }
}

/// Makes a handle that owns its object until [`destroy`].
pub fn create<T: DispatchableObject>(object: Arc<T>) -> T::Handle {
    vk::Handle::from_raw(Box::into_raw(Dispatchable::new(object)) as u64)
}

/// The object of a handle.
///
/// # Safety
/// `handle` is null or a live handle of this driver, and stays alive during `'a` (every command's first valid usage).
pub unsafe fn get<'a, T: DispatchableObject>(handle: T::Handle) -> Result<&'a Arc<T>, Error> {
    let pointer = vk::Handle::as_raw(handle) as *const Dispatchable<T>;
    // SAFETY: by this function's contract the pointer is null or came from `Dispatchable::new`.
    unsafe { pointer.as_ref() }.map(|wrapper| &wrapper.object).ok_or(Error::InvalidHandle)
}

/// Ends a handle made by [`create`] and gives its object back; null gives `None`.
///
/// # Safety
/// As [`get`], and nobody uses the handle afterwards.
pub unsafe fn destroy<T: DispatchableObject>(handle: T::Handle) -> Option<Arc<T>> {
    let pointer = vk::Handle::as_raw(handle) as *mut Dispatchable<T>;
    // SAFETY: not null, and by this function's contract from `create`, which took it from a box.
    (!pointer.is_null()).then(|| unsafe { Box::from_raw(pointer) }.object)
}

/// An object whose handle is a key of a process-wide table. Implemented by [`object!`](crate::object!).
pub trait Object: Send + Sync + Sized + 'static {
    /// The `ash` handle type.
    type Handle: vk::Handle + Copy;

    /// The table of all live objects of this type.
    fn table() -> &'static Table<Self>;

    /// Registers the object and gives its handle.
    fn insert(self) -> Self::Handle {
        Self::table().insert(Arc::new(self))
    }

    /// The object of a handle that must be valid.
    fn get(handle: Self::Handle) -> Result<Arc<Self>, Error> {
        Self::find(handle).ok_or(Error::InvalidHandle)
    }

    /// The object of a handle; `None` for null and stale handles.
    fn find(handle: Self::Handle) -> Option<Arc<Self>> {
        Self::table().read().get(handle).cloned()
    }

    /// Ends a handle; `None` for null and stale handles.
    fn remove(handle: Self::Handle) -> Option<Arc<Self>> {
        Self::table().remove(handle)
    }
}

/// Ties an object type to its handle type: `object!(Buffer, vk::Buffer);`.
#[macro_export]
macro_rules! object {
    ($object:ty, $handle:ty) => {
        impl $crate::handle::Object for $object {
            type Handle = $handle;

            fn table() -> &'static $crate::handle::Table<Self> {
                static TABLE: $crate::handle::Table<$object> = $crate::handle::Table::new();
                &TABLE
            }
        }
    };
}

/// All live objects of one type.
pub struct Table<T> {
    /// Guards the slots, not the objects: held for a look-up only.
    objects: LazyLock<RwLock<SlotMap<DefaultKey, Arc<T>>>>,
}

impl<T: Object> Table<T> {
    /// An empty table; allocates with the first object.
    #[expect(clippy::new_without_default, reason = "only for statics, which need a const fn")]
    pub const fn new() -> Self {
        Self { objects: LazyLock::new(|| RwLock::new(SlotMap::new())) }
    }

    /// Registers an object that is shared already.
    pub fn insert(&self, object: Arc<T>) -> T::Handle {
        vk::Handle::from_raw(self.objects.write().insert(object).data().as_ffi())
    }

    /// The table locked for several look-ups in a row.
    pub fn read(&self) -> View<'_, T> {
        View(self.objects.read())
    }

    fn remove(&self, handle: T::Handle) -> Option<Arc<T>> {
        self.objects.write().remove(key(handle))
    }
}

/// A table locked for reading. Do not destroy or create objects of the type while one is held.
pub struct View<'a, T>(RwLockReadGuard<'a, SlotMap<DefaultKey, Arc<T>>>);

impl<T: Object> View<'_, T> {
    /// The object of a handle; `None` for null and stale handles.
    pub fn get(&self, handle: T::Handle) -> Option<&Arc<T>> {
        self.0.get(key(handle))
    }
}

fn key<H: vk::Handle>(handle: H) -> DefaultKey {
    KeyData::from_ffi(handle.as_raw()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Thing(u32);
    crate::object!(Thing, vk::Sampler);

    struct Root(u32);
    impl DispatchableObject for Root {
        type Handle = vk::Device;
    }

    #[test]
    fn a_stale_handle_is_not_found_even_when_its_slot_is_reused() {
        let first = Thing(1).insert();
        assert_eq!(Thing::get(first).unwrap().0, 1);
        assert!(Thing::remove(first).is_some());
        let second = Thing(2).insert();
        assert_ne!(first, second);
        assert!(Thing::find(first).is_none());
        assert!(Thing::remove(first).is_none(), "a double destroy must not take the new object");
        assert_eq!(Thing::get(second).unwrap().0, 2);
    }

    #[test]
    fn null_and_foreign_handles_are_refused() {
        assert!(Thing::find(vk::Sampler::null()).is_none());
        assert!(Thing::find(vk::Handle::from_raw(u64::MAX)).is_none());
        // SAFETY: null is allowed.
        assert!(unsafe { get::<Root>(vk::Device::null()) }.is_err());
        // SAFETY: null is allowed.
        assert!(unsafe { destroy::<Root>(vk::Device::null()) }.is_none());
    }

    #[test]
    fn the_loader_word_comes_first_and_holds_the_magic() {
        let handle = create(Arc::new(Root(7)));
        // SAFETY: the handle was made above and points to a `Dispatchable`, whose first word is a `usize`.
        let word = unsafe { *(vk::Handle::as_raw(handle) as *const usize) };
        assert_eq!(word, LOADER_MAGIC);
        // SAFETY: the handle was made above and is used no more.
        assert_eq!(unsafe { destroy::<Root>(handle) }.unwrap().0, 7);
    }
}
