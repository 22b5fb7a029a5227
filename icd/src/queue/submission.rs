//! One submission: what it waits for, what it does, what it signals.

use smallvec::SmallVec;

use crate::sync::signal::Point;

/// What a submission does once its waits are satisfied.
pub type Work = Box<dyn FnOnce() -> Result<(), Failed> + Send>;

/// Execution broke down: the device is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("execution failed")]
pub struct Failed;

impl From<lacuna_gpu::JobPanicked> for Failed {
    fn from(_: lacuna_gpu::JobPanicked) -> Self {
        Self
    }
}

/// A batch of `vkQueueSubmit`, or one `VkBindSparseInfo`.
///
/// Waits come before everything, whatever stage they name: later than needed is allowed, and programs exist that name a
/// stage later than their first use.
#[derive(Default)]
pub struct Submission {
    /// All have to be reached before `work` begins.
    pub waits: SmallVec<[Point; 2]>,
    /// `None` for submissions that only order others.
    pub work: Option<Work>,
    /// Raised when `work` is done, in order.
    pub signals: SmallVec<[Point; 2]>,
    /// Estimate of the execution time, which decides on which thread `work` runs.
    pub nanoseconds: u64,
}

/// Longest estimate that runs in the thread that submits: about what handing over and waking up cost.
const INLINE_LIMIT: u64 = 100_000;

impl Submission {
    /// Whether handing the work to another thread costs more than it frees.
    pub fn is_cheap(&self) -> bool {
        self.nanoseconds <= INLINE_LIMIT
    }

    /// The first wait that is not satisfied.
    pub fn unsatisfied(&self) -> Option<&Point> {
        self.waits.iter().find(|wait| !wait.is_reached())
    }
}
