//! Shader objects: stages that are bound one by one, in place of a pipeline.

use std::sync::Arc;

use ash::vk;
use lacuna_shaders::stage::Stage;

use super::execute::State;
use super::recording::{Command, Recording};
use crate::error::Error;
use crate::handle::Object;
use crate::object::pipeline::stage;
use crate::object::shader_object::{Code, ShaderObject};

impl Recording {
    /// `vkCmdBindShadersEXT`: without `shaders`, nothing is bound to any of the stages.
    ///
    /// # Errors
    /// [`Error::InvalidHandle`], [`Error::InvalidUsage`] for a shader of another stage.
    pub fn bind_shaders(
        &mut self,
        stages: &[vk::ShaderStageFlags],
        shaders: &[vk::ShaderEXT],
    ) -> Result<(), Error> {
        for (index, &stage) in stages.iter().enumerate() {
            let handle = shaders.get(index).copied().unwrap_or_default();
            let shader =
                if handle == vk::ShaderEXT::null() { None } else { Some(ShaderObject::get(handle)?) };
            self.bind_shader(stage, shader)?;
        }
        Ok(())
    }

    fn bind_shader(
        &mut self,
        flag: vk::ShaderStageFlags,
        shader: Option<Arc<ShaderObject>>,
    ) -> Result<(), Error> {
        const ANOTHER: Error = Error::InvalidUsage("VUID-vkCmdBindShadersEXT-pShaders-08469");
        if flag == vk::ShaderStageFlags::COMPUTE {
            if let Some(shader) = &shader {
                let Code::Compute(pipeline) = &shader.code else { return Err(ANOTHER) };
                self.invocations = invocations(pipeline.code.kernel().workgroup_size());
            }
            return self.push(Command::BindComputeShader(shader), 0);
        }
        match (stage(flag), shader) {
            (Ok(stage), None) => self.push(Command::BindStage(stage, None), 0),
            (Ok(stage), Some(shader)) => match shader.code {
                Code::Stage(own, _) if own == stage => self.push(Command::BindStage(stage, Some(shader)), 0),
                _ => Err(ANOTHER),
            },
            // Nothing is ever bound to stages that this device does not have.
            (Err(_), None) => Ok(()),
            (Err(error), Some(_)) => Err(error),
        }
    }
}

/// Invocations of a workgroup.
pub(super) fn invocations(size: [u32; 3]) -> u64 {
    size.iter().map(|&size| u64::from(size)).product()
}

impl<'a> State<'a> {
    pub(super) fn bind_compute_shader(&mut self, shader: Option<&'a Arc<ShaderObject>>) {
        self.compute.bind(shader.and_then(|shader| match &shader.code {
            Code::Compute(pipeline) => Some(pipeline),
            Code::Stage(..) => None,
        }));
    }

    pub(super) fn bind_stage(&mut self, stage: Stage, shader: Option<&'a Arc<ShaderObject>>) {
        self.graphics.bind_stage(stage, shader.map(|shader| &**shader));
    }
}
