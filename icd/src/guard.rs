//! What stands around every entry point: no panic crosses it, and errors become what Vulkan returns.
//!
//! An entry point is `guard(|| { handles → objects; call the object })`. A panic is a bug in the driver; the command
//! then answers like [`Error::Internal`].

use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::{null, null_mut};

use ash::vk;

use crate::diagnostics;
use crate::error::Error;

/// Runs the body of an entry point whose C function returns `R`.
///
/// The body's value is `()` or a success code for functions that return `VkResult`.
pub fn guard<R, V: Answer<R>>(body: impl FnOnce() -> Result<V, Error>) -> R {
    // Unwind safety: objects guard their state with locks that do not poison, and a command that panicked has
    // reported a bug; the next one may see its half-done work, never undefined behaviour.
    let error = match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(value)) => return value.success(),
        Ok(Err(error)) => error,
        Err(_) => Error::Internal("a command panicked"),
    };
    diagnostics::report(&error);
    V::failure(&error)
}

/// A value that an entry point's body gives, and its translation to the C function's return type `R`.
pub trait Answer<R> {
    /// What the function returns with this value.
    fn success(self) -> R;
    /// What the function returns when the body failed.
    fn failure(error: &Error) -> R;
}

impl Answer<vk::Result> for () {
    fn success(self) -> vk::Result {
        vk::Result::SUCCESS
    }
    fn failure(error: &Error) -> vk::Result {
        error.code()
    }
}

impl Answer<vk::Result> for vk::Result {
    fn success(self) -> vk::Result {
        self
    }
    fn failure(error: &Error) -> vk::Result {
        error.code()
    }
}

/// Types that a function without `VkResult` returns as they are, with what it returns on failure.
macro_rules! plain {
    ($($type:ty => $failure:expr),* $(,)?) => {$(
        impl Answer<$type> for $type {
            fn success(self) -> $type {
                self
            }
            fn failure(_: &Error) -> $type {
                $failure
            }
        }
    )*};
}

plain! {
    () => (),
    u32 => 0,
    u64 => 0,
    *const c_void => null(),
    *mut c_void => null_mut(),
    vk::PFN_vkVoidFunction => None,
}

/// The application's array of `count` elements; empty when the count is zero or the pointer null.
///
/// # Safety
/// If `count` is not zero and `pointer` not null, `pointer` points to `count` initialised elements that stay valid and
/// unchanged during `'a`.
pub unsafe fn slice<'a, T>(pointer: *const T, count: u32) -> &'a [T] {
    if count == 0 || pointer.is_null() {
        return &[];
    }
    // SAFETY: not null, and valid for `count` elements by this function's contract.
    unsafe { std::slice::from_raw_parts(pointer, count as usize) }
}

/// The structure that a pointer parameter must point to.
///
/// # Safety
/// `pointer` is null or points to an initialised `T` that stays valid and unchanged during `'a`.
pub unsafe fn input<'a, T>(pointer: *const T) -> Result<&'a T, Error> {
    // SAFETY: this function's contract.
    unsafe { pointer.as_ref() }.ok_or(Error::InvalidUsage("a required pointer is null"))
}

/// Writes a result to where the application wants it.
///
/// # Safety
/// `pointer` is null or valid for a write of `T`.
pub unsafe fn output<T>(pointer: *mut T, value: T) -> Result<(), Error> {
    if pointer.is_null() {
        return Err(Error::InvalidUsage("a required output pointer is null"));
    }
    // SAFETY: not null, and valid by this function's contract.
    unsafe { pointer.write(value) };
    Ok(())
}

/// The count-then-fill protocol of `vkEnumerate*` and `vkGet*` with two out parameters: with a null array the count is
/// given, else as many elements as fit are written and `INCOMPLETE` says that there were more.
///
/// `write(element, value)` stores one value, keeping an element's `sType` and `pNext` where it has them.
///
/// # Safety
/// `count` is valid; `array` is null or valid for `*count` elements.
pub unsafe fn fill<T, V>(
    values: impl ExactSizeIterator<Item = V>,
    count: *mut u32,
    array: *mut T,
    mut write: impl FnMut(&mut T, V),
) -> Result<vk::Result, Error> {
    // SAFETY: valid by this function's contract.
    let count = unsafe { count.as_mut() }.ok_or(Error::InvalidUsage("the count pointer is null"))?;
    let available = values.len();
    if array.is_null() {
        *count = available as u32;
        return Ok(vk::Result::SUCCESS);
    }
    let written = available.min(*count as usize);
    for (index, value) in values.take(written).enumerate() {
        // SAFETY: `index < *count`, and the array has that many elements.
        write(unsafe { &mut *array.add(index) }, value);
    }
    *count = written as u32;
    Ok(if written < available { vk::Result::INCOMPLETE } else { vk::Result::SUCCESS })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_an_error_code() {
        let code: vk::Result = guard(|| -> Result<(), Error> { panic!("wanted by this test") });
        assert_eq!(code, vk::Result::ERROR_UNKNOWN);
    }

    #[test]
    fn errors_and_success_codes_pass_through() {
        let code: vk::Result = guard(|| Err::<(), _>(Error::OutOfDeviceMemory));
        assert_eq!(code, vk::Result::ERROR_OUT_OF_DEVICE_MEMORY);
        let code: vk::Result = guard(|| Ok(vk::Result::TIMEOUT));
        assert_eq!(code, vk::Result::TIMEOUT);
        let value: u64 = guard(|| Err::<u64, _>(Error::InvalidHandle));
        assert_eq!(value, 0);
    }

    #[test]
    fn fill_counts_then_fills_then_says_incomplete() {
        let (values, mut count, mut out) = ([1_u32, 2, 3], 0, [0_u32; 3]);
        let call = |count: &mut u32, array: *mut u32| {
            // SAFETY: `array` is null or `out`, which has at least as many elements as every count below.
            unsafe { fill(values.iter(), count, array, |element, value| *element = *value) }.unwrap()
        };
        assert_eq!(call(&mut count, null_mut()), vk::Result::SUCCESS);
        assert_eq!(count, 3);
        count = 2;
        assert_eq!(call(&mut count, out.as_mut_ptr()), vk::Result::INCOMPLETE);
        assert_eq!((count, out), (2, [1, 2, 0]));
    }
}
