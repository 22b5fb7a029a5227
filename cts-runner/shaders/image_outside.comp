#version 450
// Stores to, and changes, texels outside of an image.
layout(local_size_x = 64) in;
layout(set = 0, binding = 0, r32ui) uniform uimage3D image;
layout(set = 0, binding = 1) buffer Out { uint result[]; };
void main() {
    ivec3 size = imageSize(image);
    int i = int(gl_GlobalInvocationID.x);
    ivec3 aims[8] = ivec3[](
        ivec3(size.x, 0, 0), ivec3(0, size.y, 0), ivec3(0, 0, size.z), ivec3(-1, 1, 1),
        ivec3(1, -1, 1), ivec3(1, 1, -1), ivec3(0x7fffffff, 0, 0), ivec3(0, 0x40000000, 0x40000000));
    ivec3 at = aims[i % 8];
    imageStore(image, at, uvec4(0xdeadu));
    result[i] = imageLoad(image, at).x;
}
