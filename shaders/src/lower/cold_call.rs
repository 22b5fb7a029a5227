//! Calls out of code that seldom runs, such as the slow way of a load, which leave every register as it was.
//!
//! An ordinary call may change half of the registers, so that all that lives across it is kept on the stack, on the way that
//! does not call as well. These calls go through a *trampoline*: a function made once for the process, which saves
//! all registers, calls, and restores them.

use std::sync::OnceLock;

use cranelift_codegen::Context;
use cranelift_codegen::ir::{self as clif, AbiParam, InstBuilder, types};
use cranelift_codegen::isa::{CallConv, TargetIsa};
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};

use super::{LowerError, Lowering, begin_routine, machine_code};
use crate::code::Code;
use crate::runtime::batch::{load_batch, store_batch};

/// A function that cold code calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cold {
    LoadBatch,
    StoreBatch,
}

/// Parameters of both functions: context, base, range, frame, mask, batch.
const PARAMETERS: [clif::Type; 6] = [types::I64, types::I64, types::I64, types::I64, types::I32, types::I64];

impl Cold {
    fn function(self) -> *const () {
        match self {
            Self::LoadBatch => load_batch as *const (),
            Self::StoreBatch => store_batch as *const (),
        }
    }
}

/// Addresses of the trampolines.
pub(super) type Trampolines = [i64; 2];

/// Makes the trampolines, if there are none yet. When there is no memory for them, it is tried again next time.
pub(super) fn trampolines(isa: &dyn TargetIsa) -> Result<Trampolines, LowerError> {
    static MADE: OnceLock<[Code; 2]> = OnceLock::new();
    let codes = match MADE.get() {
        Some(codes) => codes,
        None => {
            let codes = [make(Cold::LoadBatch, isa)?, make(Cold::StoreBatch, isa)?];
            MADE.get_or_init(|| codes)
        }
    };
    Ok(codes.each_ref().map(|code| code.entry().as_ptr() as i64))
}

fn signature(convention: CallConv) -> clif::Signature {
    let mut signature = clif::Signature::new(convention);
    signature.params = PARAMETERS.map(AbiParam::new).to_vec();
    signature
}

fn make(cold: Cold, isa: &dyn TargetIsa) -> Result<Code, LowerError> {
    let mut context = Context::for_function(clif::Function::with_name_signature(
        clif::UserFuncName::default(),
        signature(CallConv::PreserveAll),
    ));
    let mut builder_context = FunctionBuilderContext::new();
    let mut b = FunctionBuilder::new(&mut context.func, &mut builder_context);
    let arguments = begin_routine(&mut b);
    let callee = b.import_signature(signature(isa.default_call_conv()));
    let target = b.ins().iconst(types::I64, cold.function() as i64);
    b.ins().call_indirect(callee, target, &arguments);
    b.ins().return_(&[]);
    b.finalize(isa.frontend_config());
    Ok(Code::new(machine_code(&mut context, isa)?)?)
}

impl Lowering<'_, '_> {
    /// Calls a function of the runtime.
    pub(super) fn call_cold(&mut self, function: Cold, arguments: &[clif::Value; 6]) {
        let signature = match self.cold_signature {
            Some(signature) => signature,
            None => *self.cold_signature.insert(self.b.import_signature(signature(CallConv::PreserveAll))),
        };
        let target = self.b.ins().iconst(types::I64, self.trampolines[function as usize]);
        self.b.ins().call_indirect(signature, target, arguments);
    }
}
