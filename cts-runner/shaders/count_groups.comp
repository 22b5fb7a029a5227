#version 450
// Counts workgroups.
layout(local_size_x = 1) in;
layout(set = 0, binding = 0) buffer Out { uint groups; };
void main() {
    atomicAdd(groups, 1);
}
