//! Graphics pipelines.

use std::sync::Arc;

use ash::vk;
use ash::vk::GraphicsPipelineLibraryFlagsEXT as Parts;
use lacuna_gpu::draw::Program;
use lacuna_gpu::draw::state::Stages;
use lacuna_shaders::stage::Stage;
use lacuna_shaders::{Layout, StageKernel};

use super::library;
use super::shader::{Shader, pipeline_flags, shader_layout};
use super::state::{self, Pieces};
use crate::command::graphics::setting::Setting;
use crate::error::Error;
use crate::guard::slice;
use crate::handle::Object;
use crate::newer::PIPELINE_CREATE_2_DESCRIPTOR_HEAP;
use crate::object::pipeline_layout::PipelineLayout;
use crate::object::render_pass::RenderPass;
use crate::pnext;

/// A graphics pipeline, or some parts of one.
pub struct GraphicsPipeline {
    /// What it was made with; `None` of parts that need none.
    pub layout: Option<Arc<PipelineLayout>>,
    /// Its static state: made, one after the other, when it is bound.
    pub settings: Vec<Setting>,
    /// Strides of vertex buffers come with the buffers.
    pub has_dynamic_strides: bool,
    parts: Parts,
    shaders: Shaders,
}

/// The machine code of all stages; several pipelines may share it.
#[derive(Clone, Default)]
pub struct Shaders {
    vertex: Option<Arc<StageKernel>>,
    tessellation_control: Option<Arc<StageKernel>>,
    tessellation_evaluation: Option<Arc<StageKernel>>,
    geometry: Option<Arc<StageKernel>>,
    fragment: Option<Arc<StageKernel>>,
}

impl GraphicsPipeline {
    /// One pipeline of `vkCreateGraphicsPipelines`.
    ///
    /// # Errors
    /// [`Error::InvalidShader`] for what the compiler refuses, [`Error::FormatNotSupported`] for formats that vertices cannot
    /// have, [`Error::InvalidHandle`], [`Error::InvalidUsage`].
    ///
    /// # Safety
    /// `info` is a valid structure.
    pub unsafe fn new(info: &vk::GraphicsPipelineCreateInfo<'_>) -> Result<Self, Error> {
        // SAFETY: this function's contract.
        let libraries = unsafe { library::libraries(info)? };
        let mut pipeline = Self {
            layout: PipelineLayout::find(info.layout),
            settings: Vec::new(),
            has_dynamic_strides: false,
            parts: Parts::empty(),
            shaders: Shaders::default(),
        };
        libraries.iter().for_each(|library| pipeline.link(library));
        // SAFETY: this function's contract.
        let own = unsafe { library::own_parts(info, pipeline.parts) };
        // SAFETY: this function's contract.
        unsafe { pipeline.add(info, own)? };
        Ok(pipeline)
    }

    /// Takes over the parts of a library.
    fn link(&mut self, library: &Self) {
        self.parts |= library.parts;
        self.settings.extend_from_slice(&library.settings);
        self.has_dynamic_strides |= library.has_dynamic_strides;
        if self.layout.is_none() {
            self.layout.clone_from(&library.layout);
        }
        for stage in STAGES {
            if let Some(kernel) = library.shaders.of(stage) {
                *self.shaders.of_mut(stage) = Some(Arc::clone(kernel));
            }
        }
    }

    /// Makes the parts that `info` describes.
    ///
    /// # Safety
    /// `info` is a valid structure.
    unsafe fn add(&mut self, info: &vk::GraphicsPipelineCreateInfo<'_>, parts: Parts) -> Result<(), Error> {
        // SAFETY: this function's contract.
        let pieces = unsafe { Pieces::new(info, parts, targets(info))? };
        self.parts |= parts;
        self.has_dynamic_strides |= pieces.has_dynamic_strides();
        // SAFETY: members of a valid structure.
        let stages = unsafe { slice(info.p_stages, info.stage_count) };
        // SAFETY: the chain of a valid structure.
        let flags = unsafe { pipeline_flags(info.flags, info.p_next) };
        let layout = self.layout.as_ref().map(|layout| shader_layout(layout)).unwrap_or_default();
        let layout = (!flags.contains(PIPELINE_CREATE_2_DESCRIPTOR_HEAP)).then_some(&layout);
        for stage in stages.iter().filter(|stage| parts.contains(part_of(stage.stage))) {
            if stage.stage == vk::ShaderStageFlags::FRAGMENT && pieces.discards() {
                continue;
            }
            // SAFETY: an element of a valid structure.
            unsafe { self.shaders.compile(stage, layout)? };
        }
        // SAFETY: this function's contract.
        unsafe { state::add(&pieces, self.shaders.has_tessellation(), &mut self.settings) }
    }

    /// The shaders as draws take them; `None` for pipelines that cannot draw.
    pub fn stages(&self) -> Option<Stages> {
        self.shaders.stages()
    }
}

/// All stages that a graphics pipeline can have.
pub const STAGES: [Stage; 5] = [
    Stage::Vertex,
    Stage::TessellationControl,
    Stage::TessellationEvaluation,
    Stage::Geometry,
    Stage::Fragment,
];

impl Shaders {
    /// As draws take them; `None` without a vertex shader.
    pub fn stages(&self) -> Option<Stages> {
        let program =
            |kernel: &Option<Arc<StageKernel>>| kernel.clone().map(|kernel| kernel as Arc<dyn Program>);
        Some(Stages {
            vertex: program(&self.vertex)?,
            tessellation_control: program(&self.tessellation_control),
            tessellation_evaluation: program(&self.tessellation_evaluation),
            geometry: program(&self.geometry),
            fragment: program(&self.fragment),
        })
    }

    /// Exchanges the shader of a stage.
    pub fn set(&mut self, stage: Stage, kernel: Option<Arc<StageKernel>>) {
        *self.of_mut(stage) = kernel;
    }

    fn of(&self, stage: Stage) -> Option<&Arc<StageKernel>> {
        match stage {
            Stage::Vertex => self.vertex.as_ref(),
            Stage::TessellationControl => self.tessellation_control.as_ref(),
            Stage::TessellationEvaluation => self.tessellation_evaluation.as_ref(),
            Stage::Geometry => self.geometry.as_ref(),
            Stage::Fragment => self.fragment.as_ref(),
        }
    }

    fn of_mut(&mut self, stage: Stage) -> &mut Option<Arc<StageKernel>> {
        match stage {
            Stage::Vertex => &mut self.vertex,
            Stage::TessellationControl => &mut self.tessellation_control,
            Stage::TessellationEvaluation => &mut self.tessellation_evaluation,
            Stage::Geometry => &mut self.geometry,
            Stage::Fragment => &mut self.fragment,
        }
    }

    fn has_tessellation(&self) -> bool {
        self.tessellation_evaluation.is_some()
    }

    /// # Safety
    /// `info` is a valid structure.
    unsafe fn compile(
        &mut self,
        info: &vk::PipelineShaderStageCreateInfo<'_>,
        layout: Option<&Layout>,
    ) -> Result<(), Error> {
        let stage = stage(info.stage)?;
        // SAFETY: this function's contract.
        let kernel = unsafe { Shader::new(info, layout)? }.stage_kernel(stage)?;
        *self.of_mut(stage) = Some(kernel);
        Ok(())
    }
}

/// The stage of a flag.
///
/// # Errors
/// [`Error::InvalidUsage`] for a stage that no draw has.
pub fn stage(flag: vk::ShaderStageFlags) -> Result<Stage, Error> {
    match flag {
        vk::ShaderStageFlags::VERTEX => Ok(Stage::Vertex),
        vk::ShaderStageFlags::TESSELLATION_CONTROL => Ok(Stage::TessellationControl),
        vk::ShaderStageFlags::TESSELLATION_EVALUATION => Ok(Stage::TessellationEvaluation),
        vk::ShaderStageFlags::GEOMETRY => Ok(Stage::Geometry),
        vk::ShaderStageFlags::FRAGMENT => Ok(Stage::Fragment),
        _ => Err(Error::InvalidUsage("VUID-VkGraphicsPipelineCreateInfo-pStages-06897")),
    }
}

/// The part of a pipeline that a stage belongs to.
fn part_of(stage: vk::ShaderStageFlags) -> Parts {
    match stage {
        vk::ShaderStageFlags::FRAGMENT => Parts::FRAGMENT_SHADER,
        _ => Parts::PRE_RASTERIZATION_SHADERS,
    }
}

/// What a pipeline's subpass or rendering draws to. Without it, pointers to state may point nowhere.
#[derive(Clone, Copy, Debug)]
pub(super) struct TargetKinds {
    pub(super) colors: bool,
    /// A bit for each color attachment that has a format; what has none is not written.
    pub(super) declared_colors: u32,
    pub(super) depth_or_stencil: bool,
}

/// # Safety
/// `info` is a valid structure.
unsafe fn targets(info: &vk::GraphicsPipelineCreateInfo<'_>) -> TargetKinds {
    if let Some(pass) = RenderPass::find(info.render_pass) {
        let subpass = pass.subpasses.get(info.subpass as usize);
        return TargetKinds {
            colors: subpass.is_some_and(|subpass| subpass.colors.iter().any(Option::is_some)),
            declared_colors: u32::MAX,
            depth_or_stencil: subpass.is_some_and(|subpass| subpass.has_depth_or_stencil()),
        };
    }
    // SAFETY: the chain of a valid structure.
    let rendering = unsafe { pnext::find::<vk::PipelineRenderingCreateInfo<'_>>(info.p_next) };
    let exists = |format| format != vk::Format::UNDEFINED;
    // SAFETY: members of a valid structure.
    let formats = rendering.map_or(&[][..], |rendering| unsafe {
        slice(rendering.p_color_attachment_formats, rendering.color_attachment_count)
    });
    let declared = (0..u32::BITS).zip(formats).filter(|&(_, &format)| exists(format));
    TargetKinds {
        colors: rendering.is_some_and(|rendering| rendering.color_attachment_count > 0),
        declared_colors: declared.fold(0, |mask, (index, _)| mask | 1 << index),
        depth_or_stencil: rendering.is_some_and(|rendering| {
            exists(rendering.depth_attachment_format) || exists(rendering.stencil_attachment_format)
        }),
    }
}
