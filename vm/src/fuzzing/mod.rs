//! Generators and oracles: any bytes become a stream of valid calls, carried out by the manager and by the [`Model`], which then have to agree.
//!
//! Used by the fuzz targets in `vm/fuzz`, by property tests, and by this module's own test.

mod requests;
mod script;

pub use requests::check_stream;
pub use script::check_script;
