#version 450
// result[i] = word i of a uniform buffer of 16 KiB; the index is the invocation's own, or the same in all of a group.
layout(local_size_x = 64) in;
layout(constant_id = 0) const bool SAME = false;
layout(set = 0, binding = 0, std140) uniform Data { uvec4 data[1024]; };
layout(set = 0, binding = 1) buffer Out { uint result[]; };
void main() {
    uint i = gl_GlobalInvocationID.x;
    if (!SAME) {
        result[i] = data[i / 4][i % 4];
        return;
    }
    uint first = gl_WorkGroupID.x * 64;
    for (uint k = 0; k < 64; k++) {
        uint word = data[(first + k) / 4][k % 4];
        if (k == gl_LocalInvocationID.x) result[i] = word;
    }
}
