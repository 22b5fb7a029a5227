#version 450
// A histogram of 16 classes in shared memory, added to a buffer once for each group.
layout(local_size_x = 128) in;
layout(set = 0, binding = 0) readonly buffer In { uint data[]; };
layout(set = 0, binding = 1) buffer Out { uint histogram[16]; };
shared uint counts[16];
void main() {
    uint l = gl_LocalInvocationID.x;
    if (l < 16) counts[l] = 0;
    barrier();
    atomicAdd(counts[data[gl_GlobalInvocationID.x] & 15], 1);
    barrier();
    if (l < 16) atomicAdd(histogram[l], counts[l]);
}
