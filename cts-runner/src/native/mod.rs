//! The native conformance suite: what a driver must do for sparse buffers and compute, tested through the loader.
//!
//! One behaviour is one file, named after what it proves: `sparse/rebind_keeps_neighbours.rs` is the case
//! `sparse.rebind_keeps_neighbours`. Each file says what it needs (`NEEDS`) and how it tries (`run`). Where a need is
//! missing the case is *not supported*, which is neither a pass nor a failure.
//!
//! Where one behaviour has to hold for many formats, sizes, queues or ways of access, the file has a function `cases` that
//! makes a case of each combination, with the parameters in its name: `sparse_buffer.transfer.fill.holes.compute`.
//!
//! Each case gets a device of its own ([`Context`]) and runs in a child process with a few others ([`run()`]), so that a
//! crash costs that one case only.
//!
//! To add a case: write the file, name it in its group's `mod.rs` (a forgotten one is a dead-code warning), and break a
//! driver on purpose to see it fail.

#[cfg(feature = "allocators")]
mod allocators;
mod bad_input;
mod child;
mod compute;
mod context;
mod descriptor;
mod device;
mod device_group;
mod graphics;
mod image;
mod memory;
mod need;
mod outcome;
mod paging;
mod query;
mod queue_bind;
mod run;
mod sparse;
mod sparse_buffer;
mod sparse_image;
mod support;
mod sync;
mod texture;
mod transfer;
mod window;

use std::borrow::Cow;
use std::sync::Arc;

pub use child::serve;
pub use context::Context;
pub use need::Need;
pub use outcome::{Failure, Outcome};
pub use run::{Options, Summary, run};
pub use support::Role;

/// One case of the suite.
#[derive(Clone)]
pub struct Case {
    /// `group.behaviour`, and the parameters behind it where there are some.
    pub name: Cow<'static, str>,
    /// What the device must offer.
    pub needs: Cow<'static, [Need]>,
    /// The test.
    pub run: Test,
}

/// The code of a case.
#[derive(Clone)]
pub enum Test {
    /// Of a case without parameters.
    Plain(fn(&Context) -> Outcome),
    /// Of a case with parameters, which it holds.
    With(Arc<dyn Fn(&Context) -> Outcome + Send + Sync>),
}

impl Test {
    /// Runs it.
    ///
    /// # Errors
    /// Why the case did not pass.
    pub fn run(&self, cx: &Context) -> Outcome {
        match self {
            Self::Plain(run) => run(cx),
            Self::With(run) => run(cx),
        }
    }
}

impl Case {
    /// A case with parameters: they are in the name and in the closure.
    fn with(
        name: String,
        needs: Vec<Need>,
        run: impl Fn(&Context) -> Outcome + Send + Sync + 'static,
    ) -> Self {
        Self { name: name.into(), needs: needs.into(), run: Test::With(Arc::new(run)) }
    }
}

/// The cases of a group, from the modules named: `cases!("sparse": a, b)`.
macro_rules! cases {
    ($group:literal: $($name:ident),* $(,)?) => {
        /// The cases of this group.
        pub(super) const CASES: &[$crate::native::Case] = &[$($crate::native::Case {
            name: std::borrow::Cow::Borrowed(concat!($group, ".", stringify!($name))),
            needs: std::borrow::Cow::Borrowed($name::NEEDS),
            run: $crate::native::Test::Plain($name::run),
        }),*];
    };
}
use cases;

/// All cases, group by group.
#[must_use]
pub fn all() -> Vec<Case> {
    [
        device::CASES,
        device_group::CASES,
        memory::CASES,
        paging::CASES,
        transfer::CASES,
        image::CASES,
        graphics::CASES,
        sync::CASES,
        query::CASES,
        descriptor::CASES,
        compute::CASES,
        sparse::CASES,
        sparse_image::CASES,
        texture::CASES,
        bad_input::CASES,
        window::CASES,
    ]
    .concat()
    .into_iter()
    .chain(allocator_cases())
    .chain(sparse_buffer::cases())
    .chain(sparse_image::cases())
    .chain(queue_bind::cases())
    .collect()
}

#[cfg(feature = "allocators")]
fn allocator_cases() -> Vec<Case> {
    allocators::cases()
}

#[cfg(not(feature = "allocators"))]
fn allocator_cases() -> Vec<Case> {
    Vec::new()
}

/// What case files use.
mod prelude {
    pub(super) use super::support::{check, check_eq, same, uniform};
    pub(super) use super::{Case, Context, Need, Outcome};
    pub(super) use crate::vk::{self, Bind, BindInfo, Bound, Buffer, Check as _, Commands, Device};
    pub(super) use crate::vk::{
        Fence, HostBuffer, ImageShape, Kernel, Semaphore, SparseBuffer, SparseImage, StorageImage, Submit,
    };
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_are_unique() {
        let mut names: Vec<_> = super::all().into_iter().map(|case| case.name).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
