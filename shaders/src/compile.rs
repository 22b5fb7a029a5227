//! The list of passes.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::OnceLock;

use cranelift_codegen::isa::OwnedTargetIsa;
use cranelift_codegen::settings::{self, Configurable};

use crate::abi::LANES;
use crate::coarsen::coarsen;
use crate::error::CompileError;
use crate::ir::Function;
use crate::kernel::ComputeKernel;
use crate::lower::{LowerError, Lowered, Workspace, lower};
use crate::source::{ComputeSource, StageSource};
use crate::stage::{Interface, Stage};
use crate::stage_kernel::StageKernel;
use crate::translate::{translate_stage, translate_typed};
use crate::uniformity::{LaneLayout, Uniformity};

thread_local! {
    static WORKSPACE: RefCell<Workspace> = RefCell::default();
}

/// SPIR-V to a kernel that can be run.
pub fn compile_compute(source: &ComputeSource<'_>) -> Result<ComputeKernel, CompileError> {
    compile_typed(source, true)
}

/// The same of a kernel that goes by the formats of views, whatever the shader declares: slower, and right for all views.
pub fn compile_untyped_compute(source: &ComputeSource<'_>) -> Result<ComputeKernel, CompileError> {
    compile_typed(source, false)
}

fn compile_typed(source: &ComputeSource<'_>, has_formats: bool) -> Result<ComputeKernel, CompileError> {
    let (function, typed_images) = translate_typed(source, has_formats)?;
    let kernel = compile_function(coarsen(&function).as_ref().unwrap_or(&function))?;
    Ok(kernel.with_typed_images(typed_images))
}

/// SPIR-V of a graphics stage to a kernel that can be run.
pub fn compile_stage(source: &StageSource<'_>) -> Result<StageKernel, CompileError> {
    let (function, interface) = translate_stage(source)?;
    compile_stage_function(&function, source.stage, interface)
}

/// Makes machine code of verified IR of a graphics stage.
pub fn compile_stage_function(
    function: &Function,
    stage: Stage,
    interface: Interface,
) -> Result<StageKernel, CompileError> {
    StageKernel::new(function, stage, interface, lowered(function)?).map_err(no_memory)
}

/// Makes machine code of verified IR.
pub fn compile_function(function: &Function) -> Result<ComputeKernel, CompileError> {
    ComputeKernel::new(function, lowered(function)?).map_err(no_memory)
}

fn no_memory(error: rustix::io::Errno) -> CompileError {
    CompileError::unsupported(format!("executable memory: {error}"))
}

fn lowered(function: &Function) -> Result<Lowered, CompileError> {
    check_limits(function)?;
    let isa = host()?;
    let uniformity = Uniformity::new(function, LaneLayout::of(function));
    WORKSPACE
        .with(|workspace| {
            // Taken out meanwhile: a code generator that panicked leaves a workspace that must not be used again.
            let mut taken = workspace.take();
            let lowered = catch_unwind(AssertUnwindSafe(|| lower(function, &uniformity, &**isa, &mut taken)));
            if lowered.is_ok() {
                workspace.replace(taken);
            }
            lowered.map_err(|_| CompileError::unsupported("the code generator gave up; this is a bug"))
        })?
        .map_err(CompileError::from)
}

/// Sizes that offsets in machine code are made for; far beyond what a device offers.
fn check_limits(function: &Function) -> Result<(), CompileError> {
    const MAX_INVOCATIONS: u64 = 1 << 14;
    const MAX_BYTES: u64 = 1 << 24;
    let invocations =
        function.workgroup_size.iter().try_fold(1u64, |product, &n| product.checked_mul(u64::from(n)));
    let local: u64 = function.local_memories.iter().map(|&bytes| u64::from(bytes)).sum();
    if !invocations.is_some_and(|n| (1..=MAX_INVOCATIONS).contains(&n)) {
        return Err(CompileError::unsupported("workgroups of this size"));
    }
    if local * u64::from(LANES) > MAX_BYTES || u64::from(function.shared_bytes) > MAX_BYTES {
        return Err(CompileError::unsupported("this much private or shared memory"));
    }
    Ok(())
}

impl From<LowerError> for CompileError {
    fn from(error: LowerError) -> Self {
        Self::unsupported(error.to_string())
    }
}

/// The processor that this runs on.
///
/// Cranelift's optimizer is off: the front end has folded and merged what it could, so that the optimizer takes a third of
/// the time and finds next to nothing; what it moves out of loops costs registers.
fn host() -> Result<&'static OwnedTargetIsa, CompileError> {
    static HOST: OnceLock<Result<OwnedTargetIsa, String>> = OnceLock::new();
    HOST.get_or_init(detect).as_ref().map_err(|error| CompileError::unsupported(error.clone()))
}

fn detect() -> Result<OwnedTargetIsa, String> {
    let mut flags = settings::builder();
    for (name, value) in [
        ("opt_level", "none"),
        ("enable_verifier", if cfg!(debug_assertions) { "true" } else { "false" }),
        ("is_pic", "false"),
        ("unwind_info", "false"),
        ("enable_probestack", "false"),
    ] {
        flags.set(name, value).map_err(|error| error.to_string())?;
    }
    let isa = cranelift_native::builder()?
        .finish(settings::Flags::new(flags))
        .map_err(|error| error.to_string())?;
    let has = |name| isa.isa_flags().iter().any(|flag| flag.name == name && flag.as_bool() == Some(true));
    if cfg!(target_arch = "x86_64") && !has("has_sse41") {
        return Err("this processor has no SSE 4.1".into());
    }
    Ok(isa)
}
