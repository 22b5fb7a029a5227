#version 450
#extension GL_GOOGLE_include_directive : require
// Ray marching through a field of distances, with normals, shadows and occlusion.
#include "interface.glsl"
layout(local_size_x = 8, local_size_y = 8) in;
float sphere(vec3 p, float r) { return length(p) - r; }
float box(vec3 p, vec3 b) { vec3 q = abs(p) - b; return length(max(q, 0.0)) + min(max(q.x, max(q.y, q.z)), 0.0); }
float torus(vec3 p, vec2 t) { return length(vec2(length(p.xz) - t.x, p.y)) - t.y; }
float capsule(vec3 p, vec3 a, vec3 b, float r) {
    vec3 pa = p - a, ba = b - a;
    return length(pa - ba * clamp(dot(pa, ba) / dot(ba, ba), 0.0, 1.0)) - r;
}
float blend(float a, float b, float k) {
    float h = clamp(0.5 + 0.5 * (b - a) / k, 0.0, 1.0);
    return mix(b, a, h) - k * h * (1.0 - h);
}
vec2 closer(vec2 a, vec2 b) { return a.x < b.x ? a : b; }
vec2 scene(vec3 p) {
    vec2 d = vec2(p.y + 1.0, 1.0);
    d = closer(d, vec2(sphere(p - parameters[0].xyz, parameters[0].w), 2.0));
#if VARIANT >= 1
    d = closer(d, vec2(box(p - parameters[1].xyz, vec3(0.3)), 3.0));
#endif
#if VARIANT >= 2
    d = closer(d, vec2(torus(p - parameters[2].xyz, vec2(0.5, 0.1)), 4.0));
#endif
#if VARIANT >= 3
    d = closer(d, vec2(capsule(p, parameters[3].xyz, parameters[4].xyz, 0.1), 5.0));
#endif
#if VARIANT >= 5
    d.x = blend(d.x, sphere(p + parameters[5].xyz, 0.4), 0.2);
#endif
#if VARIANT >= 6
    d.x += sin(p.x * 8.0) * sin(p.y * 8.0) * sin(p.z * 8.0) * 0.02;
#endif
    return d;
}
vec3 normal(vec3 p) {
    const vec2 e = vec2(1, -1) * 0.5773 * 0.0005;
    return normalize(e.xyy * scene(p + e.xyy).x + e.yyx * scene(p + e.yyx).x + e.yxy * scene(p + e.yxy).x + e.xxx * scene(p + e.xxx).x);
}
float shadow(vec3 from, vec3 to) {
    float light = 1.0, t = 0.02;
    for (int i = 0; i < 16; i++) {
        float h = scene(from + to * t).x;
        light = min(light, 8.0 * h / t);
        t += clamp(h, 0.02, 0.1);
        if (h < 0.001 || t > 2.5) break;
    }
    return clamp(light, 0.0, 1.0);
}
float open_(vec3 p, vec3 n) {
    float hidden = 0.0, weight = 1.0;
    for (int i = 0; i < 5; i++) {
        float h = 0.01 + 0.12 * float(i) / 4.0;
        hidden += (h - scene(p + h * n).x) * weight;
        weight *= 0.95;
    }
    return clamp(1.0 - 3.0 * hidden, 0.0, 1.0);
}
void main() {
    uint i = gl_GlobalInvocationID.y * 8 + gl_GlobalInvocationID.x;
    if (i >= count) return;
    vec2 uv = (vec2(gl_GlobalInvocationID.xy) - 4.0) * scale;
    vec3 eye = parameters[8].xyz, ray = normalize(vec3(uv, -1.5));
    float t = 0.1;
    vec2 hit = vec2(1.0, -1.0);
    for (int step_ = 0; step_ < 64 && t < 20.0; step_++) {
        hit = scene(eye + ray * t);
        if (hit.x < 0.0004 * t) break;
        t += hit.x;
    }
    vec3 color = vec3(0.7, 0.9, 1.0) + ray.y * 0.8;
    if (t < 20.0) {
        vec3 p = eye + ray * t, n = normal(p), l = normalize(vec3(-0.4, 0.7, -0.6));
        vec3 base = 0.45 + 0.35 * sin(vec3(0.05, 0.08, 0.10) * (hit.y - 1.0) * 10.0);
        float diffuse = clamp(dot(n, l), 0.0, 1.0);
#if VARIANT % 2 == 1
        diffuse *= shadow(p, l);
#endif
        float ambient = 0.5 + 0.5 * n.y;
#if VARIANT >= 4
        ambient *= open_(p, n);
#endif
        float shine = pow(clamp(dot(n, normalize(l - ray)), 0.0, 1.0), 16.0) * diffuse;
        color = base * (1.3 * diffuse + 0.4 * ambient) + 0.5 * shine;
        color = mix(color, vec3(0.8, 0.9, 1.0), 1.0 - exp(-0.0002 * t * t * t));
    }
    result[i] = vec4(pow(color, vec3(0.4545)), t + float(SEED & 1u));
}
