#version 450
#extension GL_EXT_buffer_reference : require
#extension GL_EXT_buffer_reference_uvec2 : require
// to[i] = from[i] for i < count, through device addresses.
layout(local_size_x = 64) in;
layout(buffer_reference, std430, buffer_reference_align = 4) buffer Words { uint words[]; };
layout(push_constant) uniform Push { uvec2 from; uvec2 to; uint count; };
void main() {
    uint i = gl_GlobalInvocationID.x;
    if (i < count) Words(to).words[i] = Words(from).words[i];
}
