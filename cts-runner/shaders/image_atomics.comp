#version 450
// Counts invocations in each texel of a row, and gives each of them a ticket of its own.
layout(local_size_x = 64) in;
layout(set = 0, binding = 0, r32ui) uniform uimage2D image;
layout(set = 0, binding = 1) buffer Tickets { uint tickets[]; };
void main() {
    uint i = gl_GlobalInvocationID.x;
    int x = int(i) % imageSize(image).x;
    uint ticket = imageAtomicAdd(image, ivec2(x, 0), 1u);
    atomicAdd(tickets[ticket * uint(imageSize(image).x) + uint(x)], 1u);
    imageAtomicMax(image, ivec2(x, 1), i);
}
