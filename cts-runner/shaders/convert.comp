#version 450
// Samples a converted image in the middle of each texel.
layout(local_size_x = 8, local_size_y = 8) in;
layout(binding = 0) uniform sampler2D image;
layout(binding = 1) writeonly buffer Results { vec4 results[]; };

void main() {
    uvec2 size = uvec2(textureSize(image, 0));
    uvec2 at = gl_GlobalInvocationID.xy;
    if (all(lessThan(at, size))) {
        results[at.y * size.x + at.x] = textureLod(image, (vec2(at) + 0.5) / vec2(size), 0.0);
    }
}
