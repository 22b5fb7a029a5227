#version 450
// A bit for each instance of each vertex that is drawn.
layout(set = 0, binding = 0) buffer Out { uint seen[]; };

void main() {
    atomicOr(seen[gl_VertexIndex], 1u << gl_InstanceIndex);
    gl_Position = vec4(0.0, 0.0, 0.0, 1.0);
    gl_PointSize = 1.0;
}
