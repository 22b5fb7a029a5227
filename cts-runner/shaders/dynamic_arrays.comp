#version 450
// Arrays of buffer descriptors, indexed by a uniform value.
layout(local_size_x = 32) in;
layout(push_constant) uniform Push { uint which; };
layout(set = 0, binding = 0) buffer Data { uint data[]; } arrays[4];
layout(set = 1, binding = 0) uniform Scale { uint scale; };
layout(set = 1, binding = 1) buffer Out { uint result[]; };
void main() {
    uint i = gl_GlobalInvocationID.x;
    result[i] = arrays[which].data[i] * scale + uint(arrays[which].data.length());
}
