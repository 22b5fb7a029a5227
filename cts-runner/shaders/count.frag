#version 450
// One more than what an input attachment has.
layout(input_attachment_index = 0, set = 0, binding = 0) uniform subpassInput source;
layout(location = 0) out vec4 out_color;

void main() {
    out_color = subpassLoad(source) + vec4(1.0 / 255.0, 0.0, 0.0, 0.0);
}
