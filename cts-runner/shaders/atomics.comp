#version 450
// Every 32-bit atomic on counters shared by all invocations, and tickets that must be unique.
layout(local_size_x = 64) in;
layout(set = 0, binding = 0) buffer Counters {
    uint add; uint smallest; uint largest; uint ored; uint anded; uint xored; int least; int most; uint swapped; uint won;
};
layout(set = 0, binding = 1) buffer Tickets { uint tickets[]; };
layout(set = 0, binding = 2) buffer Returned { uint returned[]; };
void main() {
    uint i = gl_GlobalInvocationID.x;
    uint ticket = atomicAdd(add, 1);
    atomicAdd(tickets[ticket], 1);
    atomicMin(smallest, i + 17);
    atomicMax(largest, i);
    atomicOr(ored, 1u << (i % 31));
    atomicAnd(anded, ~(1u << (i % 29)));
    atomicXor(xored, i);
    atomicMin(least, 5 - int(i));
    atomicMax(most, int(i) - 100000);
    uint before = atomicExchange(swapped, i + 1);
    returned[i] = before;
    if (atomicCompSwap(won, 0, i + 1) == 0) returned[gl_NumWorkGroups.x * 64] = i + 1;
}
