//! Shader objects, and the state that draws need with them.

use std::ffi::c_void;

use ash::{ext, vk};

use super::{Check, Device, Error, PUSH_STAGES, Recorder, Result, viewport};

/// One `VkShaderEXT`, whose entry point is `main` and which has 20 bytes of push constants and no descriptors.
pub struct ShaderObject {
    commands: ext::shader_object::Device,
    /// The handle.
    pub handle: vk::ShaderEXT,
    stage: vk::ShaderStageFlags,
}

impl ShaderObject {
    /// From SPIR-V.
    ///
    /// # Errors
    /// Not supported without the extension; what the driver returns.
    pub fn new(device: &Device, stage: vk::ShaderStageFlags, code: &[u32]) -> Result<Self> {
        let bytes: Vec<u8> = code.iter().flat_map(|word| word.to_ne_bytes()).collect();
        Self::of(device, stage, vk::ShaderCodeTypeEXT::SPIRV, &bytes)
    }

    /// From what [`binary`](Self::binary) gave.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn from_binary(device: &Device, stage: vk::ShaderStageFlags, binary: &[u8]) -> Result<Self> {
        Self::of(device, stage, vk::ShaderCodeTypeEXT::BINARY, binary)
    }

    fn of(
        device: &Device,
        stage: vk::ShaderStageFlags,
        kind: vk::ShaderCodeTypeEXT,
        code: &[u8],
    ) -> Result<Self> {
        if !device.physical.extra.shader_object {
            return Err(Error::NotSupported("VK_EXT_shader_object".into()));
        }
        let commands = ext::shader_object::Device::new(device.physical.instance.raw(), &device.raw);
        // Binaries begin at a multiple of 16.
        let mut aligned = vec![0u128; code.len().div_ceil(16)];
        let to = aligned.as_mut_ptr().cast::<u8>();
        // SAFETY: a new allocation of at least as many bytes.
        unsafe { to.copy_from_nonoverlapping(code.as_ptr(), code.len()) };
        let ranges = [vk::PushConstantRange { stage_flags: PUSH_STAGES, offset: 0, size: 20 }];
        let next = match stage {
            vk::ShaderStageFlags::VERTEX => vk::ShaderStageFlags::FRAGMENT,
            _ => vk::ShaderStageFlags::empty(),
        };
        let mut info = vk::ShaderCreateInfoEXT::default()
            .stage(stage)
            .next_stage(next)
            .code_type(kind)
            .name(c"main")
            .push_constant_ranges(&ranges);
        (info.code_size, info.p_code) = (code.len(), to.cast::<c_void>());
        // SAFETY: `info` and what it points to outlive the call.
        let made = unsafe { commands.create_shaders(&[info], None) };
        let handle = made.map(|shaders| shaders[0]).map_err(|(_, error)| error).at("vkCreateShadersEXT")?;
        Ok(Self { commands, handle, stage })
    }

    /// Its binary.
    ///
    /// # Errors
    /// What the driver returns.
    pub fn binary(&self) -> Result<Vec<u8>> {
        // SAFETY: the shader is alive.
        unsafe { self.commands.get_shader_binary_data(self.handle) }.at("vkGetShaderBinaryDataEXT")
    }
}

impl Drop for ShaderObject {
    fn drop(&mut self) {
        // SAFETY: created from this device, destroyed once.
        unsafe { self.commands.destroy_shader(self.handle, None) };
    }
}

impl Recorder<'_> {
    /// Binds shaders, and nothing to the other stages that pipelines may have had.
    pub fn bind_shaders(&self, shaders: &[&ShaderObject]) {
        let Some(first) = shaders.first() else { return };
        let stages: Vec<_> = shaders.iter().map(|shader| shader.stage).collect();
        let handles: Vec<_> = shaders.iter().map(|shader| shader.handle).collect();
        let others = [
            vk::ShaderStageFlags::TESSELLATION_CONTROL,
            vk::ShaderStageFlags::TESSELLATION_EVALUATION,
            vk::ShaderStageFlags::GEOMETRY,
        ];
        // SAFETY: recording; the shaders are alive and of these stages.
        unsafe {
            first.commands.cmd_bind_shaders(self.handle, &stages, &handles);
            first.commands.cmd_bind_shaders(self.handle, &others, &[vk::ShaderEXT::null(); 3]);
        }
    }

    /// Sets all state that a draw with shader objects needs: triangles without vertex buffers, tests and blending, over the
    /// scissor's part of a picture of one color attachment.
    pub fn set_plain_state(&self, shader: &ShaderObject, [width, height]: [u32; 2], scissor: vk::Rect2D) {
        let (set, buffer) = (&shader.commands, self.handle);
        let one = vk::SampleCountFlags::TYPE_1;
        let keep = vk::StencilOp::KEEP;
        // SAFETY: recording; all arrays outlive the calls.
        unsafe {
            set.cmd_set_vertex_input(buffer, &[], &[]);
            set.cmd_set_primitive_topology(buffer, vk::PrimitiveTopology::TRIANGLE_LIST);
            set.cmd_set_primitive_restart_enable(buffer, false);
            set.cmd_set_viewport_with_count(buffer, &[viewport(width, height)]);
            set.cmd_set_scissor_with_count(buffer, &[scissor]);
            set.cmd_set_rasterizer_discard_enable(buffer, false);
            set.cmd_set_polygon_mode(buffer, vk::PolygonMode::FILL);
            set.cmd_set_cull_mode(buffer, vk::CullModeFlags::NONE);
            set.cmd_set_front_face(buffer, vk::FrontFace::COUNTER_CLOCKWISE);
            set.cmd_set_rasterization_samples(buffer, one);
            set.cmd_set_sample_mask(buffer, one, &[u32::MAX]);
            set.cmd_set_alpha_to_coverage_enable(buffer, false);
            set.cmd_set_depth_bias_enable(buffer, false);
            set.cmd_set_depth_test_enable(buffer, false);
            set.cmd_set_depth_write_enable(buffer, false);
            set.cmd_set_depth_bounds_test_enable(buffer, false);
            set.cmd_set_stencil_test_enable(buffer, false);
            let (faces, always) = (vk::StencilFaceFlags::FRONT_AND_BACK, vk::CompareOp::ALWAYS);
            set.cmd_set_stencil_op(buffer, faces, keep, keep, keep, always);
            set.cmd_set_logic_op_enable(buffer, false);
            set.cmd_set_color_blend_enable(buffer, 0, &[vk::FALSE]);
            set.cmd_set_color_blend_equation(buffer, 0, &[vk::ColorBlendEquationEXT::default()]);
            set.cmd_set_color_write_mask(buffer, 0, &[vk::ColorComponentFlags::RGBA]);
        }
    }
}
