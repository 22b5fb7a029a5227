//! All tests of the crate in one program: each program more would link the code generator once more.

mod differential;
mod golden;
mod hostile;
mod ir;
mod kernels;
mod stage_fragment;
mod stage_geometry;
mod stage_vertex;
#[path = "../support/mod.rs"]
mod support;
mod translate_arithmetic;
mod translate_control_flow;
mod translate_groups;
mod translate_heap;
mod translate_image;
mod translate_memory;
mod translate_pointers;
mod translate_texture;
mod windows;
