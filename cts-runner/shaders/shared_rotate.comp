#version 450
// A group passes values around in shared memory, `rounds` times; each round needs its barriers. 100 is no multiple of a
// vector width.
layout(local_size_x = 100) in;
layout(push_constant) uniform Push { uint rounds; };
layout(set = 0, binding = 0) buffer Out { uint result[]; };
shared uint ring[100];
void main() {
    uint l = gl_LocalInvocationID.x;
    ring[l] = gl_WorkGroupID.x * 1000 + l;
    barrier();
    for (uint i = 0; i < rounds; i++) {
        uint next = ring[(l + 1) % 100];
        barrier();
        ring[l] = next;
        barrier();
    }
    result[gl_GlobalInvocationID.x] = ring[l];
}
