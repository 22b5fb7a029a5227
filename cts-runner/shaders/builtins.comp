#version 450
// Where an invocation finds itself.
layout(local_size_x = 4, local_size_y = 3, local_size_z = 2) in;
layout(set = 0, binding = 0) buffer Out { uint result[]; };
void main() {
    uvec3 g = gl_GlobalInvocationID;
    uvec3 size = gl_NumWorkGroups * gl_WorkGroupSize;
    uint at = (g.x + size.x * (g.y + size.y * g.z)) * 4;
    result[at] = gl_LocalInvocationIndex;
    result[at + 1] = gl_LocalInvocationID.x | gl_LocalInvocationID.y << 8 | gl_LocalInvocationID.z << 16;
    result[at + 2] = gl_WorkGroupID.x | gl_WorkGroupID.y << 8 | gl_WorkGroupID.z << 16;
    result[at + 3] += 1;
}
