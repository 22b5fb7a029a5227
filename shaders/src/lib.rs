//! SPIR-V to machine code.

pub mod abi;
pub mod ir;
