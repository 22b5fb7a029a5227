#version 450
// data[i * stride] += amount + i, and the value before goes to result[i], for i < count.
layout(local_size_x = 64) in;
layout(push_constant) uniform Push { uint stride; uint count; };
layout(set = 0, binding = 0) buffer Data { uint data[]; };
layout(set = 0, binding = 1) buffer Out { uint result[]; };
layout(set = 0, binding = 2) readonly buffer Amount { uint amount; };
void main() {
    uint i = gl_GlobalInvocationID.x;
    if (i >= count) return;
    uint before = data[i * stride];
    result[i] = before;
    data[i * stride] = before + amount + i;
}
