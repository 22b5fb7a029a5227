#version 450
// Specialization constants: group size, values of several types, an array length, arithmetic on them.
layout(local_size_x_id = 0) in;
layout(constant_id = 1) const uint FACTOR = 3;
layout(constant_id = 2) const int OFFSET = -1;
layout(constant_id = 3) const bool DOUBLED = false;
layout(constant_id = 4) const float SCALE = 1.5;
layout(constant_id = 5) const uint LENGTH = 2;
const uint TOTAL = LENGTH * FACTOR + 1;
layout(set = 0, binding = 0) buffer Out { uint result[]; };
void main() {
    uint i = gl_GlobalInvocationID.x;
    uint steps[LENGTH];
    for (uint k = 0; k < LENGTH; k++) steps[k] = k + i;
    uint value = steps[LENGTH - 1] * FACTOR + uint(OFFSET + 100) + uint(SCALE * 4.0) + TOTAL * 1000;
    result[i] = DOUBLED ? value * 2 : value;
    if (i == 0) result[1000] = gl_WorkGroupSize.x;
}
