#version 450
// Reads one word in every `step` words; adds them up so that no load can be dropped.
layout(local_size_x = 64) in;
layout(push_constant) uniform Push { uint step_; uint count; };
layout(set = 0, binding = 0) readonly buffer In { uint data[]; };
layout(set = 0, binding = 1) buffer Out { uint result[]; };
void main() {
    uint i = gl_GlobalInvocationID.x;
    if (i < count) result[i] = data[i * step_];
}
