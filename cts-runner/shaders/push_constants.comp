#version 450
// All 128 bytes of push constants.
layout(local_size_x = 32) in;
layout(push_constant) uniform Push { uvec4 a; uint words[27]; float last; };
layout(set = 0, binding = 0) buffer Out { uint result[]; };
void main() {
    uint i = gl_LocalInvocationIndex;
    if (i < 4) result[i] = a[i];
    else if (i < 31) result[i] = words[i - 4];
    else result[i] = floatBitsToUint(last);
}
