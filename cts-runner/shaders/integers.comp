#version 450
// Integer arithmetic on pairs: eight results for each (a, b).
layout(local_size_x = 64) in;
layout(push_constant) uniform Push { uint count; };
layout(set = 0, binding = 0) readonly buffer In { uvec2 pairs[]; };
layout(set = 0, binding = 1) buffer Out { uint result[]; };
void main() {
    uint i = gl_GlobalInvocationID.x;
    if (i >= count) return;
    uint a = pairs[i].x, b = pairs[i].y;
    uint o = i * 20;
    result[o + 0] = a + b;
    result[o + 1] = a - b;
    result[o + 2] = a * b;
    result[o + 3] = a / (b | 1u);
    result[o + 4] = a % (b | 1u);
    result[o + 5] = uint(int(a) / int(b >> 1 | 1u));
    result[o + 6] = (a & b) ^ (a | ~b);
    result[o + 7] = a << (b & 31u);
    result[o + 8] = a >> (b & 31u);
    result[o + 9] = uint(int(a) >> int(b & 31u));
    result[o + 10] = min(a, b) ^ max(a, b);
    result[o + 11] = uint(min(int(a), int(b)));
    result[o + 12] = uint(clamp(int(a), -1000, int(b & 0xffffu)));
    result[o + 13] = bitCount(a) << 16 | uint(findLSB(b)) & 0xffffu;
    result[o + 14] = uint(findMSB(a)) & 0xffu | uint(findMSB(int(b))) << 16;
    result[o + 15] = bitfieldReverse(a);
    result[o + 16] = bitfieldExtract(a, 5, 11) ^ uint(bitfieldExtract(int(b), 3, 9));
    result[o + 17] = bitfieldInsert(a, b, 7, 13);
    uint carry, high, low;
    uint sum = uaddCarry(a, b, carry);
    umulExtended(a, b, high, low);
    result[o + 18] = sum ^ carry << 31 ^ high;
    result[o + 19] = uint(a < b) | uint(int(a) < int(b)) << 1 | uint(a == b) << 2 | uint(a >= b) << 3;
}
