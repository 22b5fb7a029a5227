//! Deliberate bugs: what a conformance suite has to notice. Not for anybody else.
//!
//! A place in the driver that can be wrong on purpose asks [`is`] by name. With the feature `mutation` that is true for the
//! one bug that `LACUNA_MUTATION` names; without it, which is how drivers are built, it is a constant `false` and the bug is
//! not in the binary. `docs/MUTATIONS.md` lists them all, each with the test that catches it.

/// Whether the deliberate bug of this name is on.
#[cfg(feature = "mutation")]
#[must_use]
pub fn is(name: &str) -> bool {
    use std::sync::LazyLock;
    static CHOSEN: LazyLock<Option<String>> = LazyLock::new(|| std::env::var("LACUNA_MUTATION").ok());
    CHOSEN.as_deref() == Some(name)
}

/// Never, in a build without the feature `mutation`.
#[cfg(not(feature = "mutation"))]
#[must_use]
#[inline(always)]
pub const fn is(_name: &str) -> bool {
    false
}
