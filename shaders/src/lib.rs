//! SPIR-V to machine code.

pub mod abi;
pub mod error;
mod hash;
pub mod ir;
pub mod source;
mod spirv;
pub mod translate;

pub use error::CompileError;
pub use source::{Binding, ComputeSource, Layout};
