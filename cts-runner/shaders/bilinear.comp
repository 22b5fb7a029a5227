#version 450
// Samples between the texels of an image of one color, once an invocation, and counts what is another.
layout(local_size_x = 8, local_size_y = 8) in;
layout(binding = 0) uniform sampler2D image;
layout(binding = 1) buffer Wrong { uint wrong; };

void main() {
    vec2 at = (vec2(gl_GlobalInvocationID.xy) + 0.75) / vec2(gl_NumWorkGroups.xy * gl_WorkGroupSize.xy);
    vec4 color = textureLod(image, at, 0.0);
    if (any(greaterThan(abs(color - vec4(0.2, 0.4, 0.6, 0.8)), vec4(0.01)))) {
        atomicAdd(wrong, 1u);
    }
}
