//! What draws use: the pipeline, all state, descriptor sets, vertex and index buffers, as they were bound last.

use std::sync::Arc;

use ash::vk;
use lacuna_gpu::draw::state::Stages;
use lacuna_gpu::draw::targets::{IndexBuffer, VertexBuffer};
use lacuna_gpu::draw::{DrawCommand, DrawInputs, DrawState};
use lacuna_gpu::memory::address_space::Gpu;
use lacuna_shaders::abi::DispatchContext;
use lacuna_shaders::stage::Stage;

use super::feedback::Feedback;
use super::fixed::FixedState;
use super::setting::Setting;
use crate::caps::limits::MAX_VERTEX_BINDINGS;
use crate::command::compute::Sets;
use crate::command::recording::{Command, Recording};
use crate::command::transfer;
use crate::error::Error;
use crate::handle::Object;
use crate::object::buffer::Buffer;
use crate::object::pipeline::{GraphicsPipeline, STAGES, Shaders};
use crate::object::pipeline_layout::PipelineLayout;
use crate::object::shader_object::{Code, ShaderObject};

/// A vertex buffer from an offset on.
#[derive(Clone)]
pub struct BoundBuffer {
    buffer: Arc<Buffer>,
    offset: u64,
    size: u64,
}

impl BoundBuffer {
    /// A buffer from `offset` on, `size` bytes or all that it has; nothing for null and for what is beyond its end.
    ///
    /// # Errors
    /// [`Error::InvalidHandle`] for a handle that is neither null nor a buffer.
    pub fn new(buffer: vk::Buffer, offset: u64, size: u64) -> Result<Option<Self>, Error> {
        if buffer == vk::Buffer::null() {
            return Ok(None);
        }
        let buffer = Buffer::get(buffer)?;
        let size = buffer.size().saturating_sub(offset).min(size);
        Ok((size > 0).then_some(Self { buffer, offset, size }))
    }

    /// Bytes that may be accessed.
    pub(super) fn size(&self) -> u64 {
        self.size
    }

    /// Where it is now for a GPU; `None` while it has no memory.
    pub(super) fn address(&self, gpu: Gpu) -> Option<u64> {
        transfer::address(gpu, &self.buffer).map(|address| address + self.offset)
    }
}

impl Recording {
    /// Records a setting, of a `vkCmdSet*` that sets one.
    ///
    /// # Errors
    /// [`Error::OutOfHostMemory`].
    pub fn set(&mut self, setting: Setting) -> Result<(), Error> {
        self.push(Command::Set(setting), 0)
    }

    /// Records several.
    ///
    /// # Errors
    /// [`Error::OutOfHostMemory`].
    pub fn set_all(&mut self, settings: impl IntoIterator<Item = Setting>) -> Result<(), Error> {
        settings.into_iter().try_for_each(|setting| self.set(setting))
    }

    /// `vkCmdBindVertexBuffers` and its successor: `sizes` and `strides` are empty or as many as the buffers.
    ///
    /// # Errors
    /// [`Error::InvalidHandle`], [`Error::InvalidUsage`] for bindings that no device has.
    pub fn bind_vertex_buffers(
        &mut self,
        first: u32,
        buffers: &[vk::Buffer],
        offsets: &[u64],
        sizes: &[u64],
        strides: &[u64],
    ) -> Result<(), Error> {
        for (index, &buffer) in buffers.iter().enumerate() {
            let binding = first.saturating_add(index as u32);
            if binding >= MAX_VERTEX_BINDINGS {
                return Err(Error::InvalidUsage("VUID-vkCmdBindVertexBuffers-firstBinding-00624, -00625"));
            }
            let offset = offsets.get(index).copied().unwrap_or(0);
            let size = sizes.get(index).copied().unwrap_or(vk::WHOLE_SIZE);
            let buffer = BoundBuffer::new(buffer, offset, size)?;
            self.push(Command::BindVertexBuffer { binding, buffer }, 0)?;
            if let Some(&stride) = strides.get(index) {
                let stride = u32::try_from(stride).unwrap_or(u32::MAX);
                self.push(Command::SetVertexStride { binding, stride }, 0)?;
            }
        }
        Ok(())
    }

    /// `vkCmdBindIndexBuffer` and its successor.
    ///
    /// # Errors
    /// [`Error::InvalidHandle`].
    pub fn bind_index_buffer(
        &mut self,
        buffer: vk::Buffer,
        offset: u64,
        size: u64,
        index_type: vk::IndexType,
    ) -> Result<(), Error> {
        let buffer = BoundBuffer::new(buffer, offset, size)?;
        self.push(Command::BindIndexBuffer { buffer, index_type }, 0)
    }
}

/// What draws use.
#[derive(Default)]
pub(in crate::command) struct Graphics<'a> {
    /// Who draws.
    gpu: Gpu,
    pub(in crate::command) sets: Sets<'a>,
    shaders: BoundShaders<'a>,
    stages: Option<Stages>,
    fixed: FixedState,
    vertex_buffers: [Option<&'a BoundBuffer>; MAX_VERTEX_BINDINGS as usize],
    vertex_strides: [Option<u32>; MAX_VERTEX_BINDINGS as usize],
    index_buffer: Option<(&'a BoundBuffer, vk::IndexType)>,
    pub(super) feedback: Feedback<'a>,
    /// What follows from the above, as long as nothing changes.
    state: Option<DrawState>,
    inputs: Option<DrawInputs>,
}

/// Where the stages come from.
enum BoundShaders<'a> {
    Pipeline(&'a GraphicsPipeline),
    Objects(Shaders, [Option<&'a PipelineLayout>; STAGES.len()]),
}

impl Default for BoundShaders<'_> {
    fn default() -> Self {
        Self::Objects(Shaders::default(), [None; STAGES.len()])
    }
}

/// A draw of nothing, which every draw replaces.
const NOTHING: DrawCommand =
    DrawCommand::Direct { vertices: 0, instances: 0, first_vertex: 0, first_instance: 0 };

impl<'a> Graphics<'a> {
    /// Nothing is bound.
    pub(in crate::command) fn new(gpu: Gpu) -> Self {
        Self { gpu, ..Self::default() }
    }

    /// Binding a pipeline makes its settings.
    pub(in crate::command) fn bind_pipeline(&mut self, pipeline: &'a GraphicsPipeline) {
        if !matches!(self.shaders, BoundShaders::Pipeline(bound) if std::ptr::eq(bound, pipeline)) {
            self.shaders = BoundShaders::Pipeline(pipeline);
            self.stages = pipeline.stages();
        }
        pipeline.settings.iter().for_each(|setting| self.fixed.set(setting));
        self.state = None;
        self.inputs = None;
    }

    /// Binding a shader object to a stage unbinds a pipeline. What no command sets has its default then.
    pub(in crate::command) fn bind_stage(&mut self, stage: Stage, shader: Option<&'a ShaderObject>) {
        if let BoundShaders::Pipeline(_) = self.shaders {
            self.shaders = BoundShaders::default();
            self.fixed.set(&Setting::SampleShading(None));
            self.fixed.set(&Setting::DeclaredColors(u32::MAX));
        }
        let BoundShaders::Objects(shaders, layouts) = &mut self.shaders else { return };
        let kernel = shader.and_then(|shader| match &shader.code {
            Code::Stage(_, kernel) => Some(Arc::clone(kernel)),
            Code::Compute(_) => None,
        });
        shaders.set(stage, kernel);
        if let Some(place) = STAGES.iter().position(|&other| other == stage) {
            layouts[place] = shader.map(|shader| &*shader.layout);
        }
        self.stages = shaders.stages();
        self.state = None;
        self.inputs = None;
    }

    /// Points the context at the descriptors that the shaders use.
    pub(super) fn write_sets(&mut self, context: &mut DispatchContext) {
        match &self.shaders {
            BoundShaders::Pipeline(pipeline) => {
                if let Some(layout) = &pipeline.layout {
                    self.sets.write([&**layout].into_iter(), context);
                }
            }
            BoundShaders::Objects(_, layouts) => self.sets.write(layouts.iter().flatten().copied(), context),
        }
    }

    pub(in crate::command) fn set(&mut self, setting: &Setting) {
        if let Setting::VertexInput(input) = setting {
            // The last one that says a stride wins: this command, or a later one that binds the buffer.
            for binding in &input.bindings {
                if let Some(stride) = self.vertex_strides.get_mut(binding.binding as usize) {
                    *stride = None;
                }
            }
            self.inputs = None;
        }
        self.fixed.set(setting);
        self.state = None;
    }

    pub(in crate::command) fn bind_vertex_buffer(&mut self, binding: u32, buffer: Option<&'a BoundBuffer>) {
        self.vertex_buffers[binding as usize] = buffer;
        self.inputs = None;
    }

    pub(in crate::command) fn set_vertex_stride(&mut self, binding: u32, stride: u32) {
        self.vertex_strides[binding as usize] = Some(stride);
        self.inputs = None;
    }

    pub(in crate::command) fn bind_index_buffer(
        &mut self,
        buffer: Option<&'a BoundBuffer>,
        index_type: vk::IndexType,
    ) {
        self.index_buffer = buffer.map(|buffer| (buffer, index_type));
        self.inputs = None;
    }

    /// Buffers were bound, or counters began anew.
    pub(super) fn inputs_changed(&mut self) {
        self.inputs = None;
    }

    /// State depends on the samples of the targets.
    pub(in crate::command) fn targets_changed(&mut self) {
        self.state = None;
    }

    /// The state and the inputs of a draw; `None` without a vertex shader.
    pub(super) fn prepare(&mut self, samples: Option<u32>) -> Option<(&DrawState, &mut DrawInputs)> {
        let stages = self.stages.as_ref()?;
        let has_strides = match self.shaders {
            BoundShaders::Pipeline(pipeline) => pipeline.has_dynamic_strides,
            BoundShaders::Objects(..) => true,
        };
        let state = self.state.get_or_insert_with(|| self.fixed.draw_state(stages, samples));
        let inputs = self.inputs.get_or_insert_with(|| DrawInputs {
            vertex_buffers: vertex_buffers(self.gpu, &self.vertex_buffers, &self.vertex_strides, has_strides),
            index_buffer: self.index_buffer.and_then(|(buffer, index_type)| {
                Some(IndexBuffer { address: buffer.address(self.gpu)?, size: buffer.size, index_type })
            }),
            draw: NOTHING,
            draw_index: 0,
            transform_feedback: self.feedback.of_draw(self.gpu),
        });
        Some((state, inputs))
    }
}

/// The vertex buffers up to the last one that is bound.
fn vertex_buffers<A: FromIterator<Option<VertexBuffer>>>(
    gpu: Gpu,
    buffers: &[Option<&BoundBuffer>],
    strides: &[Option<u32>],
    has_strides: bool,
) -> A {
    let count = buffers.iter().rposition(Option::is_some).map_or(0, |last| last + 1);
    let buffer = |(buffer, stride): (&Option<&BoundBuffer>, &Option<u32>)| {
        let buffer = (*buffer)?;
        let stride = stride.filter(|_| has_strides);
        Some(VertexBuffer { address: buffer.address(gpu)?, size: buffer.size, stride })
    };
    buffers[..count].iter().zip(strides).map(buffer).collect()
}
