//! Proves a Vulkan driver.
fn main() {}
