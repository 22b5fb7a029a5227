//! Every switch that a user has: environment variables, read once when the first instance is made.

use std::path::PathBuf;
use std::str::FromStr as _;
use std::sync::LazyLock;
use std::time::Duration;

use lacuna_gpu::memory::fault::NonResident;
use lacuna_gpu::pager::{Mode, SwapOptions};
use lacuna_shaders::tier::{self, Policy, Tier};

use crate::ram;

/// Name, default and meaning of every environment variable that this driver reads; `LACUNA_HELP=1` prints it.
pub const SWITCHES: &[(&str, &str, &str)] = &[
    (
        "LACUNA_CHECK",
        "0",
        "1 compares the address space with its page table after every bind; a difference loses the device",
    ),
    ("LACUNA_DEVICES", "1", "GPUs of the device group, 1 to 32: all of them this machine's processor"),
    (
        "LACUNA_EVICT",
        "lru",
        "off: a full heap refuses; lru: memory goes to the swap file, the longest unused first; chaos or chaos:SEED: any may, at any time",
    ),
    ("LACUNA_FAIL", "0", "for tests: that many requests for memory or addresses later, one is refused"),
    ("LACUNA_HELP", "0", "1 prints this list on stderr"),
    ("LACUNA_LOG", "warn", "off, error, warn, info, debug, trace: what is told on stderr"),
    (
        "LACUNA_NONRESIDENT",
        "zero",
        "what shaders' accesses to unbound memory do beside reading zero and writing nothing: zero, nothing; report: a log line; lose: the device is lost; abort: the process",
    ),
    (
        "LACUNA_SPARSE_DELAY",
        "0",
        "microseconds, at most, that a sparse bind is late; it is overtaken by whatever does not wait for it",
    ),
    (
        "LACUNA_SWAP",
        "/var/tmp",
        "directory of the swap file, with `,SIZE` also its limit (default: half of what is free there)",
    ),
    ("LACUNA_THREADS", "all processors", "threads that execute shaders"),
    (
        "LACUNA_TIER",
        "adaptive",
        "code of compute shaders; quick: made in a hurry; optimized: made to run fast; adaptive: quick, then optimized for those that run for long",
    ),
    ("LACUNA_TRACE", "none", "file that gets a Chrome trace of binds, operations, evictions and jobs"),
    (
        "LACUNA_VRAM",
        "3/4 of RAM",
        "bytes of the device-local heap, with suffix K, M, G or T; RAM counts as far as the control group allows it, and is used as it is touched",
    ),
];

/// The most devices of a group: what Vulkan's structures have room for.
pub const MAX_DEVICES: u32 = ash::vk::MAX_DEVICE_GROUP_SIZE as u32;

/// The switches, with defaults filled in.
pub struct Settings {
    /// `LACUNA_DEVICES`: physical devices of an instance.
    pub devices: u32,
    /// `LACUNA_VRAM`: bytes of the device-local heap.
    pub vram: u64,
    /// Bytes of the host heap: a quarter of RAM.
    pub host_heap: u64,
    /// `LACUNA_EVICT`: what leaves memory when.
    pub evict: Mode,
    /// `LACUNA_SWAP`: where it goes.
    pub swap: SwapOptions,
    /// `LACUNA_CHECK`: whether each bind is followed by a check of all of them.
    pub check: bool,
    /// `LACUNA_NONRESIDENT`: what accesses to unbound memory do.
    pub nonresident: NonResident,
    /// `LACUNA_SPARSE_DELAY`: how late binds may be.
    pub sparse_delay: Duration,
    /// `LACUNA_TRACE`: where the trace goes.
    pub trace: Option<PathBuf>,
}

/// The settings of this process.
pub fn get() -> &'static Settings {
    static SETTINGS: LazyLock<Settings> = LazyLock::new(|| {
        start_log();
        if std::env::var("LACUNA_HELP").is_ok_and(|value| value == "1") {
            eprint!("{}", help());
        }
        let fail = parsed("LACUNA_FAIL", std::env::var("LACUNA_FAIL").ok(), |text| text.parse().ok());
        lacuna_gpu::memory::fail::nth(fail.unwrap_or(0));
        let devices =
            parsed("LACUNA_DEVICES", std::env::var("LACUNA_DEVICES").ok(), parse_devices).unwrap_or(1);
        lacuna_gpu::memory::address_space::divide(devices);
        let tier = parsed("LACUNA_TIER", std::env::var("LACUNA_TIER").ok(), parse_tier);
        tier::set_policy(tier.unwrap_or(Policy::Adaptive));
        let ram = ram::total();
        Settings {
            devices,
            vram: parsed("LACUNA_VRAM", std::env::var("LACUNA_VRAM").ok(), parse_size).unwrap_or(ram / 4 * 3),
            host_heap: ram / 4,
            evict: parsed("LACUNA_EVICT", std::env::var("LACUNA_EVICT").ok(), parse_mode)
                .unwrap_or(Mode::Lru),
            swap: parsed("LACUNA_SWAP", std::env::var("LACUNA_SWAP").ok(), parse_swap)
                .unwrap_or(SwapOptions { directory: "/var/tmp".into(), bytes: None }),
            check: std::env::var("LACUNA_CHECK").is_ok_and(|value| value == "1"),
            nonresident: parsed("LACUNA_NONRESIDENT", std::env::var("LACUNA_NONRESIDENT").ok(), parse_policy)
                .unwrap_or(NonResident::Zero),
            sparse_delay: parsed(
                "LACUNA_SPARSE_DELAY",
                std::env::var("LACUNA_SPARSE_DELAY").ok(),
                parse_delay,
            )
            .unwrap_or_default(),
            trace: std::env::var("LACUNA_TRACE").ok().map(PathBuf::from),
        }
    });
    &SETTINGS
}

/// What a switch says, if it is set to something that makes sense.
fn parsed<T>(name: &str, value: Option<String>, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
    let text = value?;
    let parsed = parse(&text);
    if parsed.is_none() {
        log::warn!("{name}={text} makes no sense; using the default");
    }
    parsed
}

fn parse_devices(text: &str) -> Option<u32> {
    text.trim().parse().ok().filter(|count| (1..=MAX_DEVICES).contains(count))
}

/// `off`, `lru`, `chaos` or `chaos:7`.
fn parse_mode(text: &str) -> Option<Mode> {
    match text.split_once(':') {
        None if text == "off" => Some(Mode::Off),
        None if text == "lru" => Some(Mode::Lru),
        None if text == "chaos" => Some(Mode::Chaos(1)),
        Some(("chaos", seed)) => u64::from_str(seed).ok().map(Mode::Chaos),
        _ => None,
    }
}

fn parse_policy(text: &str) -> Option<NonResident> {
    match text {
        "zero" => Some(NonResident::Zero),
        "report" => Some(NonResident::Report),
        "lose" => Some(NonResident::Lose),
        "abort" => Some(NonResident::Abort),
        _ => None,
    }
}

fn parse_tier(text: &str) -> Option<Policy> {
    match text {
        "adaptive" => Some(Policy::Adaptive),
        "quick" => Some(Policy::Always(Tier::Quick)),
        "optimized" => Some(Policy::Always(Tier::Optimized)),
        _ => None,
    }
}

/// Microseconds, a minute at most.
fn parse_delay(text: &str) -> Option<Duration> {
    u64::from_str(text).ok().filter(|&delay| delay <= 60_000_000).map(Duration::from_micros)
}

/// `/directory` or `/directory,512M`.
fn parse_swap(text: &str) -> Option<SwapOptions> {
    let (directory, bytes) = match text.rsplit_once(',') {
        Some((directory, size)) => (directory, Some(parse_size(size)?)),
        None => (text, None),
    };
    let directory = PathBuf::from(directory);
    directory.is_absolute().then_some(SwapOptions { directory, bytes })
}

/// The list of switches, one a line.
fn help() -> String {
    SWITCHES
        .iter()
        .map(|(name, default, meaning)| format!("{name:16} {meaning} (default: {default})\n"))
        .collect()
}

/// Starts this library's own logger; an application's is another one, since a cdylib has its own statics.
fn start_log() {
    let level = std::env::var("LACUNA_LOG").unwrap_or_else(|_| "warn".into());
    let mut builder = env_logger::Builder::new();
    builder.parse_filters(&level).format_timestamp(None);
    // Fails only when a logger is set already, which a second start would be.
    let _ = builder.try_init();
}

/// `512M`, `8G`, `1T`, or plain bytes. Zero is no size.
fn parse_size(text: &str) -> Option<u64> {
    let text = text.trim();
    let (digits, shift) = match text.char_indices().last()? {
        (end, 'k' | 'K') => (&text[..end], 10),
        (end, 'm' | 'M') => (&text[..end], 20),
        (end, 'g' | 'G') => (&text[..end], 30),
        (end, 't' | 'T') => (&text[..end], 40),
        _ => (text, 0),
    };
    digits.trim().parse::<u64>().ok()?.checked_mul(1 << shift).filter(|&size| size > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_suffixes_and_nonsense_is_none() {
        assert_eq!(parse_size("65536"), Some(65536));
        assert_eq!(parse_size("512M"), Some(512 << 20));
        assert_eq!(parse_size(" 2 g "), Some(2 << 30));
        assert_eq!(parse_size("1T"), Some(1 << 40));
        for nonsense in ["", "0", "G", "-1", "99999999999T", "é"] {
            assert_eq!(parse_size(nonsense), None, "{nonsense}");
        }
    }

    #[test]
    fn a_group_has_a_sensible_number_of_devices() {
        assert_eq!(["1", "2", " 32 "].map(parse_devices), [Some(1), Some(2), Some(32)]);
        assert_eq!(["", "0", "33", "two"].map(parse_devices), [None; 4]);
    }

    #[test]
    fn switches_with_parts_are_taken_apart() {
        assert_eq!(parse_mode("chaos:7"), Some(Mode::Chaos(7)));
        assert_eq!(["off", "lru"].map(parse_mode), [Some(Mode::Off), Some(Mode::Lru)]);
        assert!(["", "chaos:", "chaos:x", "lru:1", "fifo"].iter().all(|text| parse_mode(text).is_none()));
        let swap = |directory: &str, bytes| Some(SwapOptions { directory: directory.into(), bytes });
        assert_eq!(parse_swap("/tmp"), swap("/tmp", None));
        assert_eq!(parse_swap("/a,b,2G"), swap("/a,b", Some(2 << 30)));
        assert!(["", "tmp", "/tmp,", "/tmp,x"].iter().all(|text| parse_swap(text).is_none()));
    }

    #[test]
    fn every_switch_that_is_read_is_listed() {
        for source in [include_str!("settings.rs"), include_str!("../../gpu/src/pool.rs")] {
            for read in source.split("env::var(\"").skip(1).filter_map(|rest| rest.split('"').next()) {
                assert!(SWITCHES.iter().any(|(name, ..)| *name == read), "{read} is not listed");
            }
        }
        assert_eq!(help().lines().count(), SWITCHES.len());
    }

    #[test]
    fn the_documentation_lists_the_same_switches() {
        let rows: String = SWITCHES
            .iter()
            .map(|(name, default, meaning)| format!("| `{name}` | {default} | {meaning} |\n"))
            .collect();
        assert!(
            include_str!("../../docs/SWITCHES.md").ends_with(&rows),
            "docs/SWITCHES.md should end with:\n{rows}"
        );
    }
}
