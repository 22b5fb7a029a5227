#version 450
// Float arithmetic whose results Vulkan defines exactly, or within few units in the last place.
layout(local_size_x = 64) in;
layout(push_constant) uniform Push { uint count; };
layout(set = 0, binding = 0) readonly buffer In { vec2 pairs[]; };
layout(set = 0, binding = 1) buffer Out { float result[]; };
void main() {
    uint i = gl_GlobalInvocationID.x;
    if (i >= count) return;
    float a = pairs[i].x, b = pairs[i].y;
    uint o = i * 16;
    result[o + 0] = a + b;
    result[o + 1] = a - b;
    result[o + 2] = a * b;
    result[o + 3] = a / b;
    result[o + 4] = sqrt(abs(a));
    result[o + 5] = floor(a) + ceil(b);
    result[o + 6] = trunc(a);
    result[o + 7] = min(a, b);
    result[o + 8] = max(a, b);
    result[o + 9] = abs(a) * sign(b);
    result[o + 10] = float(int(a)) + float(uint(abs(b)));
    result[o + 11] = mix(a, b, 0.25);
    result[o + 12] = fract(a);
    result[o + 13] = a < b ? 1.0 : a == b ? 2.0 : 3.0;
    result[o + 14] = inversesqrt(abs(b) + 1.0);
    result[o + 15] = uintBitsToFloat(floatBitsToUint(a) ^ 0x80000000u);
}
