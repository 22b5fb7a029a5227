#version 450
// Reads and writes far outside of the bound range: reads of words `first + i * stride`, then writes there.
layout(local_size_x = 64) in;
layout(push_constant) uniform Push { uint first; uint stride; };
layout(set = 0, binding = 0) buffer Data { uint data[]; };
layout(set = 0, binding = 1) buffer Out { uint result[]; };
void main() {
    uint i = gl_GlobalInvocationID.x;
    uint at = first + i * stride;
    result[i] = data[at];
    data[at] = 0xbad00000u | i;
    result[64 + i] = atomicAdd(data[at], 1u);
}
