//! The step through the `deqp-runner` crate: its configuration in, its results out.

use std::time::Duration;

use deqp_runner::deqp_command::DeqpCommand;
use deqp_runner::{
    Expectation, RunnerResults, RunnerStatus, TestCase, TestCommand as _, TestConfiguration, parallel_test,
    parse_regex_set,
};

use super::{DeqpError, Options};
use crate::status::Status;

/// Runs the cases; the results are sorted by name, one for each case.
pub(super) fn run(options: &Options, names: Vec<String>) -> Result<Vec<(String, Status)>, DeqpError> {
    // A pool of the process serves the crate; a second run in one process keeps the first one's size.
    let _ = rayon::ThreadPoolBuilder::new().num_threads(options.jobs).build_global();
    let command = DeqpCommand {
        deqp: options.deqp_vk.clone(),
        args: ["--deqp-log-images=disable", "--deqp-log-shader-sources=disable"].map(String::from).to_vec(),
        vk_device_ids: Vec::new(),
        config: configuration(options)?,
        qpa_to_xml: None,
    };
    let asked = names.clone();
    let cases = names.into_iter().map(TestCase::Named).collect();
    let groups = command.split_tests_to_groups(cases, options.batch.max(1)).map_err(runner_error)?;
    let results = parallel_test(std::io::stdout(), groups).map_err(runner_error)?;
    let status = |name: &str| results.get(name).map_or(Status::Missing, |r| status_of(r.status));
    Ok(asked.into_iter().map(|name| (status(&name), name)).map(|(s, n)| (n, s)).collect())
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
