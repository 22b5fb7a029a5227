#version 450
// result[i] = texel i of a uniform texel buffer.
layout(local_size_x = 64) in;
layout(push_constant) uniform Push { uint count; };
layout(set = 0, binding = 0) uniform usamplerBuffer texels;
layout(set = 0, binding = 1) writeonly buffer Out { uvec4 result[]; };
void main() {
    uint i = gl_GlobalInvocationID.x;
    if (i < count) result[i] = texelFetch(texels, int(i));
}
