#version 450
// Neighbours leave the loop at different turns.
layout(local_size_x = 8, local_size_y = 8) in;
layout(set = 0, binding = 0) buffer Out { uint result[]; };
void main() {
    vec2 c = vec2(gl_GlobalInvocationID.xy) * (3.0 / 1024.0) - vec2(2.25, 1.5);
    vec2 z = vec2(0);
    uint n = 0;
    while (n < 256u && dot(z, z) < 4.0) {
        z = vec2(z.x * z.x - z.y * z.y, 2.0 * z.x * z.y) + c;
        n++;
    }
    result[gl_GlobalInvocationID.y * 1024u + gl_GlobalInvocationID.x] = n;
}
