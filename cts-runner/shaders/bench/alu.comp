#version 450
// Eight independent chains of x * a + b, no memory. Eight steps a turn, so that the loop itself costs next to nothing.
layout(local_size_x = 64) in;
layout(push_constant) uniform Push { float a; float b; uint turns; };
layout(set = 0, binding = 0) buffer Out { float result[]; };
#ifdef FUSED
#define STEP(x) x = fma(x, vec4(a), vec4(b));
#else
#define STEP(x) x = x * a + b;
#endif
#define STEPS(x, y) STEP(x) STEP(y) STEP(x) STEP(y) STEP(x) STEP(y) STEP(x) STEP(y)
void main() {
    float first = float(gl_GlobalInvocationID.x & 255u);
    vec4 x = first + vec4(0, 1, 2, 3);
    vec4 y = first + vec4(4, 5, 6, 7);
    for (uint turn = 0; turn < turns; turn++) { STEPS(x, y) STEPS(x, y) }
    result[gl_GlobalInvocationID.x] = dot(x + y, vec4(1));
}
