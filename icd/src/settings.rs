//! Every switch that a user has: environment variables, read once when the first instance is made.

use std::sync::LazyLock;

/// Name, default and meaning of every environment variable that this driver reads; `LACUNA_HELP=1` prints it.
pub const SWITCHES: &[(&str, &str, &str)] = &[
    ("LACUNA_HELP", "0", "1 prints this list on stderr"),
    ("LACUNA_LOG", "warn", "off, error, warn, info, debug, trace: what is told on stderr"),
    ("LACUNA_THREADS", "all processors", "threads that execute shaders"),
    ("LACUNA_DEVICES", "1", "GPUs of the device group, 1 to 32: all of them this machine's processor"),
    (
        "LACUNA_VRAM",
        "3/4 of RAM",
        "bytes of the device-local heap, with suffix K, M, G or T; RAM is used as it is touched",
    ),
];

/// The most devices of a group: what Vulkan's structures have room for.
pub const MAX_DEVICES: u32 = ash::vk::MAX_DEVICE_GROUP_SIZE as u32;

/// The switches, with defaults filled in.
pub struct Settings {
    /// `LACUNA_DEVICES`: physical devices of an instance.
    pub devices: u32,
    /// `LACUNA_VRAM`: bytes of the device-local heap; suffixes K, M, G, T. Default: three quarters of the machine's RAM.
    pub vram: u64,
    /// Bytes of the host heap: a quarter of the machine's RAM.
    pub host_heap: u64,
}

/// The settings of this process.
pub fn get() -> &'static Settings {
    static SETTINGS: LazyLock<Settings> = LazyLock::new(|| {
        start_log();
        if std::env::var("LACUNA_HELP").is_ok_and(|value| value == "1") {
            eprint!("{}", help());
        }
        let devices = devices(std::env::var("LACUNA_DEVICES").ok().as_deref());
        lacuna_gpu::memory::address_space::divide(devices);
        let ram = ram_bytes();
        let vram = std::env::var("LACUNA_VRAM").ok().and_then(|text| {
            let size = parse_size(&text);
            if size.is_none() {
                log::warn!("LACUNA_VRAM={text} is not a size; using the default");
            }
            size
        });
        Settings { devices, vram: vram.unwrap_or(ram / 4 * 3), host_heap: ram / 4 }
    });
    &SETTINGS
}

/// `LACUNA_DEVICES`: one where it is not set.
fn devices(text: Option<&str>) -> u32 {
    let Some(text) = text else { return 1 };
    let count = text.trim().parse().ok().filter(|count| (1..=MAX_DEVICES).contains(count));
    count.unwrap_or_else(|| {
        log::warn!("LACUNA_DEVICES={text} is not a number from 1 to {MAX_DEVICES}; using 1");
        1
    })
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

/// Bytes of RAM of this machine; 4 GiB where the system does not say.
fn ram_bytes() -> u64 {
    const FALLBACK: u64 = 4 << 30;
    let Ok(text) = std::fs::read_to_string("/proc/meminfo") else { return FALLBACK };
    let kib = text
        .lines()
        .find_map(|line| line.strip_prefix("MemTotal:")?.trim().strip_suffix("kB")?.trim().parse().ok());
    kib.map_or(FALLBACK, |kib: u64| kib << 10)
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
    fn there_is_one_device_unless_a_sensible_number_is_asked_for() {
        for (text, count) in [(None, 1), (Some("2"), 2), (Some(" 32 "), 32), (Some("33"), 1), (Some("0"), 1)]
        {
            assert_eq!(devices(text), count, "{text:?}");
        }
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
