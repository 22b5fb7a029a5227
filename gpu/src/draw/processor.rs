//! Code that exists twice: for any x86-64, and for one with vectors of eight floats.
//!
//! Results are the same to the last bit. Fused multiplications are not among the instructions that are used, so that equal
//! positions and depths are equal whatever code computes them.
#![expect(unsafe_code, reason = "calls code for what the processor has")]

/// What is to be done. What `run` calls should be inlined into it, as itself: only that is compiled twice.
pub(super) trait Work {
    type Output;
    fn run(self) -> Self::Output;
}

/// What the processor has.
#[derive(Clone, Copy, Debug)]
pub(super) struct Processor {
    /// Only ever true where it is so.
    #[cfg(target_arch = "x86_64")]
    is_wide: bool,
}

impl Processor {
    #[cfg(target_arch = "x86_64")]
    pub(super) fn find() -> Self {
        use std::arch::is_x86_feature_detected as has;
        #[cfg(test)]
        if tests::IS_PLAIN.get() {
            return Self::plain();
        }
        Self { is_wide: has!("avx2") && has!("bmi1") && has!("bmi2") && has!("lzcnt") && has!("popcnt") }
    }

    /// One that has nothing.
    #[cfg(test)]
    pub(super) fn plain() -> Self {
        Self {
            #[cfg(target_arch = "x86_64")]
            is_wide: false,
        }
    }

    #[cfg(not(target_arch = "x86_64"))]
    pub(super) fn find() -> Self {
        Self {}
    }

    /// Whether code for vectors of eight floats may be called.
    #[cfg(target_arch = "x86_64")]
    #[inline(always)]
    pub(super) fn is_wide(self) -> bool {
        self.is_wide
    }

    /// Does it as well as the processor can.
    #[inline(always)]
    pub(super) fn run<W: Work>(self, work: W) -> W::Output {
        #[cfg(target_arch = "x86_64")]
        if self.is_wide {
            // SAFETY: the processor has these instructions.
            return unsafe { run_wide(work) };
        }
        run_plain(work)
    }
}

// Each of both is one copy, however many places call it.

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
#[inline(never)]
fn run_wide<W: Work>(work: W) -> W::Output {
    work.run()
}

#[inline(never)]
fn run_plain<W: Work>(work: W) -> W::Output {
    work.run()
}

#[cfg(test)]
mod tests {
    use super::Processor;

    thread_local! {
        /// What this thread draws is drawn without vectors.
        pub(super) static IS_PLAIN: core::cell::Cell<bool> = const { core::cell::Cell::new(false) };
    }

    impl Processor {
        /// Draws of this thread use none of the processor's vectors meanwhile.
        pub(in super::super) fn without_vectors<T>(draw: impl FnOnce() -> T) -> T {
            IS_PLAIN.set(true);
            let drawn = draw();
            IS_PLAIN.set(false);
            drawn
        }
    }
}
