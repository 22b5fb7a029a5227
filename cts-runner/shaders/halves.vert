#version 450
#extension GL_EXT_shader_explicit_arithmetic_types : require
// Captures 16-bit outputs side by side, the first of them behind two bytes that nobody writes.
layout(xfb_buffer = 0, xfb_stride = 12) out;
layout(location = 0, xfb_offset = 2) out f16vec3 thirds;
layout(location = 1, xfb_offset = 8) flat out u16vec2 numbers;

void main() {
    float vertex = float(gl_VertexIndex);
    thirds = f16vec3(vec3(vertex, vertex + 0.5, -vertex));
    numbers = u16vec2(uvec2(gl_VertexIndex + 40000, 7));
    gl_Position = vec4(0.0, 0.0, 0.0, 1.0);
}
