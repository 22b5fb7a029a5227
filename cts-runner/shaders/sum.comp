#version 450
// Each invocation adds up `each` words, one group's width apart: neighbours read neighbouring words.
layout(local_size_x = 256) in;
layout(push_constant) uniform Push { uint each; };
layout(set = 0, binding = 0) readonly buffer In { uint data[]; };
layout(set = 0, binding = 1) buffer Out { uint result[]; };
void main() {
    uint at = gl_WorkGroupID.x * each * 256 + gl_LocalInvocationID.x;
    uint total = 0;
    for (uint k = 0; k < each; k++) total += data[at + k * 256];
    result[gl_GlobalInvocationID.x] = total;
}
