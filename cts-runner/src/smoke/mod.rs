//! Real programs on the driver: those that are installed run in windows of an X11 server and of a Wayland compositor,
//! both without a screen. Each must end well, say nothing alarming, and not grow; pictures are compared.
//!
//! | file | is |
//! |---|---|
//! | [`programs`] | what is run, and how |
//! | [`process`] | one running program: its end, its words, its memory |
//! | [`picture`] | screenshots, and comparing them with golden ones |
//! | [`desktop`] | the display servers |

pub mod desktop;
pub mod picture;
pub mod process;
pub mod programs;

use std::path::PathBuf;
use std::time::Duration;

use crate::status::{Counts, Status};
use desktop::Desktops;
use picture::{Golden, Picture};
use process::{Ended, Process};
use programs::Program;

/// How to run.
#[derive(Clone, Debug)]
pub struct Options {
    /// Only programs whose name contains one of these; all when empty.
    pub filters: Vec<String>,
    /// Frames that programs draw which can be told so.
    pub frames: u32,
    /// Folder for screenshots.
    pub out: PathBuf,
    /// Folder of the golden pictures.
    pub golden: PathBuf,
    /// Writes the golden pictures instead of comparing with them.
    pub bless: bool,
}

/// Why a program did not do what it should.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// It, or what it needs, is not installed.
    #[error("{0} is not installed")]
    NotInstalled(String),
    /// The operating system refused something.
    #[error(transparent)]
    System(#[from] std::io::Error),
    /// It ended badly.
    #[error("{0}")]
    Ended(String),
    /// It did not end.
    #[error("no end within {} s", .0.as_secs())]
    Timeout(Duration),
    /// It needs more and more memory.
    #[error("grew by {grown} KiB, from {from} KiB")]
    Grew {
        /// Resident memory of a settled program.
        from: u64,
        /// What was added to its end.
        grown: u64,
    },
    /// It drew something else, or nothing.
    #[error("{0}")]
    Picture(String),
}

impl Failure {
    fn status(&self) -> Status {
        match self {
            Self::NotInstalled(_) => Status::NotSupported,
            Self::Timeout(_) => Status::Timeout,
            _ => Status::Fail,
        }
    }
}

/// Runs the programs and prints a line for each.
///
/// # Errors
/// When a folder for pictures cannot be made.
pub fn run(options: &Options) -> std::io::Result<Counts> {
    std::fs::create_dir_all(&options.out)?;
    let mut counts = Counts::default();
    let mut desktops = Desktops::default();
    for program in programs::all(options.frames) {
        let filters = &options.filters;
        if !(filters.is_empty() || filters.iter().any(|filter| program.name.contains(filter.as_str()))) {
            continue;
        }
        let (status, message) = match run_one(&program, &mut desktops, options) {
            Ok(message) => (Status::Pass, message),
            Err(failure) => (failure.status(), failure.to_string()),
        };
        println!("{:12} {}: {message}", status.word(), program.name);
        counts.add(status);
    }
    Ok(counts)
}

fn run_one(program: &Program, desktops: &mut Desktops, options: &Options) -> Result<String, Failure> {
    let environment = desktops.environment(program.desktop)?;
    let mut process = Process::start(program, &environment)?;
    let mut notes = Vec::new();
    if let Some(name) = program.golden {
        let golden = Golden { name, folder: &options.golden, out: &options.out, bless: options.bless };
        let look = || desktops.screenshot(program.desktop);
        notes.push(watch(&mut process, &golden, look)?);
    }
    let Ended { seconds, memory, said } = process.finish(program)?;
    if let Some(line) = program.alarming(&said) {
        return Err(Failure::Ended(format!("it said: {line}")));
    }
    if let Some(memory) = memory {
        notes.push(memory.check(program.may_grow)?);
    }
    notes.insert(0, format!("{seconds:.1} s"));
    Ok(notes.join(", "))
}

/// About one frame.
const STEP: Duration = Duration::from_millis(16);

/// Looks at the screen, step by step, until it shows the golden picture. The program stands still meanwhile: on a busy machine
/// the picture would be missed again and again otherwise.
fn watch(
    process: &mut Process,
    golden: &Golden<'_>,
    look: impl Fn() -> Result<Picture, Failure>,
) -> Result<String, Failure> {
    let mut best = golden.begin()?;
    while process.is_running()? {
        process.hold(true)?;
        if best.see(look()?)? {
            break;
        }
        process.hold(false)?;
        std::thread::sleep(STEP);
    }
    best.verdict()
}
