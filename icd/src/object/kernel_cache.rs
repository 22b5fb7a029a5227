//! Kernels that exist: pipelines made from the same shader, constants and layout share one, so that making thousands of
//! them compiles one.
//!
//! Process-wide, like the machine code itself, which knows nothing of devices.
//!
//! The kernels that were asked for last stay, so that a loop that makes and destroys a pipeline compiles it once.
//!
//! # Invariants
//! 1. A kernel lives as long as its pipelines; beyond that, at most `RECENT` of each kind.
//! 2. Pipelines share a kernel only if their sources are equal, word by word.

use std::cell::Cell;
use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::sync::{Arc, LazyLock, Weak};

use lacuna_shaders::mapping::Mapping;
use lacuna_shaders::stage::Stage;
use lacuna_shaders::{CompileError, ComputeKernel, ComputeSource, Layout, StageKernel, StageSource};
use lacuna_shaders::{compile_compute, compile_stage, compile_untyped_compute};
use parking_lot::Mutex;

use crate::error::Error;

/// Fewer entries are never looked through for dead ones.
const FEW: usize = 64;
/// So many kernels stay without a pipeline.
const RECENT: usize = 128;

/// All that a kernel depends on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Source {
    /// The SPIR-V module.
    pub words: Arc<[u32]>,
    /// Name of the entry point.
    pub entry_point: String,
    /// Constant ids with their bits.
    pub specialization: Vec<(u32, u64)>,
    /// Set, binding, first slot and count, in order.
    bindings: Vec<[u32; 4]>,
    /// Of shaders that use heaps.
    pub mappings: Option<Vec<Mapping>>,
}

impl Source {
    /// The source of a kernel.
    pub fn new(
        words: Arc<[u32]>,
        entry_point: &str,
        specialization: Vec<(u32, u64)>,
        layout: &Layout,
    ) -> Self {
        let bindings =
            layout.bindings.iter().map(|(&(set, binding), place)| [set, binding, place.slot, place.count]);
        Self {
            words,
            entry_point: entry_point.into(),
            specialization,
            bindings: bindings.collect(),
            mappings: layout.mappings.clone(),
        }
    }

    fn compute<'a>(&'a self, layout: &'a Layout) -> ComputeSource<'a> {
        ComputeSource {
            words: &self.words,
            entry_point: &self.entry_point,
            specialization: &self.specialization,
            layout,
        }
    }
}

/// The kernel of a source, which `layout` was given to; compiled unless a pipeline has it.
///
/// # Errors
/// What the compiler refuses.
pub fn compute_kernel(source: Source, layout: &Layout) -> Result<Arc<ComputeKernel>, CompileError> {
    static KERNELS: Table<Source, ComputeKernel> = LazyLock::new(Mutex::default);
    find_or_compile(&KERNELS, source, |source| compile_compute(&source.compute(layout)))
}

/// As [`compute_kernel`], of one that goes by the formats of views ([`compile_untyped_compute`]).
///
/// # Errors
/// What the compiler refuses.
pub fn untyped_compute_kernel(source: Source, layout: &Layout) -> Result<Arc<ComputeKernel>, CompileError> {
    static KERNELS: Table<Source, ComputeKernel> = LazyLock::new(Mutex::default);
    find_or_compile(&KERNELS, source, |source| compile_untyped_compute(&source.compute(layout)))
}

/// As [`compute_kernel`], of a graphics stage.
///
/// # Errors
/// What the compiler refuses.
pub fn stage_kernel(stage: Stage, source: Source, layout: &Layout) -> Result<Arc<StageKernel>, CompileError> {
    static KERNELS: Table<(Stage, Source), StageKernel> = LazyLock::new(Mutex::default);
    find_or_compile(&KERNELS, (stage, source), |(stage, source)| {
        compile_stage(&StageSource {
            stage: *stage,
            words: &source.words,
            entry_point: &source.entry_point,
            specialization: &source.specialization,
            layout,
        })
    })
}

thread_local! {
    static WISH: Cell<Wish> = const { Cell::new(Wish::Compile) };
}

/// What to do about kernels that are not there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wish {
    Compile,
    /// Compile nothing.
    Find,
    /// Compile nothing, and something would have had to be.
    Missed,
}

/// Makes a pipeline only if this thread need not compile anything for it.
///
/// # Errors
/// [`Error::CompileRequired`], and what `make` returns.
pub fn without_compiling<T>(make: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    /// Compiling is allowed again, whatever happens.
    struct Reset;
    impl Drop for Reset {
        fn drop(&mut self) {
            WISH.set(Wish::Compile);
        }
    }
    let _reset = Reset;
    WISH.set(Wish::Find);
    let made = make();
    if WISH.get() == Wish::Missed { Err(Error::CompileRequired) } else { made }
}

fn find_or_compile<S: Eq + Hash, K>(
    table: &Table<S, K>,
    source: S,
    compile: impl FnOnce(&S) -> Result<K, CompileError>,
) -> Result<Arc<K>, CompileError> {
    if let Some(kernel) = table.lock().find(&source) {
        return Ok(kernel);
    }
    if WISH.get() != Wish::Compile {
        WISH.set(Wish::Missed);
        return Err(CompileError::Unsupported { what: "compiling, which the application forbids".into() });
    }
    // Without the lock: other threads compile meanwhile.
    let compiled = compile(&source)?;
    Ok(table.lock().add(source, compiled))
}

/// The kernels of one kind.
type Table<S, K> = LazyLock<Mutex<Kernels<S, K>>>;

#[derive(Debug)]
struct Kernels<S, K> {
    by_source: HashMap<S, Weak<K>>,
    /// At so many entries dead ones are dropped.
    crowded: usize,
    /// What was asked for last, the latest in front.
    recent: VecDeque<Arc<K>>,
}

impl<S, K> Default for Kernels<S, K> {
    fn default() -> Self {
        Self { by_source: HashMap::new(), crowded: FEW, recent: VecDeque::new() }
    }
}

impl<S: Eq + Hash, K> Kernels<S, K> {
    fn find(&mut self, source: &S) -> Option<Arc<K>> {
        let kernel = self.by_source.get(source)?.upgrade()?;
        self.keep(&kernel);
        Some(kernel)
    }

    /// Moves a kernel to the front of those that stay.
    fn keep(&mut self, kernel: &Arc<K>) {
        match self.recent.iter().position(|other| Arc::ptr_eq(other, kernel)) {
            Some(0) => return,
            Some(place) => drop(self.recent.remove(place)),
            None => self.recent.truncate(RECENT - 1),
        }
        self.recent.push_front(Arc::clone(kernel));
    }

    /// The kernel of this source from now on: the given one, unless another thread was faster.
    fn add(&mut self, source: S, kernel: K) -> Arc<K> {
        if let Some(first) = self.find(&source) {
            return first;
        }
        if self.by_source.len() >= self.crowded {
            self.by_source.retain(|_, kernel| kernel.strong_count() > 0);
            self.crowded = FEW.max(2 * self.by_source.len());
        }
        let kernel = Arc::new(kernel);
        self.by_source.insert(source, Arc::downgrade(&kernel));
        self.keep(&kernel);
        kernel
    }
}

#[cfg(test)]
mod tests {
    use lacuna_shaders::Binding;

    use super::*;

    fn source(word: u32) -> Source {
        Source::new(Arc::from([word]), "main", vec![(1, 2)], &layout(3))
    }

    fn layout(slot: u32) -> Layout {
        Layout { bindings: [((0, 1), Binding { slot, count: 1 })].into(), mappings: None }
    }

    #[test]
    fn equal_sources_share_and_any_difference_does_not() {
        let mut kernels = Kernels::default();
        let first = kernels.add(source(7), "first");
        assert!(Arc::ptr_eq(&first, &kernels.add(source(7), "second")));
        let others = [
            source(8),
            Source::new(Arc::from([7]), "other", vec![(1, 2)], &layout(3)),
            Source::new(Arc::from([7]), "main", vec![(1, 3)], &layout(3)),
            Source::new(Arc::from([7]), "main", vec![(1, 2)], &layout(4)),
        ];
        for other in others {
            assert!(kernels.find(&other).is_none(), "{other:?}");
        }
    }

    #[test]
    fn without_compiling_only_what_is_there_is_found() {
        let table: Table<Source, &str> = LazyLock::new(Mutex::default);
        let find = |word| {
            find_or_compile(&table, source(word), |_| Ok("kernel")).map_err(|_| Error::Internal("refused"))
        };
        assert_eq!(without_compiling(|| find(1)), Err(Error::CompileRequired));
        let kept = find(1).unwrap();
        assert!(without_compiling(|| find(1)).is_ok_and(|found| Arc::ptr_eq(&found, &kept)));
    }

    #[test]
    fn dead_kernels_are_neither_found_nor_kept_for_ever() {
        let mut kernels = Kernels::default();
        let kept = kernels.add(source(0), 0);
        for word in 1..10_000 {
            assert_eq!(*kernels.add(source(word), word), word);
        }
        assert!(kernels.find(&source(5_000)).is_none());
        assert!(kernels.find(&source(9_999)).is_some(), "asked for a moment ago");
        assert!(kernels.by_source.len() <= 4 * RECENT, "{} entries", kernels.by_source.len());
        assert!(kernels.find(&source(0)).is_some_and(|found| Arc::ptr_eq(&found, &kept)));
    }
}
