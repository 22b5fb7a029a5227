#version 450
#extension GL_GOOGLE_include_directive : require
// A product of matrices, tile by tile; a layer of a neural network with bias and activation.
#include "interface.glsl"
layout(local_size_x = 8, local_size_y = 8) in;
const uint TILE = 8;
const uint EACH = 1 + VARIANT % 4;
shared vec4 left[TILE][TILE];
shared vec4 right[TILE][TILE];
float activation(float x) {
#if VARIANT >= 6
    return x / (1.0 + exp(-x));
#elif VARIANT >= 4
    return tanh(x);
#elif VARIANT >= 2
    return max(x, 0.1 * x);
#else
    return max(x, 0.0);
#endif
}
void main() {
    uvec2 l = gl_LocalInvocationID.xy, g = gl_GlobalInvocationID.xy;
    vec4 sum[EACH];
    for (uint e = 0; e < EACH; e++) sum[e] = parameters[e];
    for (uint k = 0; k < 4; k++) {
        left[l.y][l.x] = data[(g.y * 32 + k * TILE + l.x) % count];
        right[l.y][l.x] = data[((k * TILE + l.y) * 32 + g.x) % count];
        barrier();
        for (uint n = 0; n < TILE; n++) {
            vec4 a = left[l.y][n];
            for (uint e = 0; e < EACH; e++) {
                vec4 b = right[n][(l.x + e) % TILE];
                sum[e] += vec4(dot(a, b), dot(a.yzwx, b), dot(a.zwxy, b), dot(a.wxyz, b));
            }
        }
        barrier();
    }
    vec4 total = vec4(0);
    for (uint e = 0; e < EACH; e++)
        total += vec4(activation(sum[e].x), activation(sum[e].y), activation(sum[e].z), activation(sum[e].w)) * scale;
    result[(g.y * 8 + g.x) % count] = total + float(SEED >> 30);
}
