#version 450
// Arrays, structures, vectors and matrices in function storage, indexed dynamically.
layout(local_size_x = 64) in;
layout(set = 0, binding = 0) buffer Out { uint result[]; };
struct Item { uint key; vec3 point; uint parts[3]; };
const uint TABLE[6] = uint[](3, 1, 4, 1, 5, 9);
void main() {
    uint i = gl_GlobalInvocationID.x;
    uint values[16];
    for (uint k = 0; k < 16; k++) values[k] = (i * 31 + k * k * 7) % 101;
    for (uint a = 1; a < 16; a++) {  // insertion sort
        uint v = values[a];
        int b = int(a) - 1;
        while (b >= 0 && values[b] > v) { values[b + 1] = values[b]; b--; }
        values[b + 1] = v;
    }
    Item items[2];
    items[i & 1] = Item(i, vec3(1, 2, 3), uint[](7, 8, 9));
    items[1 - (i & 1)] = Item(5, vec3(0), uint[](1, 1, 1));
    mat3 m = mat3(1, 2, 3, 4, 5, 6, 7, 8, 10);
    vec3 p = m * items[i & 1].point + transpose(m)[i % 3];
    result[i * 4] = values[0] | values[7] << 8 | values[15] << 16;
    result[i * 4 + 1] = items[i & 1].key + items[0].parts[i % 3] * 1000;
    result[i * 4 + 2] = uint(p.x + p.y * 100.0 + p.z * 10000.0);
    result[i * 4 + 3] = TABLE[i % 6];
}
