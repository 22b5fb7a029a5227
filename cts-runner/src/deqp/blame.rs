//! A case that fails among others and passes alone: which of those before it is to blame.
//!
//! The cases that ran before it in its process are halved as long as one half is enough to make it fail.

use super::{DeqpError, Options, run};
use crate::entry::Entry;
use crate::status::Status;

/// How often cases are run again for one victim: halving 500 cases takes 9 steps of at most two tries.
const MAX_TRIES: usize = 24;

/// The case whose presence makes `victim` fail, if running its predecessors again shows one.
///
/// # Errors
/// As [`run::run`].
pub(super) fn find(options: &Options, entries: &[Entry], victim: &str) -> Result<Option<String>, DeqpError> {
    let Some(end) = entries.iter().position(|entry| entry.case == victim && entry.status != Status::Pass)
    else {
        return Ok(None);
    };
    let process = entries[end].process;
    let before = entries[..end].iter().filter(|entry| entry.process == process);
    let suspects: Vec<_> = before.map(|entry| entry.case.clone()).collect();
    halve(suspects, |suspects| {
        let mut names = suspects.to_vec();
        names.push(victim.to_owned());
        let one_process = Options { jobs: 1, batch: names.len(), ..options.clone() };
        let verdicts = run::run(&one_process, &names)?;
        Ok(verdicts.iter().any(|(name, status)| name == victim && !status.is_good()))
    })
}

/// The one element that makes `fails` true, found by halving; `None` where no single half does.
fn halve<E>(
    mut suspects: Vec<String>,
    mut fails: impl FnMut(&[String]) -> Result<bool, E>,
) -> Result<Option<String>, E> {
    for _ in 0..MAX_TRIES / 2 {
        if suspects.len() <= 1 {
            return Ok(suspects.pop());
        }
        let second = suspects.split_off(suspects.len() / 2);
        if fails(&second)? {
            suspects = second;
        } else if !fails(&suspects)? {
            return Ok(None);
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_one_culprit_is_found() {
        let suspects: Vec<_> = (0..37).map(|n| n.to_string()).collect();
        for culprit in ["0", "17", "36"] {
            let found = halve(suspects.clone(), |part| Ok::<_, ()>(part.iter().any(|s| s == culprit)));
            assert_eq!(found, Ok(Some(culprit.to_owned())));
        }
        assert_eq!(halve(suspects, |_| Ok::<_, ()>(false)), Ok(None));
    }
}
