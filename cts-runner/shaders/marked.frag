#version 450
// The color. The constant 0x5eed5eed is replaced in the SPIR-V, so that no cache knows the shader.
layout(location = 0) in vec4 color;
layout(location = 0) out vec4 out_color;

void main() {
    out_color = floatBitsToUint(color.r) == 0x5eed5eedu ? vec4(0.0) : color;
}
