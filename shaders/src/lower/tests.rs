//! What unit tests of several parts begin with.

use cranelift_codegen::{ir as clif, settings};

use super::{Workspace, lower};
use crate::ir::Function;
use crate::uniformity::{LaneLayout, Uniformity};

/// What Cranelift is given for a function.
pub(super) fn lowered(text: &str) -> clif::Function {
    let function: Function = text.parse().unwrap();
    let isa = cranelift_native::builder().unwrap().finish(settings::Flags::new(settings::builder())).unwrap();
    let uniformity = Uniformity::new(&function, LaneLayout::of(&function));
    let mut workspace = Workspace::default();
    lower(&function, &uniformity, &*isa, &*isa, &mut workspace).unwrap();
    workspace.context.func
}
