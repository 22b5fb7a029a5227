#version 450
// Functions of GLSL.std.450 that are precise to a tolerance only.
layout(local_size_x = 64) in;
layout(push_constant) uniform Push { uint count; };
layout(set = 0, binding = 0) readonly buffer In { float values[]; };
layout(set = 0, binding = 1) buffer Out { float result[]; };
void main() {
    uint i = gl_GlobalInvocationID.x;
    if (i >= count) return;
    float x = values[i];
    uint o = i * 8;
    result[o + 0] = sin(x);
    result[o + 1] = cos(x);
    result[o + 2] = exp(x);
    result[o + 3] = log(abs(x) + 0.5);
    result[o + 4] = exp2(x);
    result[o + 5] = log2(abs(x) + 0.5);
    result[o + 6] = pow(abs(x) + 0.5, 1.5);
    result[o + 7] = atan(x, 2.0);
}
