#version 450
// target = source, mirrored in x; the last word of sizes is the number of invocations that were inside.
layout(local_size_x = 8, local_size_y = 8) in;
layout(set = 0, binding = 0, r32ui) readonly uniform uimage2D source;
layout(set = 0, binding = 1, r32ui) writeonly uniform uimage2D target;
layout(set = 0, binding = 2) buffer Sizes { uint sizes[]; };
void main() {
    ivec2 size = imageSize(source);
    ivec2 at = ivec2(gl_GlobalInvocationID.xy);
    if (at == ivec2(0)) {
        sizes[0] = size.x;
        sizes[1] = size.y;
    }
    if (at.x >= size.x || at.y >= size.y) return;
    imageStore(target, ivec2(size.x - 1 - at.x, at.y), imageLoad(source, at));
    atomicAdd(sizes[2], 1);
}
