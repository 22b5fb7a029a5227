#version 450
// Positions, moved by a matrix, and colors from a vertex buffer.
layout(set = 0, binding = 0) uniform Transform { mat4 matrix; };
layout(location = 0) in vec4 position;
layout(location = 1) in vec4 color;
layout(location = 0) out vec4 out_color;

void main() {
    gl_Position = matrix * position;
    out_color = color;
}
