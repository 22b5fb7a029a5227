//! Which cases to run: names and patterns from files and from the command line, patterns expanded by `deqp-vk` itself.
//!
//! A line is a case's name, a pattern with `*`, empty, or a comment after `#`. A line `TEST: name` as in the lists that
//! `deqp-vk` writes is a name, `GROUP:` lines are skipped.

use std::fs;
use std::process::Command;

use super::{DeqpError, Options, group};

/// The cases to run, sorted, each once.
pub(super) fn names(options: &Options) -> Result<Vec<String>, DeqpError> {
    let mut lines = options.cases.clone();
    for name in &options.groups {
        let patterns = group::patterns(name).ok_or_else(|| DeqpError::Group(name.clone()))?;
        lines.extend(patterns.iter().map(|&pattern| pattern.to_owned()));
    }
    for path in &options.caselists {
        let text =
            fs::read_to_string(path).map_err(|source| DeqpError::File { path: path.clone(), source })?;
        lines.extend(text.lines().filter_map(name_in).map(str::to_owned));
    }
    let (patterns, mut names): (Vec<_>, Vec<_>) = lines.into_iter().partition(|line| line.contains('*'));
    if !patterns.is_empty() {
        names.extend(expand(options, &patterns)?);
    }
    names.sort_unstable();
    names.dedup();
    let names: Vec<_> = names.into_iter().step_by(options.sample.max(1)).collect();
    if names.is_empty() { Err(DeqpError::NoCases) } else { Ok(names) }
}

/// The name or pattern in one line of a list.
fn name_in(line: &str) -> Option<&str> {
    let line = line.split('#').next().unwrap_or("").trim();
    if line.starts_with("GROUP:") {
        return None;
    }
    let name = line.strip_prefix("TEST:").unwrap_or(line).trim();
    (!name.is_empty()).then_some(name)
}

/// Has `deqp-vk` write the list of all cases that match.
fn expand(options: &Options, patterns: &[String]) -> Result<Vec<String>, DeqpError> {
    let list = options.out.join("expanded.txt");
    let output = Command::new(&options.deqp_vk)
        .current_dir(options.deqp_vk.parent().unwrap_or(&options.out))
        .arg("--deqp-runmode=txt-caselist")
        .arg(format!("--deqp-case={}", patterns.join(",")))
        .arg(format!("--deqp-caselist-export-file={}", list.display()))
        .arg(format!("--deqp-log-filename={}", options.out.join("expand.qpa").display()))
        .output()
        .map_err(|source| DeqpError::Program { path: options.deqp_vk.clone(), source })?;
    if !output.status.success() {
        let text = String::from_utf8_lossy(&output.stdout);
        let last = text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("no message");
        return Err(DeqpError::Listing(format!("{} ({})", last, output.status)));
    }
    let text = fs::read_to_string(&list).map_err(|source| DeqpError::File { path: list, source })?;
    Ok(text.lines().filter_map(name_in).map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::name_in;

    #[test]
    fn lists_of_every_kind_give_names() {
        assert_eq!(name_in("dEQP-VK.a.b"), Some("dEQP-VK.a.b"));
        assert_eq!(name_in("TEST: dEQP-VK.a.b"), Some("dEQP-VK.a.b"));
        assert_eq!(name_in("GROUP: dEQP-VK.a"), None);
        assert_eq!(name_in("  # why"), None);
        assert_eq!(name_in("dEQP-VK.a.* # all of it"), Some("dEQP-VK.a.*"));
    }
}
