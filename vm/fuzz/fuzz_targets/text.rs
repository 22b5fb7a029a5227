//! Any text: a script is replayed or refused, and a replayed one replays to itself.
#![no_main]

libfuzzer_sys::fuzz_target!(|script: &str| lacuna_vm::fuzzing::check_script(script));
