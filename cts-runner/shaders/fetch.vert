#version 450
// Stores the attribute of each vertex, or of each instance where there are several.
layout(location = 0) in uvec4 value;
layout(set = 0, binding = 0) writeonly buffer Out { uvec4 seen[]; };

void main() {
    seen[gl_VertexIndex + gl_InstanceIndex] = value;
    gl_Position = vec4(0.0, 0.0, 0.0, 1.0);
    gl_PointSize = 1.0;
}
