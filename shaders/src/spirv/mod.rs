//! SPIR-V as it was handed in: instructions, names of things, types, control flow. Nothing here knows the IR's operations.
//!
//! [`parse`] cuts the words into instructions, [`module`] finds functions, decorations and the entry point, [`types`] lays out
//! memory, [`mod@cfg`] gives one function's blocks in an order that structured code can be made from.

pub(crate) mod cfg;
pub(crate) mod decorations;
pub(crate) mod module;
pub(crate) mod parse;
pub(crate) mod types;
