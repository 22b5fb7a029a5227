#version 450
// result[i] = data[places[i]] for i < count.
layout(local_size_x = 64) in;
layout(push_constant) uniform Push { uint count; };
layout(set = 0, binding = 0) buffer Data { uint data[]; };
layout(set = 0, binding = 1) readonly buffer Places { uint places[]; };
layout(set = 0, binding = 2) buffer Out { uint result[]; };
void main() {
    uint i = gl_GlobalInvocationID.x;
    if (i < count) result[i] = data[places[i]];
}
