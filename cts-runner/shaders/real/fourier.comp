#version 450
#extension GL_GOOGLE_include_directive : require
// A fast Fourier transform of a block in shared memory, radix 2, forward or inverse, with or without a window.
#include "interface.glsl"
layout(local_size_x = 64) in;
const uint BITS = 5 + VARIANT % 4;
const uint N = 1u << BITS;
shared vec2 value[N];
vec2 times(vec2 a, vec2 b) { return vec2(a.x * b.x - a.y * b.y, a.x * b.y + a.y * b.x); }
vec2 root(uint k, uint n) {
    float angle = 6.28318530718 * float(k) / float(n);
#if VARIANT >= 4
    return vec2(cos(angle), sin(angle));
#else
    return vec2(cos(angle), -sin(angle));
#endif
}
void main() {
    uint l = gl_LocalInvocationID.x;
    for (uint i = l; i < N; i += 64) {
        uint from = bitfieldReverse(i) >> (32 - BITS);
        vec2 v = data[from % count].xy;
#if VARIANT % 2 == 1
        v *= 0.5 - 0.5 * cos(6.28318530718 * float(from) / float(N - 1));
#endif
        value[i] = v;
    }
    for (uint half_ = 1; half_ < N; half_ *= 2) {
        barrier();
        for (uint i = l; i < N / 2; i += 64) {
            uint k = i & (half_ - 1), a = (i - k) * 2 + k, b = a + half_;
            vec2 t = times(root(k, half_ * 2), value[b]);
            vec2 u = value[a];
            value[a] = u + t;
            value[b] = u - t;
        }
    }
    barrier();
    for (uint i = l; i < N && i < count; i += 64)
        result[i] = vec4(value[i] * scale, length(value[i]), atan(value[i].y, value[i].x) + float(SEED & 1u));
}
