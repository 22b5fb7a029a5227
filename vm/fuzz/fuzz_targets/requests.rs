//! Any calls: the manager agrees with the page array after each.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Err(disagreement) = lacuna_vm::fuzzing::check_stream(bytes, 1) {
        panic!("{disagreement}");
    }
});
