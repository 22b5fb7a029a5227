//! The texture unit, as machine code calls it.
//!
//! Sampling, fetching, gathering and formats that are known only when a shader runs are fixed functions: they belong to the
//! software GPU, not to the compiler. Machine code fills a frame and calls; the unit reads the descriptors.

use core::ffi::c_void;

use super::DispatchContext;

/// Called by machine code for image instructions: `(context, instruction, frame)`. Must not unwind.
pub type TextureUnit = extern "C" fn(*const DispatchContext, *const c_void, *mut c_void);

/// A unit that does nothing, for whoever runs shaders without images.
pub extern "C" fn no_texture_unit(_: *const DispatchContext, _: *const c_void, _: *mut c_void) {}
