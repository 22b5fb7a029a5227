//! The command line of `cts-runner`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use cts_runner::{demo, icd, native, units};

/// Proves a Vulkan driver: through the system's loader, on the checkout's driver or any other.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// ICD manifest of the driver to use; by default the checkout's manifest.json.
    #[arg(long, global = true, value_name = "PATH")]
    icd: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Makes a sparse buffer bigger than the machine's memory, binds, computes, rebinds, and checks every value.
    Demo(DemoArguments),
    /// Runs the native conformance suite.
    Native(NativeArguments),
    /// Runs the cases named on standard input; what `native` starts.
    #[command(hide = true)]
    NativeChild {
        /// Seed of random cases.
        #[arg(long)]
        seed: u64,
    },
}

#[derive(clap::Args)]
struct NativeArguments {
    /// Run only cases whose name contains one of these.
    filters: Vec<String>,
    /// List the cases and what they need, run nothing.
    #[arg(long)]
    list: bool,
    /// Seed of random cases.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Processes at a time; by default as many as there are processors.
    #[arg(long, short)]
    jobs: Option<usize>,
    /// Print cases that pass, too.
    #[arg(long, short)]
    verbose: bool,
}

#[derive(clap::Args)]
struct DemoArguments {
    /// Size of the sparse buffer, such as 48GiB; by default twice the machine's memory.
    #[arg(long, value_parser = units::parse_size)]
    size: Option<u64>,
    /// Number of pages to bind.
    #[arg(long, default_value_t = 4096)]
    pages: usize,
    /// Seed of the random choice of pages.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Folder for the picture.
    #[arg(long, default_value = "out")]
    out: PathBuf,
}

fn main() -> ExitCode {
    env_logger::init();
    match run(Arguments::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("cts-runner: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> Result<ExitCode, Box<dyn std::error::Error>> {
    // A child has the choice from its parent's environment.
    if !matches!(arguments.command, Command::NativeChild { .. }) {
        icd::select(&icd::resolve(arguments.icd.as_deref())?);
    }
    match arguments.command {
        Command::Demo(d) => {
            demo::run(&demo::Options { size: d.size, pages: d.pages, seed: d.seed, out: d.out })?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Native(n) => native(n),
        Command::NativeChild { seed } => {
            native::serve(seed);
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn native(arguments: NativeArguments) -> Result<ExitCode, Box<dyn std::error::Error>> {
    if arguments.list {
        for case in native::all() {
            println!("{} {:?}", case.name, case.needs);
        }
        return Ok(ExitCode::SUCCESS);
    }
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let summary = native::run(&native::Options {
        program: std::env::current_exe()?,
        filters: arguments.filters,
        seed: arguments.seed,
        jobs: arguments.jobs.unwrap_or(processors),
        verbose: arguments.verbose,
    })?;
    println!("driver: {}", summary.driver.as_deref().unwrap_or("none"));
    println!("seed:   {}", arguments.seed);
    println!("native: {}", summary.counts);
    Ok(if summary.counts.all_good() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
