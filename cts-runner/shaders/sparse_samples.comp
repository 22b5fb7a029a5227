#version 450
#extension GL_ARB_sparse_texture2 : require
// Stores to all samples of all texels of a multisampled image, or fetches them with their residency codes.
layout(local_size_x = 64) in;
layout(constant_id = 0) const bool STORE = false;
layout(push_constant) uniform Push { uvec2 size; uint samples; uint salt; };
layout(set = 0, binding = 0) uniform usampler2DMS sampled;
layout(set = 0, binding = 1) writeonly uniform uimage2DMS image;
layout(set = 0, binding = 2) buffer Out { uint result[]; };
void main() {
    uint i = gl_GlobalInvocationID.x;
    if (i >= size.x * size.y * samples) return;
    int sample_ = int(i % samples);
    ivec2 at = ivec2(i / samples % size.x, i / samples / size.x);
    if (STORE) {
        imageStore(image, at, sample_, uvec4((i + salt) % 100 + 1));
        return;
    }
    uvec4 texel;
    uint resident = uint(sparseTexelsResidentARB(sparseTexelFetchARB(sampled, at, sample_, texel)));
    result[2 * i] = texel.x;
    result[2 * i + 1] = resident;
}
