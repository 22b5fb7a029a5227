#version 450
#extension GL_GOOGLE_include_directive : require
// Deferred shading: microfacets under several lights of several kinds.
#include "interface.glsl"
layout(local_size_x = 64) in;
const float PI = 3.14159265359;
float distribution(float nh, float a) { float a2 = a * a, d = nh * nh * (a2 - 1.0) + 1.0; return a2 / (PI * d * d); }
float masking(float nv, float nl, float a) {
#if VARIANT % 2 == 0
    float k = (a + 1.0) * (a + 1.0) / 8.0;
    return (nv / (nv * (1.0 - k) + k)) * (nl / (nl * (1.0 - k) + k));
#else
    float a2 = a * a, v = nl * sqrt(nv * nv * (1.0 - a2) + a2), l = nv * sqrt(nl * nl * (1.0 - a2) + a2);
    return 2.0 * nv * nl / max(v + l, 1e-5);
#endif
}
vec3 fresnel(float vh, vec3 f0) { return f0 + (1.0 - f0) * pow(clamp(1.0 - vh, 0.0, 1.0), 5.0); }
vec3 unpack(vec2 e) {
    vec3 n = vec3(e, 1.0 - abs(e.x) - abs(e.y));
    float t = max(-n.z, 0.0);
    n.xy += mix(vec2(t), vec2(-t), greaterThanEqual(n.xy, vec2(0)));
    return normalize(n);
}
float spot(vec3 l, vec3 axis, float inner, float outer) {
    float x = clamp((dot(-l, axis) - outer) / max(inner - outer, 1e-4), 0.0, 1.0);
    return x * x;
}
void main() {
    uint i = gl_GlobalInvocationID.x;
    if (i >= count) return;
    vec4 a = data[i], b = data[(i + 1) % count];
    vec3 albedo = unpackUnorm4x8(floatBitsToUint(a.x)).rgb, n = unpack(a.yz), position = b.xyz;
    float rough = clamp(a.w, 0.05, 1.0), metal = clamp(b.w, 0.0, 1.0);
    vec3 v = normalize(parameters[15].xyz - position), f0 = mix(vec3(0.04), albedo, metal), light = vec3(0);
    float nv = max(dot(n, v), 1e-4);
    for (uint k = 0; k < 2 + VARIANT; k++) {
        vec4 source = parameters[k];
        vec3 d = source.xyz - position;
        float r2 = dot(d, d);
        vec3 l = d * inversesqrt(r2 + 1e-6), h = normalize(v + l);
        float nl = max(dot(n, l), 0.0);
        if (nl <= 0.0) continue;
        float fall = source.w / (r2 + 1.0), window = clamp(1.0 - r2 * r2 * 1e-4, 0.0, 1.0);
        fall *= window * window;
#if VARIANT >= 3
        if ((k & 1u) == 1u) fall *= spot(l, normalize(parameters[k + 1].xyz), 0.9, 0.7);
#endif
        vec3 f = fresnel(max(dot(v, h), 0.0), f0);
        vec3 specular = f * (distribution(max(dot(n, h), 0.0), rough * rough) * masking(nv, nl, rough) / max(4.0 * nv * nl, 1e-4));
        light += (((1.0 - f) * (1.0 - metal)) * albedo / PI + specular) * (fall * nl);
    }
#if VARIANT >= 5
    vec3 sky = mix(vec3(0.1, 0.08, 0.06), vec3(0.3, 0.5, 0.8), n.y * 0.5 + 0.5);
    light += sky * albedo * (1.0 - metal) + fresnel(nv, f0) * sky * (1.0 - rough);
#endif
    float fog = 1.0 - exp(-length(parameters[15].xyz - position) * scale);
    result[i] = vec4(mix(light, vec3(0.5), fog), float(SEED & 1u));
}
