//! Pointers that are values: chosen, stored, returned, compared with null (`VariablePointers`).

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use crate::support::{Dispatch, spvasm};

/// Two buffers of numbers, `%a` at binding 1 and `%b` at binding 2, an output at binding 0, shared memory, and `body`.
fn module(functions: &str, body: &str) -> Vec<u32> {
    spvasm(&format!(
        "OpCapability Shader
         OpCapability VariablePointers
         OpMemoryModel Logical GLSL450
         OpEntryPoint GLCompute %main \"main\" %o %a %b %shared
         OpExecutionMode %main LocalSize 1 1 1
         OpDecorate %array ArrayStride 4
         OpDecorate %pointer ArrayStride 4
         OpDecorate %block Block
         OpMemberDecorate %block 0 Offset 0
         OpDecorate %o DescriptorSet 0
         OpDecorate %o Binding 0
         OpDecorate %a DescriptorSet 0
         OpDecorate %a Binding 1
         OpDecorate %b DescriptorSet 0
         OpDecorate %b Binding 2
         %void = OpTypeVoid
         %bool = OpTypeBool
         %uint = OpTypeInt 32 0
         %c0 = OpConstant %uint 0
         %c1 = OpConstant %uint 1
         %c2 = OpConstant %uint 2
         %c3 = OpConstant %uint 3
         %array = OpTypeRuntimeArray %uint
         %block = OpTypeStruct %array
         %block_pointer = OpTypePointer StorageBuffer %block
         %pointer = OpTypePointer StorageBuffer %uint
         %variable = OpTypePointer Function %pointer
         %few = OpTypeArray %uint %c3
         %few_pointer = OpTypePointer Workgroup %few
         %shared_pointer = OpTypePointer Workgroup %uint
         %shared_variable = OpTypePointer Function %shared_pointer
         %null = OpConstantNull %pointer
         %o = OpVariable %block_pointer StorageBuffer
         %a = OpVariable %block_pointer StorageBuffer
         %b = OpVariable %block_pointer StorageBuffer
         %shared = OpVariable %few_pointer Workgroup
         %main_type = OpTypeFunction %void
         %choice_type = OpTypeFunction %pointer %uint
         {functions}
         %main = OpFunction %void None %main_type
         %start = OpLabel
         {body}
         OpReturn
         OpFunctionEnd"
    ))
}

fn run(functions: &str, body: &str, first: u32) -> Vec<u32> {
    let dispatch = Dispatch::new(module(functions, body)).buffer(0, &[9; 4]);
    dispatch.buffer(1, &[first, 11, 12, 13]).buffer(2, &[20, 21, 22, 23]).run().words(0)
}

const CHOICE: &str = "
    %choice = OpFunction %pointer None %choice_type
    %which = OpFunctionParameter %uint
    %choice_start = OpLabel
    %is_zero = OpIEqual %bool %which %c0
    OpSelectionMerge %after None
    OpBranchConditional %is_zero %first %after
    %first = OpLabel
    %a1 = OpAccessChain %pointer %a %c0 %c1
    OpReturnValue %a1
    %after = OpLabel
    %b2 = OpAccessChain %pointer %b %c0 %c2
    OpReturnValue %b2
    OpFunctionEnd";

#[test]
fn a_function_returns_a_pointer_into_either_buffer() {
    let body = "
        %a0 = OpAccessChain %pointer %a %c0 %c0
        %which_now = OpLoad %uint %a0
        %chosen = OpFunctionCall %pointer %choice %which_now
        %next = OpPtrAccessChain %pointer %chosen %c1
        %x = OpLoad %uint %chosen
        %y = OpLoad %uint %next
        %o0 = OpAccessChain %pointer %o %c0 %c0
        %o1 = OpAccessChain %pointer %o %c0 %c1
        OpStore %o0 %x
        OpStore %o1 %y";
    assert_eq!(run(CHOICE, body, 0)[..2], [11, 12]);
    assert_eq!(run(CHOICE, body, 1)[..2], [22, 23]);
}

#[test]
fn a_variable_holds_a_pointer_that_is_null_until_it_is_set() {
    let body = "
        %v = OpVariable %variable Function %null
        %before = OpLoad %pointer %v
        %is_null = OpPtrEqual %bool %before %null
        %a3 = OpAccessChain %pointer %a %c0 %c3
        OpStore %v %a3
        %now = OpLoad %pointer %v
        %is_set = OpPtrNotEqual %bool %now %null
        %x = OpLoad %uint %now
        %m = OpSelect %uint %is_null %c1 %c0
        %n = OpSelect %uint %is_set %c2 %c0
        %o0 = OpAccessChain %pointer %o %c0 %c0
        %o1 = OpAccessChain %pointer %o %c0 %c1
        %o2 = OpAccessChain %pointer %o %c0 %c2
        OpStore %o0 %x
        OpStore %o1 %m
        OpStore %o2 %n";
    assert_eq!(run("", body, 0)[..3], [13, 1, 2]);
}

#[test]
fn a_variable_holds_a_pointer_into_shared_memory() {
    let body = "
        %v = OpVariable %shared_variable Function
        %s1 = OpAccessChain %shared_pointer %shared %c1
        %s2 = OpAccessChain %shared_pointer %shared %c2
        OpStore %s1 %c3
        OpStore %s2 %c2
        OpStore %v %s2
        %now = OpLoad %shared_pointer %v
        %x = OpLoad %uint %now
        OpStore %v %s1
        %later = OpLoad %shared_pointer %v
        %y = OpLoad %uint %later
        %o0 = OpAccessChain %pointer %o %c0 %c0
        %o1 = OpAccessChain %pointer %o %c0 %c1
        OpStore %o0 %x
        OpStore %o1 %y";
    assert_eq!(run("", body, 0)[..2], [2, 3]);
}
