#version 450
// The color of an input attachment with red and green exchanged.
layout(input_attachment_index = 0, set = 0, binding = 0) uniform subpassInput source;
layout(location = 0) out vec4 out_color;

void main() {
    out_color = subpassLoad(source).grba;
}
