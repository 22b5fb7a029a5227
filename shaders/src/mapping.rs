//! Where the resources of a shader are that uses descriptor heaps: `VkDescriptorSetAndBindingMappingEXT`, taken apart.
//!
//! Offsets and strides are in bytes. Push data are the push constants.

/// A mapping of some bindings of a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Mapping {
    /// Descriptor set.
    pub set: u32,
    /// First binding.
    pub first_binding: u32,
    /// How many bindings.
    pub binding_count: u32,
    /// Which resources: bits of `VkSpirvResourceTypeFlagBitsEXT`.
    pub resources: u32,
    /// Where they are.
    pub source: MappingSource,
}

/// Where a mapped resource is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MappingSource {
    /// A descriptor in a heap.
    Heap {
        /// The resource's, or that of a sampler.
        place: HeapPlace,
        /// Of a combined image sampler: the sampler's.
        sampler: HeapPlace,
        /// One index for both: 20 bits for the image, 12 for the sampler.
        combined: bool,
        /// Host address of the state of the sampler that is used in place of one in a heap.
        embedded: Option<u64>,
    },
    /// A uniform buffer whose bytes are in the resource heap.
    HeapData {
        /// Where they begin.
        offset: u32,
        /// Where in push data the rest of the offset is.
        push_offset: u32,
    },
    /// A uniform buffer whose bytes are push data.
    PushData {
        /// Where they begin.
        offset: u32,
    },
    /// A buffer whose address is in push data.
    PushAddress {
        /// Where.
        offset: u32,
    },
    /// A buffer whose address is in memory whose address is in push data.
    IndirectAddress {
        /// Where in push data.
        push_offset: u32,
        /// Where in memory.
        address_offset: u32,
    },
}

/// Where in a heap a descriptor is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct HeapPlace {
    /// Added to everything else.
    pub offset: u32,
    /// From one binding or element of an array to the next.
    pub array_stride: u32,
    /// An index that is not in the shader.
    pub index: HeapIndex,
}

/// An index into a heap that the shader does not have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum HeapIndex {
    /// None.
    #[default]
    Zero,
    /// In push data.
    Push {
        /// Where.
        offset: u32,
        /// From one index to the next.
        stride: u32,
    },
    /// In memory whose address is in push data.
    Indirect {
        /// Where in push data.
        push_offset: u32,
        /// Where in memory.
        address_offset: u32,
        /// From one index to the next.
        stride: u32,
        /// Each binding and element of an array has its own index, one behind the other.
        array: bool,
    },
}

/// Bits of `VkSpirvResourceTypeFlagBitsEXT`.
pub(crate) mod resource {
    pub(crate) const SAMPLER: u32 = 1;
    pub(crate) const SAMPLED_IMAGE: u32 = 1 << 1;
    pub(crate) const READ_ONLY_IMAGE: u32 = 1 << 2;
    pub(crate) const READ_WRITE_IMAGE: u32 = 1 << 3;
    pub(crate) const COMBINED_SAMPLED_IMAGE: u32 = 1 << 4;
    pub(crate) const UNIFORM_BUFFER: u32 = 1 << 5;
    pub(crate) const READ_ONLY_STORAGE_BUFFER: u32 = 1 << 6;
    pub(crate) const READ_WRITE_STORAGE_BUFFER: u32 = 1 << 7;
}
