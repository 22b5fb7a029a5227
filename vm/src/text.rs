//! Requests, operations and spaces as text: what logs print is what test files hold.
//!
//! ```text
//! coalesce                     the VM joins contiguous neighbours
//! map 0..8 a@0                 pages, half-open; BO `a` from its page 0
//! map 2..5 b@4 ro user=7       read-only, with the caller's bits
//! map 5..6 null
//! unmap 3..4
//! unmap_bo a
//! prefetch 0..9
//! evict a                      or `validate`, which brings back everything
//! -- operations of the last request
//! unmap 3..4 b@5 ro user=7
//! -- space
//! 0..2 a@0 | 2..3 b@4 ro user=7 | ...
//! ```
//!
//! Lines that begin with `#` are comments.

use std::fmt::Write as _;

use thiserror::Error as ThisError;

use crate::arena::number;
use crate::bo::BoId;
use crate::error::Error;
use crate::manager::Manager;
use crate::mapping::{MapFlags, Mapping};
use crate::op::Op;
use crate::page_table::PageTable;
use crate::request::Request;
use crate::units::{BoOffset, PAGE_SHIFT, PAGE_SIZE, Va, VaRange};
use crate::vm::{VmId, VmOptions};

/// Pages of the VM and of each BO that a script works on.
const PAGES: u64 = 1 << 16;

/// Why a script cannot be replayed.
#[derive(Clone, Debug, PartialEq, Eq, ThisError)]
pub enum ScriptError {
    /// The line is not understood; counted from 1.
    #[error("line {0} is not understood")]
    Syntax(usize),
    /// The manager refused the line.
    #[error("line {0}: {1}")]
    Refused(usize, Error),
}

/// A mapping the way scripts write it.
#[must_use]
pub fn mapping(mapping: &Mapping) -> String {
    let Mapping { range, bo, offset, flags } = mapping;
    let mut text = pages(*range);
    match bo {
        Some(bo) => _ = write!(text, " {}@{}", name(*bo), offset.0 >> PAGE_SHIFT),
        None => text.push_str(" null"),
    }
    for (flag, word) in [(MapFlags::READ_ONLY, " ro"), (MapFlags::EVICTED, " evicted")] {
        if flags.contains(flag) {
            text.push_str(word);
        }
    }
    if flags.user() != 0 {
        _ = write!(text, " user={}", flags.user());
    }
    text
}

/// An operation the way scripts write it.
#[must_use]
pub fn operation(op: &Op) -> String {
    let kept = |keep: bool| if keep { " keep" } else { "" };
    match op {
        Op::Map(new) => format!("map {}", mapping(new)),
        Op::Prefetch(found) => format!("prefetch {}", mapping(found)),
        Op::Unmap { mapping: old, keep } => format!("unmap {}{}", mapping(old), kept(*keep)),
        Op::Merge { left, right } => format!("merge {} + {}", mapping(left), mapping(right)),
        Op::Remap { mapping: old, prev, next, keep } => {
            let part = |label, part: &Option<Mapping>| {
                part.map_or(String::new(), |m| format!(" {label} {}", mapping(&m)))
            };
            format!("remap {}:{}{}{}", mapping(old), part("prev", prev), part("next", next), kept(*keep))
        }
    }
}

/// All mappings of a VM, on one line.
///
/// # Errors
/// [`Error::NoVm`].
pub fn space(manager: &Manager, vm: VmId) -> Result<String, Error> {
    let mappings: Vec<_> = manager.mappings(vm)?.map(|found| mapping(&found)).collect();
    Ok(mappings.join(" | "))
}

fn pages(range: VaRange) -> String {
    format!("{}..{}", range.start().page(), range.end().page())
}

/// `a` for the first BO of a manager, and so on; `bo26` after `z`.
fn name(bo: BoId) -> String {
    u8::try_from(number(bo))
        .ok()
        .filter(|&index| index < 26)
        .map_or_else(|| bo.to_string(), |i| ((b'a' + i) as char).to_string())
}

/// Replays a script on a fresh VM with 26 BOs and writes it out again with what happened.
///
/// # Errors
/// [`ScriptError`], with the line.
pub fn replay(script: &str, table: &mut impl PageTable) -> Result<String, ScriptError> {
    let mut manager = Manager::new();
    // A lone carriage return at the end would become part of a line end when it is written out.
    let lines = || script.lines().take_while(|line| !line.starts_with("--")).map(str::trim_end);
    let coalesce = lines().any(|line| line.trim_start() == "coalesce");
    let range = VaRange::of_pages(0, PAGES);
    let options = VmOptions { name: "script".into(), range, reserved: None, coalesce, regions: false };
    let refused = |line| move |error| ScriptError::Refused(line, error);
    let vm = manager.create_vm(options).map_err(refused(0))?;
    let mut bos = Vec::new();
    for i in 1..=26 {
        bos.push(manager.create_bo(PAGES * PAGE_SIZE, i << 40).map_err(refused(0))?);
    }
    let mut replay = Replay { manager, vm, bos, last: Vec::new() };
    let mut text = String::new();
    for (number, line) in lines().enumerate() {
        _ = writeln!(text, "{line}");
        let line = line.trim_start();
        if !line.is_empty() && !line.starts_with('#') && line != "coalesce" {
            let done = replay.line(line, table).ok_or(ScriptError::Syntax(number + 1))?;
            done.map_err(refused(number + 1))?;
        }
    }
    text.push_str("-- operations of the last request\n");
    for op in &replay.last {
        _ = writeln!(text, "{}", operation(op));
    }
    _ = writeln!(text, "-- space\n{}", space(&replay.manager, vm).map_err(refused(0))?);
    Ok(text)
}

struct Replay {
    manager: Manager,
    vm: VmId,
    bos: Vec<BoId>,
    last: Vec<Op>,
}

impl Replay {
    /// One line; none if it is not understood.
    fn line(&mut self, line: &str, table: &mut impl PageTable) -> Option<Result<(), Error>> {
        let words: Vec<&str> = line.split_whitespace().collect();
        let Self { manager, vm, last, .. } = self;
        last.clear();
        match words.as_slice() {
            ["validate"] => Some(manager.validate(*vm, table, |_| Ok::<_, Error>(())).map(drop)),
            ["evict", bo] => {
                let bo = self.bo(bo)?;
                Some(self.manager.evict(bo, table).map(drop))
            }
            ["unmap_bo", bo] => {
                let bo = self.bo(bo)?;
                self.last = self.manager.unmap_bo_operations(self.vm, bo).ok()?.collect();
                Some(self.manager.unmap_bo(self.vm, bo, table).map(drop))
            }
            ["prefetch", range] => {
                *last = manager.prefetch_operations(*vm, parse_pages(range)?).ok()?.collect();
                Some(Ok(()))
            }
            _ => {
                let request = self.request(&words)?;
                let result = self.manager.operations(self.vm, &request).and_then(|ops| {
                    self.last = ops;
                    let job = self.manager.prepare(self.vm, &[request])?;
                    self.manager.run(job, table);
                    Ok(())
                });
                Some(result)
            }
        }
    }

    fn request(&self, words: &[&str]) -> Option<Request> {
        match words {
            ["unmap", range] => Some(Request::Unmap { range: parse_pages(range)? }),
            ["map", range, "null"] => Some(Request::MapNull { range: parse_pages(range)? }),
            ["map", range, memory, flags @ ..] => {
                let (bo, page) = memory.split_once('@')?;
                let offset = BoOffset(page.parse::<u64>().ok()?.checked_mul(PAGE_SIZE)?);
                let flags = flags.iter().try_fold(MapFlags::EMPTY, |flags, word| match *word {
                    "ro" => Some(flags | MapFlags::READ_ONLY),
                    _ => Some(flags.with_user(word.strip_prefix("user=")?.parse().ok()?)),
                })?;
                Some(Request::Map { range: parse_pages(range)?, bo: self.bo(bo)?, offset, flags })
            }
            _ => None,
        }
    }

    fn bo(&self, name: &str) -> Option<BoId> {
        let [letter @ b'a'..=b'z'] = *name.as_bytes() else { return None };
        self.bos.get(usize::from(letter - b'a')).copied()
    }
}

fn parse_pages(text: &str) -> Option<VaRange> {
    let (start, end) = text.split_once("..")?;
    let va = |page: &str| page.parse::<u64>().ok()?.checked_mul(PAGE_SIZE).map(Va);
    VaRange::between(va(start)?, va(end)?).ok()
}
