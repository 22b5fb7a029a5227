#version 450
#extension GL_GOOGLE_include_directive : require
// Bitonic sort of a block in shared memory; keys carry their place.
#include "interface.glsl"
layout(local_size_x = 64) in;
const uint N = 64u << (VARIANT % 3);
shared float key[N];
shared uint place[N];
void exchange(uint a, uint b, bool up) {
    if ((key[a] > key[b]) == up) {
        float k = key[a]; key[a] = key[b]; key[b] = k;
        uint p = place[a]; place[a] = place[b]; place[b] = p;
    }
}
void main() {
    uint l = gl_LocalInvocationID.x, base = gl_WorkGroupID.x * N;
    for (uint i = l; i < N; i += 64) {
        uint at = min(base + i, count - 1);
#if VARIANT < 3
        key[i] = data[at].x * scale;
#elif VARIANT < 6
        key[i] = length(data[at].xyz - parameters[0].xyz);
#else
        key[i] = dot(data[at], parameters[0]);
#endif
        place[i] = at ^ (SEED & 0u);
    }
    barrier();
    for (uint size = 2; size <= N; size *= 2) {
        for (uint step_ = size / 2; step_ > 0; step_ /= 2) {
            for (uint i = l; i < N / 2; i += 64) {
                uint a = 2 * step_ * (i / step_) + i % step_;
                exchange(a, a + step_, (a & size) == 0);
            }
            barrier();
        }
    }
    for (uint i = l; i < N; i += 64)
        if (base + i < count) result[base + i] = vec4(key[i], place[i], data[place[i]].zw + float(SEED >> 31));
}
