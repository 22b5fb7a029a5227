//! The command line of `cts-runner`.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use cts_runner::{bench, demo, deqp, entry, icd, mutation, native, report, smoke, units};

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
    /// Switches the driver's deliberate bugs on, one after the other, and sees that the suite catches each.
    Mutations(MutationArguments),
    /// Measures the driver; with --compare, beside another one.
    Bench(BenchArguments),
    /// Runs tests of deqp-vk, the Khronos conformance suite.
    Deqp(DeqpArguments),
    /// Runs real programs, those that are installed, in windows without a screen.
    Smoke(SmokeArguments),
    /// Puts the results of several deqp runs, such as shards, together.
    Merge {
        /// Folders of the runs.
        #[arg(required = true)]
        folders: Vec<PathBuf>,
        /// Folder for the results.
        #[arg(long, default_value = "out/merged")]
        out: PathBuf,
    },
    /// Writes one HTML page about results, changes and benches.
    Report(ReportArguments),
    /// Becomes deqp-vk, with its results written down; what `deqp` starts.
    #[command(hide = true)]
    DeqpChild {
        journal: PathBuf,
        deqp_vk: PathBuf,
        #[arg(last = true)]
        arguments: Vec<OsString>,
    },
    /// Reads the output of deqp-vk on its way; what `deqp-child` starts.
    #[command(hide = true)]
    DeqpTee { journal: PathBuf },
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
    /// Folder for results.csv.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

#[derive(clap::Args)]
struct MutationArguments {
    /// Only bugs whose name contains one of these.
    filters: Vec<String>,
    /// The document with the table of bugs and the cases that catch them.
    #[arg(long, value_name = "FILE", default_value = "docs/MUTATIONS.md")]
    table: PathBuf,
    /// Run the whole suite for each bug, to see all cases that catch it.
    #[arg(long)]
    all: bool,
}

#[derive(clap::Args)]
struct SmokeArguments {
    /// Run only programs whose name contains one of these.
    filters: Vec<String>,
    /// Frames that programs draw which can be told so.
    #[arg(long, default_value_t = 600)]
    frames: u32,
    /// Folder for screenshots.
    #[arg(long, default_value = "out/smoke")]
    out: PathBuf,
    /// Folder of the golden pictures.
    #[arg(long, default_value = "docs/pictures")]
    golden: PathBuf,
    /// Write the golden pictures instead of comparing with them.
    #[arg(long)]
    bless: bool,
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

#[derive(clap::Args)]
struct BenchArguments {
    /// Measure only metrics whose name contains one of these.
    filters: Vec<String>,
    /// ICD manifest of a second driver: both run in turn, and ratios are printed.
    #[arg(long, value_name = "PATH")]
    compare: Option<PathBuf>,
    /// Runs of each driver when comparing; medians count.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Pages that sparse_max_bound_pages tries to bind at once; 16777216 are 1 TiB.
    #[arg(long, default_value_t = 262_144)]
    pages: u64,
    /// File for the medians of a comparison, for `report --bench`.
    #[arg(long, value_name = "FILE", requires = "compare")]
    out: Option<PathBuf>,
}

#[derive(clap::Args)]
#[command(after_help = deqp::groups_help())]
struct DeqpArguments {
    /// The deqp-vk program.
    #[arg(long, value_name = "PATH")]
    deqp_vk: PathBuf,
    /// Groups of cases, see below.
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    groups: Vec<String>,
    /// File with names or patterns of cases, one a line; may be repeated.
    #[arg(long, value_name = "FILE")]
    caselist: Vec<PathBuf>,
    /// A name or a pattern such as 'dEQP-VK.api.smoke.*'; may be repeated.
    #[arg(long = "case", value_name = "PATTERN")]
    cases: Vec<String>,
    /// Run one case in N; also written 1/N.
    #[arg(long, default_value = "1", value_name = "N", value_parser = units::parse_fraction)]
    sample: usize,
    /// Run part I of N; by default what GitLab, Slurm, Kubernetes or Bazel say in the environment.
    #[arg(long, value_name = "I/N")]
    shard: Option<deqp::Shard>,
    /// Folder of an earlier run, whose durations balance the shards.
    #[arg(long, value_name = "DIR")]
    durations: Option<PathBuf>,
    /// Folder with expected-fails.txt and skips.txt of the driver.
    #[arg(long, value_name = "DIR")]
    expect: Option<PathBuf>,
    /// Go on with the run in the out folder.
    #[arg(long)]
    resume: bool,
    /// Processes at a time; by default as many as there are processors.
    #[arg(long, short)]
    jobs: Option<usize>,
    /// Cases a process.
    #[arg(long, default_value_t = 500)]
    batch: usize,
    /// Seconds that one case may take.
    #[arg(long, default_value_t = 60)]
    timeout: u64,
    /// Folder for results and logs of failures.
    #[arg(long, default_value = "out/deqp")]
    out: PathBuf,
}

#[derive(clap::Args)]
struct ReportArguments {
    /// Folder of a run of deqp or native; may be repeated.
    #[arg(long = "run", value_name = "DIR")]
    runs: Vec<PathBuf>,
    /// Folder of an earlier run, to compare the first one with.
    #[arg(long, value_name = "DIR")]
    before: Option<PathBuf>,
    /// File of `bench --compare --out`; may be repeated.
    #[arg(long = "bench", value_name = "FILE")]
    benches: Vec<PathBuf>,
    /// SVG picture, such as the demo's; may be repeated.
    #[arg(long = "picture", value_name = "FILE")]
    pictures: Vec<PathBuf>,
    /// The page.
    #[arg(long, default_value = "out/report.html")]
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
    let mut manifest = PathBuf::new();
    if needs_driver(&arguments.command) {
        manifest = icd::resolve(arguments.icd.as_deref())?;
        icd::select(&manifest);
    }
    match arguments.command {
        Command::Demo(d) => {
            demo::run(&demo::Options { size: d.size, pages: d.pages, seed: d.seed, out: d.out })?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Native(n) => native(n),
        Command::Mutations(m) => {
            let MutationArguments { filters, table, all } = m;
            let options = mutation::Options { program: std::env::current_exe()?, filters, table, all };
            Ok(exit_code(mutation::run(&options)?.is_empty()))
        }
        Command::Smoke(s) => {
            let SmokeArguments { filters, frames, out, golden, bless } = s;
            let counts = smoke::run(&smoke::Options { filters, frames, out, golden, bless })?;
            println!("smoke: {counts}");
            Ok(exit_code(counts.all_good()))
        }
        Command::Bench(b) => measure(b, manifest),
        Command::Deqp(d) => deqp(d),
        Command::Merge { folders, out } => Ok(exit_code(deqp::merge(&folders, &out)?.all_good())),
        Command::Report(ReportArguments { runs, before, benches, pictures, out }) => {
            report::write(&report::Options { runs, before, benches, pictures, out: out.clone() })?;
            println!("report: {}", out.display());
            Ok(ExitCode::SUCCESS)
        }
        Command::DeqpChild { journal, deqp_vk, arguments } => {
            Err(deqp::become_deqp(&journal, &deqp_vk, &arguments).into())
        }
        Command::DeqpTee { journal } => {
            deqp::tee(&journal)?;
            Ok(ExitCode::SUCCESS)
        }
        Command::NativeChild { seed } => {
            native::serve(seed);
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// Whether a command has to choose a driver: a child has the choice from its parent's environment.
fn needs_driver(command: &Command) -> bool {
    !matches!(
        command,
        Command::NativeChild { .. }
            | Command::Native(NativeArguments { list: true, .. })
            | Command::Merge { .. }
            | Command::Report(_)
            | Command::DeqpChild { .. }
            | Command::DeqpTee { .. }
    )
}

fn deqp(arguments: DeqpArguments) -> Result<ExitCode, Box<dyn std::error::Error>> {
    let d = arguments;
    let expectations = d.expect.as_deref().map(deqp::Expectations::load).transpose()?.unwrap_or_default();
    let counts = deqp::run(&deqp::Options {
        deqp_vk: d.deqp_vk,
        groups: d.groups,
        caselists: d.caselist,
        cases: d.cases,
        sample: d.sample,
        shard: d.shard.or_else(deqp::Shard::from_environment),
        durations: d.durations,
        expectations,
        resume: d.resume,
        jobs: d.jobs.unwrap_or_else(processors),
        batch: d.batch,
        timeout: d.timeout,
        out: d.out,
    })?;
    Ok(exit_code(counts.all_good()))
}

fn measure(arguments: BenchArguments, driver: PathBuf) -> Result<ExitCode, Box<dyn std::error::Error>> {
    let BenchArguments { filters, compare, rounds, pages, out } = arguments;
    let Some(other) = compare else {
        let program = std::env::current_exe()?;
        return Ok(exit_code(bench::run(&bench::Options { filters, pages, program, driver })?));
    };
    bench::compare::run(&bench::compare::Comparison {
        program: std::env::current_exe()?,
        drivers: [driver, icd::resolve(Some(&other))?],
        arguments: filters.into_iter().chain(["--pages".into(), pages.to_string()]).collect(),
        rounds: rounds.max(1),
        out,
    })?;
    Ok(ExitCode::SUCCESS)
}

fn native(arguments: NativeArguments) -> Result<ExitCode, Box<dyn std::error::Error>> {
    if arguments.list {
        for case in native::all() {
            println!("{} {:?}", case.name, case.needs);
        }
        return Ok(ExitCode::SUCCESS);
    }
    let summary = native::run(&native::Options {
        program: std::env::current_exe()?,
        filters: arguments.filters,
        seed: arguments.seed,
        jobs: arguments.jobs.unwrap_or_else(processors),
        verbose: arguments.verbose,
        quiet: false,
        environment: Vec::new(),
    })?;
    if let Some(folder) = arguments.out {
        std::fs::create_dir_all(&folder)?;
        let lines: String = summary.results.values().map(entry::Entry::line).collect();
        std::fs::write(folder.join("results.csv"), lines)?;
    }
    println!("driver: {}", summary.driver.as_deref().unwrap_or("none"));
    println!("seed:   {}", arguments.seed);
    println!("native: {}", summary.counts);
    Ok(exit_code(summary.counts.all_good()))
}

fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn exit_code(good: bool) -> ExitCode {
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
