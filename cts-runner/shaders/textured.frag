#version 450
// One sample for each pixel; the color says where the picture begins and how wide a pixel is.
layout(set = 0, binding = 0) uniform sampler2D picture;
layout(location = 0) in vec4 color;
layout(location = 0) out vec4 out_color;

void main() {
    out_color = texture(picture, color.rg);
}
