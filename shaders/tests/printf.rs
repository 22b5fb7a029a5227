//! What shaders print reaches the log, an invocation a message.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

#[path = "support/mod.rs"]
mod support;

use std::sync::Mutex;

use support::Dispatch;

static MESSAGES: Mutex<Vec<String>> = Mutex::new(Vec::new());

struct Collector;

impl log::Log for Collector {
    fn enabled(&self, metadata: &log::Metadata<'_>) -> bool {
        metadata.target() == "lacuna::printf"
    }

    fn log(&self, record: &log::Record<'_>) {
        if self.enabled(record.metadata()) {
            MESSAGES.lock().unwrap().push(record.args().to_string());
        }
    }

    fn flush(&self) {}
}

#[test]
fn active_invocations_print_their_values() {
    log::set_logger(&Collector).expect("nobody else logs here");
    log::set_max_level(log::LevelFilter::Info);
    let shader = "#version 450
        #extension GL_EXT_debug_printf : require
        layout(local_size_x = 16) in;
        layout(set = 0, binding = 0) buffer B { uint b[]; };
        void main() {
            uint i = gl_LocalInvocationID.x;
            b[i] = i;
            if (i % 5u == 3u) debugPrintfEXT(\"%u of %v2f is %d\", i, vec2(i, 0.5), -7);
        }";
    Dispatch::new(support::glsl_for("vulkan1.1", shader)).buffer(0, &[0; 16]).run();
    let mut messages = std::mem::take(&mut *MESSAGES.lock().unwrap());
    messages.sort();
    messages.dedup();
    let expected =
        ["13 of 13.000000, 0.500000 is -7", "3 of 3.000000, 0.500000 is -7", "8 of 8.000000, 0.500000 is -7"];
    assert_eq!(messages, expected);
}
