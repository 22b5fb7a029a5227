#version 450
#extension GL_GOOGLE_include_directive : require
// Prefix sums of a block, up and down the tree; then streams are compacted.
#include "interface.glsl"
layout(local_size_x = 64) in;
#if VARIANT % 2 == 0
#define ELEMENT float
#define VALUE(v) (v.x)
#else
#define ELEMENT uint
#define VALUE(v) (v.x > parameters[0].x ? 1u : 0u)
#endif
const uint N = 128u << (VARIANT / 4);
shared ELEMENT partial[N];
void main() {
    uint l = gl_LocalInvocationID.x;
    for (uint i = l; i < N; i += 64) partial[i] = i < count ? VALUE(data[i]) : ELEMENT(0);
    uint offset = 1;
    for (uint d = N / 2; d > 0; d /= 2) {
        barrier();
        for (uint i = l; i < d; i += 64) partial[offset * (2 * i + 2) - 1] += partial[offset * (2 * i + 1) - 1];
        offset *= 2;
    }
    barrier();
    if (l == 0) partial[N - 1] = ELEMENT(0);
    for (uint d = 1; d < N; d *= 2) {
        offset /= 2;
        barrier();
        for (uint i = l; i < d; i += 64) {
            uint a = offset * (2 * i + 1) - 1, b = offset * (2 * i + 2) - 1;
            ELEMENT t = partial[a];
            partial[a] = partial[b];
            partial[b] += t;
        }
    }
    barrier();
    for (uint i = l; i < N && i < count; i += 64) {
#if VARIANT % 4 == 1
        if (VALUE(data[i]) != 0u) result[partial[i]] = data[i];
#elif VARIANT % 4 == 2
        result[i] = vec4(float(partial[i]) * scale, parameters[1].xyz);
#else
        result[i] = vec4(float(partial[i]));
#endif
    }
    if (l == 0) result[N % count].w = float(SEED);
}
