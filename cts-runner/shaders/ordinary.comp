#version 450
// A compute shader of ordinary size, for measuring how long pipelines take to compile. The constant 0x5eed5eed is
// replaced in the SPIR-V, so that no cache knows the shader.
layout(local_size_x = 64) in;
layout(push_constant) uniform Push { uint count; float scale; };
layout(set = 0, binding = 0) readonly buffer In { vec4 points[]; };
layout(set = 0, binding = 1) buffer Out { vec4 result[]; };
layout(set = 0, binding = 2) uniform Parameters { vec4 offset; vec4 factors[15]; };
void main() {
    uint i = gl_GlobalInvocationID.x;
    if (i >= count) return;
    vec4 total = offset;
    for (uint k = 0; k < 15; k++) {
        vec3 d = points[i].xyz - factors[k].xyz * scale;
        float r = dot(d, d) + 0.01;
        if (r < 4.0) total += vec4(d * (1.0 / r), 1.0);
        else total.w -= r;
    }
    uint bits = (i ^ 0x5eed5eedu) * 747796405u + 2891336453u;
    bits = ((bits >> ((bits >> 28u) + 4u)) ^ bits) * 277803737u;
    result[i] = total * float(bits >> 8) * (1.0 / 16777216.0);
}
