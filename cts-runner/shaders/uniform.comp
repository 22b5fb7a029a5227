#version 450
// result[i] = the i-th word of a uniform buffer of 1 KiB.
layout(local_size_x = 64) in;
layout(set = 0, binding = 0, std140) uniform Data { uvec4 data[64]; };
layout(set = 0, binding = 1) buffer Out { uint result[]; };
void main() {
    uint i = gl_GlobalInvocationID.x;
    result[i] = data[i / 4][i % 4];
}
