//! Code that exists twice: for any x86-64, and for one with vectors of eight floats.
//!
//! Results are the same to the last bit. Fused multiplications are not among the instructions that are used, so that equal
//! positions and depths are equal whatever code computes them.
#![expect(unsafe_code, reason = "calls code for what the processor has")]

/// What is to be done. What `run` calls should be inlined into it, as itself: only that is compiled twice.
pub(super) trait Work {
    fn run(self);
}

/// Does it as well as the processor can.
#[inline(always)]
pub(super) fn run(work: impl Work) {
    #[cfg(target_arch = "x86_64")]
    if has_wide_vectors() {
        // SAFETY: the processor has these instructions.
        return unsafe { run_wide(work) };
    }
    work.run();
}

#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn has_wide_vectors() -> bool {
    use std::arch::is_x86_feature_detected as has;
    has!("avx2") && has!("bmi1") && has!("bmi2") && has!("lzcnt") && has!("popcnt")
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn run_wide(work: impl Work) {
    work.run();
}
