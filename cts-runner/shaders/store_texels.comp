#version 450
// Texel i of a storage texel buffer of any format = values[i].
layout(local_size_x = 64) in;
layout(push_constant) uniform Push { uint count; };
layout(set = 0, binding = 0) writeonly uniform uimageBuffer texels;
layout(set = 0, binding = 1) readonly buffer In { uvec4 values[]; };
void main() {
    uint i = gl_GlobalInvocationID.x;
    if (i < count) imageStore(texels, int(i), values[i]);
}
