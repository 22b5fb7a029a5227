//! The command line of `cts-runner`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use cts_runner::{demo, icd, units};

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
    let manifest = icd::resolve(arguments.icd.as_deref())?;
    icd::select(&manifest);
    match arguments.command {
        Command::Demo(d) => {
            demo::run(&demo::Options { size: d.size, pages: d.pages, seed: d.seed, out: d.out })?;
            Ok(ExitCode::SUCCESS)
        }
    }
}
