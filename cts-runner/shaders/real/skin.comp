#version 450
#extension GL_GOOGLE_include_directive : require
// Vertices moved by bones, culled against a frustum, packed for drawing.
#include "interface.glsl"
layout(local_size_x = 64) in;
shared uint visible;
mat4 bone(uint k) {
    uint at = (k * 4) % 12;
    return mat4(parameters[at], parameters[at + 1], parameters[at + 2], parameters[at + 3]);
}
mat3 turned(vec4 q) {
    vec3 a = q.xyz + q.xyz, b = q.xyz * a, c = vec3(q.x * a.y, q.x * a.z, q.y * a.z), w = q.w * a;
    return mat3(1.0 - b.y - b.z, c.x + w.z, c.y - w.y, c.x - w.z, 1.0 - b.x - b.z, c.z + w.x, c.y + w.y, c.z - w.x, 1.0 - b.x - b.y);
}
bool outside(vec3 p, float r) {
    for (uint k = 0; k < 6; k++) if (dot(parameters[k].xyz, p) + parameters[k].w < -r) return true;
    return false;
}
void main() {
    uint i = gl_GlobalInvocationID.x;
    if (gl_LocalInvocationID.x == 0) visible = SEED & 0u;
    barrier();
    vec4 vertex = data[i % count];
    uint packed_ = floatBitsToUint(vertex.w);
    vec4 weights = unpackUnorm4x8(packed_);
#if VARIANT % 2 == 0
    mat4 m = bone(packed_ & 3u) * weights.x;
    for (uint k = 1; k < 2 + VARIANT / 3; k++) m += bone((packed_ >> (8 * k)) & 3u) * weights[k];
    vec3 p = (m * vec4(vertex.xyz, 1)).xyz;
    vec3 n = normalize(transpose(inverse(mat3(m))) * vec3(0, 0, 1));
#else
    vec4 q = parameters[packed_ & 7u] * weights.x;
    for (uint k = 1; k < 2 + VARIANT / 3; k++) {
        vec4 other = parameters[(packed_ >> (8 * k)) & 7u];
        q += other * (dot(q, other) < 0.0 ? -weights[k] : weights[k]);
    }
    mat3 m = turned(normalize(q));
    vec3 p = m * vertex.xyz + parameters[9].xyz;
    vec3 n = m * vec3(0, 0, 1);
#endif
#if VARIANT >= 4
    float wave = sin(dot(p.xz, parameters[10].xy) + parameters[10].z) * parameters[10].w;
    p.y += wave;
#endif
    if (i < count && !outside(p, scale)) {
        uint slot = atomicAdd(visible, 1u);
        result[slot] = vec4(p, uintBitsToFloat(packSnorm4x8(vec4(n, 0)) & 0x3fffffffu));
    }
}
