#version 450
#extension GL_EXT_multiview : require
// Each view its own color.
layout(location = 0) out vec4 out_color;

void main() {
    out_color = vec4(gl_ViewIndex == 0, gl_ViewIndex == 1, gl_ViewIndex == 2, 1.0);
}
