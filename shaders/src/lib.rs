//! SPIR-V to machine code.

pub mod abi;
mod background;
pub mod coarsen;
pub mod code;
pub mod compile;
mod compiled;
pub mod error;
mod hash;
pub mod ir;
pub mod kernel;
pub mod liveness;
pub mod lower;
pub mod mapping;
pub mod runtime;
pub mod source;
mod spirv;
pub mod stage;
mod stage_kernel;
pub mod tier;
pub mod translate;
mod typed_image;
pub mod uniformity;

pub use compile::{compile_compute, compile_stage, compile_untyped_compute};
pub use error::CompileError;
pub use kernel::{ComputeKernel, Scratch};
pub use source::{Binding, ComputeSource, Layout, StageSource};
pub use stage_kernel::StageKernel;
pub use typed_image::TypedImage;
