//! A GPU virtual address space manager.
#![deny(unsafe_code)]

mod arena;
mod bo;
pub mod check;
mod coalesce;
mod error;
pub mod evict;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
mod job;
mod manager;
mod mapping;
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
pub use page_table::{LinearPageTable, PageTable, RecordingPageTable};
pub use region::{Region, RegionFlags, RegionId};
pub use request::Request;
pub use transact::TransactError;
pub use units::{BoOffset, PAGE_SHIFT, PAGE_SIZE, Va, VaRange};
pub use vm::{VmId, VmOptions};
