#version 450
// out[i] = data[first + i * stride] for i < count.
layout(local_size_x = 64) in;
layout(push_constant) uniform Push { uint first; uint stride; uint count; };
layout(set = 0, binding = 0) buffer Data { uint data[]; };
layout(set = 0, binding = 1) buffer Out { uint result[]; };
void main() {
    uint i = gl_GlobalInvocationID.x;
    if (i < count) result[i] = data[first + i * stride];
}
