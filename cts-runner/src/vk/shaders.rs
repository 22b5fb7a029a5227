//! The SPIR-V of `shaders/*`, compiled by `build.rs`; one constant each, named like its file.

include!(concat!(env!("OUT_DIR"), "/shaders.rs"));
