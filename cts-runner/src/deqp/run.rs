//! The step through the `deqp-runner` crate: its configuration in, the journal and its verdicts out.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use deqp_runner::deqp_command::DeqpCommand;
use deqp_runner::{
    Expectation, RunnerResults, RunnerStatus, TestCase, TestCommand as _, TestConfiguration, parallel_test,
    parse_regex_set,
};

use super::progress::Progress;
use super::{DeqpError, Options};
use crate::status::Status;

/// Runs the cases; gives the crate's verdict on each that it has one of.
///
/// The processes write the journal ([`child`](super::child)).
pub(super) fn run(options: &Options, names: &[String]) -> Result<Vec<(String, Status)>, DeqpError> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    // A pool of the process serves the crate; a second run in one process keeps the first one's size.
    let _ = rayon::ThreadPoolBuilder::new().num_threads(options.jobs).build_global();
    let command = DeqpCommand {
        deqp: std::env::current_exe().map_err(runner_error)?,
        args: arguments(options)?,
        vk_device_ids: Vec::new(),
        config: configuration(options)?,
        qpa_to_xml: None,
    };
    let cases = names.iter().cloned().map(TestCase::Named).collect();
    let groups = command.split_tests_to_groups(cases, options.batch.max(1)).map_err(runner_error)?;
    let progress = Progress::start(options.journal(), names.len() as u64);
    let results = parallel_test(std::io::sink(), groups).map_err(runner_error)?;
    progress.finish();
    let status = |name: &String| results.get(name).map_or(Status::Missing, |r| status_of(r.status));
    Ok(names.iter().map(|name| (name.clone(), status(name))).collect())
}

/// What comes before the arguments that the crate adds.
fn arguments(options: &Options) -> Result<Vec<String>, DeqpError> {
    let path = |path: PathBuf| {
        let unusable = |path: OsString| DeqpError::Runner(format!("the path {path:?} is not Unicode"));
        path.into_os_string().into_string().map_err(unusable)
    };
    let mut arguments = vec!["deqp-child".into(), path(options.journal())?, path(options.deqp_vk.clone())?];
    arguments.push("--".into());
    arguments.extend(["--deqp-log-images=disable", "--deqp-log-shader-sources=disable"].map(String::from));
    Ok(arguments)
}

fn configuration(options: &Options) -> Result<TestConfiguration, DeqpError> {
    let none = || parse_regex_set(Vec::<String>::new()).map_err(runner_error);
    Ok(TestConfiguration {
        output_dir: options.out.clone(),
        shader_cache_dir: options.out.clone(),
        skips: none()?,
        flakes: none()?,
        single_thread: none()?,
        baseline: RunnerResults::new(),
        timeout: Duration::from_secs(options.timeout),
        fraction: 1,
        fraction_start: 1,
        // The driver is chosen by this process's environment, which children inherit.
        env: std::collections::HashMap::new(),
        save_xfail_logs: false,
        max_fails: None,
        prefix: String::new(),
        includes: Vec::new(),
        expectation: Expectation {
            name: "deqp-vk".into(),
            baseline: None,
            skips: Vec::new(),
            flakes: Vec::new(),
        },
    })
}

/// The suite's word for the crate's; without a baseline the last two do not occur.
fn status_of(status: RunnerStatus) -> Status {
    match status {
        RunnerStatus::Pass | RunnerStatus::Warn | RunnerStatus::UnexpectedImprovement(_) => Status::Pass,
        RunnerStatus::Skip => Status::NotSupported,
        RunnerStatus::Fail | RunnerStatus::ExpectedFail => Status::Fail,
        RunnerStatus::Crash => Status::Crash,
        RunnerStatus::Timeout => Status::Timeout,
        RunnerStatus::Flake | RunnerStatus::KnownFlake => Status::Flake,
        RunnerStatus::Missing => Status::Missing,
    }
}

fn runner_error(error: impl std::fmt::Display) -> DeqpError {
    DeqpError::Runner(format!("{error:#}"))
}
