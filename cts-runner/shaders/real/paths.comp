#version 450
#extension GL_GOOGLE_include_directive : require
// Paths of light between spheres: diffuse, mirrors and glass.
#include "interface.glsl"
layout(local_size_x = 64) in;
uint state;
float random() {
    state = state * 747796405u + 2891336453u;
    uint word = ((state >> ((state >> 28u) + 4u)) ^ state) * 277803737u;
    return float((word >> 22u) ^ word) * (1.0 / 4294967296.0);
}
vec3 on_sphere() {
    float z = 2.0 * random() - 1.0, a = 6.28318530718 * random(), r = sqrt(max(0.0, 1.0 - z * z));
    return vec3(r * cos(a), r * sin(a), z);
}
struct Hit { float t; vec3 at; vec3 normal; vec3 color; uint kind; };
Hit nearest(vec3 from, vec3 ray) {
    Hit hit = Hit(1e9, vec3(0), vec3(0), vec3(0), 3u);
    for (uint k = 0; k < 4 + VARIANT; k++) {
        vec4 s = parameters[k];
        vec3 o = from - s.xyz;
        float b = dot(o, ray), d = b * b - dot(o, o) + s.w * s.w;
        if (d < 0.0) continue;
        float root = sqrt(d), t = -b - root > 1e-3 ? -b - root : -b + root;
        if (t < 1e-3 || t >= hit.t) continue;
        vec3 at = from + ray * t;
        hit = Hit(t, at, (at - s.xyz) / s.w, 0.5 + 0.5 * cos(vec3(0, 2, 4) + float(k)), k % 3);
    }
    return hit;
}
vec3 trace(vec3 from, vec3 ray) {
    vec3 weight = vec3(1), light = vec3(0);
    for (uint bounce = 0; bounce < 2 + VARIANT / 2; bounce++) {
        Hit hit = nearest(from, ray);
        if (hit.kind == 3u) { light += weight * mix(vec3(1), vec3(0.5, 0.7, 1.0), 0.5 * ray.y + 0.5); break; }
        from = hit.at;
        weight *= hit.color;
        if (hit.kind == 0u) ray = normalize(hit.normal + on_sphere());
        else if (hit.kind == 1u) ray = reflect(ray, hit.normal);
#if VARIANT % 2 == 1
        else {
            bool inside = dot(ray, hit.normal) > 0.0;
            vec3 n = inside ? -hit.normal : hit.normal;
            float eta = inside ? 1.5 : 1.0 / 1.5, c = min(-dot(ray, n), 1.0), r0 = 0.04;
            vec3 bent = refract(ray, n, eta);
            float mirrored = r0 + (1.0 - r0) * pow(1.0 - c, 5.0);
            ray = dot(bent, bent) == 0.0 || random() < mirrored ? reflect(ray, n) : bent;
        }
#else
        else ray = normalize(reflect(ray, hit.normal) + 0.2 * on_sphere());
#endif
#if VARIANT >= 4
        float p = max(weight.x, max(weight.y, weight.z));
        if (random() > p) break;
        weight /= p;
#endif
    }
    return light;
}
void main() {
    uint i = gl_GlobalInvocationID.x;
    if (i >= count) return;
    state = i * 9781u ^ SEED;
    vec3 sum = vec3(0);
    for (uint sample_ = 0; sample_ < 2; sample_++) {
        vec2 uv = (vec2(i % 8, i / 8) + vec2(random(), random())) * 0.25 - 1.0;
        sum += trace(vec3(0, 0, 3), normalize(vec3(uv, -1.5)));
    }
    result[i] = vec4(sqrt(sum * scale), 1);
}
