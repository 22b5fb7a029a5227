//! `LACUNA_TRACE=file`: what happens to address spaces and memory, as a Chrome trace (`chrome://tracing`, Perfetto).
//!
//! ```text
//!   bind      one vkQueueBindSparse info when it runs, with the numbers of its operations and entries
//!   request   each of its requests; map, remap, unmap, merge: each operation
//!   evict, restore    a BO whose entries begin to fault, or cease to
//!   job       one submission's commands
//! ```
//!
//! The file is a JSON array without its end, as the format allows: it is good to read at any moment, also after a crash.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use lacuna_vm::page_table::Call;
use lacuna_vm::{BindStats, Op, VaRange, VmId};
use parking_lot::Mutex;

use crate::settings;

/// A trace that is being written.
pub struct Trace {
    file: Mutex<File>,
    start: Instant,
}

/// The process's trace, if one is wanted.
pub fn get() -> Option<&'static Trace> {
    static TRACE: LazyLock<Option<Trace>> = LazyLock::new(|| {
        let path = settings::get().trace.as_deref()?;
        Trace::create(path).inspect_err(|error| log::warn!("LACUNA_TRACE={}: {error}", path.display())).ok()
    });
    TRACE.as_ref()
}

impl Trace {
    fn create(path: &Path) -> std::io::Result<Self> {
        let mut file = File::create(path)?;
        file.write_all(b"[\n")?;
        Ok(Self { file: Mutex::new(file), start: Instant::now() })
    }

    /// Microseconds since the trace began.
    pub fn now(&self) -> f64 {
        self.start.elapsed().as_secs_f64() * 1e6
    }

    /// Something that began at `from` and ends now. `args` are the members of a JSON object.
    pub fn span(&self, name: &str, from: f64, args: &str) {
        let duration = self.now() - from;
        self.write(&event(name, &format!(r#""ph":"X","ts":{from:.3},"dur":{duration:.3}"#), args));
    }

    /// Something that happens now.
    pub fn instant(&self, name: &str, args: &str) {
        let now = self.now();
        self.write(&event(name, &format!(r#""ph":"i","s":"t","ts":{now:.3}"#), args));
    }

    fn write(&self, lines: &str) {
        // A full disk ends the trace, not the application.
        let _ = self.file.lock().write_all(lines.as_bytes());
    }
}

fn event(name: &str, when: &str, args: &str) -> String {
    static THREADS: AtomicU32 = AtomicU32::new(1);
    thread_local! {
        static THREAD: u32 = THREADS.fetch_add(1, Ordering::Relaxed);
    }
    let (process, thread) = (std::process::id(), THREAD.with(|&thread| thread));
    format!("{{\"name\":\"{name}\",{when},\"pid\":{process},\"tid\":{thread},\"args\":{{{args}}}}},\n")
}

/// What one bind job tells; written when it is done.
pub struct Bind<'a> {
    trace: &'a Trace,
    from: f64,
    lines: String,
}

impl<'a> Bind<'a> {
    /// A job that begins now.
    pub fn new(trace: &'a Trace) -> Self {
        Self { trace, from: trace.now(), lines: String::new() }
    }

    /// The job is done.
    pub fn finish(self, stats: BindStats) {
        self.trace.write(&self.lines);
        let BindStats { maps, unmaps, remaps, merges, entries_written, entries_kept } = stats;
        let args = format!(
            r#""maps":{maps},"unmaps":{unmaps},"remaps":{remaps},"merges":{merges},"entries":{entries_written},"kept":{entries_kept}"#
        );
        self.trace.span("bind", self.from, &args);
    }

    fn note(&mut self, name: &str, args: &str) {
        let now = self.trace.now();
        self.lines += &event(name, &format!(r#""ph":"i","s":"t","ts":{now:.3}"#), args);
    }
}

fn pages(range: VaRange) -> String {
    format!(r#""from":"{:#x}","to":"{:#x}""#, range.start().0, range.end().0)
}

impl lacuna_vm::trace::Trace for Bind<'_> {
    fn request(&mut self, _: VmId, range: VaRange, map: bool) {
        self.note("request", &format!(r#"{},"map":{map}"#, pages(range)));
    }

    fn operation(&mut self, _: VmId, op: &Op) {
        match op {
            Op::Map(mapping) => self.note("map", &pages(mapping.range)),
            Op::Unmap { mapping, keep } => {
                self.note("unmap", &format!(r#"{},"keep":{keep}"#, pages(mapping.range)))
            }
            Op::Remap { mapping, keep, .. } => {
                self.note("remap", &format!(r#"{},"keep":{keep}"#, pages(mapping.range)));
            }
            Op::Prefetch(mapping) => self.note("prefetch", &pages(mapping.range)),
            Op::Merge { left, right } => {
                self.note(
                    "merge",
                    &format!(r#"{},"with":"{:#x}""#, pages(left.range), right.range.start().0),
                );
            }
        }
    }

    /// The job's statistics count them.
    fn entries(&mut self, _: &Call) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_objects_of_an_array() {
        let path = std::env::temp_dir().join(format!("lacuna-trace-{}.json", std::process::id()));
        let trace = Trace::create(&path).unwrap();
        trace.instant("evict", r#""bo":"bo1""#);
        Bind::new(&trace).finish(BindStats::default());
        let text = std::fs::read_to_string(&path).unwrap();
        let _ = std::fs::remove_file(&path);
        let events: Vec<_> = text.strip_prefix("[\n").unwrap().lines().collect();
        assert_eq!(events.len(), 2);
        for event in events {
            assert!(event.starts_with("{\"name\":\"") && event.ends_with("}},"), "{event}");
            assert_eq!(event.matches('{').count(), event.matches('}').count());
        }
    }
}
