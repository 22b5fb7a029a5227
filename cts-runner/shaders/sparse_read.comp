#version 450
// result[i] = data[i] for i < count, read in one of several ways. Atomics leave everything as it is.
layout(local_size_x = 64) in;
layout(constant_id = 0) const uint MODE = 0;
layout(push_constant) uniform Push { uint count; };
layout(set = 0, binding = 0) buffer Data { uint data[]; };
layout(set = 0, binding = 0) buffer Vectors { uvec4 vectors[]; };
layout(set = 0, binding = 1) buffer Out { uint result[]; };
void main() {
    uint i = gl_GlobalInvocationID.x;
    if (i >= count) return;
    if (MODE == 0) {
        result[i] = data[i];
    } else if (MODE == 1) {
        if (i % 4 != 0) return;
        uvec4 four = vectors[i / 4];
        for (uint k = 0; k < 4; k++) result[i + k] = four[k];
    } else if (MODE == 2) {
        result[count - 1 - i] = data[count - 1 - i];
    } else if (MODE == 3) {
        // A permutation of the words of a range of a power of two: neighbours are in different pages.
        uint range = 1u << findMSB(count);
        uint at = i < range ? (i * 40503u) & (range - 1u) : i;
        result[at] = data[at];
    } else if (MODE == 4) {
        // The same address in all invocations of a group.
        uint first = gl_WorkGroupID.x * 64;
        for (uint k = 0; k < 64 && first + k < count; k++) {
            uint word = data[first + k];
            if (k == gl_LocalInvocationID.x) result[i] = word;
        }
    } else if (MODE == 5) {
        result[i] = atomicAdd(data[i], 0);
    } else if (MODE == 6) {
        // No word of the memory is 2.
        result[i] = atomicCompSwap(data[i], 2, 7);
    } else if (MODE == 8) {
        // Eight neighbours are in two pages at every border.
        uint at = i + 3;
        if (at < count) result[at] = data[at];
        else result[at - count] = data[at - count];
    } else {
        // One lane at a time.
        for (uint k = 0; k < 8; k++) {
            if (k == i % 8) result[i] = data[i];
        }
    }
}
