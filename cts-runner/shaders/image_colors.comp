#version 450
// Brightens colors of a normalized format and puts them into one of floats, a slice for each layer.
layout(local_size_x = 4, local_size_y = 4) in;
layout(set = 0, binding = 0, rgba8) readonly uniform image2DArray colors;
layout(set = 0, binding = 1, rgba32f) writeonly uniform image3D floats;
void main() {
    ivec3 at = ivec3(gl_GlobalInvocationID);
    imageStore(floats, at, imageLoad(colors, at) * 2.0);
}
