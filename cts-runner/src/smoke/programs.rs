//! The programs, and how each is run.

use std::time::Duration;

use super::desktop::Kind;

/// One program with its arguments.
#[derive(Clone, Debug)]
pub struct Program {
    /// What it is called here.
    pub name: &'static str,
    /// The executable.
    pub command: &'static str,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// Where its window goes.
    pub desktop: Kind,
    /// How it ends.
    pub end: End,
    /// The golden picture that its window shows at some time.
    pub golden: Option<&'static str>,
    /// How much memory it may add while it runs, in KiB.
    pub may_grow: u64,
    /// Whether it has nothing to say on standard error.
    pub quiet: bool,
}

/// How a program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// By itself, at the latest after this time.
    Itself(Duration),
    /// Never: it is ended after this time, and must run until then.
    Told(Duration),
}

/// The memory that an allocator may still settle for.
const SETTLING: u64 = 4 << 10;

/// Every program that is known. `frames` is for those that can be told when to end.
#[must_use]
pub fn all(frames: u32) -> Vec<Program> {
    let count = frames.to_string();
    // A frame of the slowest takes a few milliseconds; a busy machine takes longer.
    let patience = Duration::from_secs(60) + Duration::from_millis(50) * frames;
    let cube = |name, command, desktop, more: &[&str]| Program {
        arguments: words(&["--suppress_popups"]).into_iter().chain(words(more)).collect(),
        end: End::Itself(patience),
        ..Program::new(name, command, desktop)
    };
    vec![
        Program { quiet: true, ..Program::new("vulkaninfo", "vulkaninfo", Kind::X11) },
        Program {
            golden: Some("vkcube"),
            end: End::Told(Duration::from_secs(30)),
            ..cube("vkcube, FIFO", "vkcube", Kind::X11, &[])
        },
        cube("vkcube, IMMEDIATE", "vkcube", Kind::X11, &["--c", &count, "--present_mode", "0"]),
        cube("vkcube, MAILBOX", "vkcube", Kind::X11, &["--c", &count, "--present_mode", "1"]),
        cube("vkcubepp", "vkcubepp", Kind::X11, &["--c", &count, "--present_mode", "0"]),
        cube("vkcube-wayland, FIFO", "vkcube-wayland", Kind::Wayland, &["--c", &count]),
        cube(
            "vkcube-wayland, MAILBOX",
            "vkcube-wayland",
            Kind::Wayland,
            &["--c", &count, "--present_mode", "1"],
        ),
        // It cannot be told when to end, and waits for the screen: sixty frames a second.
        Program {
            end: End::Told(Duration::from_secs(5).max(Duration::from_millis(17) * frames)),
            ..Program::new("vkgears", "vkgears", Kind::X11)
        },
        Program {
            arguments: words(&["--winsys", "xcb", "-s", "800x600", "-b"])
                .into_iter()
                // Hundreds of frames a second, in each of seven scenes.
                .chain([format!(":duration={}", (frames / 600).max(1))])
                .chain(
                    ["clear", "vertex", "texture", "shading", "desktop", "cube", "effect2d"]
                        .into_iter()
                        .flat_map(|scene| ["-b".to_owned(), scene.to_owned()]),
                )
                .collect(),
            end: End::Itself(patience),
            // Scenes come and go.
            may_grow: 64 << 10,
            ..Program::new("vkmark", "vkmark", Kind::X11)
        },
    ]
}

impl Program {
    fn new(name: &'static str, command: &'static str, desktop: Kind) -> Self {
        Self {
            name,
            command,
            arguments: Vec::new(),
            desktop,
            end: End::Itself(Duration::from_secs(60)),
            golden: None,
            may_grow: SETTLING,
            quiet: false,
        }
    }

    /// The first line on standard error that tells of something wrong.
    #[must_use]
    pub fn alarming<'a>(&self, said: &'a str) -> Option<&'a str> {
        // What vulkaninfo says of itself where there is no Wayland.
        let known = |line: &str| line.contains("XDG_RUNTIME_DIR is invalid") || line.trim().is_empty();
        let alarm = |line: &str| {
            ["ERROR", "WARN", "error", "panicked", "lost"].iter().any(|word| line.contains(word))
        };
        said.lines().find(|line| !known(line) && (self.quiet || alarm(line)))
    }
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|&word| word.into()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn complaints_are_heard_and_chatter_is_not() {
        let program = Program::new("some", "some", Kind::X11);
        assert_eq!(
            program.alarming("Selected GPU 0\n[WARN  vulkan_lacuna] no\n"),
            Some("[WARN  vulkan_lacuna] no")
        );
        assert_eq!(program.alarming("Selected GPU 0\n"), None);
        let quiet = Program { quiet: true, ..program };
        assert_eq!(quiet.alarming("error: XDG_RUNTIME_DIR is invalid or not set\n\nhm\n"), Some("hm"));
    }

    #[test]
    fn names_are_unique() {
        let mut names: Vec<_> = all(1).iter().map(|program| program.name).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
