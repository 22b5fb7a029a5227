#version 450
// Each group of 256 sums its part of the input as a tree in shared memory.
layout(local_size_x = 256) in;
layout(set = 0, binding = 0) readonly buffer In { uint data[]; };
layout(set = 0, binding = 1) buffer Out { uint result[]; };
shared uint partial[256];
void main() {
    uint l = gl_LocalInvocationID.x;
    partial[l] = data[gl_GlobalInvocationID.x];
    barrier();
    for (uint half_ = 128; half_ > 0; half_ /= 2) {
        if (l < half_) partial[l] += partial[l + half_];
        barrier();
    }
    if (l == 0) result[gl_WorkGroupID.x] = partial[0];
}
