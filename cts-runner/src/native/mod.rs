//! The native conformance suite: what a driver must do for sparse buffers and compute, tested through the loader.
//!
//! One behaviour is one file, named after what it proves: `sparse/rebind_keeps_neighbours.rs` is the case
//! `sparse.rebind_keeps_neighbours`. Each file says what it needs (`NEEDS`) and how it tries (`run`). Where a need is
//! missing the case is *not supported*, which is neither a pass nor a failure.
//!
//! Each case gets a device of its own ([`Context`]) and runs in a child process with a few others ([`run()`]), so that a
//! crash costs that one case only.
//!
//! To add a case: write the file, name it in its group's `mod.rs` (a forgotten one is a dead-code warning), and break a
//! driver on purpose to see it fail.

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
mod run;
mod sparse;
mod sparse_image;
mod support;
mod sync;
mod texture;
mod transfer;
mod window;

pub use child::serve;
pub use context::Context;
pub use need::Need;
pub use outcome::{Failure, Outcome};
pub use run::{Options, Summary, run};

/// One case of the suite.
#[derive(Clone, Copy)]
pub struct Case {
    /// `group.behaviour`.
    pub name: &'static str,
    /// What the device must offer.
    pub needs: &'static [Need],
    /// The test.
    pub run: fn(&Context) -> Outcome,
}

/// The cases of a group, from the modules named: `cases!("sparse": a, b)`.
macro_rules! cases {
    ($group:literal: $($name:ident),* $(,)?) => {
        /// The cases of this group.
        pub(super) const CASES: &[$crate::native::Case] = &[$($crate::native::Case {
            name: concat!($group, ".", stringify!($name)),
            needs: $name::NEEDS,
            run: $name::run,
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
}

/// What case files use.
mod prelude {
    pub(super) use super::support::{check, check_eq, same, uniform};
    pub(super) use super::{Context, Need, Outcome};
    pub(super) use crate::vk::{self, Bind, BindInfo, Bound, Buffer, Check as _, Commands, Device};
    pub(super) use crate::vk::{
        Fence, HostBuffer, ImageShape, Kernel, Semaphore, SparseBuffer, SparseImage, StorageImage, Submit,
    };
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_are_unique() {
        let mut names: Vec<_> = super::all().iter().map(|case| case.name).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
