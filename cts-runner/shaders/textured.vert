#version 450
// One triangle that covers the whole viewport. The color's first two channels are the coordinates of its upper left
// corner in a picture, the others the width and height that it shows of the picture.
layout(push_constant) uniform Push { vec4 color; float depth; };
layout(location = 0) out vec4 out_color;

void main() {
    vec2 corner = vec2(gl_VertexIndex == 1 ? 2.0 : 0.0, gl_VertexIndex == 2 ? 2.0 : 0.0);
    gl_Position = vec4(corner * 2.0 - 1.0, depth, 1.0);
    out_color = vec4(color.rg + corner * color.ba, 0.0, 0.0);
}
