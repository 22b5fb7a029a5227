//! Page tables.

pub mod pte;
