#version 450
#extension GL_EXT_shader_explicit_arithmetic_types_int64 : require
// 64-bit integer arithmetic.
layout(local_size_x = 64) in;
layout(push_constant) uniform Push { uint count; };
layout(set = 0, binding = 0) readonly buffer In { uvec4 pairs[]; };
layout(set = 0, binding = 1) buffer Out { uvec2 result[]; };
void main() {
    uint i = gl_GlobalInvocationID.x;
    if (i >= count) return;
    uint64_t a = packUint2x32(pairs[i].xy), b = packUint2x32(pairs[i].zw);
    uint o = i * 8;
    result[o + 0] = unpackUint2x32(a + b);
    result[o + 1] = unpackUint2x32(a - b);
    result[o + 2] = unpackUint2x32(a * b);
    result[o + 3] = unpackUint2x32(a / (b | 1ul));
    result[o + 4] = unpackUint2x32(a << uint(b & 63ul));
    result[o + 5] = unpackUint2x32(uint64_t(int64_t(a) >> uint(b & 63ul)));
    result[o + 6] = unpackUint2x32((a & b) ^ ~a);
    result[o + 7] = uvec2(uint(a < b), uint(int64_t(a) < int64_t(b)));
}
