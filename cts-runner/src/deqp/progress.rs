//! The bar that moves while cases run: it watches the journal grow.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// A bar on standard error, and the thread that moves it. Draws nothing where that is no terminal.
pub(super) struct Progress {
    over: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl Progress {
    /// Counts the lines that are added to a file from now on.
    pub(super) fn start(journal: PathBuf, cases: u64) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&over);
        let thread = thread::spawn(move || watch(&journal, cases, &stop));
        Self { over, thread }
    }

    /// Takes the bar away.
    pub(super) fn finish(self) {
        self.over.store(true, Ordering::Relaxed);
        self.thread.thread().unpark();
        let _ = self.thread.join();
    }
}

fn watch(journal: &PathBuf, cases: u64, over: &AtomicBool) {
    let style = ProgressStyle::with_template("{wide_bar} {pos}/{len} cases, {per_sec}, {eta} left");
    let bar = ProgressBar::new(cases).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    let mut at = std::fs::metadata(journal).map_or(0, |file| file.len());
    while !over.load(Ordering::Relaxed) {
        let mut text = Vec::new();
        let read = File::open(journal).and_then(|mut file| {
            file.seek(SeekFrom::Start(at))?;
            file.read_to_end(&mut text)
        });
        if read.is_ok() {
            at += text.len() as u64;
            bar.inc(text.iter().filter(|&&byte| byte == b'\n').count() as u64);
        }
        thread::park_timeout(Duration::from_millis(500));
    }
    bar.finish_and_clear();
}
