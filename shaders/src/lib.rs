//! SPIR-V to machine code.

pub mod abi;
pub mod code;
pub mod compile;
pub mod error;
pub mod ir;
pub mod kernel;
pub mod liveness;
pub mod lower;
pub mod runtime;
pub mod source;
pub mod uniformity;
