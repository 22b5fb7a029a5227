//! Keeps the library in memory once it is loaded.
//!
//! The loader unloads drivers with the last instance. Worker threads of this one sleep in its code then, and thread-local
//! destructors point into it, so that the library must stay (`dlclose` becomes a no-op).

fn main() {
    println!("cargo::rustc-cdylib-link-arg=-Wl,-z,nodelete");
    println!("cargo::rerun-if-changed=build.rs");
}
