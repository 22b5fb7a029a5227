//! The child process of the suite: runs the cases it is told, one after the other, and says how each ended.
//!
//! Protocol: case names on standard input, one a line. On standard output: `driver NAME` once, then for each case
//! `start NAME` and `end NAME STATUS MILLISECONDS MESSAGE`, the message with its line breaks replaced.

use std::io::{BufRead as _, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use super::{Case, Context, Failure, Outcome};
use crate::status::Status;
use crate::vk::{Error, Instance};

/// Serves until standard input ends.
pub fn serve(seed: u64) {
    let cases = super::all();
    // One instance for as long as the process lives: the loader then keeps the driver in memory.
    let instance = Instance::new();
    match &instance {
        Ok(instance) => match instance.first() {
            Ok(physical) => say(&format!("driver {}", physical.name())),
            Err(error) => say(&format!("driver ({error})")),
        },
        Err(error) => say(&format!("driver ({error})")),
    }
    for name in std::io::stdin().lock().lines().map_while(Result::ok) {
        let Some(case) = cases.iter().find(|case| case.name == name) else { continue };
        say(&format!("start {name}"));
        let begun = Instant::now();
        let (status, message) = match &instance {
            Ok(instance) => run(case, instance, seed),
            Err(error) => (Status::Fail, error.to_string()),
        };
        let message = message.replace('\n', " / ");
        say(&format!("end {name} {} {} {message}", status.word(), begun.elapsed().as_millis()));
    }
}

fn run(case: &Case, instance: &Instance, seed: u64) -> (Status, String) {
    let outcome = catch_unwind(AssertUnwindSafe(|| -> Outcome {
        let physical = instance.first()?;
        if let Some(missing) = case.needs.iter().find_map(|need| need.missing(&physical)) {
            return Err(Error::NotSupported(missing).into());
        }
        let context = Context::new(instance, seed)?;
        case.run.run(&context)?;
        // Whatever the case left running must end well too.
        Ok(context.device.wait_idle()?)
    }));
    match outcome {
        Ok(Ok(())) => (Status::Pass, String::new()),
        Ok(Err(Failure::Vulkan(Error::NotSupported(what)))) => (Status::NotSupported, what),
        Ok(Err(failure)) => (Status::Fail, failure.to_string()),
        Err(panic) => {
            let text = panic.downcast_ref::<String>().cloned();
            let text = text.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string));
            (Status::Fail, format!("panic: {}", text.unwrap_or_default()))
        }
    }
}

fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    // The parent may be gone; then there is nobody to tell.
    let _ = writeln!(out, "{line}");
    let _ = out.flush();
}
