//! A GPU virtual address space manager.
//!
//! Drivers tell it what to bind where. It keeps track of the mappings of each address space, splits and joins them, and says exactly which page
//! table entries change. It knows nothing of Vulkan, shaders or files: any driver can use it.
//!
//! # The parts
//! ```text
//!   Request ──> request ──> job (prepare) ─ ─ ─ ─> job (run) ──> split: THE walk ──> page_table::delta ──> PageTable
//!               checks      reserves               infallible     operations          entries that change
//!                                                                    │
//!   Manager ─┬─ Vm ── tree (where) ── records (what) <───────────────┘ commit
//!            │   └─ regions, reserved range
//!            └─ Bo ── VmBo: one per pair ── its mappings; evicted and external lists
//! ```
//!
//! # One bind
//! ```
//! use lacuna_vm::*;
//!
//! let mut manager = Manager::new();
//! let mut table = RecordingPageTable::new();
//! let vm = manager.create_vm(VmOptions {
//!     name: "device 0".into(),
//!     range: VaRange::new(Va(0), 1 << 40)?,
//!     reserved: None,
//!     coalesce: true,
//!     regions: false,
//! })?;
//! let bo = manager.create_bo(16 * PAGE_SIZE, 0x7000_0000)?;
//! let pages = |first: u64, count: u64| VaRange::new(Va(first * PAGE_SIZE), count * PAGE_SIZE);
//!
//! // The stage that may fail, in the caller's thread ...
//! let job = manager.prepare(
//!     vm,
//!     &[
//!         Request::Map { range: pages(100, 8)?, bo, offset: BoOffset(0), flags: MapFlags::EMPTY },
//!         Request::Unmap { range: pages(103, 1)? },
//!     ],
//! )?;
//! // ... and the one that may not, on the queue, when its semaphores are signalled.
//! let stats = manager.run(job, &mut table);
//! assert_eq!((stats.maps, stats.remaps), (1, 1));
//! assert_eq!(text::space(&manager, vm)?, "100..103 a@0 | 104..108 a@4");
//! assert_eq!(table.load(104), 0x7004_0000 | page_table::pte::VALID);
//! # Ok::<(), Error>(())
//! ```
//!
//! # The fifteen cases
#![doc = include_str!("../docs/CASES.md")]
//!
//! # Cost
//! | call | cost |
//! |---|---|
//! | `prepare` | the requests; one look at the pair when the BO changes |
//! | `run` | one descent per request and one step per mapping touched, one call per run of entries that change |
//! | `unmap_bo`, `destroy_bo` | one descent per mapping of the pair(s) |
//! | `evict`, `validate` | the mappings of the BO; the evicted BOs of the VM |
//! | `mappings_of`, `vms_of`, `evicted_bos`, `external_bos` | the answer |
//! | `find`, `find_first`, `find_prev`, `find_next`, `interval_empty` | one descent |
//! | `insert`, `remove` | as a job of one request |
//! | `victims`; [`Budget::make_room`](evict::Budget::make_room) if something has to go | the BOs of the manager |
//! | [`RangeTree::gap_bottom_up`](tree::RangeTree::gap_bottom_up), `gap_top_down` | O(log n), see [there](tree) |
//!
//! One descent is O(log n): five inner nodes and a leaf with a million mappings, a cache line or two of each. The descents of a batch are done side by
//! side, so that they wait for memory together. A mapping takes about 50 bytes where they were made in order, 60 where at random. `docs/BENCHES.md` has nanoseconds.
//!
//! # Locking
//! There is no lock inside; what changes a [`Manager`] takes `&mut`, so the borrow checker asks for one where it is shared. Readers of page tables
//! (shader threads) need none: they read the entries, not the manager. A [`BindJob`] may be prepared in one thread and run in another. A visitor of
//! operations gets no manager to change, and a [cursor](tree::Cursor) survives its own writes and nobody else's:
//! ```compile_fail,E0499
//! # use lacuna_vm::tree::{RangeTree, Span};
//! let mut tree = RangeTree::new();
//! let mut cursor = tree.cursor(Span::new(0, 10));
//! tree.insert(Span::new(0, 1), 'a'); // somebody else's write
//! cursor.next();
//! ```
//! ```compile_fail,E0499
//! # use lacuna_vm::*;
//! # let (mut manager, mut table) = (Manager::new(), RecordingPageTable::new());
//! # let (vm, other) = (VmId::default(), VmId::default());
//! manager.transact(vm, &[], &mut table, |op| -> Result<(), ()> {
//!     manager.destroy_vm(other, &mut RecordingPageTable::new()); // not while the walk goes on
//!     Ok(())
//! });
//! ```
//!
//! Sources: the discussion on the Linux kernel's mailing lists (February to June 2023) that became `drm_gpuvm`; its names are found by search.
#![deny(unsafe_code)]

mod advice;
mod arena;
mod bo;
pub mod check;
mod coalesce;
mod error;
pub mod evict;
mod exact;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
mod job;
mod manager;
mod mapping;
#[doc(hidden)]
pub mod mutation;
mod op;
pub mod page_table;
mod query;
mod region;
mod request;
mod split;
pub mod text;
pub mod trace;
mod transact;
pub mod tree;
pub mod units;
mod vm;

pub use bo::BoId;
pub use error::Error;
pub use job::BindJob;
pub use manager::{Manager, PageTables};
pub use mapping::{MapFlags, Mapping};
pub use op::Op;
pub use page_table::delta::BindStats;
pub use page_table::{LinearPageTable, PageTable, RadixPageTable, RecordingPageTable};
pub use region::{Region, RegionFlags, RegionId};
pub use request::Request;
pub use transact::TransactError;
pub use units::{BoOffset, PAGE_SHIFT, PAGE_SIZE, Va, VaRange};
pub use vm::{VmId, VmOptions};
