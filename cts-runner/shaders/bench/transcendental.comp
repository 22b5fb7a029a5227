#version 450
// Sine, exponential, logarithm and square root in one chain: each waits for the one before.
layout(local_size_x = 64) in;
layout(push_constant) uniform Push { float a; uint turns; };
layout(set = 0, binding = 0) buffer Out { float result[]; };
void main() {
    float x = float(gl_GlobalInvocationID.x & 255u) * 0.01;
    for (uint turn = 0; turn < turns; turn++) x = sqrt(log(exp(sin(x)) + a));
    result[gl_GlobalInvocationID.x] = x;
}
