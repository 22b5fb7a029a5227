#version 450
#extension GL_GOOGLE_include_directive : require
// Gravity between all pairs, tile by tile through shared memory.
#include "interface.glsl"
layout(local_size_x = 64) in;
shared vec4 tile[64];
#if VARIANT >= 4
vec3 softened(vec3 d, float mass) {
    float inverse = inversesqrt(dot(d, d) + parameters[1].x * parameters[1].x);
    return d * (mass * inverse * inverse * inverse);
}
#else
vec3 softened(vec3 d, float mass) {
    float r = dot(d, d) + 0.001;
    return d * (mass / (r * sqrt(r)));
}
#endif
void main() {
    uint i = gl_GlobalInvocationID.x;
    vec4 self = i < count ? data[i] : vec4(0);
    vec3 force = vec3(0);
    for (uint first = 0; first < count; first += 64) {
        uint other = first + gl_LocalInvocationID.x;
        tile[gl_LocalInvocationID.x] = other < count ? data[other] : vec4(0);
        barrier();
        for (uint k = 0; k < 64; k += 1 + VARIANT % 4) {
            force += softened(tile[k].xyz - self.xyz, tile[k].w);
#if VARIANT % 4 == 1
            force += softened(tile[k + 1].xyz - self.xyz, tile[k + 1].w);
#endif
        }
        barrier();
    }
    if (i >= count) return;
    vec3 velocity = result[i].xyz + force * scale;
#if VARIANT % 2 == 1
    float speed = length(velocity);
    if (speed > parameters[0].w) velocity *= parameters[0].w / speed;
#endif
    result[i] = vec4(velocity, float(SEED >> 9));
}
