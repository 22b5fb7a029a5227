#version 450
// Writes values to data in one of several ways; atomics put what was there before in place of the value.
layout(local_size_x = 64) in;
layout(constant_id = 0) const uint MODE = 0;
layout(push_constant) uniform Push { uint count; };
layout(set = 0, binding = 0) buffer Data { uint data[]; };
layout(set = 0, binding = 0) buffer Vectors { uvec4 vectors[]; };
layout(set = 0, binding = 1) buffer Values { uint values[]; };
void main() {
    uint i = gl_GlobalInvocationID.x;
    if (i >= count) return;
    uint value = values[i];
    if (MODE == 0) {
        data[i] = value;
    } else if (MODE == 1) {
        if (i % 4 == 0) vectors[i / 4] = uvec4(value, values[i + 1], values[i + 2], values[i + 3]);
    } else if (MODE == 2) {
        data[count - 1 - i] = values[count - 1 - i];
    } else if (MODE == 3) {
        if (i % 2 == 0) data[i] = value;
    } else if (MODE == 4) {
        values[i] = atomicExchange(data[i], value);
    } else if (MODE == 5) {
        values[i] = atomicAdd(data[i], value);
    } else if (MODE == 6) {
        values[i] = atomicAnd(data[i], value);
    } else if (MODE == 7) {
        values[i] = atomicOr(data[i], value);
    } else if (MODE == 8) {
        values[i] = atomicMin(data[i], value);
    } else {
        uint old = data[i];
        // A wrong guess first, which must change nothing.
        atomicCompSwap(data[i], old + 2, 13);
        atomicCompSwap(data[i], old, value);
    }
}
