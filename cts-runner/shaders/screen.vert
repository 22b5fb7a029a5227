#version 450
// One triangle that covers the whole viewport, at a depth.
layout(push_constant) uniform Push { vec4 color; float depth; };
layout(location = 0) out vec4 out_color;

void main() {
    vec2 corner = vec2(gl_VertexIndex == 1 ? 3.0 : -1.0, gl_VertexIndex == 2 ? 3.0 : -1.0);
    gl_Position = vec4(corner, depth, 1.0);
    out_color = color;
}
