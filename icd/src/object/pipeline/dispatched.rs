//! Which kernel a dispatch runs: that of the pipeline, or one for storage images of other formats than the shader declares.
//!
//! The other one is compiled when such images are bound for the first time, which most applications never do.

use std::sync::{Arc, OnceLock};

use lacuna_shaders::abi::DispatchContext;
use lacuna_shaders::{CompileError, ComputeKernel, Layout};

use crate::object::kernel_cache::{self, Source};

/// The kernels of a compute shader; other pipelines may share them.
#[derive(Clone)]
pub struct Dispatched {
    kernel: Arc<ComputeKernel>,
    /// If the kernel has formats built in.
    untyped: Option<Arc<Untyped>>,
}

/// A kernel that goes by the formats of views.
struct Untyped {
    source: Source,
    layout: Layout,
    /// `None` where it could not be compiled.
    kernel: OnceLock<Option<Arc<ComputeKernel>>>,
}

impl Dispatched {
    /// Compiles the kernel of a source, which `layout` was given to.
    ///
    /// # Errors
    /// What the compiler refuses.
    pub fn new(source: Source, layout: &Layout) -> Result<Self, CompileError> {
        let kernel = kernel_cache::compute_kernel(source.clone(), layout)?;
        let untyped = kernel
            .has_typed_images()
            .then(|| Arc::new(Untyped { source, layout: layout.clone(), kernel: OnceLock::new() }));
        Ok(Self { kernel, untyped })
    }

    /// The kernel of the pipeline.
    pub fn kernel(&self) -> &Arc<ComputeKernel> {
        &self.kernel
    }

    /// The kernel for what is bound.
    ///
    /// # Safety
    /// Every set that the shader uses is null or has all its descriptors.
    pub unsafe fn kernel_for(&self, context: &DispatchContext) -> &ComputeKernel {
        match &self.untyped {
            // SAFETY: the caller's promise.
            Some(untyped) if !unsafe { self.kernel.fits(context) } => {
                untyped.kernel().unwrap_or(&self.kernel)
            }
            _ => &self.kernel,
        }
    }
}

impl Untyped {
    fn kernel(&self) -> Option<&ComputeKernel> {
        let kernel = self.kernel.get_or_init(|| {
            let compiled = kernel_cache::untyped_compute_kernel(self.source.clone(), &self.layout);
            compiled.inspect_err(|error| log::warn!("images of other formats than declared: {error}")).ok()
        });
        kernel.as_deref()
    }
}
