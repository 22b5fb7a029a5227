//! The extensions that this driver lists, and the sets of them that an instance or device has enabled.
//!
//! One line each; what is here is listed, may be enabled, and its commands can be looked up (the command table in
//! [`entry`](crate::entry) names the extension that provides each command).

use std::ffi::{CStr, c_char};

use ash::{ext, khr, nv, vk};

use crate::error::Error;
use crate::{guard, newer};

/// An extension enum: its names, revisions, and the protocol around them.
macro_rules! extensions {
    ($(#[$attribute:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $vendor:ident :: $module:ident;)* }) => {
        $(#[$attribute])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u32)]
        pub enum $name { $($(#[$doc])* $variant,)* }

        impl Extension for $name {
            const ALL: &'static [Self] = &[$(Self::$variant,)*];

            fn name(self) -> &'static CStr {
                match self { $(Self::$variant => $vendor::$module::NAME,)* }
            }

            fn revision(self) -> u32 {
                match self { $(Self::$variant => $vendor::$module::SPEC_VERSION,)* }
            }

            fn number(self) -> usize {
                self as usize
            }
        }
    };
}

/// What instance and device extensions have in common.
pub trait Extension: Copy + 'static {
    /// Every listed extension, in the order of the list.
    const ALL: &'static [Self];

    /// The registered name.
    fn name(self) -> &'static CStr;

    /// The revision of the extension's specification that is implemented.
    fn revision(self) -> u32;

    /// Its place in [`ALL`](Self::ALL).
    fn number(self) -> usize;

    /// What `vkEnumerate*ExtensionProperties` says of it.
    fn properties(self) -> vk::ExtensionProperties {
        let mut properties = vk::ExtensionProperties::default().spec_version(self.revision());
        write_name(&mut properties.extension_name, self.name());
        properties
    }
}

extensions! {
    /// What `vkEnumerateInstanceExtensionProperties` lists.
    InstanceExtension {
        /// Object names for our logs, and messengers that hear our diagnostics.
        DebugUtils = ext::debug_utils;
        /// All devices are one group.
        DeviceGroupCreation = khr::device_group_creation;
        /// No external fence handle type can be exported or imported.
        ExternalFenceCapabilities = khr::external_fence_capabilities;
        /// Which handle types can be exported and imported.
        ExternalMemoryCapabilities = khr::external_memory_capabilities;
        /// No external semaphore handle type can be exported or imported.
        ExternalSemaphoreCapabilities = khr::external_semaphore_capabilities;
        /// The extensible property queries.
        GetPhysicalDeviceProperties2 = khr::get_physical_device_properties2;
        /// The extensible surface queries.
        GetSurfaceCapabilities2 = khr::get_surface_capabilities2;
        /// Surfaces that nobody sees.
        HeadlessSurface = ext::headless_surface;
        /// Windows.
        Surface = khr::surface;
        /// What present modes have in common.
        SurfaceMaintenance1 = ext::surface_maintenance1;
        /// Wayland surfaces.
        WaylandSurface = khr::wayland_surface;
        /// X11 windows through XCB.
        XcbSurface = khr::xcb_surface;
        /// X11 windows through Xlib.
        XlibSurface = khr::xlib_surface;
    }
}

extensions! {
    /// What `vkEnumerateDeviceExtensionProperties` lists.
    DeviceExtension {
        /// 8-bit values in buffers.
        Storage8bit = khr::_8bit_storage;
        /// 16-bit values in buffers.
        Storage16bit = khr::_16bit_storage;
        /// `vkBindBufferMemory2`.
        BindMemory2 = khr::bind_memory2;
        /// Pointers to buffers in shaders.
        BufferDeviceAddress = khr::buffer_device_address;
        /// Copies whose parameters are in buffers.
        CopyMemoryIndirect = newer::copy_memory_indirect;
        /// `vkCmdCopyBuffer2`.
        CopyCommands2 = khr::copy_commands2;
        /// Accepted, never preferred.
        DedicatedAllocation = khr::dedicated_allocation;
        /// Descriptors in the application's memory.
        DescriptorHeap = newer::descriptor_heap;
        /// Descriptor updates from the application's own structures.
        DescriptorUpdateTemplate = khr::descriptor_update_template;
        /// Device masks; `vkCmdDispatchBase`.
        DeviceGroup = khr::device_group;
        /// Memory requirements with chains.
        GetMemoryRequirements2 = khr::get_memory_requirements2;
        /// `vkTrimCommandPool`.
        Maintenance1 = khr::maintenance1;
        /// `vkGetDescriptorSetLayoutSupport`.
        Maintenance3 = khr::maintenance3;
        /// Memory requirements of what does not exist yet.
        Maintenance4 = khr::maintenance4;
        /// More formats, flags of 64 bits, shaders without module objects.
        Maintenance5 = khr::maintenance5;
        /// Binding commands with structures.
        Maintenance6 = khr::maintenance6;
        /// No layer of another API is underneath; secondaries among inline commands, as ever.
        Maintenance7 = newer::maintenance7;
        /// Offsets of samples that are computed, copies between depth and color, blits of slices to layers.
        Maintenance8 = newer::maintenance8;
        /// Descriptors in the command buffer.
        PushDescriptor = khr::push_descriptor;
        /// Damage is passed on where the window system wants it.
        IncrementalPresent = khr::incremental_present;
        /// Presentations have numbers.
        PresentId = khr::present_id;
        /// `vkWaitForPresentKHR`.
        PresentWait = khr::present_wait;
        /// Vectors may straddle 16-byte borders.
        RelaxedBlockLayout = khr::relaxed_block_layout;
        /// 64-bit atomics in buffers and shared memory.
        ShaderAtomicInt64 = khr::shader_atomic_int64;
        /// 8-bit integer and half-precision arithmetic.
        ShaderFloat16Int8 = khr::shader_float16_int8;
        /// The time in shaders.
        ShaderClock = khr::shader_clock;
        /// Integer dot products.
        ShaderIntegerDotProduct = khr::shader_integer_dot_product;
        /// Hints of what is likely and of what is known.
        ShaderExpectAssume = khr::shader_expect_assume;
        /// Which roundings and denormals there are.
        ShaderFloatControls = khr::shader_float_controls;
        /// What arithmetic must not do; it never does.
        ShaderFloatControls2 = khr::shader_float_controls2;
        /// Invocations that take the same way run together again as early as the shader says.
        ShaderMaximalReconvergence = khr::shader_maximal_reconvergence;
        /// What is said of quads: votes in them, and that they are whole.
        ShaderQuadControl = khr::shader_quad_control;
        /// Composites whose parts are all the same value.
        ShaderReplicatedComposites = newer::shader_replicated_composites;
        /// Subgroup operations on all types.
        ShaderSubgroupExtendedTypes = khr::shader_subgroup_extended_types;
        /// Rotation in subgroups.
        ShaderSubgroupRotate = khr::shader_subgroup_rotate;
        /// Subgroups whose invocations take the same way stay together.
        ShaderSubgroupUniformControlFlow = khr::shader_subgroup_uniform_control_flow;
        /// Pointers whose types do not say what they point at.
        ShaderUntypedPointers = newer::shader_untyped_pointers;
        /// SPIR-V 1.4.
        Spirv14 = khr::spirv_1_4;
        /// Pointers that are chosen when the shader runs.
        VariablePointers = khr::variable_pointers;
        /// Shared memory that shaders lay out.
        WorkgroupMemoryExplicitLayout = khr::workgroup_memory_explicit_layout;
        /// Descriptors that are chosen when the shader runs, updated late, or absent.
        DescriptorIndexing = ext::descriptor_indexing;
        /// Images of 64-bit integers, and atomics on them.
        ShaderImageAtomicInt64 = ext::shader_image_atomic_int64;
        /// Floating-point atomics.
        ShaderAtomicFloat = ext::shader_atomic_float;
        /// Smallest and largest, atomically.
        ShaderAtomicFloat2 = ext::shader_atomic_float2;
        /// The older form of ballots.
        ShaderSubgroupBallot = ext::shader_subgroup_ballot;
        /// The older form of votes.
        ShaderSubgroupVote = ext::shader_subgroup_vote;
        /// Uniform blocks whose bytes are in the descriptor set.
        InlineUniformBlock = ext::inline_uniform_block;
        /// Subgroups parted by values.
        ShaderSubgroupPartitioned = nv::shader_subgroup_partitioned;
        /// Pipelines only if nothing has to be compiled.
        PipelineCreationCacheControl = ext::pipeline_creation_cache_control;
        /// How long making a pipeline took.
        PipelineCreationFeedback = ext::pipeline_creation_feedback;
        /// Numbers kept with objects.
        PrivateData = ext::private_data;
        /// No tool is active.
        ToolingInfo = ext::tooling_info;
        /// Any kind of descriptor in one binding.
        MutableDescriptorType = ext::mutable_descriptor_type;
        /// `gl_SubgroupSize` is one constant.
        SubgroupSizeControl = ext::subgroup_size_control;
        /// Debug information in shaders, stepped over.
        ShaderNonSemanticInfo = khr::shader_non_semantic_info;
        /// Debug information that names what comes later, stepped over.
        ShaderRelaxedExtendedInstruction = newer::shader_relaxed_extended_instruction;
        /// The `StorageBuffer` storage class.
        StorageBufferStorageClass = khr::storage_buffer_storage_class;
        /// Pictures for windows.
        Swapchain = khr::swapchain;
        /// Fences and modes of single presentations; images can be given back.
        SwapchainMaintenance1 = ext::swapchain_maintenance1;
        /// Views of swapchain images in other formats.
        SwapchainMutableFormat = khr::swapchain_mutable_format;
        /// Accepted: images can have views of every compatible format.
        ImageFormatList = khr::image_format_list;
        /// 64-bit stage masks, `vkQueueSubmit2`.
        Synchronization2 = khr::synchronization2;
        /// Semaphores that count.
        TimelineSemaphore = khr::timeline_semaphore;
        /// Uniform blocks with storage block layout.
        UniformBufferStandardLayout = khr::uniform_buffer_standard_layout;
        /// The Vulkan memory model.
        VulkanMemoryModel = khr::vulkan_memory_model;
        /// Shared memory with a zero initializer.
        ZeroInitializeWorkgroupMemory = khr::zero_initialize_workgroup_memory;
        /// `vkResetQueryPool`.
        HostQueryReset = ext::host_query_reset;
        /// What of each heap is in use.
        MemoryBudget = ext::memory_budget;
        /// Which addresses objects get.
        DeviceAddressBindingReport = ext::device_address_binding_report;
        /// Which driver this is.
        DriverProperties = khr::driver_properties;
        /// Priorities between processes, of which there is one.
        GlobalPriorityKhr = khr::global_priority;
        /// Priorities between processes, of which there is one.
        GlobalPriority = ext::global_priority;
        /// Which of them a queue may have.
        GlobalPriorityQuery = ext::global_priority_query;
        /// Queues of other devices: memory needs no handing over.
        QueueFamilyForeign = ext::queue_family_foreign;
        /// What offsets of texel buffers are multiples of.
        TexelBufferAlignment = ext::texel_buffer_alignment;
        /// Why a device was lost.
        DeviceFault = ext::device_fault;
        /// Memory that other devices and processes may have.
        ExternalMemory = khr::external_memory;
        /// No handle type can be exported or imported.
        ExternalFence = khr::external_fence;
        /// No handle type can be exported or imported.
        ExternalSemaphore = khr::external_semaphore;
        /// It is named by a file descriptor.
        ExternalMemoryFd = khr::external_memory_fd;
        /// Memory of the application's.
        ExternalMemoryHost = ext::external_memory_host;
        /// Mapping with structures.
        MapMemory2 = khr::map_memory2;
        /// What leaves memory last.
        MemoryPriority = ext::memory_priority;
        /// Priorities that change.
        PageableDeviceLocalMemory = ext::pageable_device_local_memory;
        /// Coordinates mirrored once.
        SamplerMirrorClampToEdge = khr::sampler_mirror_clamp_to_edge;
        /// The smallest or largest texel of a footprint.
        SamplerFilterMinmax = ext::sampler_filter_minmax;
        /// Any border color.
        CustomBorderColor = ext::custom_border_color;
        /// Border colors follow the swizzle of the view.
        BorderColorSwizzle = ext::border_color_swizzle;
        /// Splines.
        FilterCubic = ext::filter_cubic;
        /// Formats of 4 bits with alpha first.
        Formats4444 = ext::_4444_formats;
        /// All features of formats.
        FormatFeatureFlags2 = khr::format_feature_flags2;
        /// Copies of images by the host.
        HostImageCopy = ext::host_image_copy;
        /// Slices of 3D images as 2D images.
        Image2dViewOf3d = ext::image_2d_view_of_3d;
        /// Texels with unused bits are sampled as they are.
        Rgba10x6Formats = ext::rgba10x6_formats;
        /// ASTC with high dynamic range.
        TextureCompressionAstcHdr = ext::texture_compression_astc_hdr;
        /// Luma and chroma become colors.
        SamplerYcbcrConversion = khr::sampler_ycbcr_conversion;
        /// Usage of stencil apart from depth.
        SeparateStencilUsage = ext::separate_stencil_usage;
        /// Two planes without subsampling.
        Ycbcr2Plane444Formats = ext::ycbcr_2plane_444_formats;
        /// Layers of images with several planes.
        YcbcrImageArrays = ext::ycbcr_image_arrays;
        /// Views that show no level below one.
        ImageViewMinLod = ext::image_view_min_lod;
        /// Faces of cubes with edges.
        NonSeamlessCubeMap = ext::non_seamless_cube_map;
        /// Exact bounds checks of images.
        ImageRobustness = ext::image_robustness;
        /// Exact bounds checks, null descriptors.
        Robustness2Khr = newer::robustness2;
        /// Exact bounds checks, null descriptors.
        Robustness2 = ext::robustness2;
        /// Blocks laid out like C structures.
        ScalarBlockLayout = ext::scalar_block_layout;
        /// Render passes with structures that can be extended.
        CreateRenderpass2 = khr::create_renderpass2;
        /// Draw counts in buffers.
        DrawIndirectCount = khr::draw_indirect_count;
        /// Passes without objects.
        DynamicRendering = khr::dynamic_rendering;
        /// Attachments may have other formats than the pipeline expects, or be missing.
        DynamicRenderingUnusedAttachments = ext::dynamic_rendering_unused_attachments;
        /// Fragments see in input attachments what those before them in the same draw wrote.
        RasterizationOrderAttachmentAccess = ext::rasterization_order_attachment_access;
        /// Attachments that are sampled while they are drawn to.
        AttachmentFeedbackLoopLayout = ext::attachment_feedback_loop_layout;
        /// Fragments read attachments at their own pixel without render pass objects.
        DynamicRenderingLocalRead = khr::dynamic_rendering_local_read;
        /// Commands under a condition in a buffer.
        ConditionalRendering = ext::conditional_rendering;
        /// Color attachments that are switched off.
        ColorWriteEnable = ext::color_write_enable;
        /// Pixels that polygons touch.
        ConservativeRasterization = ext::conservative_rasterization;
        /// State set by commands.
        ExtendedDynamicState = ext::extended_dynamic_state;
        /// More of it.
        ExtendedDynamicState2 = ext::extended_dynamic_state2;
        /// Still more.
        ExtendedDynamicState3 = ext::extended_dynamic_state3;
        /// How lines are drawn.
        LineRasterizationKhr = khr::line_rasterization;
        /// How lines are drawn.
        LineRasterization = ext::line_rasterization;
        /// Several draws in one command.
        MultiDraw = ext::multi_draw;
        /// Secondaries that execute secondaries.
        NestedCommandBuffer = ext::nested_command_buffer;
        /// Vertex attributes set by commands.
        VertexInputDynamicState = ext::vertex_input_dynamic_state;
        /// Depth and stencil attachments that are resolved.
        DepthStencilResolve = khr::depth_stencil_resolve;
        /// Framebuffers whose views come with the pass.
        ImagelessFramebuffer = khr::imageless_framebuffer;
        /// Indices of 8 bits.
        IndexTypeUint8Khr = khr::index_type_uint8;
        /// Indices of 8 bits.
        IndexTypeUint8 = ext::index_type_uint8;
        /// Image layouts mean nothing here, nor do aspects of input attachments.
        Maintenance2 = khr::maintenance2;
        /// Several views in a pass.
        Multiview = khr::multiview;
        /// Layouts of depth and stencil apart.
        SeparateDepthStencilLayouts = khr::separate_depth_stencil_layouts;
        /// Where a draw begins, for shaders.
        ShaderDrawParameters = khr::shader_draw_parameters;
        /// Instances that share attributes.
        VertexAttributeDivisorKhr = khr::vertex_attribute_divisor;
        /// Instances that share attributes.
        VertexAttributeDivisor = ext::vertex_attribute_divisor;
        /// Contents that are neither loaded nor stored.
        LoadStoreOpNoneKhr = khr::load_store_op_none;
        /// Contents that are neither loaded nor stored.
        LoadStoreOpNone = ext::load_store_op_none;
        /// Clip space like that of OpenGL.
        DepthClipControl = ext::depth_clip_control;
        /// Clipping to the near and far plane apart from clamping.
        DepthClipEnable = ext::depth_clip_enable;
        /// Pipelines in parts.
        GraphicsPipelineLibrary = ext::graphics_pipeline_library;
        /// Pipelines in parts.
        PipelineLibrary = khr::pipeline_library;
        /// Lists that restart.
        PrimitiveTopologyListRestart = ext::primitive_topology_list_restart;
        /// Queries of primitives without transform feedback.
        PrimitivesGeneratedQuery = ext::primitives_generated_query;
        /// The vertex that flat inputs come from.
        ProvokingVertex = ext::provoking_vertex;
        /// Shaders that are bound without a pipeline.
        ShaderObject = ext::shader_object;
        /// Fragments that become helpers.
        ShaderDemoteToHelperInvocation = ext::shader_demote_to_helper_invocation;
        /// Fragments that end.
        ShaderTerminateInvocation = khr::shader_terminate_invocation;
        /// Where in a pixel samples are.
        SampleLocations = ext::sample_locations;
        /// Fragments of a pixel one after the other, in order.
        FragmentShaderInterlock = ext::fragment_shader_interlock;
        /// Stencil references that shaders write.
        ShaderStencilExport = ext::shader_stencil_export;
        /// Layers and viewports chosen by vertices.
        ShaderViewportIndexLayer = ext::shader_viewport_index_layer;
        /// Vertices captured in buffers.
        TransformFeedback = ext::transform_feedback;
    }
}

impl DeviceExtension {
    /// The version of Vulkan that has the extension's commands without their suffix; `None` when no version has.
    pub fn core_version(self) -> Option<u32> {
        match self {
            Self::BindMemory2
            | Self::DescriptorUpdateTemplate
            | Self::DeviceGroup
            | Self::GetMemoryRequirements2
            | Self::Maintenance1
            | Self::Maintenance3
            | Self::SamplerYcbcrConversion => Some(vk::API_VERSION_1_1),
            Self::BufferDeviceAddress
            | Self::CreateRenderpass2
            | Self::DrawIndirectCount
            | Self::HostQueryReset
            | Self::TimelineSemaphore => Some(vk::API_VERSION_1_2),
            Self::CopyCommands2
            | Self::DynamicRendering
            | Self::ExtendedDynamicState
            | Self::ExtendedDynamicState2
            | Self::Maintenance4
            | Self::PrivateData
            | Self::ToolingInfo
            | Self::Synchronization2 => Some(vk::API_VERSION_1_3),
            _ => None,
        }
    }

    /// Whether the extension's commands come with `VK_EXT_shader_object` as well: without pipelines, all state is set by
    /// commands.
    pub fn is_part_of_shader_objects(self) -> bool {
        matches!(
            self,
            Self::ExtendedDynamicState
                | Self::ExtendedDynamicState2
                | Self::ExtendedDynamicState3
                | Self::VertexInputDynamicState
        )
    }
}

/// Words of a [`Set`].
const WORDS: usize = 4;

/// A set of enabled extensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Set<E> {
    words: [u64; WORDS],
    kind: std::marker::PhantomData<E>,
}

impl<E: Extension> Set<E> {
    /// The extensions of `ppEnabledExtensionNames`.
    ///
    /// # Errors
    /// [`Error::ExtensionNotPresent`] for the first name that is not listed.
    ///
    /// # Safety
    /// `names` is null or points to `count` null-terminated strings.
    pub unsafe fn from_names(names: *const *const c_char, count: u32) -> Result<Self, Error> {
        let mut words = [0; WORDS];
        // SAFETY: this function's contract.
        for &name in unsafe { guard::slice(names, count) } {
            // SAFETY: this function's contract.
            let name = unsafe { CStr::from_ptr(name) };
            let known = E::ALL.iter().find(|extension| extension.name() == name);
            let number = known
                .ok_or_else(|| Error::ExtensionNotPresent(name.to_string_lossy().into_owned()))?
                .number();
            words[number / 64] |= 1 << (number % 64);
        }
        Ok(Self { words, kind: std::marker::PhantomData })
    }

    /// Whether the extension is enabled.
    pub fn contains(self, extension: E) -> bool {
        self.words[extension.number() / 64] >> (extension.number() % 64) & 1 != 0
    }
}

/// Copies a name into a fixed-size array of a Vulkan structure, cut if need be, always terminated.
pub fn write_name<const N: usize>(target: &mut [c_char; N], name: &CStr) {
    target.fill(0);
    for (target, &byte) in target[..N - 1].iter_mut().zip(name.to_bytes()) {
        *target = byte as c_char;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_distinct_and_fit_a_set() {
        fn check<E: Extension>() {
            assert!(E::ALL.len() <= 64 * WORDS);
            for (index, extension) in E::ALL.iter().enumerate() {
                assert!(E::ALL[..index].iter().all(|other| other.name() != extension.name()));
            }
        }
        check::<InstanceExtension>();
        check::<DeviceExtension>();
    }

    #[test]
    fn an_unlisted_extension_is_refused_by_name() {
        let names = [c"VK_KHR_bind_memory2".as_ptr(), c"VK_KHR_display_swapchain".as_ptr()];
        // SAFETY: two static strings.
        let set = unsafe { Set::<DeviceExtension>::from_names(names.as_ptr(), 1) }.unwrap();
        assert!(set.contains(DeviceExtension::BindMemory2));
        assert!(!set.contains(DeviceExtension::CopyCommands2));
        // SAFETY: two static strings.
        let refused = unsafe { Set::<DeviceExtension>::from_names(names.as_ptr(), 2) };
        assert_eq!(refused, Err(Error::ExtensionNotPresent("VK_KHR_display_swapchain".into())));
    }
}
