//! A small Vulkan client: what the demo, the native suite and the benches use to talk to a driver.
//!
//! Goes through the system's Vulkan loader like any application and knows nothing of the driver behind it.
//! Everything beyond Vulkan 1.0 is used through its extension, so that 1.0 drivers with extensions and newer
//! drivers take the same path.
//!
//! # Ownership
//! Each object owns its handle and a reference to its [`Device`], and destroys the handle when dropped.
//! Nothing here tracks what the GPU still uses: callers wait (see [`Queue::run`]) before they drop.
//!
//! # Safety
//! The functions are safe as far as this process's own memory goes: handles come from owners that are alive and
//! structures outlive the calls. Vulkan's valid-usage rules are *not* checked, because the suite breaks some of them on
//! purpose to see that a driver survives; such tests run in a child process.

mod attachment;
mod buffer;
mod canvas;
mod commands;
mod compute;
mod descriptor;
mod device;
mod error;
mod heap;
mod image;
mod instance;
mod memory;
mod painter;
mod physical;
mod planar;
mod query;
mod queue;
mod sampler;
mod shader_object;
mod shaders;
mod sparse;
mod sparse_image;
mod sync;
mod texel;
mod vertex_fetch;
mod window;

pub use ash::vk::*;

pub use ash::vk::Result as Code;
pub use attachment::{Attachment, AttachmentShape};
pub use buffer::{Buffer, HostBuffer, LocalBuffer};
pub use canvas::{CANVAS_FORMAT, Canvas, CanvasShape};
pub use commands::{Commands, Recorder};
pub use compute::{Kernel, KernelOptions};
pub use descriptor::{Bound, DescriptorSet};
pub use device::{Device, DeviceOptions};
pub use error::{Check, Error, Result};
pub use heap::{DESCRIPTOR_HEAP, HeapKernel, HeapProperties, Mapping, ResourceHeap, write_descriptor};
pub use image::{ImageShape, StorageImage};
pub use instance::Instance;
pub use memory::{Memory, Word};
pub use painter::{PUSH_STAGES, Painter, PainterOptions, viewport};
pub use physical::{ExtraFeatures, Physical};
pub use planar::{Conversion, PLANES, PlanarImage};
pub use query::{Queries, Timestamps};
pub use queue::{Queue, Signals, Submit, Waits};
pub use sampler::TextureSampler;
pub use shader_object::ShaderObject;
pub use shaders::*;
pub use sparse::{Bind, BindInfo, SparseBuffer};
pub use sparse_image::{BlockBind, SparseImage};
pub use sync::{Event, Fence, Semaphore};
pub use texel::TexelView;
pub use vertex_fetch::{VertexFetch, VertexFetchOptions};
pub use window::{Presentation, Surface, Swapchain, SwapchainOptions};

/// How long the suite waits for a fence before it calls the work hung, in nanoseconds.
pub const PATIENCE: u64 = 20_000_000_000;
