#version 450
// data[first + i * stride] = value + i for i < count.
layout(local_size_x = 64) in;
layout(push_constant) uniform Push { uint first; uint stride; uint count; uint value; };
layout(set = 0, binding = 0) buffer Data { uint data[]; };
void main() {
    uint i = gl_GlobalInvocationID.x;
    if (i < count) data[first + i * stride] = value + i;
}
