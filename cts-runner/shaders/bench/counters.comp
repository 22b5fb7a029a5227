#version 450
// Each invocation adds to sixteen of 1,024 counters.
layout(local_size_x = 64) in;
layout(set = 0, binding = 0) buffer Out { uint counters[1024]; };
void main() {
    for (uint k = 0; k < 16; k++) atomicAdd(counters[(gl_GlobalInvocationID.x + k * 97u) & 1023u], 1u);
}
