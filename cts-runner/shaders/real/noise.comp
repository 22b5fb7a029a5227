#version 450
#extension GL_GOOGLE_include_directive : require
// Gradient noise in octaves: terrain heights and normals.
#include "interface.glsl"
layout(local_size_x = 8, local_size_y = 8) in;
uint scramble(uint x) {
    x ^= SEED; x *= 747796405u; x += 2891336453u;
    x = ((x >> ((x >> 28u) + 4u)) ^ x) * 277803737u;
    return (x >> 22u) ^ x;
}
vec3 gradient(ivec3 cell) {
    uint h = scramble(uint(cell.x) + scramble(uint(cell.y) + scramble(uint(cell.z))));
    return vec3(h & 1023u, (h >> 10) & 1023u, (h >> 20) & 1023u) * (2.0 / 1023.0) - 1.0;
}
float noise(vec3 p) {
    vec3 base = floor(p), f = p - base;
    ivec3 cell = ivec3(base);
#if VARIANT % 2 == 0
    vec3 u = f * f * (3.0 - 2.0 * f);
#else
    vec3 u = f * f * f * (f * (f * 6.0 - 15.0) + 10.0);
#endif
    float corner[8];
    for (int k = 0; k < 8; k++) {
        ivec3 o = ivec3(k & 1, (k >> 1) & 1, k >> 2);
        corner[k] = dot(gradient(cell + o), f - vec3(o));
    }
    vec4 x = mix(vec4(corner[0], corner[2], corner[4], corner[6]), vec4(corner[1], corner[3], corner[5], corner[7]), u.x);
    vec2 y = mix(x.xz, x.yw, u.y);
    return mix(y.x, y.y, u.z);
}
float height(vec2 p) {
    float sum = 0.0, weight = 0.5;
    vec3 q = vec3(p, parameters[0].x);
    for (int octave = 0; octave < 3 + VARIANT; octave++) {
#if VARIANT >= 4
        sum += weight * (1.0 - abs(noise(q)));
#else
        sum += weight * noise(q);
#endif
        q = q * 2.03 + vec3(17.0, 5.0, 1.0);
        weight *= 0.5;
    }
    return sum;
}
void main() {
    uint i = gl_GlobalInvocationID.y * 8 + gl_GlobalInvocationID.x;
    if (i >= count) return;
    vec2 p = vec2(gl_GlobalInvocationID.xy) * scale + parameters[1].xy;
    float h = height(p);
#if VARIANT % 4 >= 2
    vec2 slope = vec2(height(p + vec2(0.01, 0)), height(p + vec2(0, 0.01))) - h;
    result[i] = vec4(normalize(vec3(-slope * 100.0, 1.0)), h);
#else
    result[i] = vec4(vec3(h), 1.0);
#endif
}
