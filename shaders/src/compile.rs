//! The list of passes.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::OnceLock;
use std::time::Instant;

use cranelift_codegen::isa::OwnedTargetIsa;
use cranelift_codegen::settings::{self, Configurable};

use crate::TypedImage;
use crate::abi::LANES;
use crate::coarsen::coarsen;
use crate::compiled::Compiled;
use crate::error::CompileError;
use crate::ir::{Function, moves, sample_ahead};
use crate::kernel::ComputeKernel;
use crate::lower::{LowerError, Lowered, Workspace, lower};
use crate::source::{ComputeSource, OwnedComputeSource, StageSource};
use crate::stage::{Interface, Stage};
use crate::stage_kernel::StageKernel;
use crate::tier::{self, Policy, Tier, Tiered};
use crate::translate::{translate_stage, translate_typed};
use crate::uniformity::{LaneLayout, Uniformity};

thread_local! {
    static WORKSPACE: Cell<Option<Box<Workspace>>> = const { Cell::new(None) };
}

/// Bytes of stack that quick code may take. It has a place for each value that it does not keep in a register, and the threads of
/// applications have stacks of any size.
const MAX_QUICK_STACK: u32 = 16 << 10;

/// SPIR-V to a kernel that can be run, of the tiers that the [policy](tier::set_policy) says.
pub fn compile_compute(source: &ComputeSource<'_>) -> Result<ComputeKernel, CompileError> {
    compile_typed(source, true)
}

/// The same of a kernel that goes by the formats of views, whatever the shader declares: slower, and right for all views.
pub fn compile_untyped_compute(source: &ComputeSource<'_>) -> Result<ComputeKernel, CompileError> {
    compile_typed(source, false)
}

fn compile_typed(source: &ComputeSource<'_>, has_formats: bool) -> Result<ComputeKernel, CompileError> {
    let (function, typed_images) = compute_function(source, has_formats)?;
    let start = Instant::now();
    let policy = tier::policy();
    let quick = if policy == Policy::Always(Tier::Optimized) { None } else { quick(&function) };
    let tiers = match (quick, policy) {
        (None, _) => compiled(&function, Tier::Optimized)?.into(),
        (Some(quick), Policy::Always(_)) => quick.into(),
        (Some(quick), Policy::Adaptive) => {
            let source = OwnedComputeSource::from(source);
            let optimize =
                move || compiled(&compute_function(&source.borrowed(), has_formats)?.0, Tier::Optimized);
            Tiered::new(quick, start.elapsed(), Box::new(optimize))
        }
    };
    Ok(ComputeKernel::new(&function, tiers).with_typed_images(typed_images))
}

fn compute_function(
    source: &ComputeSource<'_>,
    has_formats: bool,
) -> Result<(Function, Vec<TypedImage>), CompileError> {
    let (function, typed_images) = translate_typed(source, has_formats)?;
    Ok((coarsen(&function).unwrap_or(function), typed_images))
}

/// Quick code, unless it cannot be made or takes too much stack.
fn quick(function: &Function) -> Option<Compiled> {
    let lowered = lowered(function, Tier::Quick).ok()?;
    (lowered.stack_bytes <= MAX_QUICK_STACK).then(|| Compiled::new(lowered).ok())?
}

/// SPIR-V of a graphics stage to a kernel that can be run.
pub fn compile_stage(source: &StageSource<'_>) -> Result<StageKernel, CompileError> {
    let (mut function, mut interface) = translate_stage(source)?;
    if source.stage == Stage::Fragment {
        interface.samples_ahead = sample_ahead(&mut function).into();
        interface.moves = moves(&function).unwrap_or_default();
    }
    compile_stage_function(&function, source.stage, interface)
}

/// Makes machine code of verified IR of a graphics stage.
pub fn compile_stage_function(
    function: &Function,
    stage: Stage,
    interface: Interface,
) -> Result<StageKernel, CompileError> {
    Ok(StageKernel::new(function, stage, interface, compiled(function, Tier::Optimized)?))
}

/// Makes machine code of verified IR.
pub fn compile_function(function: &Function, tier: Tier) -> Result<ComputeKernel, CompileError> {
    Ok(ComputeKernel::new(function, compiled(function, tier)?.into()))
}

fn compiled(function: &Function, tier: Tier) -> Result<Compiled, CompileError> {
    let no_memory = |error| CompileError::unsupported(format!("executable memory: {error}"));
    Compiled::new(lowered(function, tier)?).map_err(no_memory)
}

fn lowered(function: &Function, tier: Tier) -> Result<Lowered, CompileError> {
    check_limits(function)?;
    let (isa, generator) = (host(Tier::Optimized)?, host(tier)?);
    let uniformity = Uniformity::new(function, LaneLayout::of(function));
    // Taken out meanwhile: a code generator that panicked leaves a workspace that must not be used again.
    let mut workspace = WORKSPACE.take().unwrap_or_default();
    let lowered =
        catch_unwind(AssertUnwindSafe(|| lower(function, &uniformity, &**isa, &**generator, &mut workspace)));
    if lowered.is_ok() {
        WORKSPACE.set(Some(workspace));
    }
    let gave_up = |_| CompileError::unsupported("the code generator gave up; this is a bug");
    lowered.map_err(gave_up)?.map_err(CompileError::from)
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
fn host(tier: Tier) -> Result<&'static OwnedTargetIsa, CompileError> {
    static HOSTS: [OnceLock<Result<OwnedTargetIsa, String>>; 2] = [const { OnceLock::new() }; 2];
    let host = HOSTS[tier as usize].get_or_init(|| detect(tier));
    host.as_ref().map_err(|error| CompileError::unsupported(error.clone()))
}

fn detect(tier: Tier) -> Result<OwnedTargetIsa, String> {
    let mut flags = settings::builder();
    let registers = match tier {
        Tier::Quick => "single_pass",
        Tier::Optimized => "backtracking",
    };
    for (name, value) in [
        ("opt_level", "none"),
        ("regalloc_algorithm", registers),
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
