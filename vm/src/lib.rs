//! A GPU virtual address space manager.

pub mod page_table;
pub mod units;
