//! Resources in descriptor heaps, by mappings and by untyped pointers.

use lacuna_shaders::abi::heap::RESOURCE_HEAP;
use lacuna_shaders::mapping::{HeapIndex, HeapPlace, Mapping, MappingSource};

use crate::support::{Dispatch, glsl, optimized, spvasm};

fn mapping(first_binding: u32, source: MappingSource) -> Mapping {
    Mapping { set: 0, first_binding, binding_count: 1, resources: u32::MAX, source }
}

fn in_heap(place: HeapPlace) -> MappingSource {
    MappingSource::Heap { place, sampler: HeapPlace::default(), combined: false, embedded: None }
}

fn output() -> Mapping {
    mapping(0, in_heap(HeapPlace { offset: 64, ..HeapPlace::default() }))
}

#[test]
fn elements_of_arrays_are_found_by_offset_index_and_stride() {
    let words = glsl(
        "#version 450
        layout(binding = 0) buffer O { uint o[]; };
        layout(binding = 3) buffer I { uint i[]; } many[3];
        void main() {
            for (uint n = 0; n < 3; n++) o[n] = many[n].i[1];
            o[3] = many[1].i.length();
        }",
    );
    // 128 + 2 * 32 from push data, and 128 more for each element: slots 3, 5, 7.
    let index = HeapIndex::Push { offset: 4, stride: 32 };
    let many = mapping(3, in_heap(HeapPlace { offset: 128, array_stride: 128, index }));
    for words in [optimized(&words), words] {
        let results = Dispatch::new(words)
            .mapped(&[output(), many])
            .push_constants(&[99, 2])
            .in_heap(1, &[0; 4])
            .in_heap(3, &[1, 30])
            .in_heap(5, &[1, 50, 1])
            .in_heap(7, &[1, 70])
            .run();
        assert_eq!(results.words_of((RESOURCE_HEAP, 1)), [30, 50, 70, 3]);
    }
}

#[test]
fn uniform_blocks_can_be_push_data() {
    let words = glsl(
        "#version 450
        layout(binding = 0) buffer O { uint o[]; };
        layout(binding = 1) uniform U { uint a; uint b; };
        layout(push_constant) uniform P { uint first; };
        void main() { o[0] = a; o[1] = b; o[2] = first; }",
    );
    let results = Dispatch::new(words)
        .mapped(&[output(), mapping(1, MappingSource::PushData { offset: 8 })])
        .push_constants(&[10, 11, 12, 13])
        .in_heap(1, &[0; 3])
        .run();
    assert_eq!(results.words_of((RESOURCE_HEAP, 1)), [12, 13, 10]);
}

#[test]
fn a_mapping_is_of_its_resource_types_alone() {
    let words = glsl(
        "#version 450
        layout(binding = 0) buffer O { uint o[]; };
        layout(binding = 1) readonly buffer I { uint i[]; };
        void main() { o[0] = i[0]; }",
    );
    let at = |offset, resources| Mapping {
        binding_count: 2,
        resources,
        ..mapping(0, in_heap(HeapPlace { offset, array_stride: 64, index: HeapIndex::Zero }))
    };
    // What is written, what is only read.
    let (writable, read_only) = (at(0, 0x80), at(64, 0x40));
    let dispatch = Dispatch::new(words).in_heap(0, &[0]).in_heap(2, &[5]);
    let results = dispatch.clone().mapped(&[writable, read_only]).run();
    assert_eq!(results.words_of((RESOURCE_HEAP, 0)), [5]);
    assert!(dispatch.mapped(&[writable]).translate().is_err(), "nothing says where the other one is");
}

#[test]
fn the_heap_is_an_array_that_shaders_index() {
    // Words with `!` are instructions that the assembler may not know: length and opcode. They stand behind instructions whose
    // number of operands is fixed.
    let words = spvasm(
        "OpCapability Shader
        OpMemoryModel Logical GLSL450
        OpEntryPoint GLCompute %main \"main\" %heap
        OpExecutionMode %main LocalSize 1 1 1
        !0x00040047 %heap !11 !5123
        OpDecorate %block Block
        OpMemberDecorate %block 0 Offset 0
        OpMemberDecorate %block 1 Offset 4
        OpDecorate %numbers ArrayStride 4
        !0x0004014c %buffers !5124 %size
        %void = OpTypeVoid
        %uint = OpTypeInt 32 0
        %c0 = OpConstant %uint 0
        %c1 = OpConstant %uint 1
        %c2 = OpConstant %uint 2
        %numbers = OpTypeRuntimeArray %uint
        %block = OpTypeStruct %uint %numbers
        %c7 = OpConstant %uint 7
        !0x00031141 %heap_pointer !0
        !0x00031141 %pointer !12
        !0x000313fb %buffer !12
        !0x00041409 %uint %size %buffer
        %buffers = OpTypeRuntimeArray %buffer
        !0x00041142 %heap_pointer %heap !0
        %function = OpTypeFunction %void
        %main = OpFunction %void None %function
        %label = OpLabel
        !0x00061143 %heap_pointer %at1 %buffers %heap %c1
        !0x00061143 %heap_pointer %at2 %buffers %heap %c2
        !0x000413ff %pointer %to1 %at1
        !0x000413ff %pointer %to2 %at2
        !0x00071143 %pointer %from %block %to2 %c1 %c1
        !0x00061149 %uint %count %block %to2 !1
        !0x00061143 %pointer %target %block %to1 %c0
        !0x00061143 %pointer %other %numbers %to1 %c2
        %value = OpLoad %uint %from
        %sum = OpIAdd %uint %value %count
        OpStore %target %sum
        OpStore %other %size
        OpReturn
        OpFunctionEnd",
    );
    let results = Dispatch::new(words).mapped(&[]).in_heap(1, &[0; 3]).in_heap(2, &[1, 2, 30, 4]).run();
    assert_eq!(results.words_of((RESOURCE_HEAP, 1)), [33, 0, 64]);
}
