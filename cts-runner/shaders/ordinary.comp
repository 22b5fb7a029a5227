#version 450
// A compute shader of ordinary size and contents, for measuring how long pipelines take to compile. The constant
// 0x5eed5eed is replaced in the SPIR-V, so that no cache knows the shader.
layout(local_size_x = 64) in;
layout(push_constant) uniform Push { uint count; float scale; };
layout(set = 0, binding = 0) readonly buffer In { vec4 points[]; };
layout(set = 0, binding = 1) buffer Out { vec4 result[]; };
layout(set = 0, binding = 2) uniform Matrices { mat4 transforms[4]; };
shared vec4 tile[64];
float weight(vec3 a, vec3 b) {
    vec3 d = a - b;
    float r = dot(d, d) + 0.01;
    return r < 4.0 ? inversesqrt(r) * scale : exp(-r);
}
void main() {
    uint i = gl_GlobalInvocationID.x, l = gl_LocalInvocationID.x;
    vec4 self = points[min(i, count - 1)];
    vec4 total = vec4(0);
    for (uint first = 0; first < count; first += 64) {
        tile[l] = points[min(first + l, count - 1)];
        barrier();
        for (uint k = 0; k < 64; k++) {
            if (first + k == i) continue;
            total += vec4(tile[k].xyz * weight(self.xyz, tile[k].xyz), 1.0);
        }
        barrier();
    }
    uint which = (i ^ 0x5eed5eedu) % 4;
    vec4 moved = transforms[which] * vec4(total.xyz / max(total.w, 1.0), 1.0);
    switch (which) {
        case 0: moved.x = sin(moved.x); break;
        case 1: moved.y = cos(moved.y) * 2.0; break;
        case 2: moved = moved.wzyx; break;
        default: moved = normalize(moved);
    }
    if (i < count) result[i] = moved;
}
