//! Generators and oracles: any bytes become a stream of valid calls, carried out by the manager and by the [`Model`], which then have to agree.
//!
//! Used by the fuzz targets in `vm/fuzz`, by property tests, and by this module's own test.

mod requests;
mod script;

pub use requests::check_stream;
pub use script::check_script;

/// The input that a line of a file in `fuzz/seeds` stands for.
#[cfg(test)]
fn unhex(line: &str) -> Vec<u8> {
    let digits = line.as_bytes().chunks_exact(2);
    digits.filter_map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}
