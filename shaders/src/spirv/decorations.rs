//! Decorations of ids and of structure members.

use spirv::{Decoration, Op};

use super::parse::Instruction;
use crate::CompileError;

const NO_MEMBER: u32 = u32::MAX;

#[derive(Clone, Copy, Debug)]
struct Entry {
    target: u32,
    member: u32,
    decoration: u32,
    literal: u32,
}

/// All decorations of a module, found by target.
#[derive(Debug, Default)]
pub(crate) struct Decorations {
    entries: Vec<Entry>,
}

impl Decorations {
    /// Collects them.
    pub(crate) fn collect(instructions: &[Instruction<'_>]) -> Result<Self, CompileError> {
        let mut entries = Vec::new();
        for instruction in instructions {
            let (member, next) = match instruction.op {
                Op::Decorate | Op::DecorateId => (NO_MEMBER, 1),
                Op::MemberDecorate | Op::MemberDecorateIdEXT => (instruction.operand(1)?, 2),
                _ => continue,
            };
            entries.push(Entry {
                target: instruction.operand(0)?,
                member,
                decoration: instruction.operand(next)?,
                literal: instruction.operands.get(next + 1).copied().unwrap_or(0),
            });
        }
        for instruction in instructions {
            match instruction.op {
                Op::GroupDecorate => {
                    for &target in instruction.rest(1) {
                        copy_group(&mut entries, instruction.operand(0)?, target, NO_MEMBER);
                    }
                }
                Op::GroupMemberDecorate => {
                    for pair in instruction.rest(1).chunks_exact(2) {
                        copy_group(&mut entries, instruction.operand(0)?, pair[0], pair[1]);
                    }
                }
                _ => {}
            }
        }
        entries.sort_by_key(|entry| (entry.target, entry.member));
        Ok(Self { entries })
    }

    /// The first literal of an id's decoration, zero if it has no literal; `None` without the decoration.
    pub(crate) fn get(&self, id: u32, decoration: Decoration) -> Option<u32> {
        self.find(id, NO_MEMBER, decoration)
    }

    /// Whether the id is decorated so.
    pub(crate) fn has(&self, id: u32, decoration: Decoration) -> bool {
        self.get(id, decoration).is_some()
    }

    /// As [`get`](Self::get), for a member of a structure type.
    pub(crate) fn member(&self, id: u32, member: u32, decoration: Decoration) -> Option<u32> {
        self.find(id, member, decoration)
    }

    fn find(&self, target: u32, member: u32, decoration: Decoration) -> Option<u32> {
        let first = self.entries.partition_point(|entry| (entry.target, entry.member) < (target, member));
        self.entries[first..]
            .iter()
            .take_while(|entry| (entry.target, entry.member) == (target, member))
            .find(|entry| entry.decoration == decoration as u32)
            .map(|entry| entry.literal)
    }
}

fn copy_group(entries: &mut Vec<Entry>, group: u32, target: u32, member: u32) {
    for i in 0..entries.len() {
        if entries[i].target == group && entries[i].member == NO_MEMBER {
            entries.push(Entry { target, member, ..entries[i] });
        }
    }
}
