#version 450
// Divergent control flow: nested ifs, loops with break and continue, a switch with fall-through, early return, calls.
layout(local_size_x = 32) in;
layout(push_constant) uniform Push { uint count; };
layout(set = 0, binding = 0) buffer Out { uint result[]; };
uint collatz(uint n) {
    uint steps = 0;
    while (n != 1) {
        n = (n & 1) == 0 ? n / 2 : 3 * n + 1;
        if (++steps > 500) break;
    }
    return steps;
}
uint kind(uint i) {
    uint k = 0;
    switch (i % 7) {
        case 0: k = 10; break;
        case 1: k = 20;
        case 2: k += 5; break;
        case 3: return 77;
        case 5: k = i; break;
        default: k = 1000 + i % 2;
    }
    return k;
}
uint sums(uint i) {
    uint total = 0;
    for (uint a = 0; a < i % 13; a++) {
        if (a == 3) continue;
        for (uint b = 0; b < 10; b++) {
            if (b > a) break;
            if ((a + b) % 2 == 1) total += a * b;
            else if (b == 4) total += 100;
        }
        if (total > 150) break;
    }
    return total;
}
void main() {
    uint i = gl_GlobalInvocationID.x;
    if (i >= count) return;
    result[i * 3] = collatz(i + 1);
    result[i * 3 + 1] = kind(i);
    if (i % 5 == 4) {
        result[i * 3 + 2] = 4242;
        return;
    }
    result[i * 3 + 2] = sums(i);
}
