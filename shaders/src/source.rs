//! What is compiled: a SPIR-V module with everything that the pipeline fixes.

use std::collections::BTreeMap;

use crate::mapping::Mapping;
use crate::stage::Stage;

/// One compute shader, as `vkCreateComputePipelines` describes it.
#[derive(Clone, Copy, Debug)]
pub struct ComputeSource<'a> {
    /// The SPIR-V module.
    pub words: &'a [u32],
    /// Name of the entry point (`VkPipelineShaderStageCreateInfo::pName`).
    pub entry_point: &'a str,
    /// Specialization constants that are set: constant id and bits (little endian, upper bits ignored).
    pub specialization: &'a [(u32, u64)],
    /// Where descriptors are.
    pub layout: &'a Layout,
}

/// A [`ComputeSource`] that borrows nothing.
#[derive(Clone, Debug)]
pub(crate) struct OwnedComputeSource {
    words: Box<[u32]>,
    entry_point: String,
    specialization: Vec<(u32, u64)>,
    layout: Layout,
}

impl From<&ComputeSource<'_>> for OwnedComputeSource {
    fn from(source: &ComputeSource<'_>) -> Self {
        Self {
            words: source.words.into(),
            entry_point: source.entry_point.into(),
            specialization: source.specialization.into(),
            layout: source.layout.clone(),
        }
    }
}

impl OwnedComputeSource {
    pub(crate) fn borrowed(&self) -> ComputeSource<'_> {
        ComputeSource {
            words: &self.words,
            entry_point: &self.entry_point,
            specialization: &self.specialization,
            layout: &self.layout,
        }
    }
}

/// One stage of a graphics pipeline, as `vkCreateGraphicsPipelines` describes it.
#[derive(Clone, Copy, Debug)]
pub struct StageSource<'a> {
    /// Which stage.
    pub stage: Stage,
    /// The SPIR-V module.
    pub words: &'a [u32],
    /// Name of the entry point (`VkPipelineShaderStageCreateInfo::pName`).
    pub entry_point: &'a str,
    /// Specialization constants that are set: constant id and bits (little endian, upper bits ignored).
    pub specialization: &'a [(u32, u64)],
    /// Where descriptors are.
    pub layout: &'a Layout,
}

/// What the translation of a compute shader and that of a stage ask for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Source<'a> {
    /// `None` for compute.
    pub(crate) stage: Option<Stage>,
    pub(crate) specialization: &'a [(u32, u64)],
    pub(crate) layout: &'a Layout,
    /// Whether storage images are of the formats that the shader declares; else only their views know.
    pub(crate) has_formats: bool,
}

impl<'a> From<&ComputeSource<'a>> for Source<'a> {
    fn from(source: &ComputeSource<'a>) -> Self {
        Self { stage: None, specialization: source.specialization, layout: source.layout, has_formats: true }
    }
}

impl<'a> From<&StageSource<'a>> for Source<'a> {
    fn from(source: &StageSource<'a>) -> Self {
        Self {
            stage: Some(source.stage),
            specialization: source.specialization,
            layout: source.layout,
            has_formats: true,
        }
    }
}

/// Where the descriptors of a pipeline layout are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    /// By descriptor set and binding.
    pub bindings: BTreeMap<(u32, u32), Binding>,
    /// Where else they are, if the shader uses descriptor heaps.
    pub mappings: Option<Vec<Mapping>>,
}

/// The place of one binding in its descriptor set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Binding {
    /// Index of the first descriptor in the set.
    pub slot: u32,
    /// Number of descriptors; a dynamic index beyond is clamped to the last.
    pub count: u32,
}
