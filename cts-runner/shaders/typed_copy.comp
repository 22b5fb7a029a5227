#version 450
// Doubles texels of images that are declared as bytes, whatever they are.
layout(local_size_x = 8) in;
layout(set = 0, binding = 0, rgba8) readonly uniform image2D from;
layout(set = 0, binding = 1, rgba8) writeonly uniform image2D to;
void main() {
    ivec2 at = ivec2(gl_GlobalInvocationID);
    imageStore(to, at, imageLoad(from, at) * 2);
}
