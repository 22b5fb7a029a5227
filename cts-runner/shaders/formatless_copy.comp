#version 450
#extension GL_EXT_shader_image_load_formatted : require
// Loads and stores texels of images whose formats only their views know.
layout(local_size_x = 8) in;
layout(set = 0, binding = 0) readonly uniform image2D from;
layout(set = 0, binding = 1) writeonly uniform image2D to;
void main() {
    ivec2 at = ivec2(gl_GlobalInvocationID);
    imageStore(to, at, imageLoad(from, at));
}
