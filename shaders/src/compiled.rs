//! Machine code that can be called, with all that it holds the addresses of.

use crate::abi::texture::TextureInstruction;
use crate::code::Code;
use crate::lower::{Entry, Lowered};
use crate::runtime::batch::Batch;
use crate::runtime::math::Evaluation;
use crate::runtime::print::PrintInstruction;

/// One version of a shader's machine code.
#[derive(Debug)]
pub(crate) struct Compiled {
    pub(crate) code: Code,
    pub(crate) entry: Entry,
    /// Bytes of private memory of one packet.
    pub(crate) local_bytes: usize,
    #[expect(clippy::vec_box, reason = "machine code holds their addresses")]
    _evaluations: Vec<Box<Evaluation>>,
    #[expect(clippy::vec_box, reason = "machine code holds their addresses")]
    _batches: Vec<Box<Batch>>,
    #[expect(clippy::vec_box, reason = "machine code holds their addresses")]
    _textures: Vec<Box<TextureInstruction>>,
    #[expect(clippy::vec_box, reason = "machine code holds their addresses")]
    _prints: Vec<Box<PrintInstruction>>,
}

impl Compiled {
    /// Puts code where it can be executed. Fails where the system refuses executable memory.
    pub(crate) fn new(lowered: Lowered) -> Result<Self, rustix::io::Errno> {
        Ok(Self {
            code: Code::new(&lowered.code)?,
            entry: lowered.entry,
            local_bytes: lowered.local_bytes as usize,
            _evaluations: lowered.evaluations,
            _batches: lowered.batches,
            _textures: lowered.textures,
            _prints: lowered.prints,
        })
    }
}
