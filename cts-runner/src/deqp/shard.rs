//! A part of the cases, for one machine of several.
//!
//! Every machine computes the same split from the same list and the same past durations; no machine needs to know another.

use std::collections::HashMap;
use std::env;
use std::str::FromStr;

/// One part of several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// Which, from zero on.
    pub index: usize,
    /// Of how many.
    pub count: usize,
}

/// `i/n`, `i` from one on.
#[derive(Debug, thiserror::Error)]
#[error("'{0}' is not a shard: 1/4 to 4/4 are four shards")]
pub struct NotAShard(String);

impl FromStr for Shard {
    type Err = NotAShard;

    fn from_str(text: &str) -> Result<Self, NotAShard> {
        let parse = || {
            let (index, count) = text.split_once('/')?;
            Self::new(index.trim().parse::<usize>().ok()?.checked_sub(1)?, count.trim().parse().ok()?)
        };
        parse().ok_or_else(|| NotAShard(text.to_owned()))
    }
}

/// Variables of systems that run a job on many machines: index, number of the first index, count.
const SYSTEMS: [(&str, usize, &str); 4] = [
    ("CI_NODE_INDEX", 1, "CI_NODE_TOTAL"),                // GitLab
    ("SLURM_ARRAY_TASK_ID", 0, "SLURM_ARRAY_TASK_COUNT"), // Slurm, with the minimum below
    ("JOB_COMPLETION_INDEX", 0, "JOB_COMPLETIONS"), // Kubernetes indexed jobs; the count is the job's to pass on
    ("TEST_SHARD_INDEX", 0, "TEST_TOTAL_SHARDS"),   // Bazel
];

impl Shard {
    fn new(index: usize, count: usize) -> Option<Self> {
        (index < count).then_some(Self { index, count })
    }

    /// What the environment says, if it is one of the known systems.
    pub fn from_environment() -> Option<Self> {
        Self::from_variables(|name| env::var(name).ok())
    }

    fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let number = |name: &str| variable(name)?.trim().parse::<usize>().ok();
        SYSTEMS.into_iter().find_map(|(index, first, count)| {
            let first = if index.starts_with("SLURM") { number("SLURM_ARRAY_TASK_MIN")? } else { first };
            Self::new(number(index)?.checked_sub(first)?, number(count)?)
        })
    }

    /// Its part of the names, sorted. Long cases are dealt out first, each to the shard that has least to do.
    pub(super) fn select(self, mut names: Vec<String>, seconds: &HashMap<String, f32>) -> Vec<String> {
        let typical = median(seconds.values().copied().collect());
        let cost = |name: &String| seconds.get(name).copied().unwrap_or(typical);
        names.sort_by(|a, b| cost(b).total_cmp(&cost(a)).then_with(|| a.cmp(b)));
        let mut loads = vec![0.0; self.count];
        let mut part: Vec<_> = names
            .into_iter()
            .filter(|name| {
                let least =
                    (0..loads.len()).min_by(|&a, &b| f32::total_cmp(&loads[a], &loads[b])).unwrap_or(0);
                loads[least] += cost(name);
                least == self.index
            })
            .collect();
        part.sort_unstable();
        part
    }
}

fn median(mut seconds: Vec<f32>) -> f32 {
    seconds.sort_by(f32::total_cmp);
    seconds.get(seconds.len() / 2).copied().unwrap_or(1.0).max(0.001)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(count: usize, seconds: &HashMap<String, f32>) -> Vec<Vec<String>> {
        let names: Vec<_> = (0..100).map(|n| format!("case{n}")).collect();
        (0..count).map(|index| Shard { index, count }.select(names.clone(), seconds)).collect()
    }

    #[test]
    fn every_case_is_in_exactly_one_shard() {
        let parts = split(4, &HashMap::new());
        assert!(parts.iter().all(|part| part.len() == 25));
        let mut all = parts.concat();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 100);
    }

    #[test]
    fn long_cases_are_balanced() {
        let seconds = (0..100).map(|n| (format!("case{n}"), if n < 3 { 30.0 } else { 0.1 })).collect();
        let parts = split(3, &seconds);
        let load = |part: &Vec<String>| part.iter().map(|name| seconds[name]).sum::<f32>();
        assert!(parts.iter().map(load).all(|load| (30.0..35.0).contains(&load)));
    }

    #[test]
    fn shards_are_written_from_one_on() {
        assert_eq!("1/4".parse::<Shard>().unwrap(), Shard { index: 0, count: 4 });
        for wrong in ["0/4", "5/4", "x", "1/", "/2"] {
            assert!(wrong.parse::<Shard>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn systems_say_it_in_their_own_variables() {
        let of = |pairs: &'static [(&str, &str)]| {
            Shard::from_variables(move |name| {
                pairs.iter().find(|pair| pair.0 == name).map(|pair| pair.1.to_owned())
            })
        };
        let third = Some(Shard { index: 2, count: 5 });
        assert_eq!(of(&[("CI_NODE_INDEX", "3"), ("CI_NODE_TOTAL", "5")]), third);
        let slurm =
            [("SLURM_ARRAY_TASK_ID", "3"), ("SLURM_ARRAY_TASK_COUNT", "5"), ("SLURM_ARRAY_TASK_MIN", "1")];
        assert_eq!(
            Shard::from_variables(|name| slurm.iter().find(|p| p.0 == name).map(|p| p.1.into())),
            third
        );
        assert_eq!(of(&[("JOB_COMPLETION_INDEX", "2"), ("JOB_COMPLETIONS", "5")]), third);
        assert_eq!(of(&[("TEST_SHARD_INDEX", "2"), ("TEST_TOTAL_SHARDS", "5")]), third);
        assert_eq!(of(&[("TEST_SHARD_INDEX", "2")]), None);
        assert_eq!(of(&[]), None);
    }
}
