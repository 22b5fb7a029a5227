#version 450
// Workgroups of one invocation, as sparse tests dispatch them.
layout(local_size_x = 1) in;
layout(set = 0, binding = 0) buffer Out { uint result[]; };
void main() {
    uint i = gl_GlobalInvocationID.y * 1000u + gl_GlobalInvocationID.x;
    result[i] = i;
}
