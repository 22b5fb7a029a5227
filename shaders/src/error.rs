//! Why a shader was refused.

use std::borrow::Cow;

/// Why a shader could not be compiled. Whoever made the SPIR-V is told by the message which instruction is meant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CompileError {
    /// The words are no SPIR-V module at all.
    #[error("not a SPIR-V module: {what}")]
    NotSpirv {
        /// What is wrong with the header.
        what: &'static str,
    },
    /// An instruction breaks a rule of SPIR-V.
    #[error("malformed SPIR-V: Op{op} at word {word}: {what}")]
    Malformed {
        /// The instruction.
        op: Cow<'static, str>,
        /// Position of the instruction in the module, in words.
        word: usize,
        /// The rule it breaks.
        what: &'static str,
    },
    /// There is no such entry point.
    #[error("no entry point of this stage is named `{name}`")]
    NoEntryPoint {
        /// The name asked for.
        name: String,
    },
    /// A resource of the shader is missing in the pipeline layout.
    #[error("the pipeline layout has no buffer at set {set}, binding {binding}")]
    NoBinding {
        /// Descriptor set.
        set: u32,
        /// Binding in the set.
        binding: u32,
    },
    /// Valid, as far as was checked, but this compiler cannot translate it.
    #[error("not supported: {what}")]
    Unsupported {
        /// The instruction, capability or limit.
        what: Cow<'static, str>,
    },
}

impl CompileError {
    /// Something this compiler cannot translate.
    pub(crate) fn unsupported(what: impl Into<Cow<'static, str>>) -> Self {
        Self::Unsupported { what: what.into() }
    }
}
