//! Words into instructions.
//!
//! Operands stay words of the module: an instruction is four numbers and a slice, and a shader of a thousand instructions is
//! cut in microseconds. Which instructions have a result and a result type comes from `rspirv`'s grammar; its parser, which
//! searches that grammar from the start for each instruction and allocates each operand list, is not used.
//!
//! Every accessor checks: a missing operand is an error that names the instruction.

use std::sync::LazyLock;

use rspirv::grammar::{INSTRUCTION_TABLE, OperandKind};
use spirv::Op;

use crate::CompileError;

/// The greatest id bound that SPIR-V lets a module rely on (universal limits).
const MAX_BOUND: u32 = 0x40_0000;

const HAS_TYPE: u8 = 1;
const HAS_RESULT: u8 = 2;

/// What precedes the operands of each instruction, by opcode.
static RESULTS: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut table = Vec::new();
    for instruction in INSTRUCTION_TABLE.iter() {
        let opcode = instruction.opcode as usize;
        if table.len() <= opcode {
            table.resize(opcode + 1, 0);
        }
        for operand in instruction.operands {
            match operand.kind {
                OperandKind::IdResultType => table[opcode] |= HAS_TYPE,
                OperandKind::IdResult => table[opcode] |= HAS_RESULT,
                _ => {}
            }
        }
    }
    table
});

/// One instruction.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Instruction<'a> {
    /// What it does.
    pub(crate) op: Op,
    /// Id of the result's type; zero if it has none.
    pub(crate) result_type: u32,
    /// Id of the result; zero if it has none.
    pub(crate) result: u32,
    /// What follows.
    pub(crate) operands: &'a [u32],
    /// Where it stands in the module, in words.
    pub(crate) word: usize,
}

impl<'a> Instruction<'a> {
    /// Whether it may stand where no other instruction may: lines, and what non-semantic sets say of the source.
    pub(crate) fn is_note(&self) -> bool {
        matches!(self.op, Op::Line | Op::NoLine | Op::ExtInst | Op::ExtInstWithForwardRefsKHR)
    }

    /// An error that blames this instruction.
    #[cold]
    pub(crate) fn error(&self, what: &'static str) -> CompileError {
        CompileError::Malformed { op: format!("{:?}", self.op).into(), word: self.word, what }
    }

    /// An error that says this instruction cannot be translated.
    #[cold]
    pub(crate) fn unsupported(&self) -> CompileError {
        CompileError::unsupported(format!("Op{:?} (at word {})", self.op, self.word))
    }

    /// An operand.
    pub(crate) fn operand(&self, index: usize) -> Result<u32, CompileError> {
        self.operands.get(index).copied().ok_or_else(|| self.error("an operand is missing"))
    }

    /// The operands from one on.
    pub(crate) fn rest(&self, index: usize) -> &'a [u32] {
        self.operands.get(index..).unwrap_or(&[])
    }

    /// A string operand and the index of the operand behind it.
    pub(crate) fn string(&self, index: usize) -> (String, usize) {
        let mut bytes = Vec::new();
        let mut next = index;
        for word in self.rest(index) {
            next += 1;
            let part = word.to_le_bytes();
            let end = part.iter().position(|&byte| byte == 0);
            bytes.extend_from_slice(&part[..end.unwrap_or(4)]);
            if end.is_some() {
                break;
            }
        }
        (String::from_utf8_lossy(&bytes).into_owned(), next)
    }
}

/// A module's instructions, and the bound that its ids stay below.
pub(crate) fn parse(words: &[u32]) -> Result<(Vec<Instruction<'_>>, u32), CompileError> {
    let (header, mut rest) =
        words.split_first_chunk::<5>().ok_or(CompileError::NotSpirv { what: "shorter than a header" })?;
    if header[0] != spirv::MAGIC_NUMBER {
        return Err(CompileError::NotSpirv { what: "wrong magic number" });
    }
    let bound = header[3];
    if bound > MAX_BOUND {
        return Err(CompileError::NotSpirv { what: "the bound of the ids is too large" });
    }
    let mut instructions = Vec::with_capacity(rest.len() / 4);
    let mut word = header.len();
    while let Some(&first) = rest.first() {
        let count = (first >> 16) as usize;
        if count == 0 || count > rest.len() {
            return Err(CompileError::NotSpirv { what: "an instruction's word count is wrong" });
        }
        let (this, behind) = rest.split_at(count);
        instructions.push(instruction(this, word, bound)?);
        rest = behind;
        word += count;
    }
    Ok((instructions, bound))
}

fn instruction(words: &[u32], word: usize, bound: u32) -> Result<Instruction<'_>, CompileError> {
    let opcode = words[0] & 0xffff;
    let op = Op::from_u32(opcode).ok_or_else(|| CompileError::unsupported(format!("opcode {opcode}")))?;
    let results = RESULTS.get(opcode as usize).copied().unwrap_or(0);
    let mut instruction = Instruction { op, result_type: 0, result: 0, operands: &words[1..], word };
    if results & HAS_TYPE != 0 {
        instruction.result_type = take(&mut instruction, bound)?;
    }
    if results & HAS_RESULT != 0 {
        instruction.result = take(&mut instruction, bound)?;
    }
    Ok(instruction)
}

/// Takes an id off the front of the operands.
fn take(instruction: &mut Instruction<'_>, bound: u32) -> Result<u32, CompileError> {
    let id = instruction.operand(0)?;
    instruction.operands = instruction.rest(1);
    if id == 0 || id >= bound {
        Err(instruction.error("an id is zero or not below the bound"))
    } else {
        Ok(id)
    }
}
