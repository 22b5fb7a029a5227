//! How much memory this process may use: what the machine has, and what its control group leaves of it.

use std::path::{Path, PathBuf};

/// Where the system does not say how much memory there is.
const FALLBACK: u64 = 4 << 30;

/// Bytes that there are for this process at most.
pub fn total() -> u64 {
    let machine = meminfo("MemTotal:").unwrap_or(FALLBACK);
    limits().map(|(limit, _)| limit).fold(machine, u64::min)
}

/// Bytes that it could use now beside what it has.
pub fn available() -> u64 {
    let machine = meminfo("MemAvailable:").unwrap_or(FALLBACK);
    limits().map(|(limit, used)| limit.saturating_sub(used)).fold(machine, u64::min)
}

/// A line of `/proc/meminfo`, in bytes.
fn meminfo(name: &str) -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let kib: u64 = text
        .lines()
        .find_map(|line| line.strip_prefix(name)?.trim().strip_suffix("kB")?.trim().parse().ok())?;
    kib.checked_mul(1024)
}

/// `(limit, in use)` of the control groups that this process is in, from its own up to the root.
fn limits() -> impl Iterator<Item = (u64, u64)> {
    let groups = std::fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    groups_of(&groups, Path::new("/sys/fs/cgroup")).into_iter().flat_map(|(directory, files)| {
        let own = directory.ancestors().map(Path::to_path_buf).collect::<Vec<PathBuf>>();
        let read = |path: PathBuf| std::fs::read_to_string(path).ok()?.trim().parse::<u64>().ok();
        own.into_iter().filter_map(move |directory| {
            Some((read(directory.join(files[0]))?, read(directory.join(files[1]))?))
        })
    })
}

/// The directories of the lines of `/proc/self/cgroup` that are about memory, and the files in them.
fn groups_of(text: &str, root: &Path) -> Vec<(PathBuf, [&'static str; 2])> {
    let group = |line: &str| {
        let mut fields = line.splitn(3, ':').skip(1);
        let (controllers, path) = (fields.next()?, fields.next()?.trim_start_matches('/'));
        match controllers {
            "" => Some((root.join(path), ["memory.max", "memory.current"])),
            _ if controllers.split(',').any(|name| name == "memory") => {
                let files = ["memory.limit_in_bytes", "memory.usage_in_bytes"];
                Some((root.join("memory").join(path), files))
            }
            _ => None,
        }
    };
    text.lines().filter_map(group).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_groups_of_both_versions_are_found() {
        let text = "9:name=systemd:/\n4:cpu,memory:/a/b\n0::/user.slice/x\n";
        let found = groups_of(text, Path::new("/g"));
        let directories: Vec<_> = found.iter().map(|(directory, _)| directory.to_str().unwrap()).collect();
        assert_eq!(directories, ["/g/memory/a/b", "/g/user.slice/x"]);
        assert_eq!(groups_of("nonsense", Path::new("/g")), []);
    }

    #[test]
    fn there_is_memory_and_not_more_than_the_machine_has() {
        assert!(total() > 0 && total() <= meminfo("MemTotal:").unwrap_or(FALLBACK));
        assert!(available() <= meminfo("MemTotal:").unwrap_or(FALLBACK));
    }
}
